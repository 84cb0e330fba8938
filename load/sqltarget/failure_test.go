package sqltarget

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/travaso/travaso/load/sqltarget/testserver"
	"github.com/travaso/travaso/load/targettest"
)

// Whatever is printed of a target, and whatever goes wrong with it, its
// password is not in it.
func TestPasswordNeverShown(t *testing.T) {
	const secret = "s3cret"
	for _, dsn := range []string{
		"postgres://user:s3cret@127.0.0.1:1/db?sslmode=disable",
		"postgres://user@127.0.0.1:1/db?password=s3cret&sslmode=disable&connect_timeout=2",
		"host=127.0.0.1 port=1 user=user password=s3cret dbname=db sslmode=disable",
		"host=127.0.0.1 port=1 user=user password = 's3cret with spaces' dbname=db sslmode=disable",
		"postgres://user:s3cret@127.0.0.1:port/db",
		"postgres://user:%zzs3cret@127.0.0.1/db",
		"password=s3cret host",
	} {
		config := Config{Driver: Postgres, DSN: dsn}
		text, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		_, openErr := Open(t.Context(), config)
		if openErr == nil {
			t.Errorf("%s was opened", dsn)
		}
		shown := fmt.Sprintf("%v %+v %#v %s %v %s", config, config, config, text, openErr, config.Redacted().DSN)
		for err := openErr; err != nil; err = errors.Unwrap(err) {
			shown += err.Error()
		}
		if strings.Contains(shown, secret) {
			t.Errorf("the password is shown: %s", shown)
		}
	}
}

