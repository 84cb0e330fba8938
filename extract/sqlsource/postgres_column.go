package sqlsource

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/extract/snapshot"
)

// moneyOID is the type money, for which pgtype has no constant.
const moneyOID = 790

func (p *postgres) columns(ctx context.Context, conn *sqlx.Conn, r relation) ([]column, error) {
	fields, err := p.fields(ctx, conn, r)
	if err != nil {
		return nil, err
	}
	origins, err := p.origins(ctx, conn, fields)
	if err != nil {
		return nil, err
	}
	columns := make([]column, len(fields))
	doubts := make([]string, len(fields))
	for i, f := range fields {
		columns[i] = column{Column: snapshot.Column{Name: f.Name, Origin: origins[i]}, read: p.quote(f.Name)}
		doubts[i] = p.declare(&columns[i], f)
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

// fields are the columns of the relation with the types that the server sends,
// which for a domain are those of its base.
func (p *postgres) fields(ctx context.Context, conn *sqlx.Conn, r relation) (fields []pgconn.FieldDescription, err error) {
	err = p.raw(conn, func(pg *pgconn.PgConn) error {
		prepared, err := pg.Prepare(ctx, "", "select * from "+r.from, nil)
		if err != nil {
			return err
		}
		fields = prepared.Fields
		return nil
	})
	return fields, err
}

// origins are the types in PostgreSQL's words, as in "numeric(15,2)".
func (p *postgres) origins(ctx context.Context, conn *sqlx.Conn, fields []pgconn.FieldDescription) ([]string, error) {
	selects := make([]string, len(fields))
	for i, f := range fields {
		selects[i] = fmt.Sprintf("(%d, format_type(%d, %d))", i, f.DataTypeOID, f.TypeModifier)
	}
	if len(selects) == 0 {
		return nil, nil
	}
	var origins []string
	err := conn.SelectContext(ctx, &origins, "select o from (values "+strings.Join(selects, ", ")+") as v(i, o) order by i")
	return origins, err
}

// declare takes the column by its declared type. It returns the SQL condition
// under which a value does not fit that type; "" where all of them do.
func (p *postgres) declare(c *column, f pgconn.FieldDescription) (doubt string) {
	switch f.DataTypeOID {
	case pgtype.BoolOID:
		c.Type, c.decode = snapshot.Boolean, decodeBoolean
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		c.Type, c.decode = snapshot.Integer, decodeInteger
		c.sums = sumOf("sum(" + c.read + ")::text")
	case pgtype.NumericOID:
		return p.declareNumeric(c, f.TypeModifier)
	case moneyOID:
		c.asNumber(noteMoney)
		c.read += "::numeric"
		c.sums = sumOf("sum(" + c.read + ")::text")
	case pgtype.Float4OID, pgtype.Float8OID:
		return p.declareFloat(c, f.DataTypeOID)
	case pgtype.DateOID:
		c.Type, c.decode = snapshot.Date, decodeDate
		return outsideYears(c.read)
	case pgtype.TimestampOID:
		c.Type, c.decode = snapshot.Timestamp, decodeTimestamp
		return outsideYears(c.read)
	case pgtype.TimestamptzOID:
		c.read = "(" + c.read + " at time zone 'UTC')"
		c.Type, c.decode = snapshot.Timestamp, decodeTimestamp
		c.addNote(noteUTC)
		return outsideYears(c.read)
	case pgtype.ByteaOID:
		c.asText(noteHex)
		c.decode = decodeBytea
	default:
		c.asText("")
	}
	return ""
}

func (p *postgres) declareNumeric(c *column, modifier int32) (doubt string) {
	if modifier < 4 { // declared without precision
		c.asNumber("")
		doubt = c.read + "::text in ('NaN', 'Infinity', '-Infinity')"
	} else {
		// Since version 15 the scale has 11 bits and a sign; before, it was never above 1000.
		bits := modifier - 4
		c.asDecimal(int(bits>>16), int(bits&0x7ff^1024)-1024)
		doubt = c.read + " = 'NaN'"
	}
	c.sums = sumOf("sum(" + c.read + ")::text")
	return doubt
}

func (p *postgres) declareFloat(c *column, oid uint32) (doubt string) {
	c.asNumber(noteFloat)
	size := 64
	if oid == pgtype.Float4OID {
		size = 32
	}
	c.decode = decodeFloat(size)
	// Since version 12 the text of a float is its shortest exact decimal.
	if p.version >= 120000 {
		c.sums = sumOf("sum(" + c.read + "::text::numeric)::text")
	}
	return c.read + " in ('NaN', 'Infinity', '-Infinity')"
}

// outsideYears is true of infinities and of years that other systems cannot keep.
func outsideYears(expression string) string {
	return "(" + expression + " < '0001-01-01' or " + expression + " >= '10000-01-01')"
}
