package sqlsource

import (
	"fmt"
	"math/big"

	"github.com/travaso/travaso/extract/snapshot"
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
