package sqlsource

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jmoiron/sqlx"
	_ "github.com/mattn/go-sqlite3" // the "sqlite3" driver

	"github.com/travaso/travaso/extract/snapshot"
)

// sqlite reads SQLite files.
type sqlite struct {
	path    string
	options url.Values // of the plan's DSN
}

func (l *sqlite) connect(dsn string) (*sqlx.DB, place, error) {
	path, options, _ := strings.Cut(strings.TrimPrefix(dsn, "file:"), "?")
	if strings.HasPrefix(dsn, "file:") {
		unescaped, err := url.PathUnescape(path)
		if err != nil {
			return nil, place{}, fmt.Errorf("sqlite source: dsn %s: %w", path, err)
		}
		path = strings.TrimPrefix(unescaped, "//")
	} else if info, err := os.Stat(dsn); err == nil && !info.IsDir() {
		path, options = dsn, "" // a path may hold a question mark
	}
	var err error
	if l.options, err = url.ParseQuery(options); err != nil {
		return nil, place{}, fmt.Errorf("sqlite source: options of dsn %s: %w", path, err)
	}
	l.path = path
	at := place{driver: SQLite, database: path}
	if path == ":memory:" || l.options.Get("mode") == "memory" {
		return nil, at, errors.New("sqlite source: a database in memory has nothing to migrate: give the path of a file")
	}
	if _, err := os.Stat(path); err != nil {
		return nil, at, fmt.Errorf("sqlite source: %w: check the path in the dsn", err)
	}
	db, err := sqlx.Open("sqlite3", l.uri("ro"))
	return db, at, err
}

// uri is the file's URI in a mode; a reader is read-only twice over, by the
// file's mode and by the session's.
func (l *sqlite) uri(mode string) string {
	options := url.Values{}
	for name, values := range l.options {
		options[name] = values
	}
	options.Set("mode", mode)
	if mode == "ro" {
		options.Set("_query_only", "true")
	}
	// Without a host part, so that a relative path stays one.
	return "file:" + (&url.URL{Path: l.path}).EscapedPath() + "?" + options.Encode()
}

// begin starts a read transaction per reader, all of the same state.
//
// In rollback-journal mode the first reader's shared lock keeps every writer
// from committing, so whoever begins later reads the same. In WAL mode writers
// go on, so that all must begin while no one can commit.
func (l *sqlite) begin(ctx context.Context, pool *pool, want int, _ map[string]Dataset) (shared, error) {
	first, err := pool.connect(ctx)
	if err != nil {
		return shared{}, err
	}
	var mode string
	if err := first.GetContext(ctx, &mode, "pragma journal_mode"); err != nil {
		return shared{}, fmt.Errorf("%w: is it a SQLite database, and may we read it?", err)
	}
	switch {
	case l.options.Get("immutable") != "":
		readers, err := l.readers(ctx, pool, first, want)
		return shared{readers: readers, how: fmt.Sprintf("file declared immutable, %d readers", len(readers))}, err
	case want == 1:
		readers, err := l.readers(ctx, pool, first, 1)
		return shared{readers: readers, how: "one read transaction, 1 reader"}, err
	case mode == "wal":
		return l.beginWAL(ctx, pool, first, want)
	default:
		readers, err := l.readers(ctx, pool, first, want)
		return shared{readers: readers, how: fmt.Sprintf("shared lock on the file, which keeps writers out (journal mode %s), %d readers", mode, len(readers))}, err
	}
}

// beginWAL begins all readers while a connection that writes nothing holds
// the lock of writers.
func (l *sqlite) beginWAL(ctx context.Context, pool *pool, first *sqlx.Conn, want int) (shared, error) {
	unlock, lockErr := l.lockWriters(ctx)
	if lockErr != nil {
		readers, err := l.readers(ctx, pool, first, 1)
		return shared{readers: readers, how: fmt.Sprintf("one read transaction, 1 reader: writers could not be held off for more (%v)", lockErr)}, err
	}
	readers, err := l.readers(ctx, pool, first, want)
	how := fmt.Sprintf("read transactions begun while writers were held off (journal mode wal), %d readers", len(readers))
	return shared{readers: readers, how: how}, errors.Join(err, unlock())
}

