package testserver

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFreshDatabasesAreApartAndDropped(t *testing.T) {
	for _, c := range []struct {
		kind  kind
		fresh func(testing.TB) string
		count string
	}{
		{postgres, Postgres, "select count(*) from pg_database where datname = $1"},
		{mariadb, MariaDB, "select count(*) from information_schema.schemata where schema_name = ?"},
	} {
		t.Run(c.kind.name, func(t *testing.T) {
			var name string
			t.Run("use", func(t *testing.T) {
				first, second := open(t, c.kind, c.fresh(t)), open(t, c.kind, c.fresh(t))
				mustExec(t, first, "create table t (n integer)")
				mustExec(t, second, "create table t (n integer)")
				query := map[string]string{"pgx": "select current_database()", "mysql": "select database()"}[c.kind.driver]
				if err := first.QueryRow(query).Scan(&name); err != nil {
					t.Fatal(err)
				}
			})
			if name == "" {
				t.Skip("the database was not made")
			}
			var n int
			if err := open(t, c.kind, c.fresh(t)).QueryRow(c.count, name).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n != 0 {
				t.Errorf("database %s is still there after its test", name)
			}
		})
	}
}

func TestPrivateServerIsStoppedStartedAndRemoved(t *testing.T) {
	for _, c := range []struct {
		kind    kind
		private func(testing.TB) *Server
	}{{postgres, PrivatePostgres}, {mariadb, PrivateMariaDB}} {
		t.Run(c.kind.name, func(t *testing.T) {
			t.Parallel()
			var server *Server
			t.Run("use", func(t *testing.T) {
				server = c.private(t)
				dsn := server.Database(t)
				mustExec(t, open(t, c.kind, dsn), "create table t (n integer)")
				server.Stop(t)
				if err := c.kind.exec(dsn, "select 1"); err == nil {
					t.Error("the stopped server answers")
				}
				server.Start(t)
				mustExec(t, open(t, c.kind, dsn), "insert into t values (1)")
				server.Restart(t)
			})
			if server == nil {
				t.Skip("there was no private server")
			}
			if _, err := os.Stat(server.folder); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("folder %s is still there: %v", server.folder, err)
			}
			if err := c.kind.exec(server.dsn, "select 1"); err == nil {
				t.Error("the removed server answers")
			}
		})
	}
}

// Where no server lets us in, one is started, and stays while the process does.
func TestServerIsStartedWhereThereIsNone(t *testing.T) {
	for _, k := range []kind{postgres, mariadb} {
		t.Run(k.name, func(t *testing.T) {
			t.Setenv(k.variable, "")
			dead, err := freePort()
			if err != nil {
				t.Fatal(err)
			}
			k.local = func() []string {
				return map[string][]string{"pgx": {postgresURL("postgres", dead)}, "mysql": {mariadbDSN(dead)}}[k.driver]
			}
			find := sync.OnceValues(k.find)
			t.Cleanup(func() {
				if server, err := find(); err == nil {
					server.remove()
				}
			})
			dsn := k.fresh(t, find)
			runtime.GC() // must not end it
			runtime.GC()
			time.Sleep(100 * time.Millisecond)
			mustExec(t, open(t, k, dsn), "create table t (n integer)")
		})
	}
}

// The child is this test binary: it starts a private server, says where, and
// is killed; the server must end by itself.
func TestPrivateServerEndsWithAKilledProcess(t *testing.T) {
	const variable = "TRAVASO_TESTSERVER_CHILD"
	if os.Getenv(variable) != "" {
		server := PrivatePostgres(t)
		fmt.Printf("folder=%s dsn=%s\n", server.folder, server.dsn)
		time.Sleep(time.Minute)
		return
	}
	if _, err := startable(); err != nil {
		postgres.need(t, err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), variable+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	folder, dsn, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "folder="), " dsn=")
	if !ok {
		t.Fatalf("the child says %q", line)
	}
	if err := postgres.exec(dsn, "select 1"); err != nil {
		t.Fatalf("the child's server: %v", err)
	}

	cmd.Process.Kill()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, err := os.Stat(folder)
		if errors.Is(err, os.ErrNotExist) && postgres.exec(dsn, "select 1") != nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("10 s after its test was killed, the server is still there: folder %s: %v", folder, err)
		}
	}
}

// startable tells whether this machine has the binaries.
func startable() (string, error) {
	return findBinary("initdb", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
}

func TestNamedServerThatDoesNotAnswerIsAnError(t *testing.T) {
	t.Setenv(PostgresVariable, "postgres://nobody:s3cret@127.0.0.1:1/x")
	t.Setenv(MariaDBVariable, "nobody:s3cret@tcp(127.0.0.1:1)/")
	for _, k := range []kind{postgres, mariadb} {
		_, err := k.find()
		if err == nil || errors.Is(err, errNoBinaries) || !strings.Contains(err.Error(), k.variable) {
			t.Errorf("%s: %v", k.name, err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error holds the password", k.name)
		}
	}
}

func TestSkipSaysWhatWasLookedFor(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := findBinary("initdb", filepath.Join(t.TempDir(), "*", "bin"))
	if !errors.Is(err, errNoBinaries) || !strings.Contains(err.Error(), "initdb is neither in PATH") {
		t.Errorf("got %v", err)
	}
	for _, k := range []kind{postgres, mariadb} {
		r := &recorder{TB: t}
		k.need(r, err)
		if want := "needs " + k.name; !strings.Contains(r.skipped, want) || !strings.Contains(r.skipped, k.variable) {
			t.Errorf("skip says %q, not %q and %s", r.skipped, want, k.variable)
		}
	}
}

type recorder struct {
	testing.TB
	skipped string
}

func (r *recorder) Skipf(format string, args ...any) { r.skipped = fmt.Sprintf(format, args...) }

func open(t *testing.T, k kind, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(k.driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func mustExec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}
