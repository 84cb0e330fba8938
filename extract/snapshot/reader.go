package snapshot

import (
	"fmt"
	"io"
	"os"
)

// batchRows is how many rows are decoded at a time.
const batchRows = 2048

// Reader gives the rows of one Parquet file: one of a snapshot, or one that
// the embedded engine wrote (flat, V1 pages, plain or dictionary, Snappy).
// It is used by one goroutine.
type Reader struct {
	path    string
	file    io.ReaderAt
	close   func() error
	columns []Column
	rows    int64

	groups []group
	left   int64          // rows of the present group that are not decoded yet
	chunks []*columnChunk // of the present group

	batch []any // rows that are decoded, not yet given
}

// OpenFile opens a Parquet file. An integer of any width comes as int64; a
// decimal of more than 18 digits as a Text column with Number set, its digits
// exact; a floating point or nested column is refused, by name.
func OpenFile(path string) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	r, err := newReader(path, file, info.Size())
	if err != nil {
		file.Close()
		return nil, err
	}
	r.close = file.Close
	return r, nil
}

// newReader reads a file of so many bytes; path is its name in errors.
func newReader(path string, file io.ReaderAt, size int64) (*Reader, error) {
	r := &Reader{path: path, file: file, close: func() error { return nil }}
	if err := recovering(func() error { return r.readFooter(size) }); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return r, nil
}

func (r *Reader) readFooter(size int64) error {
	f, err := readFooter(r.file, size)
	if err != nil {
		return err
	}
	r.rows, r.groups = f.rows, f.groups
	for _, s := range f.columns {
		r.columns = append(r.columns, s.column)
		r.chunks = append(r.chunks, &columnChunk{storage: s})
	}
	return nil
}

// Columns are all columns of the file, the hidden ones too. Origin and Note of
// a source's column are in the manifest, not in the file.
func (r *Reader) Columns() []Column { return r.columns }

// Rows is how many rows the file has.
func (r *Reader) Rows() int64 { return r.rows }

// Next gives the next row, nil at the end. Values follow Type's Go types, nil
// is NULL. A row stays as it is after further calls; its texts keep alive the
// page they came from.
func (r *Reader) Next() ([]any, error) {
	if len(r.batch) == 0 {
		if err := recovering(r.readBatch); err != nil {
			return nil, fmt.Errorf("read %s: %w", r.path, err)
		}
		if len(r.batch) == 0 {
			return nil, nil
		}
	}
	width := len(r.columns)
	row := r.batch[:width:width]
	r.batch = r.batch[width:]
	return row, nil
}

// readBatch decodes some rows, column by column. It leaves none at the end of
// the file.
func (r *Reader) readBatch() error {
	for r.left == 0 {
		if len(r.groups) == 0 {
			return nil
		}
		if err := r.openGroup(r.groups[0]); err != nil {
			return err
		}
		r.groups = r.groups[1:]
	}
	width := len(r.columns)
	rows := int(min(r.left, batchRows))
	batch := make([]any, rows*width)
	for i, c := range r.chunks {
		if err := c.read(batch[i:], width, rows); err != nil {
			return fmt.Errorf("column %q: %w", r.columns[i].Name, err)
		}
	}
	r.left -= int64(rows)
	r.batch = batch
	return nil
}

// openGroup reads the compressed pages of a row group.
func (r *Reader) openGroup(g group) error {
	for i, c := range r.chunks {
		if err := c.open(r.file, g.chunks[i], g.rows); err != nil {
			return fmt.Errorf("column %q: %w", r.columns[i].Name, err)
		}
	}
	r.left = g.rows
	return nil
}

// Close ends the reading.
func (r *Reader) Close() error { return r.close() }
