package sqlsource

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/extract/snapshot"
)

// mysqlField is a column as MySQL describes it.
type mysqlField struct {
	Name      string `db:"name"`
	Type      string `db:"type"`     // as in "decimal"
	Declared  string `db:"declared"` // as in "decimal(15,2) unsigned"
	Precision int    `db:"digits"`
	Scale     int    `db:"decimals"`
}

func (m *mysql) columns(ctx context.Context, conn *sqlx.Conn, r relation) ([]column, error) {
	fields, err := m.fields(ctx, conn, r)
	if err != nil {
		return nil, err
	}
	columns := make([]column, len(fields))
	doubts := make([]string, len(fields))
	for i, f := range fields {
		columns[i] = column{Column: snapshot.Column{Name: f.Name, Origin: f.Declared}, read: m.quote(f.Name)}
		doubts[i] = m.declare(&columns[i], f)
	}
	doubtful, err := holds(ctx, conn, r, doubts)
	if err != nil {
		return nil, err
	}
	for i := range columns {
		if doubtful[i] {
			columns[i].demote()
		}
	}
	return columns, nil
}

// fields are the columns of a table or view by the catalogue, those of a query
// by the description of its result.
func (m *mysql) fields(ctx context.Context, conn *sqlx.Conn, r relation) ([]mysqlField, error) {
	if r.table == "" {
		return m.resultFields(ctx, conn, r)
	}
	var fields []mysqlField
	err := conn.SelectContext(ctx, &fields, `
		select column_name as name, lower(data_type) as type, column_type as declared,
			coalesce(numeric_precision, 0) as digits, coalesce(numeric_scale, 0) as decimals
		from information_schema.columns where table_schema = `+m.literal(r.schema)+` and table_name = `+m.literal(r.table)+`
		order by ordinal_position`)
	return fields, err
}

func (m *mysql) resultFields(ctx context.Context, conn *sqlx.Conn, r relation) ([]mysqlField, error) {
	rows, err := conn.QueryContext(ctx, "select * from "+r.from+" limit 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	var fields []mysqlField
	for _, t := range types {
		declared := strings.ToLower(t.DatabaseTypeName())
		f := mysqlField{Name: t.Name(), Declared: declared, Type: strings.TrimPrefix(declared, "unsigned ")}
		if f.Type != declared {
			f.Declared = f.Type + " unsigned"
		}
		if f.Type == "decimal" {
			// The driver counts a sign in the width, which unsigned decimals do not
			// have: their precision comes out one too low.
			precision, scale, _ := t.DecimalSize()
			f.Precision, f.Scale = int(precision)+1, int(scale)
			f.Declared = fmt.Sprintf("decimal(%d,%d)", f.Precision, f.Scale)
		}
		fields = append(fields, f)
	}
	return fields, rows.Err()
}

// declare takes the column by its declared type. It returns the SQL condition
// under which a value does not fit that type; "" where all of them do.
func (m *mysql) declare(c *column, f mysqlField) (doubt string) {
	switch f.Type {
	case "tinyint", "smallint", "mediumint", "int", "bigint", "year":
		m.declareInteger(c)
		if f.Type == "bigint" && strings.Contains(f.Declared, "unsigned") {
			return c.read + " > 9223372036854775807"
		}
	case "bit":
		c.read = "(" + c.read + " + 0)"
		m.declareInteger(c)
		return c.read + " > 9223372036854775807"
	case "decimal":
		c.asDecimal(f.Precision, f.Scale)
		// A sum has 22 digits more, of at most 65; past that it would be cut off
		// without a word, and the column is read a second time instead.
		if f.Precision <= 65-22 {
			c.sums = sumOf("sum(" + c.read + ")")
		}
	case "float":
		// The server's text of a float has six digits; made a double it has all.
		c.asNumber(noteFloat)
		c.read = "(" + c.read + " + 0e0)"
		c.floatBits = 32
	case "double", "real":
		c.asNumber(noteFloat)
		c.floatBits = 64
	case "date":
		c.Type, c.decode = snapshot.Date, decodeDate
		return noDate(c.read)
	case "datetime", "timestamp":
		c.Type, c.decode = snapshot.Timestamp, decodeTimestamp
		if f.Type == "timestamp" {
			c.addNote(noteUTC)
		}
		return noDate(c.read)
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		c.asText(noteHex)
		c.decode = decodeBytes
	case "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection":
		c.asText("geometry, taken as well-known text")
		c.read = "st_astext(" + c.read + ")"
	default:
		c.asText("")
	}
	return ""
}

func (m *mysql) declareInteger(c *column) {
	c.Type, c.decode = snapshot.Integer, decodeInteger
	c.sums = sumOf("sum(cast(" + c.read + " as decimal(30, 0)))")
}

// noDate is true of zero dates (0000-00-00), of dates with a zero month or day,
// of the year 0, and of days that do not exist (2015-02-31).
func noDate(expression string) string {
	return fmt.Sprintf("%s is not null and (year(%[1]s) = 0 or month(%[1]s) = 0 or day(%[1]s) = 0 or day(%[1]s) > day(last_day(date_format(%[1]s, '%%Y-%%m-01'))))", expression)
}

func (m *mysql) stream(ctx context.Context, conn *sqlx.Conn, statement string, columns []column, row func(*record) error) error {
	return streamCells(ctx, conn, statement, columns, func(r *record, i int, value any) error {
		c := &columns[i]
		switch v := value.(type) {
		case nil:
			r.values[i] = nil
		case []byte:
			return r.decodeAt(columns, i, v)
		case int64:
			if c.Type == snapshot.Integer {
				r.values[i] = value
				return nil
			}
			r.values[i] = fmt.Sprint(v)
		case uint64:
			if c.Type == snapshot.Integer {
				r.values[i] = int64(v) // it fits: more would have made the column one of texts
				return nil
			}
			r.values[i] = fmt.Sprint(v)
		case float64:
			if c.floatBits == 0 {
				return fmt.Errorf("column %s of type %s: a value is a float", c.Name, c.Origin)
			}
			r.values[i] = floatText(v, c.floatBits)
		default:
			return errors.New("column " + c.Name + ": a value is of a type the driver did not promise")
		}
		return nil
	}, row)
}
