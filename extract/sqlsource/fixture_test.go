package sqlsource_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/extract/sourcetest"
	"github.com/travaso/travaso/extract/sqlsource"
	"github.com/travaso/travaso/load/sqltarget/testserver"
)

// database is one kind of database to run the same test against.
type database struct {
	driver string // of sqlsource
	sql    string // of database/sql
	dsn    func(testing.TB) string
	types  map[snapshot.Type]string
	// setup are statements on a new database.
	setup []string
}

var databases = []database{
	{
		driver: sqlsource.SQLite, sql: "sqlite3", dsn: sqliteFile,
		types: map[snapshot.Type]string{snapshot.Integer: "integer", snapshot.Decimal: "text", snapshot.Date: "date", snapshot.Timestamp: "timestamp", snapshot.Boolean: "boolean", snapshot.Text: "text"},
	},
	{
		driver: sqlsource.SQLite, sql: "sqlite3", dsn: sqliteFile, setup: []string{"pragma journal_mode = wal"},
		types: map[snapshot.Type]string{snapshot.Integer: "integer", snapshot.Decimal: "text", snapshot.Date: "date", snapshot.Timestamp: "timestamp", snapshot.Boolean: "boolean", snapshot.Text: "text"},
	},
	{
		driver: sqlsource.Postgres, sql: "pgx", dsn: testserver.Postgres,
		types: map[snapshot.Type]string{snapshot.Integer: "bigint", snapshot.Decimal: "numeric", snapshot.Date: "date", snapshot.Timestamp: "timestamp", snapshot.Boolean: "boolean", snapshot.Text: "text"},
	},
	{
		driver: sqlsource.MySQL, sql: "mysql", dsn: testserver.MariaDB,
		types: map[snapshot.Type]string{snapshot.Integer: "bigint", snapshot.Decimal: "decimal", snapshot.Date: "date", snapshot.Timestamp: "datetime(6)", snapshot.Boolean: "boolean", snapshot.Text: "longtext"},
	},
}

func (d database) name() string { return strings.Join(append([]string{d.driver}, d.setup...), " ") }

func sqliteFile(t testing.TB) string { return filepath.Join(t.TempDir(), "legacy.db") }

// server is a database made for a test, and a connection that may write to it.
type server struct {
	database
	dsn string
	db  *sql.DB
}

func (d database) start(t testing.TB, statements ...string) *server {
	t.Helper()
	s := &server{database: d, dsn: d.dsn(t)}
	dsn := s.dsn
	if d.driver == sqlsource.SQLite {
		dsn += "?_busy_timeout=200"
	}
	var err error
	if s.db, err = sql.Open(d.sql, dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.db.Close() })
	s.exec(t, d.setup...)
	s.exec(t, statements...)
	return s
}

func (s *server) exec(t testing.TB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := s.db.Exec(statement); err != nil {
			t.Fatalf("%.200s: %v", statement, err)
		}
	}
}

// open opens the server's database as a source.
func (s *server) open(t testing.TB, config sqlsource.Config) *sqlsource.Source {
	t.Helper()
	config.Driver, config.DSN = s.driver, s.dsn
	source, err := sqlsource.Open(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := source.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return source
}

func (s *server) createTable(t testing.TB, f sourcetest.Fixture) {
	t.Helper()
	var columns []string
	for i, c := range f.Columns {
		declared := s.types[c.Kind]
		if c.Kind == snapshot.Decimal && s.driver != sqlsource.SQLite {
			declared += fmt.Sprintf("(%d,%d)", c.Precision, c.Scale)
		}
		if i == 0 {
			declared += " primary key"
		}
		columns = append(columns, s.quote(c.Name)+" "+declared)
	}
	s.exec(t, "create table "+f.Dataset+" ("+strings.Join(columns, ", ")+")")
}

func (s *server) quote(name string) string {
	if s.driver == sqlsource.MySQL {
		return "`" + name + "`"
	}
	return `"` + name + `"`
}

// insert writes rows of canonical texts, a few hundred to a statement.
func (s *server) insert(f sourcetest.Fixture, rows [][]any) error {
	for len(rows) > 0 {
		n := min(len(rows), 300)
		var lines []string
		for _, row := range rows[:n] {
			var values []string
			for i, v := range row {
				values = append(values, s.literal(f.Columns[i], v))
			}
			lines = append(lines, "("+strings.Join(values, ", ")+")")
		}
		if _, err := s.db.Exec("insert into " + f.Dataset + " values " + strings.Join(lines, ", ")); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func (s *server) literal(c sourcetest.Column, value any) string {
	if value == nil {
		return "null"
	}
	text := value.(string)
	if c.Kind == snapshot.Integer || c.Kind == snapshot.Boolean || c.Kind == snapshot.Decimal && s.driver != sqlsource.SQLite {
		return text
	}
	if s.driver == sqlsource.MySQL {
		text = strings.ReplaceAll(text, `\`, `\\`)
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// fixtureSource is a source that a test may write to behind its back.
type fixtureSource struct {
	*sqlsource.Source
	server  *server
	fixture sourcetest.Fixture
}

func (f *fixtureSource) Insert(rows [][]any) error { return f.server.insert(f.fixture, rows) }

func (d database) openFixture(t *testing.T, f sourcetest.Fixture) sourcetest.Source {
	s := d.start(t)
	s.createTable(t, f)
	s.fill(t, f)
	source := s.open(t, sqlsource.Config{Readers: f.Readers, ChunkRows: f.ChunkRows})
	return &fixtureSource{source, s, f}
}

// fill inserts the rows, deleted ones at the odd places among them.
func (s *server) fill(t testing.TB, f sourcetest.Fixture) {
	t.Helper()
	rows := f.Rows
	if len(f.Deleted) > 0 {
		rows = nil
		for i, row := range f.Rows {
			rows = append(rows, row)
			if i < len(f.Deleted) {
				rows = append(rows, f.Deleted[i])
			}
		}
	}
	if err := s.insert(f, rows); err != nil {
		t.Fatal(err)
	}
	var gone []string
	for _, row := range f.Deleted {
		gone = append(gone, row[0].(string))
	}
	if len(gone) > 0 {
		s.exec(t, "delete from "+f.Dataset+" where "+s.quote(f.Columns[0].Name)+" in ("+strings.Join(gone, ", ")+")")
	}
}

func TestConformance(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name(), func(t *testing.T) {
			t.Parallel()
			sourcetest.Run(t, d.openFixture)
		})
	}
}
