package sourcetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/travaso/travaso/extract/snapshot"
)

// collector is a Sink that keeps the rows of a chunk.
type collector struct {
	rows     [][]any
	numbers  []int64
	rejected []snapshot.RejectedRow
}

func (c *collector) Row(row int64, values []any) error {
	c.rows, c.numbers = append(c.rows, slices.Clone(values)), append(c.numbers, row)
	return nil
}

func (c *collector) Reject(r snapshot.RejectedRow) error {
	c.rejected = append(c.rejected, r)
	return nil
}

// sink is a Sink of rows.
type sink func(values []any) error

func (s sink) Row(_ int64, values []any) error   { return s(values) }
func (s sink) Reject(snapshot.RejectedRow) error { return fmt.Errorf("a row was rejected") }

// extract reads the whole dataset, its chunks at once.
func extract(t *testing.T, source Source, f Fixture) []snapshotRow {
	t.Helper()
	names, err := source.Datasets(t.Context())
	if err != nil || !slices.Contains(names, f.Dataset) {
		t.Fatalf("datasets: %v, %v", names, err)
	}
	return readAll(t, source, f, shapeOf(t, source, f))
}

// snapshotRow is a row as texts, nil for NULL.
type snapshotRow []any

func shapeOf(t *testing.T, source Source, f Fixture) snapshot.Shape {
	t.Helper()
	shape, err := source.Shape(t.Context(), f.Dataset)
	if err != nil {
		t.Fatal(err)
	}
	if len(shape.Columns) != len(f.Columns) {
		t.Fatalf("columns: %+v", shape.Columns)
	}
	for i, c := range shape.Columns {
		if c.Name != f.Columns[i].Name {
			t.Errorf("column %d is %s, not %s", i, c.Name, f.Columns[i].Name)
		}
		if !allowed(f.Columns[i], c) {
			t.Errorf("column %s: a %s comes as %+v", c.Name, f.Columns[i].Kind, c)
		}
	}
	for i, c := range shape.Chunks {
		if c.Part != i || c.Origin == "" {
			t.Errorf("chunk %d: %+v", i, c)
		}
	}
	return shape
}

// allowed tells whether a source may give a column of this kind so: exactly, or
// as exact text where it has no such type.
func allowed(want Column, got snapshot.Column) bool {
	switch want.Kind {
	case snapshot.Integer, snapshot.Decimal:
		exact := got.Type == want.Kind && got.Precision == want.Precision && got.Scale == want.Scale
		return exact || got.Type == snapshot.Text || got.Type == snapshot.Integer
	case snapshot.Boolean:
		return got.Type == snapshot.Boolean || got.Type == snapshot.Integer || got.Type == snapshot.Text
	default:
		return got.Type == want.Kind || got.Type == snapshot.Text
	}
}

func readAll(t *testing.T, source Source, f Fixture, shape snapshot.Shape) []snapshotRow {
	t.Helper()
	collectors := make([]collector, len(shape.Chunks))
	errs := make([]error, len(shape.Chunks))
	var wg sync.WaitGroup
	for i, chunk := range shape.Chunks {
		wg.Go(func() { errs[i] = source.Read(t.Context(), f.Dataset, chunk, &collectors[i]) })
	}
	wg.Wait()
	var rows []snapshotRow
	for i, c := range collectors {
		if errs[i] != nil {
			t.Fatalf("chunk %+v: %v", shape.Chunks[i], errs[i])
		}
		if len(c.rejected) > 0 {
			t.Fatalf("chunk %+v: rejected %+v", shape.Chunks[i], c.rejected[0])
		}
		for j, n := range c.numbers {
			if j > 0 && n <= c.numbers[j-1] || n < 1 {
				t.Fatalf("chunk %+v: row numbers do not rise from 1: %v", shape.Chunks[i], c.numbers[:j+1])
			}
		}
		for _, values := range c.rows {
			rows = append(rows, texts(t, f, shape.Columns, values))
		}
	}
	return rows
}

