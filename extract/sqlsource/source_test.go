package sqlsource_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/extract/sqlsource"
)

// rowFunc is a sink that only takes notice of rows.
type rowFunc func() error

func (f rowFunc) Row(int64, []any) error            { return f() }
func (f rowFunc) Reject(snapshot.RejectedRow) error { return f() }

func TestWritingIsRefused(t *testing.T) {
	for _, c := range []struct {
		database database
		setup    []string
		query    string // that writes
	}{
		{kindOf(t, "postgres"), []string{"create sequence s"}, "select nextval('s') as n"},
		{kindOf(t, "postgres"), []string{"create table w (n int)", "create function f() returns int language sql as 'insert into w values (1) returning n'"}, "select f() as n"},
		{kindOf(t, "mysql"), []string{"create table w (n int)", "create function f() returns int modifies sql data begin insert into w values (1); return 1; end"}, "select f() as n"},
		{kindOf(t, "postgres"), nil, "1) as x; create table w (n int); select (1"},
		{kindOf(t, "mysql"), nil, "select 1) as x; create table w (n int); select (1"},
		{kindOf(t, "sqlite"), []string{"create table x (n int)"}, "select 1) as x; create table w (n int); select * from (select 1"},
	} {
		s := c.database.start(t, c.setup...)
		source := s.open(t, sqlsource.Config{Datasets: map[string]sqlsource.Dataset{"d": {Query: c.query}}})
		err := error(nil)
		if shape, shapeErr := source.Shape(t.Context(), "d"); shapeErr != nil {
			err = shapeErr
		} else {
			err = source.Read(t.Context(), "d", shape.Chunks[0], rowFunc(func() error { return nil }))
		}
		if err == nil {
			t.Errorf("%s: %s: no error", c.database.name(), c.query)
		}
		var n int
		if s.db.QueryRow("select count(*) from w").Scan(&n) == nil && (n > 0 || !strings.Contains(strings.Join(c.setup, ";"), "table w")) {
			t.Errorf("%s: %s: it was written", c.database.name(), c.query)
		}
	}
}

func TestBadEncodingIsRejectedRowByRow(t *testing.T) {
	s := kindOf(t, "sqlite").start(t, "create table soggetti (id integer primary key, nome text, importo integer)",
		"insert into soggetti values (1, 'Rossi', 10), (7, cast(x'4e6963636ff2' as text), 20), (9, 'Però', 30)")
	got := read(t, s.open(t, sqlsource.Config{}), "soggetti")
	if len(got.rows) != 2 || len(got.rejected) != 1 {
		t.Fatalf("%d rows, rejected %+v", len(got.rows), got.rejected)
	}
	r := got.rejected[0]
	if r.Row != 2 || r.Code != "bad_encoding" || string(r.Raw) != "7\tNicco\xf2\t20" {
		t.Errorf("rejected %+v", r)
	}
	if want := "column nome: not UTF-8 at byte 6 of the value (row with id = 7)"; r.Reason != want {
		t.Errorf("reason is %q, not %q", r.Reason, want)
	}
}

