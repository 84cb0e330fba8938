package sqltarget

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// insert streams the rows through COPY in its text format.
func (p *postgres) insert(ctx context.Context, tx *transaction, into string, columns []column, next nextRow) (int64, error) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	reader := &copyReader{columns: columns, next: next}
	var tag pgconn.CommandTag
	err := tx.conn.Raw(func(connection any) error {
		var err error
		tag, err = connection.(*stdlib.Conn).Conn().PgConn().CopyFrom(ctx, reader,
			fmt.Sprintf("copy %s (%s) from stdin", into, quoteAll(names, "")))
		return err
	})
	lines, failed := reader.stop()
	if failed != nil {
		return 0, failed // the server only repeats it
	}
	if err != nil {
		return 0, err
	}
	if tag.RowsAffected() != lines {
		return 0, fmt.Errorf("%d rows were sent to %s and %d arrived", lines, into, tag.RowsAffected())
	}
	return tag.RowsAffected(), nil
}

// copyReader writes rows in the text format of COPY as they are read. The
// driver reads in a goroutine of its own, which may outlive the COPY where the
// connection is lost: stop ends it for good, before the rows are closed.
type copyReader struct {
	columns []column
	next    nextRow

	mu      sync.Mutex
	stopped bool
	lines   int64
	text    []byte // written and not read yet
	start   int
	failed  error
	ended   bool
}

// Read implements io.Reader.
func (r *copyReader) Read(into []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return 0, io.ErrClosedPipe
	}
	for r.start == len(r.text) {
		if r.failed != nil {
			return 0, r.failed
		}
		if r.ended {
			return 0, io.EOF
		}
		r.fill(len(into))
	}
	n := copy(into, r.text[r.start:])
	r.start += n
	return n, nil
}

// stop waits for a read under way and lets no other begin. It gives the rows
// read, and the error of reading them.
func (r *copyReader) stop() (lines int64, failed error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	return r.lines, r.failed
}

// fill writes rows until there is a buffer full of them.
func (r *copyReader) fill(size int) {
	r.text, r.start = r.text[:0], 0
	for len(r.text) < size {
		values, err := r.next()
		if err != nil {
			r.failed = err
			return
		}
		if values == nil {
			r.ended = true
			return
		}
		r.lines++
		for i, v := range values {
			if i > 0 {
				r.text = append(r.text, '\t')
			}
			if r.text, err = appendCopy(r.text, v, r.columns[i]); err != nil {
				r.failed = err
				return
			}
		}
		r.text = append(r.text, '\n')
	}
}

// appendCopy writes one value; nil is \N.
func appendCopy(dst []byte, value any, c column) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(dst, '\\', 'N'), nil
	case string:
		return appendEscaped(dst, v, c)
	case int64:
		switch {
		case isMoney(c.Column):
			return appendDecimal(dst, v, c.Scale), nil
		case c.Type == "timestamp":
			return appendTimestamp(dst, v), nil
		}
		return strconv.AppendInt(dst, v, 10), nil
	case int32:
		return appendDate(dst, v), nil
	case [16]byte:
		return appendUUID(dst, v), nil
	case bool:
		if v {
			return append(dst, 't'), nil
		}
		return append(dst, 'f'), nil
	}
	return dst, fmt.Errorf("column %s: a value of Go type %T cannot be written", c.Name, value)
}

// appendEscaped writes a text with a backslash before what COPY would take for
// its own.
func appendEscaped(dst []byte, text string, c column) ([]byte, error) {
	plain := 0 // where the part that is not written yet begins
	for i := 0; i < len(text); i++ {
		var escape byte
		switch text[i] {
		case '\\':
			escape = '\\'
		case '\t':
			escape = 't'
		case '\n':
			escape = 'n'
		case '\r':
			escape = 'r'
		case 0:
			return dst, nulRefused(c)
		default:
			continue
		}
		dst = append(dst, text[plain:i]...)
		dst = append(dst, '\\', escape)
		plain = i + 1
	}
	return append(dst, text[plain:]...), nil
}

func nulRefused(c column) error {
	return fmt.Errorf("column %s: a text with a NUL byte, which no database keeps: reject it or remove it in the mapping (nul: remove)", c.Name)
}
