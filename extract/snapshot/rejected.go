package snapshot

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/travaso/travaso/extract/sealed"
)

// RejectedWriter writes the rejected rows of one chunk. No file is made before
// the first row.
type RejectedWriter struct {
	folder  string
	dataset string
	part    int
	file    *sealed.File
	rows    int64
}

// NewRejectedWriter begins the rejected rows of one chunk.
func NewRejectedWriter(folder, dataset string, part int) *RejectedWriter {
	return &RejectedWriter{folder: folder, dataset: dataset, part: part}
}

// Append adds a row; its part is that of the chunk, and of its Raw at most
// RawLimit bytes are kept.
func (w *RejectedWriter) Append(r RejectedRow) error {
	if w.file == nil {
		file, err := sealed.Create(filepath.Join(w.folder, filepath.FromSlash(partRejectedPath(w.dataset, w.part))))
		if err != nil {
			return err
		}
		w.file = file
	}
	r.Part = w.part
	r.Raw = r.Raw[:min(len(r.Raw), RawLimit)]
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write %s: %w", w.file.Path(), err)
	}
	if _, err := w.file.Write(append(line, '\n')); err != nil {
		return err
	}
	w.rows++
	return nil
}

// Close gives the file its name, where there is one, and says how many rows it has.
func (w *RejectedWriter) Close() (rows int64, err error) {
	if w.file == nil {
		return 0, nil
	}
	defer w.file.Discard()
	if err := w.file.Flush(); err != nil {
		return 0, err
	}
	return w.rows, w.file.Seal()
}

// Discard gives up: nothing remains. It is safe after Close.
func (w *RejectedWriter) Discard() {
	if w.file != nil {
		w.file.Discard()
	}
}

// GatherRejected makes the one file of a dataset's rejected rows from those of
// its parts. It returns nil where there is no such row.
func GatherRejected(folder, dataset string, parts []Part) (*File, error) {
	rows := int64(0)
	for _, p := range parts {
		rows += p.Rejected
	}
	if rows == 0 {
		return nil, nil
	}
	path := rejectedPath(dataset)
	out, err := sealed.Create(filepath.Join(folder, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	defer out.Discard()
	for _, p := range parts {
		if p.Rejected == 0 {
			continue
		}
		if err := appendFile(out, filepath.Join(folder, filepath.FromSlash(partRejectedPath(dataset, p.Part)))); err != nil {
			return nil, err
		}
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	if err := out.Seal(); err != nil {
		return nil, err
	}
	return &File{Path: path, Rows: rows, Bytes: out.Bytes(), SHA256: out.SHA256()}, nil
}

func appendFile(out *sealed.File, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(out, in)
	return err
}

// RejectedRows gives the rejected rows of a dataset one by one; an error ends them.
func (d Dataset) RejectedRows(folder string) iter.Seq2[RejectedRow, error] {
	return func(yield func(RejectedRow, error) bool) {
		if d.RejectedFile == nil {
			return
		}
		path := filepath.Join(folder, filepath.FromSlash(d.RejectedFile.Path))
		file, err := os.Open(path)
		if err != nil {
			yield(RejectedRow{}, err)
			return
		}
		defer file.Close()
		decoder := json.NewDecoder(bufio.NewReader(file))
		for line := 1; ; line++ {
			var r RejectedRow
			err := decoder.Decode(&r)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(RejectedRow{}, fmt.Errorf("%s:%d: not a rejected row: %w", path, line, err))
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}
