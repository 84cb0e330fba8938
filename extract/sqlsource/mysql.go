package sqlsource

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
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
	at := place{driver: MySQL, host: config.Addr, database: config.DBName, password: config.Passwd,
		session: fmt.Sprint(config.User, " ", config.Params)}
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
func (m *mysql) begin(ctx context.Context, pool *pool, want int, datasets map[string]Dataset) (shared, error) {
	readers, err := m.sessions(ctx, pool, want)
	if err != nil {
		return shared{}, err
	}
	unlock, refused := func() error { return nil }, error(nil)
	if want > 1 {
		if unlock, refused = m.lockServer(ctx, pool); refused != nil {
			readers, unlock = readers[:1], func() error { return nil }
		}
	}
	guarded, err := m.guard(ctx, pool, readers[0], datasets)
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
	return shared{readers: readers, how: how + guarded}, unlock()
}

func (m *mysql) sessions(ctx context.Context, pool *pool, want int) ([]*sqlx.Conn, error) {
	var readers []*sqlx.Conn
	for range want {
		conn, err := pool.connect(ctx)
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
func (m *mysql) lockServer(ctx context.Context, pool *pool) (unlock func() error, err error) {
	conn, err := pool.connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{"set session lock_wait_timeout = 10", "flush tables with read lock"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return nil, err
		}
	}
	return func() error {
		_, err := conn.ExecContext(ctx, "unlock tables")
		return err
	}, nil
}

// guard keeps writers out of the tables whose engine knows no transactions
// (MyISAM, Aria, …) until the source is closed: a snapshot does not hold them.
// All of them in the schemas of the plan, since views and queries may use any.
func (m *mysql) guard(ctx context.Context, pool *pool, reader *sqlx.Conn, datasets map[string]Dataset) (how string, err error) {
	schemas := []string{"database()"}
	for _, d := range datasets {
		if schema, _ := m.split(d.Table); schema != "" {
			schemas = append(schemas, m.literal(schema))
		}
	}
	var found []struct {
		Schema string `db:"s"`
		Name   string `db:"n"`
	}
	if err := reader.SelectContext(ctx, &found, `
		select t.table_schema as s, t.table_name as n
		from information_schema.tables t join information_schema.engines e on e.engine = t.engine
		where t.table_schema in (`+strings.Join(schemas, ", ")+`) and t.table_type = 'BASE TABLE' and coalesce(e.transactions, 'NO') <> 'YES'
		order by t.table_schema, t.table_name`); err != nil || len(found) == 0 {
		return "", err
	}
	var tables, locks []string
	for _, t := range found {
		tables = append(tables, t.Name)
		locks = append(locks, m.quote(t.Schema)+"."+m.quote(t.Name)+" read")
	}
	conn, err := pool.connect(ctx)
	if err != nil {
		return "", err
	}
	for _, statement := range []string{"set session lock_wait_timeout = 10", "lock tables " + strings.Join(locks, ", ")} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Sprintf("; tables without transactions (%s) may change while they are read: locking them was refused (%v)",
				strings.Join(tables, ", "), err), nil
		}
	}
	return fmt.Sprintf("; tables without transactions (%s) locked against writers meanwhile", strings.Join(tables, ", ")), nil
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

// split takes the name of a table apart: schema ("" for that of the DSN) and
// name, either of them in backquotes or not.
func (m *mysql) split(table string) (schema, name string) {
	parts := tableParts.FindStringSubmatch(table)
	if parts == nil {
		return "", table
	}
	unquote := func(part string) string {
		if quoted, ok := strings.CutPrefix(part, "`"); ok {
			return strings.ReplaceAll(strings.TrimSuffix(quoted, "`"), "``", "`")
		}
		return part
	}
	return unquote(parts[1]), unquote(parts[2])
}

var tableParts = regexp.MustCompile("^(?:(`(?:[^`]|``)+`|[^`.]+)\\.)?(`(?:[^`]|``)+`|[^`.]+)$")

func (m *mysql) resolve(ctx context.Context, conn *sqlx.Conn, table string) (relation, error) {
	schema, name := m.split(table)
	in := "database()"
	if schema != "" {
		in = m.literal(schema)
	}
	var found []struct {
		Schema string `db:"s"`
		Name   string `db:"n"`
		Type   string `db:"t"`
	}
	if err := conn.SelectContext(ctx, &found, `
		select table_schema as s, table_name as n, table_type as t from information_schema.tables
		where table_schema = `+in+` and table_name = `+m.literal(name)); err != nil {
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