func (l *sqlite) lockWriters(ctx context.Context) (unlock func() error, err error) {
	db, err := sqlx.Open("sqlite3", l.uri("rw"))
	if err != nil {
		return nil, err
	}
	writer := &pool{db: db}
	conn, err := writer.connect(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "begin immediate")
	}
	if err != nil {
		return nil, errors.Join(err, writer.close())
	}
	// It is not the last connection to the file, so closing it moves nothing
	// from the write-ahead log into the file.
	return func() error {
		_, err := conn.ExecContext(ctx, "rollback")
		return errors.Join(err, writer.close())
	}, nil
}

func (l *sqlite) readers(ctx context.Context, pool *pool, first *sqlx.Conn, want int) ([]*sqlx.Conn, error) {
	readers := []*sqlx.Conn{first}
	for len(readers) < want {
		conn, err := pool.connect(ctx)
		if err != nil {
			return nil, err
		}
		readers = append(readers, conn)
	}
	for _, conn := range readers {
		// A transaction takes hold of its moment at its first read, not at BEGIN.
		var objects int
		if _, err := conn.ExecContext(ctx, "begin"); err != nil {
			return nil, err
		}
		if err := conn.GetContext(ctx, &objects, "select count(*) from sqlite_schema"); err != nil {
			return nil, err
		}
	}
	return readers, nil
}

func (l *sqlite) tables(ctx context.Context, conn *sqlx.Conn, views bool) ([]string, error) {
	types := "'table', 'virtual'"
	if views {
		types += ", 'view'"
	}
	var names []string
	err := conn.SelectContext(ctx, &names, `
		select name from pragma_table_list
		where schema = 'main' and type in (`+types+`) and name not like 'sqlite\_%' escape '\' order by name`)
	return names, err
}

func (l *sqlite) resolve(ctx context.Context, conn *sqlx.Conn, table string) (relation, error) {
	name := strings.TrimPrefix(table, "main.")
	if unquoted, ok := strings.CutPrefix(name, `"`); ok {
		name = strings.ReplaceAll(strings.TrimSuffix(unquoted, `"`), `""`, `"`)
	}
	var found []struct {
		Name         string `db:"name"`
		Type         string `db:"type"`
		WithoutRowid bool   `db:"wr"`
	}
	if err := conn.SelectContext(ctx, &found, "select name, type, wr from pragma_table_list where schema = 'main' and name = "+literal(name)+" collate nocase"); err != nil {
		return relation{}, err
	}
	if len(found) == 0 {
		return relation{}, errNoTable
	}
	r := relation{origin: found[0].Name, from: "main." + l.quote(found[0].Name)}
	var columns []struct {
		Name string `db:"name"`
		Key  int    `db:"pk"`
	}
	if err := conn.SelectContext(ctx, &columns, "select name, pk from pragma_table_xinfo("+literal(found[0].Name)+") order by pk"); err != nil {
		return relation{}, err
	}
	taken := map[string]bool{}
	for _, c := range columns {
		taken[strings.ToLower(c.Name)] = true
		if c.Key > 0 {
			r.key = append(r.key, c.Name)
		}
	}
	if found[0].Type == "table" && !found[0].WithoutRowid {
		for _, name := range []string{"rowid", "_rowid_", "oid"} { // a column may have taken any of these names
			if !taken[name] {
				r.ranges = name
				break
			}
		}
	}
	return r, nil
}

// chunks are ranges of rowid, cut at every so manyth row that is there:
// rowids have gaps, and may be negative.
func (l *sqlite) chunks(ctx context.Context, conn *sqlx.Conn, r relation, rows int) ([]snapshot.Chunk, error) {
	var bounds []string
	err := conn.SelectContext(ctx, &bounds, fmt.Sprintf(`
		select id from (select %s as id, row_number() over (order by %[1]s) as n from %s)
		where n > 1 and (n - 1) %% %d = 0 order by id`, r.ranges, r.from, rows))
	return between(bounds), err
}

func (l *sqlite) within(r relation, chunk snapshot.Chunk) (string, error) {
	return within(r.ranges, chunk, integerBound)
}

func (l *sqlite) quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
