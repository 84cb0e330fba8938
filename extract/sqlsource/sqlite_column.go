package sqlsource

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/extract/snapshot"
)

// storage is which storage classes the values of a column have: the first and
// the last of them in order of name (blob, integer, real, text), nil where all
// values are NULL.
type storage struct{ first, last *string }

// columns goes by the values: a declared type is only a wish in SQLite.
func (l *sqlite) columns(ctx context.Context, conn *sqlx.Conn, r relation) ([]column, error) {
	columns, err := l.declared(ctx, conn, r)
	if err != nil {
		return nil, err
	}
	stored, err := l.stored(ctx, conn, r, columns)
	if err != nil {
		return nil, err
	}
	conditions := make([]string, len(columns))
	for i := range columns {
		l.choose(&columns[i], stored[i])
		if columns[i].Number {
			conditions[i] = "abs(" + columns[i].read + ") > 1.7976931348623157e308"
		}
	}
	infinite, err := holds(ctx, conn, r, conditions)
	if err != nil {
		return nil, err
	}
	for i := range columns {
		if infinite[i] {
			columns[i].asText(noteNotFinite)
		}
	}
	return columns, nil
}

func (l *sqlite) declared(ctx context.Context, conn *sqlx.Conn, r relation) ([]column, error) {
	rows, err := conn.QueryContext(ctx, "select * from "+r.from+" limit 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	var columns []column
	for _, t := range types {
		// The plus keeps the driver from making times and booleans of values by
		// their declared type: an expression has none. It changes no value.
		columns = append(columns, column{
			Column: snapshot.Column{Name: t.Name(), Origin: strings.ToLower(t.DatabaseTypeName())},
			read:   "+" + l.quote(t.Name()),
		})
	}
	return columns, rows.Err()
}

// stored asks for the storage classes of all columns in one pass.
func (l *sqlite) stored(ctx context.Context, conn *sqlx.Conn, r relation, columns []column) ([]storage, error) {
	stored := make([]storage, len(columns))
	var selects []string
	var dest []any
	for i, c := range columns {
		class := "nullif(typeof(" + c.read + "), 'null')"
		selects = append(selects, "min("+class+")", "max("+class+")")
		dest = append(dest, &stored[i].first, &stored[i].last)
	}
	if len(selects) == 0 {
		return stored, nil
	}
	err := conn.QueryRowxContext(ctx, "select "+strings.Join(selects, ", ")+" from "+r.from).Scan(dest...)
	return stored, err
}

// choose takes the column by what is in it.
func (l *sqlite) choose(c *column, s storage) {
	const blob, integer, real, text = "blob", "integer", "real", "text"
	if s.first == nil {
		// Nothing is in it: what is declared is all there is to go by.
		if strings.Contains(c.Origin, "int") {
			l.chooseInteger(c)
			return
		}
		c.asText("")
		return
	}
	switch first, last := *s.first, *s.last; {
	case last == integer && first == integer:
		l.chooseInteger(c)
	case last == real && first != blob:
		c.asNumber(noteFloat)
	case last == blob:
		c.asText(noteHex)
	case first == blob:
		c.asText("holds bytes beside other values: the bytes are taken as hexadecimal text")
	case first != text:
		c.asText("holds numbers beside texts: taken as text; a float by its shortest exact decimal")
	default:
		c.asText("")
	}
}

// chooseInteger sums in two halves: the sum of 64-bit integers may not fit in
// 64 bits, and SQLite has no wider ones.
func (l *sqlite) chooseInteger(c *column) {
	c.Type = snapshot.Integer
	c.sums = []term{
		{sql: "sum(" + c.read + " >> 32)", times: 1 << 32},
		{sql: "sum(" + c.read + " & 4294967295)", times: 1},
	}
}

func (l *sqlite) stream(ctx context.Context, conn *sqlx.Conn, statement string, columns []column, row func(*record) error) error {
	return streamCells(ctx, conn, statement, columns, func(r *record, i int, value any) error {
		if columns[i].Type == snapshot.Integer {
			return r.setInteger(columns, i, value)
		}
		return r.setText(columns, i, value)
	}, row)
}

func (r *record) setInteger(columns []column, i int, value any) error {
	switch value.(type) {
	case nil, int64:
		r.values[i] = value
		return nil
	}
	return fmt.Errorf("column %s: a value is of another type than when the column was described", columns[i].Name)
}

// setText keeps any value as a text: numbers exactly, bytes in hexadecimal.
func (r *record) setText(columns []column, i int, value any) error {
	switch v := value.(type) {
	case nil:
		r.values[i] = nil
	case string:
		r.values[i] = v
		if !utf8.ValidString(v) && r.bad == nil {
			r.values[i], r.bad = nil, &badText{column: i, offset: invalidAt([]byte(v))}
		}
	case int64:
		r.values[i] = strconv.FormatInt(v, 10)
	case float64:
		r.values[i] = floatText(v, 64)
	case []byte:
		r.values[i] = hex.EncodeToString(v)
	default:
		return errors.New("column " + columns[i].Name + ": a value is of a type the driver did not promise")
	}
	return nil
}
