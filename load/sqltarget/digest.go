package sqltarget

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/travaso/travaso/load/schema"
)

// ContentDigest is a digest of all rows of a table, in all columns by name,
// whatever their order; the same rows give the same in every kind of target.
// It comes after the number of rows, as in "3 9f86d0…".
func (t *Target) ContentDigest(ctx context.Context, table string) (string, error) {
	tables, err := t.Schema(ctx)
	if err != nil {
		return "", err
	}
	shape, ok := schema.Find(tables, table)
	if !ok {
		return "", &Error{Target: t.Name(), Reason: "no table " + table}
	}
	columns := slices.SortedFunc(slices.Values(shape.Columns), func(a, b schema.Column) int { return cmp.Compare(a.Name, b.Name) })
	texts := make([]string, len(columns))
	values := make([]sql.NullString, len(columns))
	into := make([]any, len(columns))
	for i, c := range columns {
		texts[i] = t.dialect.text(c)
		into[i] = &values[i]
	}
	rows, err := t.db.QueryContext(ctx, fmt.Sprintf("select %s from %s", strings.Join(texts, ", "), t.dialect.table(table)))
	if err != nil {
		return "", t.dialect.explain(err, "read "+table)
	}
	defer rows.Close()
	var total digestSum
	count := 0
	var row []byte
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return "", t.dialect.explain(err, "read "+table)
		}
		row = row[:0]
		for i, v := range values {
			row = append(row, columns[i].Name...)
			if !v.Valid {
				row = append(row, 0, 'N')
				continue
			}
			row = append(row, 0, 'V')
			row = binary.BigEndian.AppendUint64(row, uint64(len(v.String)))
			row = append(row, v.String...)
		}
		total.add(sha256.Sum256(row))
		count++
	}
	if err := rows.Err(); err != nil {
		return "", t.dialect.explain(err, "read "+table)
	}
	return fmt.Sprintf("%d %s", count, total), nil
}

// digestSum adds digests as 256-bit numbers: their order does not matter, and
// unlike with XOR a row that is there twice does not vanish.
type digestSum [4]uint64

func (s *digestSum) add(digest [sha256.Size]byte) {
	var carry uint64
	for i := range s {
		s[i], carry = bits.Add64(s[i], binary.BigEndian.Uint64(digest[i*8:]), carry)
	}
}

func (s digestSum) String() string {
	var text []byte
	for _, word := range s {
		text = binary.BigEndian.AppendUint64(text, word)
	}
	return hex.EncodeToString(text)
}
