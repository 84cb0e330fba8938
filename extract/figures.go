package extract

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/engine"
)

// MismatchError says that a figure of the source is not that of the files:
// rows or money were lost, changed or made up on the way.
type MismatchError struct {
	Dataset string
	Column  string // empty: the number of rows
	// Source is the figure by the source's own word, Files the one that must
	// equal it.
	Source string
	Files  string
	// Rejected is how many of Files, where they are rows, were rejected.
	Rejected int64
}

func (e *MismatchError) Error() string {
	what := "rows"
	if e.Column != "" {
		what = fmt.Sprintf("sum of column %q", e.Column)
	}
	difference := ""
	if d, err := snapshot.Subtract(e.Source, e.Files); err == nil {
		difference = fmt.Sprintf(" (difference %s)", d)
	}
	rejected := ""
	if e.Rejected > 0 {
		rejected = fmt.Sprintf(", %d of them rejected", e.Rejected)
	}
	return fmt.Sprintf("dataset %s: %s: the source says %s and the files hold %s%s%s: see that nothing writes to the source and extract again",
		e.Dataset, what, e.Source, e.Files, rejected, difference)
}

// compare makes the pair assertion on one dataset: what the source says of it
// against what the engine finds in the files.
//
// Rows must be equal always, rejected ones counted. Sums must be equal where
// no row was rejected. Where some were, nobody knows what amounts they hold:
// the difference is theirs, it is given back to be shown, and is not judged.
func compare(d *dataset, files snapshot.Figures, rejected int64) (rejectedSums map[string]string, err error) {
	if d.figures.Rows != files.Rows+rejected {
		return nil, &MismatchError{
			Dataset: d.Dataset, Source: strconv.FormatInt(d.figures.Rows, 10),
			Files: strconv.FormatInt(files.Rows+rejected, 10), Rejected: rejected,
		}
	}
	for _, c := range d.Columns {
		if !snapshot.IsNumber(c) {
			continue
		}
		said, ok := d.figures.Sums[c.Name]
		if !ok {
			return nil, fmt.Errorf("dataset %s: the source gives no sum of column %q: its rows cannot be proved complete", d.Dataset, c.Name)
		}
		if said, err = snapshot.CanonicalNumber(said); err != nil {
			return nil, fmt.Errorf("dataset %s: the source's sum of column %q: %w", d.Dataset, c.Name, err)
		}
		d.figures.Sums[c.Name] = said
		if rejected == 0 {
			if said != files.Sums[c.Name] {
				return nil, &MismatchError{Dataset: d.Dataset, Column: c.Name, Source: said, Files: files.Sums[c.Name]}
			}
			continue
		}
		if rejectedSums == nil {
			rejectedSums = map[string]string{}
		}
		if rejectedSums[c.Name], err = snapshot.Subtract(said, files.Sums[c.Name]); err != nil {
			return nil, fmt.Errorf("dataset %s: column %q: %w", d.Dataset, c.Name, err)
		}
	}
	return rejectedSums, nil
}

// readBack lets the engine, a Parquet implementation that shares nothing with
// the one that wrote, count and sum the files of a dataset. It must find every
// value and every byte of text that was written, or that is an error.
func readBack(ctx context.Context, e *engine.Engine, d *dataset, written totals, paths []string) (snapshot.Figures, error) {
	found, err := queryContents(ctx, e, d.Columns, paths)
	if err != nil {
		return snapshot.Figures{}, fmt.Errorf("dataset %s: read its files back: %w", d.Dataset, err)
	}
	if found.rows != written.rows {
		return snapshot.Figures{}, fmt.Errorf("dataset %s: %d rows were written and the engine reads %d", d.Dataset, written.rows, found.rows)
	}
	figures := snapshot.Figures{Rows: found.rows, Sums: map[string]string{}}
	for i, c := range d.Columns {
		if w, f := written.columns[i], found.columns[i]; w != f {
			return figures, fmt.Errorf("dataset %s: column %q: %d values of %d bytes were written and the engine reads %d of %d", d.Dataset, c.Name, w.Values, w.Bytes, f.Values, f.Bytes)
		}
		if !snapshot.IsNumber(c) {
			continue
		}
		sum := written.sums[c.Name].String()
		// Of numbers kept as text the engine has no exact type wide enough:
		// their sum was taken when the file was read back after writing.
		if c.Type != snapshot.Text && sum != found.sums[c.Name].String() {
			return figures, fmt.Errorf("dataset %s: column %q: a sum of %s was written and the engine reads %s", d.Dataset, c.Name, sum, found.sums[c.Name])
		}
		figures.Sums[c.Name] = sum
	}
	return figures, nil
}

// queryContents reads the files from end to end: a count alone would be
// answered from their footers.
func queryContents(ctx context.Context, e *engine.Engine, columns []snapshot.Column, paths []string) (totals, error) {
	selected := []string{"count(*)"}
	found := newTotals(columns)
	sums := make([]string, len(columns))
	into := []any{&found.rows}
	for i, c := range columns {
		name, bytes, sum := engine.Quote(c.Name), "0", "0"
		if c.Type == snapshot.Text {
			bytes = "sum(strlen(" + name + "))"
		} else if snapshot.IsNumber(c) {
			sum = "sum(" + name + ")"
		}
		selected = append(selected, "count("+name+")", "coalesce("+bytes+", 0)::bigint", "coalesce("+sum+", 0)::varchar")
		into = append(into, &found.columns[i].Values, &found.columns[i].Bytes, &sums[i])
	}
	query := "select " + strings.Join(selected, ", ") + " from " + engine.ReadParquet(paths...)
	if err := e.QueryRow(ctx, query).Scan(into...); err != nil {
		return found, err
	}
	for i, c := range columns {
		if snapshot.IsNumber(c) {
			if err := found.sums[c.Name].AddText(sums[i]); err != nil {
				return found, fmt.Errorf("column %q: %w", c.Name, err)
			}
		}
	}
	return found, nil
}

// totals are what files hold together.
type totals struct {
	rows     int64
	rejected int64
	columns  []snapshot.Content
	sums     map[string]*snapshot.Sum // of the columns that are numbers
}

func newTotals(columns []snapshot.Column) totals {
	t := totals{columns: make([]snapshot.Content, len(columns)), sums: map[string]*snapshot.Sum{}}
	for i, c := range columns {
		t.columns[i].Column = c.Name
		if snapshot.IsNumber(c) {
			t.sums[c.Name] = new(snapshot.Sum)
		}
	}
	return t
}

// writtenTotals adds up what was written of a dataset, part by part.
func writtenTotals(d *dataset) (totals, error) {
	t := newTotals(d.Columns)
	for _, part := range d.parts {
		t.rows += part.File.Rows
		t.rejected += part.Rejected
		for i, content := range part.Contents {
			t.columns[i].Values += content.Values
			t.columns[i].Bytes += content.Bytes
		}
		for name, sum := range t.sums {
			if err := sum.AddText(part.Sums[name]); err != nil {
				return t, fmt.Errorf("dataset %s: %s: column %q: %w", d.Dataset, part.File.Path, name, err)
			}
		}
	}
	return t, nil
}
