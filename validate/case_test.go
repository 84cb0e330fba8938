package validate_test

import (
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate"
)

var update = flag.Bool("update", false, "write the expected files of testdata/rule-* anew")

// A case is a folder testdata/rule-<name>:
//
//	rules.yaml                       constants: ente_id = 30
//	staged/<document>/<entity>.csv   staged rows; a header cell is "name type"
//	rejects/<entity>.csv             rejected and excluded rows
//	source/<dataset>.csv             raw rows
//
// and what must come of it: rules.csv (what each rule looked at), findings.csv
// (the file that Run writes), controls.csv (where there are controls), or
// error.txt alone.
func TestCases(t *testing.T) {
	folders, err := filepath.Glob("../testdata/rule-*")
	if err != nil || len(folders) < 8 {
		t.Fatalf("found %d cases in testdata/rule-*, %v", len(folders), err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			got := runCase(t, folder)
			if *update {
				writeGolden(t, folder, got)
			}
			compareGolden(t, folder, got)
		})
	}
}

// goldenFiles are the files that a case may expect.
func goldenFiles() []string {
	return []string{"rules.csv", "findings.csv", "controls.csv", "error.txt"}
}

func writeGolden(t *testing.T, folder string, got map[string]string) {
	t.Helper()
	for _, name := range goldenFiles() {
		path := filepath.Join(folder, name)
		if text, ok := got[name]; !ok {
			os.Remove(path)
		} else if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func compareGolden(t *testing.T, folder string, got map[string]string) {
	t.Helper()
	for _, name := range goldenFiles() {
		want, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if text := got[name]; text != string(want) {
			t.Errorf("%s is\n%s\nwanted\n%s", name, text, want)
		}
	}
}

// runCase runs the rules of a case and gives the files it makes.
func runCase(t *testing.T, folder string) map[string]string {
	t.Helper()
	rules, err := validate.LoadRules(os.DirFS(folder), "rules.yaml", map[string]string{"ente_id": "30"})
	if err != nil {
		return map[string]string{"error.txt": err.Error() + "\n"}
	}
	run := t.TempDir()
	eng := openEngine(t, run)
	manifest, datasets := loadRows(t, eng, folder, run)
	if _, err := rules.SQL(t.Context(), eng, validate.Shape{Documents: manifest.Documents, Datasets: datasets}); err != nil {
		return map[string]string{"error.txt": err.Error() + "\n"}
	}
	result, err := validate.Run(t.Context(), eng, rules, run, manifest, datasets)
	if err != nil {
		return map[string]string{"error.txt": err.Error() + "\n"}
	}
	findings, err := os.ReadFile(filepath.Join(run, validate.FindingsCSV))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"rules.csv": summary(result), "findings.csv": string(findings)}
	if len(result.Controls) > 0 {
		got["controls.csv"] = controls(result)
	}
	return got
}

func summary(result *validate.Result) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"id", "kind", "severity", "groups", "rows", "checked_nothing", "violations", "expected", "actual"})
	for _, r := range result.Rules {
		w.Write([]string{r.ID, string(r.Kind), string(r.Severity), fmt.Sprint(r.Groups), fmt.Sprint(r.Rows),
			fmt.Sprint(r.CheckedNothing), fmt.Sprint(r.Violations), r.Expected, r.Actual})
	}
	w.Flush()
	return b.String()
}

func controls(result *validate.Result) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"rule", "group", "measure", "source", "staged", "rejected", "excluded", "difference"})
	for _, c := range result.Controls {
		for _, r := range c.Rows {
			group := strings.Join(r.Group, "|")
			if r.Whole {
				group = "total"
			}
			w.Write([]string{c.Rule, group, r.Measure, r.Source, r.Staged, r.Rejected, r.Excluded, r.Difference})
		}
	}
	w.Flush()
	return b.String()
}