func TestBadEncodingOfPostgres(t *testing.T) {
	s := kindOf(t, "postgres").start(t)
	u, err := url.Parse(s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Path += "_ascii"
	name := strings.TrimPrefix(u.Path, "/")
	s.exec(t, "create database "+name+" template template0 encoding 'SQL_ASCII' locale 'C'")
	t.Cleanup(func() { s.db.Exec("drop database " + name + " with (force)") })
	ascii := kindOf(t, "postgres")
	ascii.dsn = func(testing.TB) string { return u.String() }
	legacy := ascii.start(t, "set client_encoding = 'SQL_ASCII'",
		"create table soggetti (cf text primary key, nome text)", `insert into soggetti values ('RSSMRA70A01H501S', E'Nicco\xf2')`, "insert into soggetti values ('b', 'Rossi')")
	source := legacy.open(t, sqlsource.Config{})
	got := read(t, source, "soggetti")
	source.Close()
	legacy.db.Close()
	if len(got.rows) != 1 || len(got.rejected) != 1 || string(got.rejected[0].Raw) != "RSSMRA70A01H501S\tNicco\xf2" {
		t.Fatalf("%d rows, rejected %+v", len(got.rows), got.rejected)
	}
	if want := "column nome: not UTF-8 at byte 6 of the value"; got.rejected[0].Reason != want {
		t.Errorf("reason is %q, not %q: a key that is a tax code must not be in it", got.rejected[0].Reason, want)
	}
}

func TestRawOfARejectedRowIsBounded(t *testing.T) {
	s := kindOf(t, "sqlite").start(t, "create table t (a text)", fmt.Sprintf("insert into t values (cast(x'%s' as text))", strings.Repeat("f2", 100_000)))
	if got := read(t, s.open(t, sqlsource.Config{}), "t"); len(got.rejected) != 1 || len(got.rejected[0].Raw) != snapshot.RawLimit {
		t.Errorf("%d rejected", len(got.rejected))
	}
}

func TestErrorsNameThePlaceAndNotThePassword(t *testing.T) {
	mariadb := kindOf(t, "mysql").start(t)
	denied := strings.Replace(mysqlUser(t, mariadb, "select"), "s3cret", "s3cret2", 1)
	pg := kindOf(t, "postgres").start(t)
	missing := filepath.Join(t.TempDir(), "missing.db")
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		driver, dsn string
		want        []string
	}{
		{"postgres", "postgres://anna:s3cret@127.0.0.1:1/legacy?sslmode=disable", []string{"legacy", "127.0.0.1:1", "refused"}},
		{"postgres", "host=127.0.0.1 port=1 dbname=legacy user=anna password=s3cret", []string{"legacy", "127.0.0.1:1", "refused"}},
		{"postgres", "postgres://anna:s3cret@127.0.0.1:port/legacy", []string{"dsn"}},
		{"postgres", "postgres://anna:s3%zzcret@127.0.0.1/legacy", []string{"dsn"}},
		{"postgres", strings.Replace(strings.Replace(pg.dsn, "travaso_test_", "nowhere_", 1), "postgres@", "postgres:s3cret@", 1), []string{"nowhere_", "does not exist"}},
		{"mysql", "anna:s3cret@tcp(127.0.0.1:1)/legacy", []string{"legacy", "127.0.0.1:1", "refused"}},
		{"mysql", "anna:s3cret@127.0.0.1:1/legacy", []string{"dsn"}},
		{"mysql", "anna:s3cret@tcp(127.0.0.1:1)/", []string{"names no database"}},
		{"mysql", denied, []string{"denied", "127.0.0.1"}},
		{"sqlite", missing, []string{"missing.db", "no such file", "check the path"}},
		{"sqlite", text, []string{"text.db", "not a database"}},
		{"sqlite", ":memory:", []string{"in memory"}},
		{"oracle", "s3cret", []string{`driver "oracle" is not known`}},
	} {
		_, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: c.driver, DSN: c.dsn})
		if err == nil {
			t.Errorf("%s: no error", c.driver)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %q does not say %q", err, want)
			}
		}
		if strings.Contains(err.Error(), "s3cret") || strings.Contains(fmt.Sprintf("%+v", err), "s3cret") || strings.Contains(err.Error(), "s3%zz") {
			t.Errorf("error shows the password: %q", err)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("error has several lines: %q", err)
		}
	}
}

func TestMissingTableNamesTheNearest(t *testing.T) {
	for _, d := range databases {
		for _, asked := range []string{"impegno", "legacy.impegno", "no such ; table"} {
			s := d.start(t, "create table soggetti (id integer primary key)", "create table impegni (id integer primary key)")
			source := s.open(t, configOf("d", asked))
			_, err := source.Shape(t.Context(), "d")
			if err == nil || !strings.Contains(err.Error(), asked) || !strings.Contains(err.Error(), "did you mean impegni") && asked != "no such ; table" || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v", d.name(), err)
			}
		}
	}
}

func TestConfigMistakesAreAllTold(t *testing.T) {
	_, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: "db2", DSN: "x", DSNFile: "y", Readers: -1, Datasets: map[string]sqlsource.Dataset{
		"a": {}, "b": {Table: "t", Query: "q"}, "../c": {Table: "t"},
	}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"db2", "dsn_file", "dataset a", "dataset b", `"../c"`, "readers"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not say %q: %v", want, err)
		}
	}
	if _, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: "sqlite"}); err == nil || !strings.Contains(err.Error(), "neither dsn nor dsn_file") {
		t.Errorf("no dsn: %v", err)
	}
}

func TestDSNFile(t *testing.T) {
	s := kindOf(t, "sqlite").start(t, "create table impegni (id integer primary key)")
	file := filepath.Join(t.TempDir(), "dsn")
	if err := os.WriteFile(file, []byte("  "+s.dsn+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: "sqlite", DSNFile: file})
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Close(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + ".missing"} {
		if _, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: "sqlite", DSNFile: path}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("dsn_file %s: %v", path, err)
		}
	}
}

func TestChunkOfAnotherPlanIsRefused(t *testing.T) {
	for _, d := range databases {
		s := d.start(t, "create table impegni (id integer primary key)")
		source := s.open(t, sqlsource.Config{})
		shape, err := source.Shape(t.Context(), "impegni")
		if err != nil {
			t.Fatal(err)
		}
		other, injected := shape.Chunks[0], shape.Chunks[0]
		other.Origin = "soggetti"
		injected.From = "1 or 1 = 1"
		for _, chunk := range []snapshot.Chunk{other, injected} {
			if err := source.Read(t.Context(), "impegni", chunk, rowFunc(func() error { return nil })); err == nil {
				t.Errorf("%s: chunk %+v was read", d.name(), chunk)
			}
		}
	}
}
