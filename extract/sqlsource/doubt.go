package sqlsource

import (
	"context"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/extract/snapshot"
)

// holds tells of each condition whether any row meets it, in one pass.
func holds(ctx context.Context, conn *sqlx.Conn, r relation, conditions []string) ([]bool, error) {
	met := make([]bool, len(conditions))
	var selects []string
	var dest []any
	for i, condition := range conditions {
		if condition != "" {
			selects = append(selects, "coalesce(max(case when "+condition+" then 1 else 0 end), 0)")
			dest = append(dest, &met[i])
		}
	}
	if len(selects) == 0 {
		return met, nil
	}
	err := conn.QueryRowxContext(ctx, "select "+strings.Join(selects, ", ")+" from "+r.from).Scan(dest...)
	return met, err
}

// demote takes as text a column that holds values its type cannot.
func (c *column) demote() {
	switch c.Type {
	case snapshot.Date, snapshot.Timestamp:
		c.asText(noteNoDate)
	case snapshot.Integer:
		sums := c.sums
		c.asNumber(noteUnsigned)
		c.sums = sums
	default:
		decode := c.decode
		if c.Type == snapshot.Decimal {
			decode = decodeText
		}
		c.asText(noteNotFinite)
		c.decode = decode
	}
}
