package filesource

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// text is the open text of a file, decompressed where it is compressed.
type text struct {
	file   *os.File
	raw    *countingReader // the bytes of the file as it is
	zipped bool
	gzip   *gzip.Reader // over raw, where the file is zipped
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
	t := &text{file: file}
	if err := t.start(name, tap); err != nil {
		file.Close()
		return nil, err
	}
	return t, nil
}

func (t *text) start(name string, tap io.Writer) error {
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
		if strings.HasSuffix(strings.ToLower(name), ".gz") {
			return fmt.Errorf("file %s is named .gz but is not compressed with gzip: decompress it or give it its right name", name)
		}
		return nil
	}
	t.zipped = true
	t.gzip, err = gzip.NewReader(bufio.NewReaderSize(t.raw, 256<<10))
	if err != nil {
		return t.unreadable(name, 0, err)
	}
	return nil
}

// Read reads the text on from where it is. Errors of decompression want the
// file's name and offset: callers pass them through unreadable.
func (t *text) Read(b []byte) (int, error) {
	if t.zipped {
		return t.gzip.Read(b)
	}
	return t.raw.Read(b)
}

// section is the text from one byte offset to another.
func (t *text) section(from, to int64) (io.Reader, error) {
	if !t.zipped {
		return io.NewSectionReader(t.file, from, to-from), nil
	}
	if _, err := io.CopyN(io.Discard, t, from); err != nil {
		return nil, err
	}
	return io.LimitReader(t, to-from), nil
}

// unreadable says which file could not be read any further, and where: rows
// would be lost, so it is never taken for the end of the file.
func (t *text) unreadable(name string, read int64, err error) error {
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case !t.zipped:
		return fmt.Errorf("file %s: cannot be read at byte %d: %w", name, read, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("file %s: the gzip stream ends in the middle, after %d bytes (%d bytes of text): rows are missing, get the file again: %w",
			name, t.raw.bytes, read, err)
	}
	return fmt.Errorf("file %s: the gzip stream is damaged near byte %d (%d bytes of text): rows are missing, get the file again: %w",
		name, t.raw.bytes, read, err)
}

func (t *text) Close() error { return t.file.Close() }
