package sqltarget

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jmoiron/sqlx"
	_ "github.com/mattn/go-sqlite3" // the "sqlite3" driver

	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/transform/staged"
)

// sqlite is the dialect of SQLite. Its decimals are texts with a fixed number
// of decimals (see sqlite_ddl.go), as its own NUMERIC would be a float.
type sqlite struct {
	path string
}

func openSQLite(ctx context.Context, config Config) (*sqlx.DB, dialect, error) {
	path, parameters, err := splitSQLiteDSN(config.DSN)
	if err != nil {
		return nil, nil, err
	}
	// A reader must not wait for the writer (WAL), nor a commit be lost with
	// the power (FULL).
	parameters.Set("_busy_timeout", "10000")
	parameters.Set("_synchronous", "FULL")
	parameters.Set("_cache_size", "-65536")
	if parameters.Get("mode") != "ro" {
		parameters.Set("_journal_mode", "WAL")
	}
	makePrivate(path)
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: parameters.Encode()}
	db, err := sqlx.Open("sqlite3", u.String())
	if err != nil {
		return nil, nil, fmt.Errorf("target sqlite %s: %w", path, err)
	}
	return db, &sqlite{path: path}, nil
}

// makePrivate makes an empty file where there is none, that its owner alone may
// read: left to itself, SQLite would let everyone. What stands against it
// SQLite will meet too, and say.
func makePrivate(path string) {
	if file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
		file.Close()
	}
}

// isMissing says that there is no file yet, in a folder that is there.
func isMissing(dsn string) bool {
	path, parameters, err := splitSQLiteDSN(dsn)
	if err != nil || parameters.Get("mode") == "ro" {
		return false
	}
	_, missing := os.Stat(path)
	folder, err := os.Stat(filepath.Dir(path))
	return errors.Is(missing, fs.ErrNotExist) && err == nil && folder.IsDir()
}

// splitSQLiteDSN takes a path, or a file: URI with parameters.
func splitSQLiteDSN(dsn string) (path string, parameters url.Values, err error) {
	parameters = url.Values{}
	path = dsn
	if rest, ok := strings.CutPrefix(dsn, "file:"); ok {
		var query string
		path, query, _ = strings.Cut(rest, "?")
		if parameters, err = url.ParseQuery(query); err != nil {
			return "", nil, fmt.Errorf("target: the dsn of sqlite cannot be read: give the path of a file")
		}
		if path, err = url.PathUnescape(path); err != nil {
			return "", nil, fmt.Errorf("target: the dsn of sqlite cannot be read: give the path of a file")
		}
	}
	if strings.Contains(path, ":memory:") || parameters.Get("mode") == "memory" {
		return "", nil, fmt.Errorf("target: sqlite in memory would be gone with the process: give the path of a file")
	}
	path, err = filepath.Abs(path)
	return path, parameters, err
}

func (s *sqlite) name() string { return "sqlite " + s.path }

func (s *sqlite) table(name string) string { return quote(name) }

func (s *sqlite) journalDDL() []string { return journalStatements(s.table, "blob") }

func (s *sqlite) writers() int { return 1 }

func (s *sqlite) lockRows() string { return "" } // the writer has the whole database

// defaultOf is the expression of the declaration: SQLite updates no column to "default".
func (s *sqlite) defaultOf(ctx context.Context, tx *transaction, table, column string) (string, error) {
	var expression string
	err := tx.get(ctx, &expression, `select coalesce(dflt_value, 'null') from pragma_table_xinfo(?) where name = ?`, table, column)
	return "(" + expression + ")", err
}

func (s *sqlite) waitForKeys() string { return "pragma defer_foreign_keys = on" }

func (s *sqlite) begin(ctx context.Context, db *sqlx.DB, mode mode) (*transaction, error) {
	switch mode {
	case reading:
		return beginOn(ctx, db, "begin")
	case unchecked:
		return beginOn(ctx, db, "pragma foreign_keys = off", "begin immediate")
	}
	return beginOn(ctx, db, "pragma foreign_keys = on", "begin immediate")
}

