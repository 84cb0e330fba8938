// Package testserver gives tests a real PostgreSQL or MariaDB: a fresh, empty
// database with a random name, dropped when the test ends.
//
// The server is, in this order: the one named by TRAVASO_TEST_POSTGRES or
// TRAVASO_TEST_MYSQL; one already on 127.0.0.1 that lets a test create
// databases; a private throw-away one, started from the binaries on the
// machine and shared by the tests of the process. Where there is none of
// them the test is skipped, with a sentence that contains "needs PostgreSQL"
// or "needs MariaDB".
package testserver

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

// The environment variables that name a server. A server that is named must
// work: it is never passed over for another.
const (
	PostgresVariable = "TRAVASO_TEST_POSTGRES" // a URL, postgres://user@host:port/database
	MariaDBVariable  = "TRAVASO_TEST_MYSQL"    // user:password@tcp(host:port)/, as go-sql-driver/mysql writes it
)

// errNoBinaries says that the machine has no server to start.
var errNoBinaries = errors.New("no server binaries")

// kind is what differs between the servers.
type kind struct {
	name     string // as in "needs PostgreSQL"
	variable string
	driver   string // of database/sql
	// local are the DSNs tried on 127.0.0.1.
	local func() []string
	// start starts a private server in a new folder.
	start func(kind) (*Server, error)
	// database is the DSN of another database on the server of dsn.
	database func(dsn, name string) (string, error)
	// create and drop are statements with one %s, the name of the database.
	create, drop string
}

// Postgres gives the URL of a fresh, empty database (UTF-8, locale C).
func Postgres(t testing.TB) string {
	t.Helper()
	return postgres.fresh(t, sharedPostgres)
}

// MariaDB gives the DSN, in the form of go-sql-driver/mysql, of a fresh, empty
// database (utf8mb4).
func MariaDB(t testing.TB) string {
	t.Helper()
	return mariadb.fresh(t, sharedMariaDB)
}

// The servers found, once per process: looking for one, and starting one, take
// seconds. They stay reachable from here: a private server ends when the pipe
// to it is closed, which the garbage collector would do (see process.go).
var (
	sharedPostgres = sync.OnceValues(postgres.find)
	sharedMariaDB  = sync.OnceValues(mariadb.find)
)

// PrivatePostgres starts a server of the test's own, which it may stop and
// start again; it is removed when the test ends.
func PrivatePostgres(t testing.TB) *Server {
	t.Helper()
	return postgres.private(t)
}

// PrivateMariaDB is the same with MariaDB.
func PrivateMariaDB(t testing.TB) *Server {
	t.Helper()
	return mariadb.private(t)
}

// find gives a server: named, already running, or started here.
func (k kind) find() (*Server, error) {
	if dsn := os.Getenv(k.variable); dsn != "" {
		if err := k.answers(dsn); err != nil {
			return nil, fmt.Errorf("server of $%s: %w", k.variable, err)
		}
		return &Server{kind: k, dsn: dsn}, nil
	}
	for _, dsn := range k.local() {
		if k.answers(dsn) == nil {
			return &Server{kind: k, dsn: dsn}, nil
		}
	}
	return k.start(k)
}

// fresh creates a database on the server and drops it when the test ends.
func (k kind) fresh(t testing.TB, find func() (*Server, error)) string {
	t.Helper()
	server, err := find()
	k.need(t, err)
	return k.createDatabase(t, server.dsn)
}

func (k kind) private(t testing.TB) *Server {
	t.Helper()
	server, err := k.start(k)
	k.need(t, err)
	t.Cleanup(server.remove)
	return server
}

// need skips the test when there is nothing to run, and fails it when there
// is but it does not work.
func (k kind) need(t testing.TB, err error) {
	t.Helper()
	switch {
	case errors.Is(err, errNoBinaries):
		t.Skipf("needs %s: $%s is not set, no server on 127.0.0.1 that lets us in without password, %v", k.name, k.variable, err)
	case err != nil:
		t.Fatalf("%s for tests: %v", k.name, err)
	}
}

// answers tells whether the server lets us in and lets us create databases.
func (k kind) answers(dsn string) error {
	name := randomName()
	if err := k.exec(dsn, fmt.Sprintf(k.create, name)); err != nil {
		return err
	}
	return k.exec(dsn, fmt.Sprintf(k.drop, name))
}

func (k kind) createDatabase(t testing.TB, server string) string {
	t.Helper()
	name := randomName()
	dsn, err := k.database(server, name)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.exec(server, fmt.Sprintf(k.create, name)); err != nil {
		t.Fatalf("create a database for the test: %v", err)
	}
	t.Cleanup(func() {
		if err := k.exec(server, fmt.Sprintf(k.drop, name)); err != nil {
			t.Logf("the test's database %s was not dropped: %v", name, err)
		}
	})
	return dsn
}

// exec runs one statement on a connection of its own: not under the test's
// context, which is over when the test's database is dropped.
func (k kind) exec(dsn, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	db, err := sql.Open(k.driver, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

func randomName() string {
	var b [8]byte
	rand.Read(b[:]) // never fails, says its documentation
	return "travaso_test_" + hex.EncodeToString(b[:])
}
