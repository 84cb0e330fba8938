package transform

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// fixture is a small migration whose snapshot the engine itself writes.
type fixture struct {
	t      *testing.T
	folder string
	eng    *engine.Engine
	in     Input
}

// newFixture opens an engine over a new folder.
func newFixture(t *testing.T, threads int) *fixture {
	t.Helper()
	folder := t.TempDir()
	eng, err := engine.Open(t.Context(), engine.Options{Folders: []string{folder}, Spill: filepath.Join(folder, "spill"), Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	return &fixture{t: t, folder: folder, eng: eng, in: Input{Migration: "test", Crosswalks: map[string]mappings.Crosswalk{}}}
}

// texts adds a dataset of text columns; each row is one text, its values
// separated by bars, in which ␀ stands for a NUL byte.
func (f *fixture) texts(name string, columns string, rows ...string) *fixture {
	f.t.Helper()
	cells := make([][]string, len(rows))
	for i, row := range rows {
		cells[i] = strings.Split(row, "|")
	}
	return f.cells(name, strings.Split(columns, "|"), cells)
}

// cells adds a dataset of text columns.
func (f *fixture) cells(name string, columns []string, rows [][]string) *fixture {
	f.t.Helper()
	var shape []snapshot.Column
	var empty []string
	for _, c := range columns {
		shape = append(shape, snapshot.Column{Name: c, Type: snapshot.Text})
		empty = append(empty, "''")
	}
	values := []string{"(" + strings.Join(empty, ", ") + ")"} // a first row, to be left out again
	for _, row := range rows {
		if len(row) != len(columns) {
			f.t.Fatalf("dataset %s: row %q has not %d cells", name, row, len(columns))
		}
		values = append(values, "("+strings.ReplaceAll(engine.Literals(row), "␀", "' || chr(0) || '")+")")
	}
	return f.dataset(name, shape, fmt.Sprintf("select * from (values %s) v(%s) offset 1", strings.Join(values, ", "), strings.Join(quoted(columns), ", ")))
}

func quoted(names []string) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = engine.Quote(n)
	}
	return all
}

// dataset adds a dataset of a query's rows, numbered as lines of a file.
func (f *fixture) dataset(name string, shape []snapshot.Column, query string) *fixture {
	f.t.Helper()
	path := filepath.Join(f.folder, "snapshot", name+".parquet")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		f.t.Fatal(err)
	}
	var rows int64
	err := f.eng.QueryRow(f.t.Context(), fmt.Sprintf("copy (select *, cast(0 as bigint) as _part, cast(row_number() over () + 1 as bigint) as _row from (%s)) to %s (format parquet)", query, engine.Literal(path))).Scan(&rows)
	if err != nil {
		f.t.Fatalf("dataset %s: %v", name, err)
	}
	f.in.Datasets = append(f.in.Datasets, Dataset{Name: name, Columns: shape, Files: []string{path}, Rows: rows})
	return f
}

// crosswalk adds a crosswalk; each pair is written old=new.
func (f *fixture) crosswalk(name string, pairs ...string) *fixture {
	c := mappings.Crosswalk{Name: name}
	for _, p := range pairs {
		old, new, _ := strings.Cut(p, "=")
		c.Rows = append(c.Rows, mappings.CrosswalkRow{Old: old, New: new})
	}
	f.in.Crosswalks[name] = c
	return f
}

func (f *fixture) mapping(document string, entities ...mappings.Entity) *fixture {
	for i := range entities {
		if entities[i].Name == "" {
			entities[i].Name = document
		}
	}
	f.in.Mappings = append(f.in.Mappings, mappings.Mapping{Document: document, File: document + ".yaml", Entities: entities})
	return f
}

// run compiles and runs, and gives the manifest and all findings, each written
// "kind entity key field value".
func (f *fixture) run(options ...func(*Options)) (*staged.Manifest, []string) {
	f.t.Helper()
	p, err := Compile(f.t.Context(), f.eng, f.in)
	if err != nil {
		f.t.Fatalf("compile: %v", err)
	}
	o := Options{RunFolder: filepath.Join(f.folder, "run")}
	for _, set := range options {
		set(&o)
	}
	m, err := Run(f.t.Context(), f.eng, p, o)
	if err != nil {
		f.t.Fatalf("run: %v\n%s", err, p.SQL())
	}
	return m, f.findings(o.RunFolder)
}

// tryRun compiles and runs, and gives the error of either.
func (f *fixture) tryRun() (*staged.Manifest, error) {
	p, err := Compile(f.t.Context(), f.eng, f.in)
	if err != nil {
		return nil, err
	}
	return Run(f.t.Context(), f.eng, p, Options{RunFolder: filepath.Join(f.folder, "run")})
}

func (f *fixture) findings(runFolder string) []string {
	f.t.Helper()
	return f.list("select concat_ws(' ', kind, coalesce(entity, '-'), coalesce(\"key\", '-'), coalesce(field, '-'), coalesce('[' || \"value\" || ']', '-')) || case when severity = 'warning' then ' warning' else '' end from read_parquet(" +
		engine.Literal(filepath.Join(runFolder, "rejects", "findings.parquet")) + ") order by 1")
}

// list gives the first column of a query as texts.
func (f *fixture) list(query string) []string {
	f.t.Helper()
	rows, err := f.eng.Query(f.t.Context(), query)
	if err != nil {
		f.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			f.t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		f.t.Fatal(err)
	}
	return all
}

// staged gives a column of an entity's staged rows, sorted by natural key, as
// texts; NULL is "~".
func (f *fixture) staged(document, entity, column string) []string {
	f.t.Helper()
	pattern := filepath.Join(f.folder, "run", "staged", document, entity, "*", "*.parquet")
	return f.list(fmt.Sprintf("select coalesce(cast(%s as varchar), '~') from read_parquet(%s) order by _key", engine.Quote(column), engine.Literal(pattern)))
}

type pair struct {
	n    int
	text string
}

// pairs gives the two columns of a query over the Parquet files of a pattern.
func (f *fixture) pairs(query, pattern string) []pair {
	f.t.Helper()
	rows, err := f.eng.Query(f.t.Context(), fmt.Sprintf(query, engine.Literal(filepath.Join(f.folder, pattern))))
	if err != nil {
		f.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var all []pair
	for rows.Next() {
		var p pair
		if err := rows.Scan(&p.n, &p.text); err != nil {
			f.t.Fatal(err)
		}
		all = append(all, p)
	}
	if err := rows.Err(); err != nil {
		f.t.Fatal(err)
	}
	return all
}

// wantError checks that an error is there and says all the parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that says %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not say %q", err, p)
		}
	}
}