// commit says which rows refer to nothing where that is what stands against it.
func (s *sqlite) commit(ctx context.Context, tx *transaction, tables []schema.Table) error {
	err := tx.commit(ctx)
	failure, ok := explained(s.explain(err, "commit"))
	if err == nil || !ok || failure.violation != foreignKeyViolation {
		return err
	}
	broken, checkErr := s.brokenKeys(ctx, tx, tables)
	if checkErr != nil || len(broken) == 0 {
		return err
	}
	failure.Reason = strings.Join(broken, "; ")
	return failure
}

func (s *sqlite) create(ctx context.Context, db *sqlx.DB, ddl string) error {
	translated, err := sqliteDDL(ddl)
	if err != nil {
		return err
	}
	tx, err := s.begin(ctx, db, writing)
	if err != nil {
		return err
	}
	defer tx.rollback()
	if _, err := tx.conn.ExecContext(ctx, translated); err != nil {
		return err
	}
	return tx.commit(ctx)
}

// claim has nothing to do: the writer has the whole database.
func (s *sqlite) claim(context.Context, *transaction, []string) error { return nil }

// hold has nothing to do: the writer has the whole database.
func (s *sqlite) hold(context.Context, *transaction, string) error { return nil }

// bigHalf splits the sum of a decimal column: a sum of many 18-digit numbers
// does not fit 64 bits, its high and low parts do.
const (
	bigHalf       = 1_000_000_000
	bigHalfDigits = 9
)

// sum adds decimal texts as the integers they are without their point.
func (s *sqlite) sum(column schema.Column, scale int) []part {
	name := quote(column.Name)
	if column.Type == schema.Integer {
		return []part{
			{sql: fmt.Sprintf("sum(%s / %d)", name, bigHalf), exponent: bigHalfDigits},
			{sql: fmt.Sprintf("sum(%s %% %d)", name, bigHalf)},
		}
	}
	if column.Type == schema.Decimal && column.Precision > 0 {
		scale = column.Scale
	}
	unscaled := sqliteUnscaled(name)
	return []part{
		{sql: fmt.Sprintf("sum(%s is not null and not (%s))", name, sqliteCanonical(name, sqlitePrecision, scale)), malformed: true},
		{sql: fmt.Sprintf("sum(%s / %d)", unscaled, bigHalf), exponent: bigHalfDigits - scale},
		{sql: fmt.Sprintf("sum(%s %% %d)", unscaled, bigHalf), exponent: -scale},
	}
}

func (s *sqlite) text(column schema.Column) string {
	name := quote(column.Name)
	if column.Type == schema.Boolean {
		return fmt.Sprintf("case %s when 1 then 'true' when 0 then 'false' else cast(%s as text) end", name, name)
	}
	return "cast(" + name + " as text)"
}

// refuse: money goes into columns of TEXT affinity only, or whole numbers into
// integer ones.
func (s *sqlite) refuse(target schema.Column, column staged.Column) string {
	if !isMoney(column) {
		return ""
	}
	switch {
	case sqliteAffinity(target.Declared) == "TEXT":
	case sqliteAffinity(target.Declared) == "INTEGER" && column.Scale == 0:
	default:
		return fmt.Sprintf("is %s, which does not keep decimals exactly, as %s(15,2) would", target.Declared, decimalText)
	}
	if target.Type == schema.Decimal && target.Precision > 0 && target.Scale < column.Scale {
		return fmt.Sprintf("is %s and would round %d decimals", target.Declared, column.Scale)
	}
	return ""
}

func (s *sqlite) analyze(ctx context.Context, db *sqlx.DB, tables []string) error {
	for _, table := range tables {
		if _, err := db.ExecContext(ctx, "analyze "+quote(table)); err != nil {
			return err
		}
	}
	return nil
}
