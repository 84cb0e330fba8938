package sqltarget

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-sqlite3"
)

// How many values, and rows, one insert statement takes. SQLite bounds the
// values; more rows than this make it no faster.
const (
	sqliteMaxValues = 32766
	sqliteMaxRows   = 64
)

// insert writes the rows by prepared statements of many rows each.
func (s *sqlite) insert(ctx context.Context, tx *transaction, into string, columns []column, next nextRow) (int64, error) {
	var inserted int64
	err := tx.conn.Raw(func(connection any) error {
		i := &sqliteInserter{connection: connection.(*sqlite3.SQLiteConn), into: into, columns: columns}
		defer i.close()
		var err error
		inserted, err = i.run(ctx, next)
		return err
	})
	return inserted, err
}

type sqliteInserter struct {
	connection *sqlite3.SQLiteConn
	into       string
	columns    []column
	statement  driver.Stmt // of rows rows
	rows       int
	values     []driver.NamedValue
	inserted   int64
}

func (i *sqliteInserter) run(ctx context.Context, next nextRow) (int64, error) {
	perStatement := max(1, min(sqliteMaxRows, sqliteMaxValues/len(i.columns)))
	i.values = make([]driver.NamedValue, 0, perStatement*len(i.columns))
	for {
		row, err := next()
		if err != nil {
			return 0, err
		}
		if row == nil {
			break
		}
		if err := i.add(row); err != nil {
			return 0, err
		}
		if len(i.values) == perStatement*len(i.columns) {
			if err := i.flush(ctx); err != nil {
				return 0, err
			}
		}
	}
	return i.inserted, i.flush(ctx)
}

// add turns a row into the values that SQLite keeps.
func (i *sqliteInserter) add(row []any) error {
	for at, value := range row {
		kept, err := sqliteValue(value, i.columns[at])
		if err != nil {
			return err
		}
		i.values = append(i.values, driver.NamedValue{Ordinal: len(i.values) + 1, Value: kept})
	}
	return nil
}

func (i *sqliteInserter) flush(ctx context.Context) error {
	rows := len(i.values) / len(i.columns)
	if rows == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := i.exec(rows, i.values); err != nil {
		return i.locate(err)
	}
	i.inserted += int64(rows)
	i.values = i.values[:0]
	return nil
}

func (i *sqliteInserter) exec(rows int, values []driver.NamedValue) error {
	if i.rows != rows {
		i.close()
		names := make([]string, len(i.columns))
		for at, c := range i.columns {
			names[at] = c.Name
		}
		row := "(?" + strings.Repeat(", ?", len(i.columns)-1) + ")"
		statement, err := i.connection.Prepare(fmt.Sprintf("insert into %s (%s) values %s%s",
			i.into, quoteAll(names, ""), row, strings.Repeat(", "+row, rows-1)))
		if err != nil {
			return err
		}
		i.statement, i.rows = statement, rows
	}
	// A context that can end starts a goroutine each time; flush looks at it.
	_, err := i.statement.(driver.StmtExecContext).ExecContext(context.Background(), values)
	return err
}

func (i *sqliteInserter) close() {
	if i.statement != nil {
		i.statement.Close()
		i.statement, i.rows = nil, 0
	}
}

// locate finds which row of a failed statement was at fault: the statement
// left nothing behind, so its rows can be tried one by one.
func (i *sqliteInserter) locate(err error) error {
	width := len(i.columns)
	for at := 0; at < len(i.values); at += width {
		for column := range width {
			i.values[at+column].Ordinal = column + 1
		}
		if rowErr := i.exec(1, i.values[at:at+width]); rowErr != nil {
			return &lineError{line: i.inserted + int64(at/width) + 1, cause: rowErr}
		}
	}
	return err
}

// lineError is an error that one of the rows being inserted caused.
type lineError struct {
	line  int64 // counted from 1
	cause error
}

func (e *lineError) Error() string { return e.cause.Error() }
func (e *lineError) Unwrap() error { return e.cause }

// sqliteValue gives the value that SQLite keeps for one of a staged row.
func sqliteValue(value any, c column) (driver.Value, error) {
	switch v := value.(type) {
	case nil, bool:
		return v, nil
	case string:
		if strings.IndexByte(v, 0) >= 0 {
			return nil, nulRefused(c)
		}
		if !utf8.ValidString(v) {
			return nil, fmt.Errorf("column %s: a text that is not UTF-8: give the source its encoding", c.Name)
		}
		return v, nil
	case int64:
		switch {
		case isMoney(c.Column):
			return sqliteDecimal(v, c)
		case c.Type == "timestamp":
			return sqliteDay(string(appendTimestamp(nil, v)), c)
		}
		return v, nil
	case int32:
		return sqliteDay(string(appendDate(nil, v)), c)
	case [16]byte:
		return string(appendUUID(nil, v)), nil
	}
	return nil, fmt.Errorf("column %s: a value of Go type %T cannot be written", c.Name, value)
}

// sqliteDecimal writes as many decimals as the column has: its texts are added
// up and compared without their points.
func sqliteDecimal(unscaled int64, c column) (driver.Value, error) {
	text := appendDecimal(nil, unscaled, c.Scale)
	if missing := c.scale - c.Scale; missing > 0 {
		if c.Scale == 0 {
			text = append(text, '.')
		}
		text = append(text, strings.Repeat("0", missing)...)
	}
	return string(text), nil
}

// sqliteDay refuses what SQLite's functions for dates cannot read.
func sqliteDay(text string, c column) (driver.Value, error) {
	if strings.HasSuffix(text, " BC") || strings.IndexByte(text, '-') != 4 {
		return nil, fmt.Errorf("column %s: %s is not between the years 1 and 9999, which is all that sqlite has: reject it in the mapping", c.Name, text)
	}
	return text, nil
}
