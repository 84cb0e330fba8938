package sqlsource

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	driver "github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/extract/snapshot"
)

// mysql reads MySQL and MariaDB.
type mysql struct{}

func (m *mysql) connect(dsn string) (*sqlx.DB, place, error) {
	config, err := driver.ParseDSN(dsn)
	if err != nil {
		// The reason might repeat the DSN, and with it the password.
		return nil, place{}, errors.New("mysql source: the dsn is not one: write user:password@tcp(host:port)/database")
	}
	at := place{driver: MySQL, host: config.Addr, database: config.DBName, user: config.User, password: config.Passwd}
	if config.DBName == "" {
		return nil, at, fmt.Errorf("mysql source: the dsn for %s names no database: write user:password@tcp(host:port)/database", config.Addr)
	}
	config.ParseTime = false // dates that are none must come through as they are
	config.MultiStatements = false
	config.Logger = &driver.NopLogger{} // what it says comes as an error too
	if err := config.Apply(driver.Charset("utf8mb4", "")); err != nil {
		return nil, at, err
	}
	connector, err := driver.NewConnector(config)
	if err != nil {
		return nil, at, errors.New("mysql source: an option of the dsn is wrong: see the documentation of go-sql-driver/mysql")
	}
	return sqlx.NewDb(sql.OpenDB(connector), "mysql"), at, nil
}

// mysqlSession makes a session read-only, lenient towards dates that are none
// (a strict one would refuse to look at them), in UTC, and patient with slow readers.
const mysqlSession = `set session sql_mode = '', session time_zone = '+00:00',
	session net_write_timeout = 86400, session wait_timeout = 86400`

// begin starts a consistent-snapshot transaction per reader. MySQL cannot
// share a snapshot, so a short global read lock makes them begin at one moment.
func (m *mysql) begin(ctx context.Context, db *sqlx.DB, want int, _ map[string]Dataset) (shared, error) {
	readers, err := m.sessions(ctx, db, want)
	if err != nil {
		return shared{}, err
	}
	unlock, refused := func() error { return nil }, error(nil)
	if want > 1 {
		if unlock, refused = m.lockServer(ctx, db); refused != nil {
			readers, unlock = readers[:1], func() error { return nil }
		}
	}
	guarded, release, err := m.guard(ctx, db, readers[0])
	if err != nil {
		return shared{}, errors.Join(err, unlock())
	}
	for _, conn := range readers {
		if _, err := conn.ExecContext(ctx, "start transaction with consistent snapshot, read only"); err != nil {
			return shared{}, errors.Join(err, unlock())
		}
	}
	how := fmt.Sprintf("consistent-snapshot transactions begun under a global read lock, %d readers", len(readers))
	switch {
	case refused != nil:
		how = fmt.Sprintf("one consistent-snapshot transaction, 1 reader: the global read lock that more of them need was refused (%v)", refused)
	case want == 1:
		how = "one consistent-snapshot transaction, 1 reader"
	}
	return shared{readers: readers, how: how + guarded, release: release}, unlock()
}

func (m *mysql) sessions(ctx context.Context, db *sqlx.DB, want int) ([]*sqlx.Conn, error) {
	var readers []*sqlx.Conn
	for range want {
		conn, err := db.Connx(ctx)
		if err != nil {
			return nil, fmt.Errorf("reader %d of %d: %w", len(readers)+1, want, err)
		}
		if err := m.session(ctx, conn); err != nil {
			return nil, err
		}
		readers = append(readers, conn)
	}
	return readers, nil
}

