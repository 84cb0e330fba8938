// Package reconcile is the control totals of a migration at every stop of the
// way, and whether they account for one another to the cent:
//
//	source − rejected − excluded = staged = target
//
// Amounts are exact decimals, as texts without exponent. They are added as
// decimals of any length, never as floating point.
package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/travaso/travaso/transform/staged"
)

// Stop is where on the way rows are counted and amounts summed.
type Stop string

// The stops. Source is what the transformation counted straight from the snapshot.
const (
	Source   Stop = "source"
	Rejected Stop = "rejected"
	Excluded Stop = "excluded"
	Staged   Stop = "staged"
	Target   Stop = "target"
)

// Rows is the measure that counts; every other measure is a column's sum.
const Rows = "rows"

// Totals are what one stop holds of one entity or dataset, or of those of its
// rows that are in one state.
type Totals struct {
	Stop     Stop   `json:"stop"`
	Document string `json:"document,omitempty"` // the type; empty for a dataset
	Entity   string `json:"entity"`             // or the dataset
	State    string `json:"state,omitempty"`    // empty: all of them
	Rows     int64  `json:"rows"`
	// Sums are exact decimals by column.
	Sums map[string]string `json:"sums,omitempty"`
	// Unreadable counts, by column, the values that are no amount. They are in no sum.
	Unreadable map[string]int64 `json:"unreadable,omitempty"`
	// Residue is what rounding took away, by column: the amounts as the source
	// writes them are Sums + Residue.
	Residue map[string]string `json:"residue,omitempty"`
}

// subject is what totals of different stops are compared by.
type subject struct{ document, entity, state string }

func (t Totals) subject() subject { return subject{t.Document, t.Entity, t.State} }

// OfManifest are the totals of the stops that a transformation has counted:
// source, rejected, excluded and staged, of every entity.
func OfManifest(manifest staged.Manifest) []Totals {
	var all []Totals
	for _, document := range manifest.Documents {
		for _, entity := range document.Entities {
			for _, at := range []struct {
				stop   Stop
				totals staged.Totals
			}{{Source, entity.Source}, {Rejected, entity.Rejected}, {Excluded, entity.Excluded}, {Staged, entity.Staged}} {
				all = append(all, Totals{Stop: at.stop, Document: document.Name, Entity: entity.Name,
					Rows: at.totals.Rows, Sums: at.totals.Sums, Unreadable: at.totals.Unreadable, Residue: at.totals.Residue})
			}
		}
	}
	return all
}

// OfTables are the same totals by table of the target, for entities that share
// one: Entity is the table, Document is empty.
func OfTables(manifest staged.Manifest) []Totals {
	tables := map[string]string{}
	for _, document := range manifest.Documents {
		for _, entity := range document.Entities {
			tables[entity.Name] = entity.Table
		}
	}
	all := OfManifest(manifest)
	for i := range all {
		all[i].Document, all[i].Entity = "", tables[all[i].Entity]
	}
	return all
}

// Difference is a measure in which two stops do not agree.
type Difference struct {
	Document string `json:"document,omitempty"`
	Entity   string `json:"entity"`
	State    string `json:"state,omitempty"`
	Measure  string `json:"measure"`
	// Expected and Actual are the two figures, "" where a stop has none.
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	// Difference is actual − expected, a figure that is missing counting as 0.
	Difference string `json:"difference"`
}

// Compare gives every measure in which the actual totals are not the expected
// ones: by value, so that .71 is 0.710. What only one side has is a difference
// too, even of amount 0: nobody summed it on the other. Only where a side has
// counted 0 rows are all its sums 0.
// The error says which figure is no exact decimal.
func Compare(expected, actual []Totals) ([]Difference, error) {
	left, err := figuresOf(expected)
	if err != nil {
		return nil, err
	}
	right, err := figuresOf(actual)
	if err != nil {
		return nil, err
	}
	var differences []Difference
	for _, k := range keysOf(left, right) {
		e, a := left.at(k), right.at(k)
		if e != nil && a != nil && e.Equal(*a) {
			continue
		}
		differences = append(differences, Difference{
			Document: k.document, Entity: k.entity, State: k.state, Measure: k.measure,
			Expected: text(e), Actual: text(a), Difference: exactText(value(a).Sub(value(e))),
		})
	}
	return differences, nil
}

// key is one figure's place.
type key struct {
	subject
	measure string
}

func compareKeys(a, b key) int {
	return cmp.Or(cmp.Compare(a.document, b.document), cmp.Compare(a.entity, b.entity), cmp.Compare(a.state, b.state),
		compareMeasures(a.measure, b.measure))
}

// compareMeasures sorts by name, rows first.
func compareMeasures(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == Rows:
		return -1
	case b == Rows:
		return 1
	}
	return cmp.Compare(a, b)
}

// figures are the figures of one side by their place.
type figures map[key]*decimal.Decimal

// at is the figure of a place, nil where nobody has counted it.
func (f figures) at(k key) *decimal.Decimal {
	if d, ok := f[k]; ok {
		return d
	}
	if rows, ok := f[key{k.subject, Rows}]; ok && rows.IsZero() {
		return &decimal.Zero
	}
	return nil
}

// figuresOf are the totals' figures; those of one place (entities that share a
// table, two stops given as one side) are added.
func figuresOf(all []Totals) (figures, error) {
	figures := figures{}
	add := func(k key, d decimal.Decimal) {
		if before, ok := figures[k]; ok {
			d = before.Add(d)
		}
		figures[k] = &d
	}
	for _, t := range all {
		add(key{t.subject(), Rows}, decimal.NewFromInt(t.Rows))
		for column, sum := range t.Sums {
			d, err := parse(sum)
			if err != nil {
				return nil, fmt.Errorf("total of %s.%s at %s: %w", t.Entity, column, t.Stop, err)
			}
			add(key{t.subject(), column}, d)
		}
	}
	return figures, nil
}

func keysOf(sides ...figures) []key {
	var keys []key
	for _, side := range sides {
		for k := range side {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, compareKeys)
	return slices.Compact(keys)
}

// parse reads an exact decimal. Exponents are refused: no total is written so,
// and 1e9 in one is a sign of floating point.
func parse(text string) (decimal.Decimal, error) {
	for _, c := range text {
		if (c < '0' || c > '9') && c != '-' && c != '.' {
			return decimal.Decimal{}, fmt.Errorf("%s is no exact decimal", strconv.Quote(text))
		}
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("%s is no exact decimal", strconv.Quote(text))
	}
	return d, nil
}

func value(d *decimal.Decimal) decimal.Decimal {
	if d == nil {
		return decimal.Zero
	}
	return *d
}

// text is a figure as it is shown, "" where there is none.
func text(d *decimal.Decimal) string {
	if d == nil {
		return ""
	}
	return exactText(*d)
}

// exactText keeps the digits after the point that the figure came with: 12.50.
func exactText(d decimal.Decimal) string { return d.StringFixed(max(0, -d.Exponent())) }