func texts(t *testing.T, f Fixture, columns []snapshot.Column, values []any) snapshotRow {
	t.Helper()
	if len(values) != len(columns) {
		t.Fatalf("%d values for %d columns", len(values), len(columns))
	}
	row := make(snapshotRow, len(values))
	for i, v := range values {
		if v != nil {
			row[i] = canonical(t, f.Columns[i], text(t, columns[i], v))
		}
	}
	return row
}

// text writes a value as its column keeps it; a value of the wrong Go type
// ends the test.
func text(t *testing.T, c snapshot.Column, value any) string {
	t.Helper()
	switch v := value.(type) {
	case string:
		if c.Type == snapshot.Text {
			return v
		}
	case int64:
		switch c.Type {
		case snapshot.Integer:
			return fmt.Sprint(v)
		case snapshot.Decimal:
			var s snapshot.Sum
			s.Add(v, c.Scale)
			return s.String()
		case snapshot.Timestamp:
			return time.UnixMicro(v).UTC().Format("2006-01-02 15:04:05.999999")
		}
	case int32:
		if c.Type == snapshot.Date {
			return time.Unix(int64(v)*86400, 0).UTC().Format(time.DateOnly)
		}
	case bool:
		if c.Type == snapshot.Boolean {
			return fmt.Sprint(v)
		}
	}
	t.Fatalf("column %s of type %s holds a %T", c.Name, c.Type, value)
	return ""
}

// canonical writes equal values of a kind alike.
func canonical(t *testing.T, c Column, text string) string {
	t.Helper()
	switch c.Kind {
	case snapshot.Integer, snapshot.Decimal:
		number, err := snapshot.CanonicalNumber(text)
		if err != nil {
			t.Fatalf("column %s: %v", c.Name, err)
		}
		return number
	case snapshot.Timestamp:
		if strings.Contains(text, ".") {
			return strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
	case snapshot.Boolean:
		switch text {
		case "1":
			return "true"
		case "0":
			return "false"
		}
	}
	return text
}

// checkRows compares what was read with the fixture, in any order.
func checkRows(t *testing.T, f Fixture, got []snapshotRow) {
	t.Helper()
	var want []snapshotRow
	for _, values := range f.Rows {
		row := make(snapshotRow, len(values))
		for i, v := range values {
			if v != nil {
				row[i] = canonical(t, f.Columns[i], v.(string))
			}
		}
		want = append(want, row)
	}
	if len(got) != len(want) {
		t.Fatalf("%d rows read, there are %d", len(got), len(want))
	}
	order := func(a, b snapshotRow) int { return cmp.Compare(fmt.Sprintf("%#v", a), fmt.Sprintf("%#v", b)) }
	slices.SortFunc(want, order)
	slices.SortFunc(got, order)
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Fatalf("row read\n\t%q\nis not that of the fixture\n\t%q", got[i], want[i])
		}
	}
}

// checkFigures compares the source's figures with those of the rows read.
func checkFigures(t *testing.T, source Source, f Fixture, got []snapshotRow) {
	t.Helper()
	figures, err := source.Figures(t.Context(), f.Dataset)
	if err != nil {
		t.Fatal(err)
	}
	if figures.Rows != int64(len(got)) {
		t.Errorf("the source counts %d rows, %d were read", figures.Rows, len(got))
	}
	for i, c := range shapeOf(t, source, f).Columns {
		sum, summed := figures.Sums[c.Name]
		if number := c.Type == snapshot.Integer || c.Type == snapshot.Decimal || c.Number; number != summed {
			t.Errorf("column %s: a number %v, summed by the source %v", c.Name, number, summed)
		}
		if kind := f.Columns[i].Kind; kind != snapshot.Integer && kind != snapshot.Decimal || !summed {
			continue
		}
		var want snapshot.Sum
		for _, row := range got {
			if row[i] != nil {
				if err := want.AddText(row[i].(string)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if sum != want.String() {
			t.Errorf("column %s: the source's sum is %s, that of the rows read %s", c.Name, sum, want.String())
		}
	}
}