func (m *mysql) session(ctx context.Context, conn *sqlx.Conn) error {
	settings := mysqlSession
	for _, unlimited := range []string{"max_statement_time", "max_execution_time"} { // MariaDB's name, MySQL's name
		var known []string
		if err := conn.SelectContext(ctx, &known, "show variables like "+literal(unlimited)); err == nil && len(known) > 0 {
			settings += ", session " + unlimited + " = 0"
		}
	}
	for _, statement := range []string{settings, "set session transaction isolation level repeatable read", "set session transaction read only"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// lockServer keeps every writer of the server waiting. It gives up after ten
// seconds: long queries of others would hold the lock up, and it everyone else.
func (m *mysql) lockServer(ctx context.Context, db *sqlx.DB) (unlock func() error, err error) {
	conn, err := db.Connx(ctx)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{"set session lock_wait_timeout = 10", "flush tables with read lock"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return func() error {
		_, err := conn.ExecContext(ctx, "unlock tables")
		return errors.Join(err, conn.Close())
	}, nil
}

// guard keeps writers out of the tables whose engine knows no transactions
// (MyISAM, Aria, …) until the source is closed: a snapshot does not hold them.
func (m *mysql) guard(ctx context.Context, db *sqlx.DB, reader *sqlx.Conn) (how string, release func() error, err error) {
	var tables []string
	if err := reader.SelectContext(ctx, &tables, `
		select t.table_name from information_schema.tables t join information_schema.engines e on e.engine = t.engine
		where t.table_schema = database() and t.table_type = 'BASE TABLE' and coalesce(e.transactions, 'NO') <> 'YES'
		order by t.table_name`); err != nil || len(tables) == 0 {
		return "", nil, err
	}
	conn, err := db.Connx(ctx)
	if err != nil {
		return "", nil, err
	}
	locks := make([]string, len(tables))
	for i, table := range tables {
		locks[i] = m.quote(table) + " read"
	}
	for _, statement := range []string{"set session lock_wait_timeout = 10", "lock tables " + strings.Join(locks, ", ")} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Sprintf("; tables without transactions (%s) may change while they are read: locking them was refused (%v)",
				strings.Join(tables, ", "), err), nil, conn.Close()
		}
	}
	release = func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "unlock tables")
		return errors.Join(err, conn.Close())
	}
	return fmt.Sprintf("; tables without transactions (%s) locked against writers meanwhile", strings.Join(tables, ", ")), release, nil
}

func (m *mysql) tables(ctx context.Context, conn *sqlx.Conn, views bool) ([]string, error) {
	types := "'BASE TABLE', 'SYSTEM VERSIONED'"
	if views {
		types += ", 'VIEW'"
	}
	var names []string
	err := conn.SelectContext(ctx, &names,
		"select table_name from information_schema.tables where table_schema = database() and table_type in ("+types+") order by table_name")
	return names, err
}

func (m *mysql) resolve(ctx context.Context, conn *sqlx.Conn, table string) (relation, error) {
	schema, name := "database()", table
	if strings.HasPrefix(table, "`") && !strings.Contains(table, "`.`") {
		name = strings.ReplaceAll(strings.Trim(table, "`"), "``", "`")
	} else if before, after, qualified := strings.Cut(table, "."); qualified {
		schema, name = literal(strings.Trim(before, "`")), strings.Trim(after, "`")
	}
	var found []struct {
		Schema string `db:"s"`
		Name   string `db:"n"`
		Type   string `db:"t"`
	}
	if err := conn.SelectContext(ctx, &found, `
		select table_schema as s, table_name as n, table_type as t from information_schema.tables
		where table_schema = `+schema+` and table_name = `+m.literal(name)); err != nil {
		return relation{}, err
	}
	if len(found) == 0 {
		return relation{}, errNoTable
	}
	t := found[0]
	r := relation{origin: t.Schema + "." + t.Name, from: m.quote(t.Schema) + "." + m.quote(t.Name), schema: t.Schema, table: t.Name}
	var key []struct {
		Name string `db:"n"`
		Type string `db:"t"`
	}
	if err := conn.SelectContext(ctx, &key, `
		select c.column_name as n, c.data_type as t from information_schema.columns c
		where c.table_schema = `+m.literal(t.Schema)+` and c.table_name = `+m.literal(t.Name)+` and c.column_key = 'PRI'
		order by c.ordinal_position`); err != nil {
		return relation{}, err
	}
	for _, k := range key {
		r.key = append(r.key, k.Name)
	}
	if len(key) == 1 && t.Type == "BASE TABLE" && strings.HasSuffix(key[0].Type, "int") {
		r.ranges = m.quote(key[0].Name)
	}
	return r, nil
}

// chunks are ranges of the key, cut at every so manyth row that is there: keys
// have gaps. Each cut goes on from the last, so that in all the index is read once.
func (m *mysql) chunks(ctx context.Context, conn *sqlx.Conn, r relation, rows int) ([]snapshot.Chunk, error) {
	var bounds []string
	from := ""
	for {
		var next []string
		if err := conn.SelectContext(ctx, &next, fmt.Sprintf("select %[1]s from %[2]s%[3]s order by %[1]s limit 1 offset %[4]d", r.ranges, r.from, from, rows)); err != nil {
			return nil, err
		}
		if len(next) == 0 {
			return between(bounds), nil
		}
		bounds = append(bounds, next[0])
		from = " where " + r.ranges + " >= " + next[0]
	}
}

func (m *mysql) within(r relation, chunk snapshot.Chunk) (string, error) {
	return within(r.ranges, chunk, integerBound)
}

func (m *mysql) quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// literal writes a text as an SQL string literal; a backslash is an escape in
// MySQL's.
func (m *mysql) literal(text string) string { return literal(strings.ReplaceAll(text, `\`, `\\`)) }
