package sqlsource_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/travaso/travaso/extract/sqlsource"
	"github.com/travaso/travaso/load/sqltarget/testserver"
)

// TRUNCATE takes rows away even from snapshots that are older than it.
func TestPostgresTablesCannotBeTruncatedMeanwhile(t *testing.T) {
	s := kindOf(t, "postgres").start(t, "create table impegni (id int)", "insert into impegni values (1)",
		"create table p (id int) partition by range (id)", "create table p1 partition of p default")
	source := s.open(t, sqlsource.Config{Readers: 2})
	s.db.SetMaxOpenConns(1)
	s.exec(t, "set lock_timeout = '100ms'")
	for _, statement := range []string{"truncate impegni", "truncate p1", "drop table impegni", "alter table impegni add column c int"} {
		if _, err := s.db.Exec(statement); err == nil {
			t.Errorf("%s went through while the source was open", statement)
		}
	}
	if got := read(t, source, "impegni"); len(got.rows) != 1 {
		t.Errorf("%d rows", len(got.rows))
	}
}

func TestPostgresRowsHiddenByAPolicyAreAnError(t *testing.T) {
	s := kindOf(t, "postgres").start(t)
	user := fmt.Sprintf("travaso_reader_%d", time.Now().UnixNano())
	s.exec(t, "create table impegni (id int)", "insert into impegni values (1), (2)", "create role "+user+" login",
		"grant select on impegni to "+user, "create policy p on impegni using (id = 1)", "alter table impegni enable row level security")
	t.Cleanup(func() { s.db.Exec("drop owned by " + user); s.db.Exec("drop role " + user) })
	at := strings.Index(s.dsn, "@")
	source, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: "postgres", DSN: "postgres://" + user + s.dsn[at:]})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	if _, err := source.Figures(t.Context(), "impegni"); err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("rows are hidden and the error is %v", err)
	}
}

