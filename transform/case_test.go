package transform

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/validate/finding"
)

// kinds are those of the findings that a transformation makes; each has a case.
var kinds = []finding.Kind{
	finding.BadNumber, finding.TooManyDecimals, finding.OutOfRange, finding.BadDate, finding.BadBoolean, finding.BadUUID, finding.BadJSON, finding.BadCode, finding.BadText,
	finding.NULByte, finding.TooLong, finding.Required, finding.Unmapped, finding.Orphan, finding.DuplicateKey, finding.CheckFailed, finding.DependsOn, finding.SameDocument, finding.Unclaimed,
}

// TestCases runs the migrations of testdata/transform-*: mappings/, a CSV file
// per dataset (␀ stands for a NUL byte), target.json with the tables of the
// target, and expected.txt with all that must come out. TRAVASO_UPDATE=1
// writes the last.
func TestCases(t *testing.T) {
	folders, err := filepath.Glob("../testdata/transform-*")
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) == 0 {
		t.Fatal("no testdata/transform-* was found: nothing was tested")
	}
	for _, kind := range kinds {
		folder := "../testdata/transform-" + strings.ReplaceAll(string(kind), "_", "-")
		expected, err := os.ReadFile(filepath.Join(folder, "expected.txt"))
		if err != nil || !strings.Contains(string(expected), "error "+string(kind)+" ") {
			t.Errorf("%s does not reproduce a finding of kind %s (%v)", folder, kind, err)
		}
	}
	for _, folder := range folders {
		t.Run(strings.TrimPrefix(filepath.Base(folder), "transform-"), func(t *testing.T) {
			got := runCase(t, folder)
			path := filepath.Join(folder, "expected.txt")
			if os.Getenv("TRAVASO_UPDATE") != "" {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func runCase(t *testing.T, folder string) string {
	t.Helper()
	f := newFixture(t, 2)
	var sources []mappings.SourceTable
	paths, _ := filepath.Glob(filepath.Join(folder, "*.csv"))
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		header, rows := readCSV(t, path)
		f.cells(name, header, rows)
		sources = append(sources, mappings.SourceTable{Dataset: name, Columns: f.in.Datasets[len(f.in.Datasets)-1].Columns})
	}
	set, err := mappings.Load(os.DirFS(folder), "mappings", nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "target.json"))
	if err != nil {
		t.Fatal(err)
	}
	var tables []schema.Table
	if err := json.Unmarshal(text, &tables); err != nil {
		t.Fatal(err)
	}
	if f.in.Mappings, err = set.Check(t.Context(), f.eng, sources, tables); err != nil {
		t.Fatal(err)
	}
	f.in.Tables, f.in.Crosswalks, f.in.MappingsDigest = tables, set.Crosswalks, set.Digest()
	return f.report()
}

func readCSV(t *testing.T, path string) (header []string, rows [][]string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := csv.NewReader(file).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %v", path, err)
	}
	return all[0], all[1:]
}

// report runs the migration and writes down all that came out.
func (f *fixture) report() string {
	f.t.Helper()
	m, _ := f.run()
	run := filepath.Join(f.folder, "run")
	lines := f.list(fmt.Sprintf(`select concat(severity, ' ', kind, ' ', entity, ' ', "key", coalesce(' ' || field, ''), coalesce(' "' || replace("value", chr(0), '␀') || '"', ''), ': ', detail, ' (', dataset, ' row ', "row", ')')
		from read_parquet(%s) order by document, entity, "row", field, kind`, engine.Literal(filepath.Join(run, "rejects/findings.parquet"))))
	for _, d := range m.Documents {
		lines = append(lines, fmt.Sprintf("document %s: %d staged, %d rejected, %d excluded", d.Name, d.Staged, d.Rejected, d.Excluded))
		for _, e := range d.Entities {
			var keys []string
			if e.Staged.Rows > 0 {
				keys = f.staged(d.Name, e.Name, "_key")
			}
			lines = append(lines, fmt.Sprintf("entity %s: staged %s", e.Name, strings.Join(keys, " ")))
			for _, name := range slices.Sorted(maps.Keys(e.Source.Sums)) {
				lines = append(lines, fmt.Sprintf("entity %s: %s %s = %s staged + %s rejected + %s excluded, %d unreadable", e.Name, name, e.Source.Sums[name], e.Staged.Sums[name], e.Rejected.Sums[name], e.Excluded.Sums[name], e.Source.Unreadable[name]))
			}
		}
	}
	for _, d := range m.Datasets {
		lines = append(lines, fmt.Sprintf("dataset %s: %d rows = %d staged + %d rejected + %d excluded", d.Name, d.Rows, d.Staged, d.Rejected, d.Excluded))
	}
	return strings.Join(lines, "\n") + "\n"
}
