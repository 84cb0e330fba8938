package sqlsource_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/extract/sqlsource"
)

// contents is a dataset as it was read.
type contents struct {
	shape    snapshot.Shape
	figures  snapshot.Figures
	rows     [][]any
	rejected []snapshot.RejectedRow
}

func (c *contents) Row(_ int64, values []any) error {
	c.rows = append(c.rows, slices.Clone(values))
	return nil
}

func (c *contents) Reject(r snapshot.RejectedRow) error {
	c.rejected = append(c.rejected, r)
	return nil
}

// read reads a dataset, chunk after chunk.
func read(t *testing.T, source *sqlsource.Source, dataset string) *contents {
	t.Helper()
	c := &contents{}
	var err error
	if c.shape, err = source.Shape(t.Context(), dataset); err != nil {
		t.Fatal(err)
	}
	for _, chunk := range c.shape.Chunks {
		if err := source.Read(t.Context(), dataset, chunk, c); err != nil {
			t.Fatal(err)
		}
	}
	if c.figures, err = source.Figures(t.Context(), dataset); err != nil {
		t.Fatal(err)
	}
	if got := int64(len(c.rows) + len(c.rejected)); got != c.figures.Rows {
		t.Errorf("dataset %s: %d rows read, the source counts %d", dataset, got, c.figures.Rows)
	}
	c.checkSums(t)
	return c
}

// checkSums adds the read numbers up and compares with the source's sums.
func (c *contents) checkSums(t *testing.T) {
	t.Helper()
	if len(c.rejected) > 0 {
		return
	}
	for i, column := range c.shape.Columns {
		said, summed := c.figures.Sums[column.Name]
		if number := column.Number || column.Type == snapshot.Integer || column.Type == snapshot.Decimal; number != summed {
			t.Errorf("column %s: a number: %v, summed: %v", column.Name, number, summed)
		}
		if !summed {
			continue
		}
		var sum snapshot.Sum
		for _, row := range c.rows {
			switch v := row[i].(type) {
			case string:
				if err := sum.AddText(v); err != nil {
					t.Error(err)
				}
			case int64:
				sum.Add(v, column.Scale)
			}
		}
		if sum.String() != said {
			t.Errorf("column %s: the rows read sum up to %s, the source says %s", column.Name, sum.String(), said)
		}
	}
}

// column is the type of a column and its values, as in "decimal(15,2)" and
// "1250" for 12.50; NULL is <nil>.
func (c *contents) column(t *testing.T, name string) (kind, note string, values []string) {
	t.Helper()
	i := slices.IndexFunc(c.shape.Columns, func(c snapshot.Column) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no column %s among %+v", name, c.shape.Columns)
	}
	column := c.shape.Columns[i]
	kind = string(column.Type)
	if column.Type == snapshot.Decimal {
		kind += fmt.Sprintf("(%d,%d)", column.Precision, column.Scale)
	}
	if column.Number {
		kind += " number"
	}
	for _, row := range c.rows {
		values = append(values, fmt.Sprint(row[i]))
	}
	return kind, column.Note, values
}

// columnCase is a column of one database, its values (SQL) and how they come.
type columnCase struct {
	declared string // with the rest of the column's definition
	values   []string
	kind     string
	want     []string
	note     string // part of it; "" means that there is none
	origin   string // "" means: as declared
}

// checkColumns makes a table for each case, reads it and compares.
func checkColumns(t *testing.T, s *server, cases []columnCase) {
	for i, c := range cases {
		s.exec(t, fmt.Sprintf("create table t%02d (id integer primary key, c %s)", i, c.declared))
		for j, v := range c.values {
			s.exec(t, fmt.Sprintf("insert into t%02d values (%d, %s)", i, j, v))
		}
	}
	source := s.open(t, sqlsource.Config{Readers: 1})
	for i, c := range cases {
		t.Run(strings.ReplaceAll(c.declared+" "+strings.Join(c.values, " "), "/", "_"), func(t *testing.T) {
			got := read(t, source, fmt.Sprintf("t%02d", i))
			kind, note, values := got.column(t, "c")
			if kind != c.kind {
				t.Errorf("type is %s, not %s", kind, c.kind)
			}
			if !slices.Equal(values, c.want) {
				t.Errorf("values are %q, not %q", values, c.want)
			}
			if c.note == "" && note != "" || !strings.Contains(note, c.note) {
				t.Errorf("note is %q, not %q", note, c.note)
			}
			origin := c.origin
			if origin == "" {
				origin = c.declared
			}
			if got.shape.Columns[1].Origin != origin {
				t.Errorf("origin is %q, not %q", got.shape.Columns[1].Origin, origin)
			}
		})
	}
}

// configOf has one dataset, a table.
func configOf(dataset, table string) sqlsource.Config {
	return sqlsource.Config{Readers: 2, Datasets: map[string]sqlsource.Dataset{dataset: {Table: table}}}
}