// mysqlUser makes a user who may only read, and gives the DSN for it.
func mysqlUser(t *testing.T, s *server, grants ...string) string {
	t.Helper()
	config, err := mysql.ParseDSN(s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.User, config.Passwd = fmt.Sprintf("u%d", time.Now().UnixNano()%1e12), "s3cret"
	account := "'" + config.User + "'@'%'"
	local := "'" + config.User + "'@'localhost'"
	for _, a := range []string{account, local} {
		s.exec(t, "create user "+a+" identified by 's3cret'")
		for _, g := range grants {
			s.exec(t, "grant "+g+" on "+config.DBName+".* to "+a)
		}
	}
	t.Cleanup(func() { s.db.Exec("drop user " + account); s.db.Exec("drop user " + local) })
	return config.FormatDSN()
}

func TestMySQLWithoutThePrivilegeHasOneReader(t *testing.T) {
	s := kindOf(t, "mysql").start(t, "create table impegni (id int primary key)", "insert into impegni values (1)")
	source, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: "mysql", DSN: mysqlUser(t, s, "select"), Readers: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	moment := source.Moment()
	if moment.Readers != 1 || !strings.Contains(moment.How, "1 reader") || !strings.Contains(moment.How, "RELOAD") || strings.Contains(moment.How, "s3cret") {
		t.Errorf("moment: %+v", moment)
	}
	s.exec(t, "insert into impegni values (2)")
	if got := read(t, source, "impegni"); len(got.rows) != 1 {
		t.Errorf("%d rows, there was 1 at the moment", len(got.rows))
	}
}

func TestMySQLTablesWithoutTransactionsAreLocked(t *testing.T) {
	for _, readers := range []int{1, 3} {
		s := kindOf(t, "mysql").start(t, "create table impegni (id int primary key) engine = MyISAM", "insert into impegni values (1)", "create table soggetti (id int primary key)")
		source := s.open(t, sqlsource.Config{Readers: readers})
		if how := source.Moment().How; !strings.Contains(how, "(impegni) locked") || source.Moment().Readers != readers {
			t.Errorf("moment: %s", how)
		}
		s.db.SetMaxOpenConns(1)
		s.exec(t, "set lock_wait_timeout = 1", "insert into soggetti values (1)")
		if _, err := s.db.Exec("insert into impegni values (2)"); err == nil {
			t.Error("a table without transactions was written to while the source was open")
		}
		if got := read(t, source, "impegni"); len(got.rows) != 1 {
			t.Errorf("%d rows", len(got.rows))
		}
		if err := source.Close(); err != nil {
			t.Error(err)
		}
		s.exec(t, "insert into impegni values (2)")
	}
}

func TestMySQLSaysWhereTablesCannotBeLocked(t *testing.T) {
	s := kindOf(t, "mysql").start(t, "create table impegni (id int primary key) engine = MyISAM")
	source, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: "mysql", DSN: mysqlUser(t, s, "select"), Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	if how := source.Moment().How; !strings.Contains(how, "(impegni) may change") {
		t.Errorf("moment: %s", how)
	}
}

func TestSQLiteWALWithABusyWriterHasOneReader(t *testing.T) {
	d := databases[1]
	s := d.start(t, "create table impegni (id integer primary key)", "insert into impegni values (1)")
	s.db.SetMaxOpenConns(1)
	s.exec(t, "begin immediate", "insert into impegni values (2)")
	source, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: "sqlite", DSN: "file:" + s.dsn + "?_busy_timeout=100", Readers: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	if m := source.Moment(); m.Readers != 1 || !strings.Contains(m.How, "locked") {
		t.Errorf("moment: %+v", m)
	}
	s.exec(t, "commit")
	if got := read(t, source, "impegni"); len(got.rows) != 1 {
		t.Errorf("%d rows, there was 1 at the moment", len(got.rows))
	}
}

// The file of the source must be the same, to the byte, after it was read.
func TestSQLiteFileIsLeftAsItWas(t *testing.T) {
	for _, d := range databases[:2] {
		s := d.start(t, "create table impegni (id integer primary key)", "insert into impegni values (1)")
		before, err := os.ReadFile(s.dsn)
		if err != nil {
			t.Fatal(err)
		}
		source := s.open(t, sqlsource.Config{Readers: 3})
		read(t, source, "impegni")
		if err := source.Close(); err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(s.dsn)
		if err != nil {
			t.Fatal(err)
		}
		if string(before) != string(after) {
			t.Errorf("%s: the file was changed", d.name())
		}
	}
}

func TestSQLiteImmutable(t *testing.T) {
	s := kindOf(t, "sqlite").start(t, "create table impegni (id integer primary key)", "insert into impegni values (1)")
	s.db.Close()
	folder := filepath.Dir(s.dsn)
	odd := filepath.Join(folder, "odd name 100%?.db")
	if err := os.Rename(s.dsn, odd); err != nil {
		t.Fatal(err)
	}
	for _, dsn := range []string{odd, "file:" + strings.NewReplacer(" ", "%20", "%", "%25", "?", "%3f").Replace(odd) + "?immutable=1"} {
		source, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: "sqlite", DSN: dsn})
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, source, "impegni"); len(got.rows) != 1 {
			t.Errorf("%d rows", len(got.rows))
		}
		if strings.Contains(dsn, "immutable") != strings.Contains(source.Moment().How, "immutable") {
			t.Errorf("%s: %s", dsn, source.Moment().How)
		}
		if err := source.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A server that dies under the readers is an error, of one line, not an end of the rows.
func TestServerThatEndsMeanwhileIsAnError(t *testing.T) {
	for _, c := range []struct {
		driver, sql string
		server      func(testing.TB) *testserver.Server
		fill        string
	}{
		{"postgres", "pgx", testserver.PrivatePostgres, "insert into impegni select i, repeat('x', 1000) from generate_series(1, 20000) as s(i)"},
		{"mysql", "mysql", testserver.PrivateMariaDB, "insert into impegni select seq, repeat('x', 1000) from seq_1_to_20000"},
	} {
		t.Run(c.driver, func(t *testing.T) {
			t.Parallel()
			server := c.server(t)
			dsn := server.Database(t)
			db, err := sql.Open(c.sql, dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for _, statement := range []string{"create table impegni (id int primary key, c text)", c.fill} {
				if _, err := db.Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
			source, err := sqlsource.Open(t.Context(), sqlsource.Config{Driver: c.driver, DSN: dsn, Readers: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			shape, err := source.Shape(t.Context(), "impegni")
			if err != nil {
				t.Fatal(err)
			}
			rows := 0
			err = source.Read(t.Context(), "impegni", shape.Chunks[0], rowFunc(func() error {
				if rows++; rows == 1 {
					server.Stop(t)
				}
				return nil
			}))
			if err == nil || strings.Contains(err.Error(), "\n") || rows == 20000 {
				t.Errorf("after %d rows: %v", rows, err)
			}
			server.Start(t)
			if _, err := source.Figures(t.Context(), "impegni"); err == nil {
				t.Error("the source went on with another moment")
			}
		})
	}
}
