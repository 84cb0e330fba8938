package sqlsource

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/validate/finding"
)

// column is a column of the source and the way its values are read.
type column struct {
	snapshot.Column
	// read is the SQL expression that is selected.
	read string
	// decode makes the value of Type out of the text the database gives. It is
	// unused by SQLite, whose values have a type each.
	decode func(text []byte) (any, error)
	// sums are SQL aggregates whose sum is the column's exact sum. A Number
	// column without any is read a second time for its sum.
	sums []term
	// floatBits is the size of a float of MySQL, whose driver parses its text.
	floatBits int
}

// term is an SQL aggregate to be taken so many times.
type term struct {
	sql   string
	times int64
}

func sumOf(sql string) []term { return []term{{sql: sql, times: 1}} }

// addTerm adds the text of an aggregate's value to a total.
func addTerm(total *snapshot.Sum, text string, times int64) error {
	if times != 1 {
		n, ok := new(big.Int).SetString(text, 10)
		if !ok {
			return fmt.Errorf("%q is not an integer", text)
		}
		text = n.Mul(n, big.NewInt(times)).String()
	}
	return total.AddText(text)
}

// asText makes the column one of texts, read by the database's own text form.
func (c *column) asText(note string) {
	c.Type, c.Precision, c.Scale, c.Number = snapshot.Text, 0, 0, false
	c.decode, c.sums = decodeText, nil
	c.addNote(note)
}

// asNumber makes the column one of the exact texts of numbers.
func (c *column) asNumber(note string) {
	c.asText(note)
	c.Number = true
}

// asDecimal makes the column one of decimals where 64 bits hold them, else of
// the exact texts of numbers.
func (c *column) asDecimal(precision, scale int) {
	if precision < 1 || precision > 18 || scale < 0 || scale > precision {
		c.asNumber("")
		return
	}
	c.Type, c.Precision, c.Scale = snapshot.Decimal, precision, scale
	c.decode = decodeDecimal(scale)
}

func (c *column) addNote(note string) {
	switch {
	case note == "":
	case c.Note == "":
		c.Note = note
	default:
		c.Note += "; " + note
	}
}

// Notes of columns, which the report shows.
const (
	noteFloat     = "float in the source, taken by its shortest exact decimal"
	noteNotFinite = "holds NaN or infinity: taken as text, not summed"
	noteHex       = "bytes, taken as hexadecimal text"
	noteUTC       = "has a time zone in the source, converted to UTC"
	noteNoDate    = "holds values that are no date of the years 1 to 9999 (zero dates, infinity, BC): taken as text"
	noteMoney     = "money type in the source, taken as an exact decimal"
	noteUnsigned  = "holds integers beyond 64 bits with sign: taken as text"
)

// record is one row on its way to the sink; it is reused for the next.
type record struct {
	values []any
	// bad is set where a value is not text in any encoding we can keep.
	bad *badText
	// raw gives the row as the database gave it, its values separated by tabs.
	raw func() []byte
}

// badText is a value that is not UTF-8.
type badText struct {
	column int
	offset int // of the first wrong byte in the value
}

func (b *badText) Error() string {
	return fmt.Sprintf("not UTF-8 at byte %d of the value", b.offset+1)
}

// rejected makes the finding: it names the column and, where the primary key
// is of integers, the key; never the value, which may be personal.
func (r *record) rejected(d *dataset, part int, row int64) snapshot.RejectedRow {
	reason := fmt.Sprintf("column %s: %v", d.columns[r.bad.column].Name, r.bad)
	if key := r.key(d); key != "" {
		reason += " (row with " + key + ")"
	}
	raw := r.raw()
	return snapshot.RejectedRow{
		Part: part, Row: row,
		Code: string(finding.BadEncoding), Reason: reason,
		Raw: raw[:min(len(raw), snapshot.RawLimit)],
	}
}

func (r *record) key(d *dataset) string {
	var parts []string
	for _, name := range d.relation.key {
		for i, c := range d.columns {
			if c.Name == name && c.Type == snapshot.Integer {
				parts = append(parts, fmt.Sprintf("%s = %v", name, r.values[i]))
			}
		}
	}
	if len(parts) < len(d.relation.key) {
		return ""
	}
	return strings.Join(parts, ", ")
}

// checkNames refuses what SQL and Parquet cannot tell apart.
func checkNames(columns []column) error {
	if len(columns) == 0 {
		return fmt.Errorf("no columns")
	}
	seen := map[string]bool{}
	for _, c := range columns {
		if seen[c.Name] {
			return fmt.Errorf("two columns are named %s: rename one of them with AS in a query", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}