func TestOpenRefused(t *testing.T) {
	folder := t.TempDir()
	notDatabase := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(notDatabase, bytes.Repeat([]byte("not a database "), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	dsnFile := filepath.Join(folder, "dsn")
	if err := os.WriteFile(dsnFile, []byte("host=127.0.0.1 port=1 user=me sslmode=disable\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{}, `unknown driver ""`},
		{Config{Driver: SQLite}, "no dsn"},
		{Config{Driver: SQLite, DSN: "x", DSNFile: "y"}, "both dsn and dsn_file"},
		{Config{Driver: SQLite, DSN: "x", Constraints: "off"}, `"off" is not known`},
		{Config{Driver: SQLite, DSN: "x", Schema: "s"}, "sqlite has no schemas"},
		{Config{Driver: SQLite, DSN: ":memory:"}, "would be gone with the process"},
		{Config{Driver: SQLite, DSN: filepath.Join(folder, "none", "t.db")}, "check that its folder exists"},
		{Config{Driver: SQLite, DSN: notDatabase}, "give the path of a sqlite database"},
		{Config{Driver: Postgres, DSNFile: filepath.Join(folder, "none")}, "no such file"},
		{Config{Driver: Postgres, DSNFile: dsnFile}, "postgres me@127.0.0.1:1/: cannot be reached: connect: connection refused: check host"},
		{Config{Driver: Postgres, DSN: "postgres://nowhere.invalid/db"}, "cannot be reached"},
	} {
		_, err := Open(t.Context(), c.config)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

// with gives a Postgres DSN with another user, database or option.
func with(t *testing.T, dsn string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}

func TestPostgresRefused(t *testing.T) {
	dsn := testserver.Postgres(t)
	for want, change := range map[string]func(*url.URL){
		"create the database, or correct the dsn": func(u *url.URL) { u.Path = "/travaso_nowhere" },
		"correct the dsn":                         func(u *url.URL) { u.User = url.UserPassword("travaso_nobody", "s3cret") },
	} {
		_, err := Open(t.Context(), Config{Driver: Postgres, DSN: with(t, dsn, change)})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A target that may not be written into says so before anything is done.
func TestReadOnly(t *testing.T) {
	staged := targettest.Ledger("run-1", 4, 1)
	path := filepath.Join(t.TempDir(), "target.db")
	if err := openTarget(t, Config{Driver: SQLite, DSN: path}).Create(t.Context(), targettest.DDL); err != nil {
		t.Fatal(err)
	}
	dsn := testserver.Postgres(t)
	if err := openTarget(t, Config{Driver: Postgres, DSN: dsn}).Create(t.Context(), targettest.DDL); err != nil {
		t.Fatal(err)
	}
	readOnly := with(t, dsn, func(u *url.URL) {
		q := u.Query()
		q.Set("default_transaction_read_only", "on")
		u.RawQuery = q.Encode()
	})
	for _, config := range []Config{{Driver: SQLite, DSN: "file:" + path + "?mode=ro"}, {Driver: Postgres, DSN: readOnly}} {
		_, err := openTarget(t, config).Prepare(t.Context(), migrationOf(staged))
		if err == nil || !strings.Contains(err.Error(), "it is read-only") {
			t.Errorf("%s: error %v", config.Driver, err)
		}
	}
}

// A full disk rolls the batch back; with room made it goes on.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "target.db")
	target := openTarget(t, Config{Driver: SQLite, DSN: path})
	if err := target.Create(t.Context(), targettest.DDL); err != nil {
		t.Fatal(err)
	}
	staged := targettest.Ledger("run-1", 3000, 1)
	if _, err := target.Prepare(t.Context(), migrationOf(staged)); err != nil {
		t.Fatal(err)
	}
	b, err := staged.Batch("impegno", 0)
	if err != nil {
		t.Fatal(err)
	}
	target.db.SetMaxOpenConns(1) // a limit holds for its connection
	if _, err := target.db.Exec("pragma max_page_count = 60"); err != nil {
		t.Fatal(err)
	}
	if _, err := target.Apply(t.Context(), b); err == nil || !strings.Contains(err.Error(), "its disk is full: make room") {
		t.Errorf("error %v", err)
	}
	if _, err := target.db.Exec("pragma max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	if r, err := target.Apply(t.Context(), b); err != nil || r.Inserted != 3000 {
		t.Errorf("applied again: %+v, %v", r, err)
	}
}

// Of what the server says only what cannot be personal data is repeated.
func TestPostgresErrors(t *testing.T) {
	p := &postgres{address: "postgres db"}
	for _, c := range []struct {
		err       pgconn.PgError
		want      string
		transient bool
	}{
		{pgconn.PgError{Code: "53100", Message: "could not extend file"}, "its disk is full", false},
		{pgconn.PgError{Code: "40001", Message: "could not serialize access"}, "run the same command again", true},
		{pgconn.PgError{Code: "40P01", Message: "deadlock detected"}, "deadlock detected", true},
		{pgconn.PgError{Code: "57P01", Message: "terminating connection"}, "terminating", true},
		{pgconn.PgError{Code: "22P02", Message: `invalid input syntax for type integer: "Rossi"`, Where: "COPY impegno, line 3, column numero: \"Rossi\""}, "column numero", false},
		{pgconn.PgError{Code: "23514", Message: "x", ConstraintName: "c", TableName: "t", Detail: "Failing row contains (Rossi)."}, "check c of table t", false},
		{pgconn.PgError{Code: "42501", Message: "permission denied for table t"}, "grant the user the right", false},
		{pgconn.PgError{Code: "XX000", Message: `bad "Rossi"`}, "bad … (XX000)", false},
	} {
		err := p.explain(&c.err, "apply batch 1 of x")
		failure, ok := explained(err)
		if !ok || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "Rossi") || failure.Transient() != c.transient {
			t.Errorf("%s: error %v", c.err.Code, err)
		}
	}
}

func TestMoneyNeedsExactColumn(t *testing.T) {
	for declared, want := range map[string]string{"numeric(15,2)": "does not keep decimals exactly", "real": "does not keep decimals exactly", "double precision": "does not keep decimals exactly",
		"integer": "does not keep decimals exactly", "decimal_text(15,1)": "would round 2 decimals", "decimal_text(15,2)": "", "text": "", "decimal_text(17,4)": ""} {
		t.Run(declared, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "target.db")
			db := openDatabase(t, "sqlite3", path)
			execOn(db)(t, strings.Replace(targettest.DDL, "importo     numeric(15,2)", "importo "+declared, 1))
			execOn(db)(t, "drop table sub_impegno; drop table liquidazione")
			target := openTarget(t, Config{Driver: SQLite, DSN: path})
			kind := targettest.Impegni()
			kind.Entities = kind.Entities[:1]
			kind.Entities[0].Columns = kind.Entities[0].Columns[:4:4] // up to importo
			kind.Entities[0].Columns = append(kind.Entities[0].Columns, targettest.Impegni().Entities[0].Columns[5])
			document := targettest.Impegno(1, 950, 0, 0)
			row := document.Rows[0][0]
			document.Rows = [][][]any{{{row[0], row[1], row[2], row[3], row[5]}}}
			staged := targettest.NewStaged("ledger", "run-1").Add(kind, 1, document)
			_, err := target.Prepare(t.Context(), migrationOf(staged))
			if want != "" {
				if err == nil || !strings.Contains(strings.ToLower(err.Error()), "column impegno.importo is "+declared) || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			b, err := staged.Batch("impegno", 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := target.Apply(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			totals, err := target.Totals(t.Context(), kind.Entities, nil)
			if err != nil || totals["impegno"].Sums["importo"] != "9.50" {
				t.Errorf("totals %v, %v", totals, err)
			}
			execOn(db)(t, "update impegno set importo = '9.5'")
			if _, err := target.Totals(t.Context(), kind.Entities, nil); declared == "text" && (err == nil || !strings.Contains(err.Error(), "not decimals of its form")) {
				t.Errorf("a sum over what is no exact decimal: %v, %v", totals, err)
			}
		})
	}
}

// proxy stands between a target and its server, and can lose the answer to a COMMIT.
type proxy struct {
	listener net.Listener
	server   string
	// loseCommit: the next commit goes to the server, and its answer nowhere.
	loseCommit atomic.Bool
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	p := &proxy{listener: listener, server: server}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	var deaf atomic.Bool
	go func() {
		defer server.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := client.Read(buffer)
			if bytes.Contains(buffer[:n], []byte("commit\x00")) && p.loseCommit.CompareAndSwap(true, false) {
				deaf.Store(true)
			}
			if _, writeErr := server.Write(buffer[:n]); err != nil || writeErr != nil {
				return
			}
		}
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		if deaf.Load() || err != nil {
			return // the server has answered; the client never hears of it
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// The answer to a COMMIT is lost: nobody knows whether the batch is in, until
// the journal of the target is asked.
func TestCommitAnswerLost(t *testing.T) {
	dsn := testserver.Postgres(t)
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	p := newProxy(t, u.Host)
	target := openTarget(t, Config{Driver: Postgres, DSN: with(t, dsn, func(u *url.URL) { u.Host = p.listener.Addr().String() })})
	if err := target.Create(t.Context(), targettest.DDL); err != nil {
		t.Fatal(err)
	}
	staged := targettest.Ledger("run-1", 50, 1)
	if _, err := target.Prepare(t.Context(), migrationOf(staged)); err != nil {
		t.Fatal(err)
	}
	b, err := staged.Batch("impegno", 0)
	if err != nil {
		t.Fatal(err)
	}
	p.loseCommit.Store(true)
	_, err = target.Apply(t.Context(), b)
	if failure, ok := explained(err); !ok || !failure.Transient() {
		t.Fatalf("error %v", err)
	}
	if p.loseCommit.Load() {
		t.Fatal("no commit came by")
	}
	r, err := target.Apply(t.Context(), b)
	if err != nil || !r.Unchanged {
		t.Errorf("applied again: %+v, %v", r, err)
	}
	if digest, err := target.ContentDigest(t.Context(), "impegno"); err != nil || !strings.HasPrefix(digest, "50 ") {
		t.Errorf("content: %s, %v", digest, err)
	}
}
