package filesource

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// text is the open text of a file, decompressed where it is compressed.
type text struct {
	name   string
	file   *os.File
	raw    *countingReader // the bytes of the file as it is
	zipped bool
	gzip   *gzip.Reader // over raw, where the file is zipped
	bytes  int64        // of text that were read
}

type countingReader struct {
	io.Reader
	bytes int64
}

func (r *countingReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.bytes += int64(n)
	return n, err
}

// openText opens a file and, where its first bytes are those of gzip, starts
// decompressing it. What is read of the file itself goes through tap as well,
// unless tap is nil.
func openText(folder, name string, tap io.Writer) (*text, error) {
	file, err := os.Open(filepath.Join(folder, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	t := &text{name: name, file: file}
	if err := t.start(tap); err != nil {
		file.Close()
		return nil, err
	}
	return t, nil
}

func (t *text) start(tap io.Writer) error {
	magic := make([]byte, 2)
	n, err := t.file.ReadAt(magic, 0)
	if err != nil && err != io.EOF {
		return err
	}
	var source io.Reader = t.file
	if tap != nil {
		source = io.TeeReader(t.file, tap)
	}
	t.raw = &countingReader{Reader: source}
	if !bytes.Equal(magic[:n], []byte{0x1f, 0x8b}) {
		if strings.HasSuffix(strings.ToLower(t.name), ".gz") {
			return fmt.Errorf("file %s is named .gz but is not compressed with gzip: decompress it or give it its right name", t.name)
		}
		return nil
	}
	t.zipped = true
	t.gzip, err = gzip.NewReader(bufio.NewReaderSize(t.raw, 256<<10))
	if err != nil {
		return t.unreadable(err)
	}
	return nil
}

// Read reads the text on from where it is. A compressed text that breaks off
// is an error with the place, never the end of the file: rows would be lost.
func (t *text) Read(b []byte) (n int, err error) {
	if t.zipped {
		n, err = t.gzip.Read(b)
	} else {
		n, err = t.raw.Read(b)
	}
	t.bytes += int64(n)
	if err != nil && err != io.EOF {
		err = t.unreadable(err)
	}
	return n, err
}

func (t *text) unreadable(err error) error {
	switch {
	case !t.zipped:
		return fmt.Errorf("file %s: cannot be read at byte %d: %w", t.name, t.bytes, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("file %s: the gzip stream breaks off at byte %d (after %d bytes of text): rows are missing, get the file again: %w",
			t.name, t.raw.bytes, t.bytes, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("file %s: the gzip stream is damaged before byte %d (after %d bytes of text): rows are missing, get the file again: %w",
		t.name, t.raw.bytes, t.bytes, err)
}

// section is the text from one byte offset to another.
func (t *text) section(from, to int64) (io.Reader, error) {
	if !t.zipped {
		return io.NewSectionReader(t.file, from, to-from), nil
	}
	if _, err := io.CopyN(io.Discard, t, from); err == io.EOF {
		return nil, fmt.Errorf("file %s changed while it was in use: its text ends before byte %d", t.name, from)
	} else if err != nil {
		return nil, err
	}
	return io.LimitReader(t, to-from), nil
}

func (t *text) Close() error { return t.file.Close() }
