package snapshot

import (
	"database/sql"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/transform/engine"
)

// allTypes has one column of each type, and names that Parquet libraries and
// SQL stumble over.
func allTypes() []Column {
	return []Column{
		{Name: "DD||K", Type: Text},
		{Name: "name=a, type=INT64", Type: Integer},
		{Name: "importo.attuale #2", Type: Decimal, Precision: 15, Scale: 2},
		{Name: "città: \"è\" \x01\t", Type: Date},
		{Name: "a.b", Type: Timestamp},
		{Name: "a", Type: Boolean},
		{Name: "a\x01b", Type: Text, Number: true},
		{Name: "Ⅷ'--", Type: Text},
	}
}

func allTypesRows() [][]any {
	return [][]any{
		{"", int64(0), int64(0), int32(0), int64(0), false, "0", "x"},
		{nil, nil, nil, nil, nil, nil, nil, nil},
		{"a\x00b", int64(math.MaxInt64), int64(999999999999999), int32(16801), int64(1454493401000000), true, "123456789012345678901234567890.12", "\x00"},
		{"perché \U0001F377 \" ' \\ \r\n\t", int64(math.MinInt64), int64(-999999999999999), int32(-719162), int64(-62135596800000000), false, "-.5", strings.Repeat("à", 70_000)},
		{nil, int64(-1), int64(1), int32(-1), int64(-1), nil, "1e-7", nil},
	}
}

func writeRows(t testing.TB, folder string, columns []Column, rows [][]any) File {
	t.Helper()
	w, err := NewWriter(folder, "d", 3, columns)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if err := w.Append(int64(i+2), row); err != nil {
			t.Fatal(err)
		}
	}
	file, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func readRows(t testing.TB, path string) (columns []Column, rows [][]any) {
	t.Helper()
	r, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		row, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if row == nil {
			return r.Columns(), rows
		}
		rows = append(rows, row)
	}
}

func openEngine(t testing.TB, folder string) *engine.Engine {
	t.Helper()
	e, err := engine.Open(t.Context(), engine.Options{Folders: []string{folder}, MemoryBytes: 256 << 20, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func TestWriterGivesBackEveryValue(t *testing.T) {
	folder := t.TempDir()
	file := writeRows(t, folder, allTypes(), allTypesRows())
	columns, rows := readRows(t, filepath.Join(folder, file.Path))

	for i, want := range append(allTypes(), hiddenColumns()...) {
		want.Number = false // not in the file: the manifest says it
		if columns[i] != want {
			t.Errorf("column %d is %+v, want %+v", i, columns[i], want)
		}
	}
	if len(rows) != len(allTypesRows()) {
		t.Fatalf("%d rows, want %d", len(rows), len(allTypesRows()))
	}
	for i, want := range allTypesRows() {
		want = append(want, int64(3), int64(i+2))
		if !slices.Equal(rows[i], want) {
			t.Errorf("row %d is %q, want %q", i, rows[i], want)
		}
	}
}

func TestEngineReadsWhatWasWritten(t *testing.T) {
	folder := t.TempDir()
	file := writeRows(t, folder, allTypes(), allTypesRows())
	e := openEngine(t, folder)
	scan := "from read_parquet(" + engine.Literal(filepath.Join(folder, file.Path)) + ")"

	described, err := e.Columns(t.Context(), "select * "+scan)
	if err != nil {
		t.Fatal(err)
	}
	types := []string{"VARCHAR", "BIGINT", "DECIMAL(15,2)", "DATE", "TIMESTAMP", "BOOLEAN", "VARCHAR", "VARCHAR", "BIGINT", "BIGINT"}
	for i, c := range append(allTypes(), hiddenColumns()...) {
		if described[i].Name != c.Name || described[i].Type != types[i] {
			t.Errorf("the engine sees %q %s, want %q %s", described[i].Name, described[i].Type, c.Name, types[i])
		}
	}

	q := engine.Quote
	names := allTypes()
	selects := []string{
		fmt.Sprintf("hex(%s)", q(names[0].Name)),
		q(names[1].Name) + "::varchar", q(names[2].Name) + "::varchar", q(names[3].Name) + "::varchar",
		q(names[4].Name) + "::varchar", q(names[5].Name) + "::varchar", q(names[6].Name),
		fmt.Sprintf("strlen(%s)::varchar", q(names[7].Name)), "_part || '/' || _row",
	}
	want := [][]string{
		{"", "0", "0.00", "1970-01-01", "1970-01-01 00:00:00", "false", "0", "1", "3/2"},
		{"∅", "∅", "∅", "∅", "∅", "∅", "∅", "∅", "3/3"},
		{"610062", "9223372036854775807", "9999999999999.99", "2016-01-01", "2016-02-03 09:56:41", "true", "123456789012345678901234567890.12", "1", "3/4"},
		{"706572636869CC80", "-9223372036854775808", "-9999999999999.99", "0001-01-01", "0001-01-01 00:00:00", "false", "-.5", "140000", "3/5"},
		{"∅", "-1", "0.01", "1969-12-31", "1969-12-31 23:59:59.999999", "∅", "1e-7", "∅", "3/6"},
	}
	want[3][0] = fmt.Sprintf("%X", allTypesRows()[3][0])
	rows, err := e.Query(t.Context(), "select "+strings.Join(selects, ", ")+" "+scan+" order by _row")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for i := 0; rows.Next(); i++ {
		got := make([]sql.NullString, len(selects))
		into := make([]any, len(got))
		for j := range got {
			into[j] = &got[j]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for j, g := range got {
			if !g.Valid {
				g.String = "∅"
			}
			if g.String != want[i][j] {
				t.Errorf("row %d: the engine reads %s as %q, want %q", i, selects[j], g.String, want[i][j])
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
