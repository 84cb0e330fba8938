package snapshot

import (
	"errors"
	"fmt"
	"hash/maphash"
	"math/bits"
)

// Content says what a column of a file holds: it must be found again by
// whoever reads the file.
type Content struct {
	Column string `json:"column"`
	Values int64  `json:"values"` // those that are not NULL
	Bytes  int64  `json:"bytes"`  // of the texts
}

// tally counts, sums and digests rows as they pass.
type tally struct {
	columns []columnTally
	rows    int64
	numbers uint64 // digest of the rows' numbers
	seed    maphash.Seed
}

type columnTally struct {
	column Column
	values int64
	bytes  int64
	sum    *Sum // nil where the column is not a number
	// digest depends on every value and on their order. It is compared only
	// within this process.
	digest uint64
}

func newTally(columns []Column) *tally {
	t := &tally{columns: make([]columnTally, len(columns)), seed: maphash.MakeSeed()}
	for i, c := range columns {
		t.columns[i].column = c
		if IsNumber(c) {
			t.columns[i].sum = new(Sum)
		}
	}
	return t
}

// IsNumber says whether a column has a sum in Figures.
func IsNumber(c Column) bool {
	return c.Type == Integer || c.Type == Decimal || c.Type == Text && c.Number
}

// add counts one row; its values are of the columns' types.
func (t *tally) add(number int64, values []any) error {
	for i, v := range values {
		if err := t.columns[i].add(v, t.seed); err != nil {
			return fmt.Errorf("column %q: %w", t.columns[i].column.Name, err)
		}
	}
	t.rows++
	t.numbers = mix(t.numbers, uint64(number))
	return nil
}

// mix takes one more value into a digest that depends on their order.
func mix(digest, value uint64) uint64 {
	return (bits.RotateLeft64(digest, 7) ^ value) * 0xff51afd7ed558ccd
}

func (c *columnTally) add(v any, seed maphash.Seed) error {
	hash := uint64(0x9e3779b97f4a7c15) // of NULL
	switch v := v.(type) {
	case nil:
	case string:
		hash = maphash.String(seed, v)
		c.bytes += int64(len(v))
		if c.sum != nil {
			if err := c.sum.AddText(v); err != nil {
				return err
			}
		}
	case int64:
		hash = uint64(v)
		if c.sum != nil {
			c.sum.Add(v, c.column.Scale)
		}
	case int32:
		hash = uint64(v)
	case bool:
		hash = 1
		if v {
			hash = 2
		}
	default:
		return fmt.Errorf("a %T is no value of a snapshot", v)
	}
	if v != nil {
		c.values++
	}
	c.digest = mix(c.digest, hash)
	return nil
}

// compare says what was lost or changed between t and what was read back.
func (t *tally) compare(read *tally) error {
	if read.rows != t.rows {
		return fmt.Errorf("%d rows were written and %d came back", t.rows, read.rows)
	}
	if read.numbers != t.numbers {
		return errors.New("the row numbers that came back are not those written")
	}
	for i, c := range t.columns {
		r := read.columns[i]
		switch {
		case r.values != c.values:
			return fmt.Errorf("column %q: %d values were written and %d came back", c.column.Name, c.values, r.values)
		case c.sum != nil && r.sum.String() != c.sum.String():
			return fmt.Errorf("column %q: the sum written is %s and %s came back", c.column.Name, c.sum, r.sum)
		case r.bytes != c.bytes || r.digest != c.digest:
			return fmt.Errorf("column %q: the values that came back are not those written", c.column.Name)
		}
	}
	return nil
}

func (t *tally) figures() Figures {
	f := Figures{Rows: t.rows, Sums: map[string]string{}}
	for _, c := range t.columns {
		if c.sum != nil {
			f.Sums[c.column.Name] = c.sum.String()
		}
	}
	return f
}

func (t *tally) contents() []Content {
	contents := make([]Content, len(t.columns))
	for i, c := range t.columns {
		contents[i] = Content{Column: c.column.Name, Values: c.values, Bytes: c.bytes}
	}
	return contents
}
