package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/load/sqltarget/testserver"
	"github.com/travaso/travaso/transform/staged"
)

// databaseSources are the databases that hold the rows of the real files.
var databaseSources = []struct {
	name string
	// driver is that of a plan, sqlDriver that of database/sql.
	driver, sqlDriver string
	dsn               func(*testing.T) string
	dialect           dialect
	// typed: amounts, numbers, dates and moments are not text.
	typed bool
}{
	{
		// In PostgreSQL names are in lower case where nobody quotes them.
		name: "postgres, typed", driver: "postgres", sqlDriver: "pgx", dsn: func(t *testing.T) string { return testserver.Postgres(t) }, typed: true,
		dialect: dialect{quote: strings.ToLower, mark: dollar, types: map[columnKind]string{
			ofText: "varchar(%d)", ofInteger: "integer", ofMoney: "numeric(15,2)", ofDate: "date", ofMoment: "timestamp"}},
	},
	{
		name: "mariadb, typed", driver: "mysql", sqlDriver: "mysql", dsn: func(t *testing.T) string { return testserver.MariaDB(t) }, typed: true,
		dialect: dialect{quote: backquoted, mark: questionMark, types: map[columnKind]string{
			ofText: "varchar(%d)", ofInteger: "int", ofMoney: "decimal(15,2)", ofDate: "date", ofMoment: "datetime"}},
	},
	{
		name: "sqlite, text", driver: "sqlite", sqlDriver: "sqlite3", dsn: func(t *testing.T) string { return filepath.Join(t.TempDir(), "legacy.db") },
		dialect: dialect{quote: doubleQuoted, mark: questionMark, types: map[columnKind]string{
			ofText: "text", ofInteger: "text", ofMoney: "text", ofDate: "text", ofMoment: "text"}},
	},
}

func backquoted(name string) string   { return "`" + name + "`" }
func doubleQuoted(name string) string { return `"` + name + `"` }

// TestSameRowsFromDatabases holds the rows of the real files in databases,
// typed where they have types: what is staged from them is the same, digest by
// digest, as from the files.
func TestSameRowsFromDatabases(t *testing.T) {
	target := sqlitePlace(t)
	files := newVercelli(t, target)
	files.write(t, "travaso.yaml", vercelliPlan+target.plan()+vercelliAccept)
	files.run(t, exitDone, "rehearse")
	want := contentOf(files.staged(t))
	tables := vercelliTables(t)
	for _, source := range databaseSources {
		t.Run(source.name, func(t *testing.T) {
			t.Parallel()
			dsn := source.dsn(t)
			db := openDatabase(t, source.sqlDriver, dsn)
			for _, table := range tables {
				table.fill(t, db, source.dialect)
			}
			target := sqlitePlace(t)
			plan := fmt.Sprintf(`
migration: vercelli-2016
pack: unica
constants: {ente_id: "30"}
source:
  database: {driver: %s, dsn: "${LEGACY_DSN}", chunk_rows: 100}
%s`, source.driver, target.plan()+vercelliAccept)
			p := newProject(t, plan, "LEGACY_DSN="+dsn, target.env())
			rehearseSame(t, p, "empty texts", want)
			if source.typed {
				checkTypes(t, p)
			}
			for _, table := range tables {
				table.clear(t, db, source.dialect)
			}
			rehearseSame(t, p, "absent texts", want)
		})
	}
}

func rehearseSame(t *testing.T, p *project, which string, want map[string]string) {
	t.Helper()
	runs := p.runs(t)
	p.run(t, exitDone, "rehearse")
	if p.runs(t) != runs+1 {
		t.Fatalf("%s: no new run was begun", which)
	}
	got := contentOf(p.staged(t))
	if len(got) != len(want) || len(want) != 7 {
		t.Errorf("%s: %d document types, want %d, which are seven", which, len(got), len(want))
	}
	for document, content := range want {
		if got[document] != content {
			t.Errorf("%s: %s is %s, from the files it is %s", which, document, got[document], content)
		}
	}
}

// checkTypes: the columns did come typed, and the tables in chunks; the test
// would else be the one of text once more.
func checkTypes(t *testing.T, p *project) {
	t.Helper()
	read, err := snapshot.Load(filepath.Join(p.newestRun(t), "snapshot"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]snapshot.Type{
		"impegni.importo_attuale": snapshot.Decimal, "capitoli_uscita.stanziamento_cassa": snapshot.Decimal,
		"impegni.anno_impegno": snapshot.Integer, "impegni.pluriennale": snapshot.Integer, "soggetti.soggetto_id": snapshot.Integer,
		"impegni.numero_impegno_riacc": snapshot.Integer, // all absent
		"impegni.data_emissione":       snapshot.Date, "soggetti.data_nascita": snapshot.Date, "modpag.data_ins": snapshot.Timestamp,
		"soggetti.codice_soggetto": snapshot.Text, "impegni.codice_soggetto": snapshot.Text, "modpag.iban": snapshot.Text,
	} {
		dataset, column, _ := strings.Cut(name, ".")
		d, ok := read.Dataset(dataset)
		at := slices.IndexFunc(d.Columns, func(c snapshot.Column) bool { return strings.EqualFold(c.Name, column) })
		if !ok || at < 0 || d.Columns[at].Type != want {
			t.Errorf("%s came as something else than %s: %v", name, want, d.Columns)
		}
	}
	if d, _ := read.Dataset("impegni"); len(d.Parts) < 2 {
		t.Errorf("impegni came in %d chunks, want several", len(d.Parts))
	}
}

// contentOf is the content of each document type, and how many there are.
func contentOf(m *staged.Manifest) map[string]string {
	content := map[string]string{}
	for _, d := range m.Documents {
		content[d.Name] = fmt.Sprintf("%d staged, %d rejected, digest %s", d.Staged, d.Rejected, d.Digest)
	}
	return content
}
