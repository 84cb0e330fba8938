package main

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/cmd/internal/city"
	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/load/sqltarget/testserver"
	"github.com/travaso/travaso/mappings"
)

// The municipal pack by itself: it knows all of the suite, and fits its tables
// and both kinds of target.

const municipalPlan = `
migration: city
pack: municipal
constants: {ente_id: "1"}
`

// TestMunicipalPackFits: every expression of the pack and of its rules is
// accepted over the suite's tables, as each kind of source describes them, and
// over those of each kind of target.
func TestMunicipalPackFits(t *testing.T) {
	for kind, newPlace := range places {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			target := newPlace(t)
			p := newProject(t, municipalPlan+emptySuite(t, kind)+target.plan()+"\n", target.env())
			says(t, p.run(t, exitDone, "plan").stdout, "29 datasets", "28 document types", "the plan is sound")
		})
	}
}

// emptySuite makes the suite's tables without rows, and gives the plan's line of it.
func emptySuite(t *testing.T, kind string) string {
	t.Helper()
	driver, dsn := "sqlite3", "file:"+filepath.Join(t.TempDir(), "legacy.db")
	if kind == "postgres" {
		driver, dsn = "pgx", testserver.Postgres(t)
	}
	db := openDatabase(t, driver, dsn)
	for _, table := range city.Tables() {
		columns := make([]string, len(table.Columns))
		for i, c := range table.Columns {
			columns[i] = c.Name + " " + c.Type
		}
		if _, err := db.ExecContext(t.Context(), "create table "+table.Name+" ("+strings.Join(columns, ", ")+")"); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("source: {database: {driver: %s, dsn: %q}}\n", kind, dsn)
}

// municipalSet loads the mappings of the pack.
func municipalSet(t *testing.T) (*mappings.Set, fs.FS) {
	t.Helper()
	pack, err := mappings.Pack("municipal")
	if err != nil {
		t.Fatal(err)
	}
	set, err := mappings.Load(pack, ".", map[string]string{"ente_id": "1"})
	if err != nil {
		t.Fatal(err)
	}
	return set, pack
}

// TestMunicipalCrosswalks: the pack turns every old code of the suite into what
// became of it, and the chart of accounts holds each new account once.
func TestMunicipalCrosswalks(t *testing.T) {
	set, pack := municipalSet(t)
	lists := city.Crosswalks()
	if len(lists) < 10 {
		t.Fatalf("the suite has %d lists of codes", len(lists))
	}
	for name, codes := range lists {
		became := map[string]string{}
		for _, row := range set.Crosswalks[name].Rows {
			became[row.Old] = row.New
		}
		if len(became) != len(codes) {
			t.Errorf("crosswalk %s has %d codes, and the suite %d", name, len(became), len(codes))
		}
		for _, code := range codes {
			if became[code.Old] != code.New {
				t.Errorf("crosswalk %s: %s became %q, want %q", name, code.Old, became[code.Old], code.New)
			}
		}
	}
	chart, err := fs.ReadFile(pack, "conto.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var accounts, wanted []string
	for _, found := range regexp.MustCompile(`\('([^']*)', `).FindAllStringSubmatch(string(chart), -1) {
		accounts = append(accounts, found[1])
	}
	for _, code := range lists["conto"] {
		wanted = append(wanted, code.New)
	}
	slices.Sort(wanted)
	slices.Sort(accounts)
	if wanted = slices.Compact(wanted); !slices.Equal(accounts, wanted) {
		t.Errorf("the chart of accounts is\n%q, want\n%q", accounts, wanted)
	}
}

// TestMunicipalTakesEveryColumn: nothing that the suite keeps is left behind,
// but for its record numbers.
func TestMunicipalTakesEveryColumn(t *testing.T) {
	set, _ := municipalSet(t)
	for _, table := range city.Tables() {
		text := readsOf(set, table.Name)
		for _, column := range table.Columns {
			if column.Name != city.RecordNumber && !regexp.MustCompile(`\b`+column.Name+`\b`).MatchString(text) {
				t.Errorf("%s.%s (%s) goes nowhere", table.Name, column.Name, column.Comment)
			}
		}
	}
}

// computedAnew are columns that the pack computes, or finds by a reference,
// instead of taking them; its rules compare the two.
var computedAnew = map[string]string{"PAG_TEFA": "BASE LORDO COMMIS NETTO", "TES_ORDRIG": "CAPIT ARTIC"}

// readsOf is all SQL that the mappings have for a table's rows.
func readsOf(set *mappings.Set, table string) string {
	reads := []string{computedAnew[table]}
	for _, m := range set.Mappings {
		for _, e := range m.Entities {
			if !slices.Contains(e.From, table) && !strings.Contains(e.Query, table) {
				continue
			}
			reads = append(append(reads, e.Query, e.Where), e.Key...)
			for _, f := range e.Fields {
				reads = append(append(reads, f.From, f.SQL), f.Key...)
			}
		}
	}
	return strings.Join(reads, "\n")
}

// TestMunicipalFiles: the pack knows the suite's text files, each by its table.
func TestMunicipalFiles(t *testing.T) {
	p := newProject(t, municipalPlan+"source: {files: {folder: unloaded}}\ntarget: {driver: sqlite, dsn: target.db}\n")
	plan, err := pipeline.LoadPlan(p.path("travaso.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for _, table := range city.Tables() {
		tables = append(tables, table.Name)
		if files := plan.Source.Files.Datasets[table.Name].Files; !slices.Equal(files, []string{table.Name + ".TXT"}) {
			t.Errorf("table %s is in the files %q", table.Name, files)
		}
	}
	if len(plan.Source.Files.Datasets) != len(tables) {
		t.Errorf("%d datasets, want %d", len(plan.Source.Files.Datasets), len(tables))
	}
}
