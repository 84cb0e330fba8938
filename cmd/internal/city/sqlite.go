package city

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unsafe"

	sqlite3 "github.com/mattn/go-sqlite3"

	"github.com/travaso/travaso/extract/sealed"
)

// rowsPerStatement are inserted at once; SQLite takes at most 32,766 values.
const rowsPerStatement = 50

// SQLite is a new database file: there whole or not at all.
func SQLite(path string) Destination { return &sqliteFile{path: path} }

type sqliteFile struct {
	path, unfinished string
	db               *sql.DB
	conn             *sql.Conn
	tables           []Table
}

func (f *sqliteFile) String() string { return f.path }

func (f *sqliteFile) holds() holding { return holding{nulBytes: true} }

func (f *sqliteFile) open(ctx context.Context, tables []Table) (err error) {
	if _, err := os.Lstat(f.path); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s is there already: remove it or choose another name", f.path), err)
	}
	file, err := os.CreateTemp(filepath.Dir(f.path), "."+filepath.Base(f.path)+".*")
	if err != nil {
		return err
	}
	f.tables, f.unfinished = tables, file.Name()
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close(ctx, false))
		}
	}()
	if err := file.Close(); err != nil {
		return err
	}
	// Nothing reads the file before it is whole, so it needs no journal of its own.
	uri := (&url.URL{Path: f.unfinished}).EscapedPath()
	if f.db, err = sql.Open("sqlite3", "file:"+uri+"?_journal_mode=OFF&_synchronous=OFF&_cache_size=-65536&_locking_mode=EXCLUSIVE"); err != nil {
		return err
	}
	if f.conn, err = f.db.Conn(ctx); err != nil {
		return err
	}
	for _, table := range tables {
		// Only "integer primary key" is the row's own number in SQLite.
		definition := strings.Replace(createTable(table, `"`, true), "bigint not null primary key", "integer primary key", 1)
		if _, err := f.conn.ExecContext(ctx, definition); err != nil {
			return fmt.Errorf("table %s: %w", table.Name, err)
		}
	}
	return nil
}

// workers is one: a file has one writer.
func (f *sqliteFile) workers(ctx context.Context) ([]worker, error) {
	if _, err := f.conn.ExecContext(ctx, "begin"); err != nil {
		return nil, err
	}
	w := &sqliteWorker{file: f, many: make([]driver.Stmt, len(f.tables)), one: make([]driver.Stmt, len(f.tables))}
	return []worker{w}, nil
}

func (f *sqliteFile) close(_ context.Context, whole bool) error {
	var errs []error
	if f.conn != nil {
		errs = append(errs, f.conn.Close())
	}
	if f.db != nil {
		errs = append(errs, f.db.Close())
	}
	if err := errors.Join(errs...); err != nil || !whole {
		return errors.Join(err, os.Remove(f.unfinished))
	}
	return publish(f.unfinished, f.path)
}

// publish gives a finished file its name, durably.
func publish(unfinished, path string) error {
	file, err := os.Open(unfinished)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(unfinished, path); err != nil {
		return err
	}
	return sealed.SyncFolder(filepath.Dir(path))
}

// sqliteWorker uses the driver without database/sql between: of the time of
// an insert with many values it would take a third.
type sqliteWorker struct {
	file      *sqliteFile
	many, one []driver.Stmt // by table
	values    []driver.Value
}

func (w *sqliteWorker) write(_ context.Context, b *batch) error {
	return w.file.conn.Raw(func(connection any) error {
		return w.insert(connection.(*sqlite3.SQLiteConn), b)
	})
}

func (w *sqliteWorker) insert(connection *sqlite3.SQLiteConn, b *batch) error {
	table := w.file.tables[b.table]
	if err := w.prepare(connection, b.table); err != nil {
		return err
	}
	for first := 0; first < b.rows; {
		rows, statement := rowsPerStatement, w.many[b.table]
		if b.rows-first < rows {
			rows, statement = 1, w.one[b.table]
		}
		if err := w.bind(table, b, first, rows); err != nil {
			return err
		}
		//lint:ignore SA1019 the driver's own statement has no other way without contexts, which it would watch in a goroutine per row
		if _, err := statement.Exec(w.values); err != nil {
			return err
		}
		first += rows
	}
	return nil
}

func (w *sqliteWorker) prepare(connection *sqlite3.SQLiteConn, table int) (err error) {
	if w.many[table] != nil {
		return nil
	}
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(w.file.tables[table].Columns)), ",") + ")"
	insert := fmt.Sprintf(`insert into "%s" values `, w.file.tables[table].Name)
	if w.one[table], err = connection.Prepare(insert + row); err != nil {
		return err
	}
	w.many[table], err = connection.Prepare(insert + strings.TrimSuffix(strings.Repeat(row+",", rowsPerStatement), ","))
	return err
}

// bind takes the values of rows out of a batch. The driver copies texts while
// it executes, so they may stay where they are.
func (w *sqliteWorker) bind(table Table, b *batch, first, rows int) error {
	w.values = w.values[:0]
	columns := len(table.Columns)
	start := int32(0)
	if at := first * columns; at > 0 {
		start = b.ends[at-1]
	}
	for i, end := range b.ends[first*columns : (first+rows)*columns] {
		value := b.values[start:end]
		start = end
		if len(value) == 0 {
			w.values = append(w.values, nil)
			continue
		}
		text := unsafe.String(&value[0], len(value))
		if table.Columns[i%columns].Kind == Text {
			w.values = append(w.values, text)
			continue
		}
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return err
		}
		w.values = append(w.values, number)
	}
	return nil
}

func (w *sqliteWorker) finish(ctx context.Context, commit bool) error {
	var errs []error
	for _, statement := range append(w.many, w.one...) {
		if statement != nil {
			errs = append(errs, statement.Close())
		}
	}
	if !commit { // the file is removed
		return errors.Join(errs...)
	}
	_, err := w.file.conn.ExecContext(ctx, "commit")
	return errors.Join(append(errs, err)...)
}