func openEngine(t testing.TB, folder string) *engine.Engine {
	t.Helper()
	eng, err := engine.Open(t.Context(), engine.Options{Folders: []string{folder}, Spill: filepath.Join(folder, "spill"), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	return eng
}

// loadRows makes the Parquet files of a run folder and its manifest of a case's CSV files.
func loadRows(t *testing.T, eng *engine.Engine, folder, run string) (staged.Manifest, []validate.Dataset) {
	t.Helper()
	var manifest staged.Manifest
	for _, document := range subfolders(t, filepath.Join(folder, "staged")) {
		d := staged.Document{Name: document, Parts: 1, Batches: []staged.Batch{{}}}
		for _, path := range entityFiles(t, filepath.Join(folder, "staged", document), document) {
			entity := staged.Entity{Name: strings.TrimSuffix(filepath.Base(path), ".csv")}
			table := readTable(t, path)
			for _, c := range table.columns {
				if !strings.HasPrefix(c.Name, "_") {
					entity.Columns = append(entity.Columns, c)
				}
			}
			file := staged.File{Entity: entity.Name, Path: "staged/" + document + "/" + entity.Name + ".parquet", Rows: int64(len(table.rows))}
			writeParquet(t, eng, table, filepath.Join(run, file.Path), false)
			d.Batches[0].Files = append(d.Batches[0].Files, file)
			entity.Staged.Rows = file.Rows
			loadRejects(t, eng, folder, run, &entity)
			entity.Source = staged.Totals{Rows: entity.Staged.Rows + entity.Rejected.Rows}
			d.Entities = append(d.Entities, entity)
		}
		manifest.Documents = append(manifest.Documents, d)
	}
	paths, err := filepath.Glob(filepath.Join(folder, "source", "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var datasets []validate.Dataset
	for _, path := range paths {
		table := readTable(t, path)
		dataset := validate.Dataset{Name: strings.TrimSuffix(filepath.Base(path), ".csv")}
		for _, c := range table.columns {
			if !strings.HasPrefix(c.Name, "_") {
				dataset.Columns = append(dataset.Columns, textColumns(c.Name)...)
			}
		}
		dataset.Files = []string{filepath.Join(run, "snapshot", dataset.Name+".parquet")}
		writeParquet(t, eng, table, dataset.Files[0], false)
		datasets = append(datasets, dataset)
	}
	return manifest, datasets
}

func loadRejects(t *testing.T, eng *engine.Engine, folder, run string, entity *staged.Entity) {
	t.Helper()
	path := filepath.Join(folder, "rejects", entity.Name+".csv")
	if _, err := os.Stat(path); err != nil {
		return
	}
	table := readTable(t, path)
	entity.Rejected.Rows = int64(len(table.rows))
	writeParquet(t, eng, table, filepath.Join(run, "rejects", entity.Name+".parquet"), true)
}

func subfolders(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// entityFiles are the files of a document's entities, its head's first.
func entityFiles(t *testing.T, folder, head string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.csv"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no entities in %s, %v", folder, err)
	}
	slices.SortStableFunc(paths, func(a, b string) int {
		isHead := func(p string) int {
			if filepath.Base(p) == head+".csv" {
				return 0
			}
			return 1
		}
		return isHead(a) - isHead(b)
	})
	return paths
}

// table is a CSV file whose header states types.
type table struct {
	columns []staged.Column
	rows    [][]string
}

// readTable reads a file whose header cells are "name type", with the type a
// word of the mapping language or decimal(p,s). An empty cell is NULL; a uuid
// may be written by its last digits.
func readTable(t *testing.T, path string) table {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil || len(records) == 0 {
		t.Fatalf("read %s: %v", path, err)
	}
	var result table
	for _, cell := range records[0] {
		name, kind, _ := strings.Cut(cell, " ")
		c := staged.Column{Name: name, Type: kind}
		if kind == "money" {
			c.Precision, c.Scale = 15, 2
		}
		if _, err := fmt.Sscanf(kind, "decimal(%d,%d)", &c.Precision, &c.Scale); err == nil {
			c.Type = "decimal"
		}
		result.columns = append(result.columns, c)
	}
	result.rows = records[1:]
	return result
}

// engineType is the type that the transformation writes for a column.
func engineType(c staged.Column) string {
	switch c.Type {
	case "integer":
		return "BIGINT"
	case "money", "decimal":
		return fmt.Sprintf("DECIMAL(%d,%d)", c.Precision, c.Scale)
	case "date", "uuid", "boolean":
		return strings.ToUpper(c.Type)
	}
	return "VARCHAR"
}

// writeParquet writes a table with all hidden columns; those the file does not
// name are made up.
func writeParquet(t *testing.T, eng *engine.Engine, table table, path string, rejected bool) {
	t.Helper()
	columns := slices.Clone(table.columns)
	made := map[string]string{"_key": "cast(number as varchar)", "_dataset": "'dataset'", "_part": "0", "_row": "number + 1",
		"_document": "cast(md5(cast(number as varchar)) as uuid)"}
	if rejected {
		made["_status"] = "'rejected'"
	}
	for _, c := range columns {
		delete(made, c.Name)
	}
	values := make([]string, 0, len(table.rows))
	for i, row := range table.rows {
		cells := []string{fmt.Sprint(i + 1)}
		for j, cell := range row {
			cells = append(cells, cellSQL(cell, columns[j]))
		}
		values = append(values, "("+strings.Join(cells, ", ")+")")
	}
	names := []string{"number"}
	empty := []string{"0"}
	picked := []string{}
	for _, c := range columns {
		names = append(names, engine.Quote(c.Name))
		empty = append(empty, fmt.Sprintf("cast(null as %s)", engineType(c)))
		picked = append(picked, engine.Quote(c.Name))
	}
	for name, sql := range made {
		picked = append(picked, sql+" as "+name)
	}
	rows := "(select " + strings.Join(empty, ", ") + " where false)"
	if len(values) > 0 {
		rows = "(values " + strings.Join(values, ", ") + ")"
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	copyRows := fmt.Sprintf("copy (select %s from %s as t(%s)) to %s (format parquet)",
		strings.Join(picked, ", "), rows, strings.Join(names, ", "), engine.Literal(path))
	if err := eng.Exec(t.Context(), copyRows); err != nil {
		t.Fatalf("write %s: %v", path, err)
	}
}

func cellSQL(cell string, c staged.Column) string {
	if cell == "" {
		return fmt.Sprintf("cast(null as %s)", engineType(c))
	}
	if c.Type == "uuid" {
		cell = uuidText(cell)
	}
	return fmt.Sprintf("cast(%s as %s)", engine.Literal(cell), engineType(c))
}

const noUUID = "00000000-0000-0000-0000-000000000000"

func uuidText(digits string) string { return noUUID[:len(noUUID)-len(digits)] + digits }

// textColumns are columns of a file source.
func textColumns(names ...string) []snapshot.Column {
	columns := make([]snapshot.Column, len(names))
	for i, name := range names {
		columns[i] = snapshot.Column{Name: name, Type: snapshot.Text}
	}
	return columns
}
