package sqlsource

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// cell takes a value as the driver made it, bytes uncopied: they are the
// driver's until the next row.
type cell struct{ value any }

func (c *cell) Scan(value any) error {
	c.value = value
	return nil
}

// streamCells runs a SELECT through database/sql and gives each row, its
// values made by decode.
func streamCells(ctx context.Context, conn *sqlx.Conn, statement string, columns []column, decode func(*record, int, any) error, row func(*record) error) error {
	rows, err := conn.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	cells := make([]cell, len(columns))
	dest := make([]any, len(columns))
	for i := range cells {
		dest[i] = &cells[i]
	}
	r := &record{values: make([]any, len(columns)), raw: func() []byte { return joinCells(cells) }}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		r.bad = nil
		for i := range cells {
			if err := decode(r, i, cells[i].value); err != nil {
				return err
			}
		}
		if err := row(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// joinCells writes a row as tab-separated text, for a rejected row.
func joinCells(cells []cell) []byte {
	var line bytes.Buffer
	for i, c := range cells {
		if i > 0 {
			line.WriteByte('\t')
		}
		switch v := c.value.(type) {
		case nil:
		case []byte:
			line.Write(v)
		default:
			fmt.Fprint(&line, v)
		}
	}
	return line.Bytes()
}
