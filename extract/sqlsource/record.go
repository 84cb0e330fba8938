package sqlsource

import (
	"errors"
	"fmt"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/validate/finding"
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

// decode makes the values of a row of texts, nil for NULL.
func (r *record) decode(columns []column, texts [][]byte) error {
	r.bad = nil
	for i, text := range texts {
		if text == nil {
			r.values[i] = nil
			continue
		}
		if err := r.decodeAt(columns, i, text); err != nil {
			return err
		}
	}
	return nil
}

func (r *record) decodeAt(columns []column, i int, text []byte) error {
	value, err := columns[i].decode(text)
	var bad *badText
	switch {
	case err == nil:
	case errors.As(err, &bad):
		bad.column, value = i, nil
		if r.bad == nil {
			r.bad = bad
		}
	default:
		return fmt.Errorf("column %s of type %s: a value is %w", columns[i].Name, columns[i].Origin, err)
	}
	r.values[i] = value
	return nil
}
