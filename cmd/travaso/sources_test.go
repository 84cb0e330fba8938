package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

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
	// chunkRows makes the larger tables come in several chunks.
	chunkRows int
}{
	{
		// In PostgreSQL names are in lower case where nobody quotes them.
		name: "postgres, typed", driver: "postgres", sqlDriver: "pgx", dsn: func(t *testing.T) string { return testserver.Postgres(t) }, chunkRows: 500,
		dialect: dialect{quote: strings.ToLower, mark: dollar, types: map[columnKind]string{
			ofText: "varchar(%d)", ofInteger: "integer", ofMoney: "numeric(15,2)", ofDate: "date", ofMoment: "timestamp"}},
	},
	{
		name: "mariadb, typed", driver: "mysql", sqlDriver: "mysql", dsn: func(t *testing.T) string { return testserver.MariaDB(t) }, chunkRows: 500,
		dialect: dialect{quote: backquoted, mark: questionMark, types: map[columnKind]string{
			ofText: "varchar(%d)", ofInteger: "int", ofMoney: "decimal(15,2)", ofDate: "date", ofMoment: "datetime"}},
	},
	{
		name: "sqlite, text", driver: "sqlite", sqlDriver: "sqlite3", dsn: func(t *testing.T) string { return filepath.Join(t.TempDir(), "legacy.db") }, chunkRows: 500,
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
  database: {driver: %s, dsn: "${LEGACY_DSN}", chunk_rows: %d}
%s`, source.driver, source.chunkRows, target.plan()+vercelliAccept)
			p := newProject(t, plan, "LEGACY_DSN="+dsn, target.env())
			rehearseSame(t, p, "empty texts", want)
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

// contentOf is the content of each document type, and how many there are.
func contentOf(m *staged.Manifest) map[string]string {
	content := map[string]string{}
	for _, d := range m.Documents {
		content[d.Name] = fmt.Sprintf("%d staged, %d rejected, digest %s", d.Staged, d.Rejected, d.Digest)
	}
	return content
}
