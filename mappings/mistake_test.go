package mappings_test

import (
	"encoding/csv"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/mappings/yamlfile"
)

var update = flag.Bool("update", false, "write what is got as what is expected")

// Each folder testdata/mapping-<kind> holds mappings with mistakes and, in
// expected.txt, what must be said of them: by Load and, where the folder has a
// source.csv and a target.sql, by Check too.
func TestMistakesInTestdata(t *testing.T) {
	folders, err := filepath.Glob("../testdata/mapping-*")
	if err != nil || len(folders) < 60 {
		t.Fatalf("%d cases in testdata, want at least 60 (%v)", len(folders), err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			got := mistakesIn(t, folder)
			if len(got) == 0 {
				t.Fatal("no mistake was found")
			}
			compare(t, filepath.Join(folder, "expected.txt"), got.Error()+"\n")
		})
	}
}

func TestFiveMistakesAtOnce(t *testing.T) {
	if got := mistakesIn(t, "../testdata/mapping-five-mistakes"); len(got) != 5 {
		t.Errorf("%d mistakes, want 5:\n%v", len(got), got)
	}
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", golden, got, want)
	}
}

func mistakesIn(t *testing.T, folder string) yamlfile.Mistakes {
	t.Helper()
	var all yamlfile.Mistakes
	collect := func(err error) {
		var found yamlfile.Mistakes
		if err != nil && !errors.As(err, &found) {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	set, err := mappings.Load(os.DirFS(folder), ".", nil)
	collect(err)
	ddl, err := os.ReadFile(filepath.Join(folder, "target.sql"))
	if errors.Is(err, os.ErrNotExist) {
		return all.Sorted()
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = set.Check(t.Context(), openEngine(t), sourcesIn(t, folder), tablesOfDDL(t, string(ddl)))
	collect(err)
	return all.Sorted()
}

// sourcesIn reads source.csv: dataset, column, type.
func sourcesIn(t *testing.T, folder string) []mappings.SourceTable {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, "source.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var sources []mappings.SourceTable
	for _, line := range lines[1:] {
		i := slices.IndexFunc(sources, func(s mappings.SourceTable) bool { return s.Dataset == line[0] })
		if i < 0 {
			i = len(sources)
			sources = append(sources, mappings.SourceTable{Dataset: line[0]})
		}
		column := snapshot.Column{Name: line[1], Type: snapshot.Type(line[2])}
		if strings.EqualFold(line[2], string(snapshot.Decimal)) {
			column.Precision, column.Scale = 15, 2
		}
		sources[i].Columns = append(sources[i].Columns, column)
	}
	return sources
}
