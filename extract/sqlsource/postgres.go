package sqlsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/extract/snapshot"
)

// postgres reads PostgreSQL.
type postgres struct {
	version int // server_version_num, as in 150020
}

func (p *postgres) connect(dsn string) (*sqlx.DB, place, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The reason would repeat the DSN, and with it the password.
		return nil, place{}, errors.New("postgres source: the dsn is not one: write postgres://user:password@host:port/database, or host=… dbname=… user=…")
	}
	at := place{driver: Postgres, host: fmt.Sprintf("%s:%d", config.Host, config.Port), database: config.Database, password: config.Password,
		session: fmt.Sprint(config.User, " ", config.RuntimeParams)}
	return sqlx.NewDb(stdlib.OpenDB(*config), "pgx"), at, nil
}

// postgresSettings make a session read-only, its texts exact and in one form,
// its rows in the order they are stored in, and let it wait for slow readers.
// Those that a server does not know are passed over.
const postgresSettings = `
	select set_config(s.name, v.value, false)
	from (values
		('default_transaction_read_only', 'on'),
		('timezone', 'UTC'), ('datestyle', 'ISO'), ('intervalstyle', 'postgres'),
		('bytea_output', 'hex'), ('extra_float_digits', '3'),
		-- a database of no declared encoding would fail at its first odd byte: we look at the bytes
		('client_encoding', case current_setting('server_encoding') when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end),
		('statement_timeout', '0'), ('idle_in_transaction_session_timeout', '0'), ('transaction_timeout', '0'),
		('lock_timeout', '30s'),
		('synchronize_seqscans', 'off'), ('max_parallel_workers_per_gather', '0'),
		-- rows hidden by a policy would be lost without a word: an error is better
		('row_security', 'off')
	) as v(name, value)
	join (select name from pg_settings) s on lower(s.name) = v.name`

// begin exports the snapshot of one transaction to the others.
func (p *postgres) begin(ctx context.Context, pool *pool, want int, datasets map[string]Dataset) (shared, error) {
	var readers []*sqlx.Conn
	for range want {
		conn, err := pool.connect(ctx)
		if err != nil {
			return shared{}, fmt.Errorf("reader %d of %d: %w", len(readers)+1, want, err)
		}
		if _, err := conn.ExecContext(ctx, postgresSettings); err != nil {
			return shared{}, err
		}
		readers = append(readers, conn)
	}
	exporter := readers[0]
	if err := exporter.GetContext(ctx, &p.version, "select current_setting('server_version_num')::int"); err != nil {
		return shared{}, err
	}
	tables, err := p.lockable(ctx, exporter, datasets)
	if err != nil {
		return shared{}, err
	}
	var id string
	for _, conn := range readers {
		if _, err := conn.ExecContext(ctx, "begin isolation level repeatable read read only"); err != nil {
			return shared{}, err
		}
		if conn != exporter {
			if _, err := conn.ExecContext(ctx, "set transaction snapshot "+literal(id)); err != nil {
				return shared{}, err
			}
			continue
		}
		// A lock taken before the snapshot keeps TRUNCATE and table rewrites
		// out: they would make the tables look empty to it.
		if len(tables) > 0 {
			if _, err := conn.ExecContext(ctx, "lock table "+strings.Join(tables, ", ")+" in access share mode"); err != nil {
				return shared{}, err
			}
		}
		if err := conn.GetContext(ctx, &id, "select pg_export_snapshot()"); err != nil {
			return shared{}, err
		}
	}
	return shared{readers: readers, how: fmt.Sprintf("exported snapshot %s, %d readers", id, len(readers))}, nil
}

// lockable lists the tables to lock: those of the plan, or of the schema.
// Views and what the plan misspells are left to be looked at later.
func (p *postgres) lockable(ctx context.Context, conn *sqlx.Conn, datasets map[string]Dataset) ([]string, error) {
	var tables []string
	if len(datasets) == 0 {
		names, err := p.tables(ctx, conn, false)
		for _, name := range names {
			tables = append(tables, p.quote(name))
		}
		return tables, err
	}
	for _, d := range datasets {
		if d.Table == "" {
			continue
		}
		found, err := p.find(ctx, conn, d.Table)
		if errors.Is(err, errNoTable) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if found.Kind == "r" || found.Kind == "p" {
			tables = append(tables, p.qualified(found))
		}
	}
	slices.Sort(tables)
	return tables, nil
}

func (p *postgres) tables(ctx context.Context, conn *sqlx.Conn, views bool) ([]string, error) {
	kinds := "'r', 'p'"
	if views {
		kinds += ", 'v', 'm', 'f'"
	}
	query := `select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind in (` + kinds + `)`
	if p.version >= 100000 && !views {
		query += " and not relispartition" // they are read as parts of their parent
	}
	var names []string
	err := conn.SelectContext(ctx, &names, query+" order by relname")
	return names, err
}

// class is a line of PostgreSQL's catalogue.
type class struct {
	OID    uint32 `db:"oid"`
	Schema string `db:"nspname"`
	Name   string `db:"relname"`
	Kind   string `db:"relkind"`
	// Heap says that rows have a ctid by whose ranges the table can be read.
	Heap bool `db:"heap"`
	// Inherited says that tables that are no partitions hang on this one.
	Inherited bool `db:"inherited"`
}

const classQuery = `
	select c.oid, n.nspname, c.relname, c.relkind::text as relkind,
		c.relkind = 'r' and coalesce((select amname = 'heap' from pg_am where pg_am.oid = c.relam), true) as heap,
		c.relkind = 'r' and exists (select 1 from pg_inherits where inhparent = c.oid) as inherited
	from pg_class c join pg_namespace n on n.oid = c.relnamespace `

// find looks a name up as SQL reads it (folded to lower case unless quoted),
// then letter by letter.
func (p *postgres) find(ctx context.Context, conn *sqlx.Conn, table string) (class, error) {
	spellings := []string{table}
	if !strings.Contains(table, `"`) {
		parts := strings.Split(table, ".")
		for i := range parts {
			parts[i] = p.quote(parts[i])
		}
		spellings = append(spellings, strings.Join(parts, "."))
	}
	for _, spelling := range spellings {
		if !plausible.MatchString(spelling) {
			continue
		}
		var found []class
		if err := conn.SelectContext(ctx, &found, classQuery+"where c.oid = to_regclass("+literal(spelling)+")"); err != nil {
			return class{}, err
		}
		if len(found) == 1 && strings.Contains("rpvmf", found[0].Kind) {
			return found[0], nil
		}
	}
	return class{}, errNoTable
}

// plausible is what to_regclass can parse; the rest would be an error.
var plausible = regexp.MustCompile(`^([\pL_][\pL\pN_$]*|"([^"]|"")+")(\.([\pL_][\pL\pN_$]*|"([^"]|"")+")){0,2}$`)

func (p *postgres) resolve(ctx context.Context, conn *sqlx.Conn, table string) (relation, error) {
	found, err := p.find(ctx, conn, table)
	if err != nil {
		return relation{}, err
	}
	r := p.relation(found)
	if err := conn.SelectContext(ctx, &r.key, fmt.Sprintf(`
		select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
		where i.indrelid = %d and i.indisprimary order by a.attnum`, found.OID)); err != nil {
		return relation{}, err
	}
	if found.Kind == "p" && p.version >= 120000 {
		var leaves []class
		if err := conn.SelectContext(ctx, &leaves, classQuery+fmt.Sprintf(
			"where c.oid in (select relid from pg_partition_tree(%d) where isleaf and relid <> %[1]d) order by n.nspname, c.relname", found.OID)); err != nil {
			return relation{}, err
		}
		for _, leaf := range leaves {
			r.parts = append(r.parts, p.relation(leaf))
		}
	}
	return r, nil
}

func (p *postgres) relation(c class) relation {
	r := relation{origin: c.Schema + "." + c.Name, from: p.qualified(c)}
	// Children have ctids of their own, which ranges of the parent's would miss.
	// Before version 14 a range of ctid reads the whole table.
	if c.Heap && !c.Inherited && p.version >= 140000 {
		r.ranges, r.from = "ctid", "only "+r.from
	}
	return r
}

func (p *postgres) qualified(c class) string { return p.quote(c.Schema) + "." + p.quote(c.Name) }

// chunks are ranges of blocks. The table may have grown since the moment, but
// all rows of the moment lie in the blocks there are now, and the last range is open.
func (p *postgres) chunks(ctx context.Context, conn *sqlx.Conn, r relation, rows int) ([]snapshot.Chunk, error) {
	var size struct {
		Blocks float64 `db:"blocks"`
		// RowsPerBlock is by the last ANALYZE, or by the width of the columns.
		RowsPerBlock float64 `db:"rows_per_block"`
	}
	name := strings.TrimPrefix(r.from, "only ")
	if err := conn.GetContext(ctx, &size, `
		select pg_relation_size(oid)::float8 / current_setting('block_size')::int as blocks,
			case when reltuples > 0 and relpages > 0 then reltuples / relpages
			     else current_setting('block_size')::int / (40.0 + 20 * relnatts) end as rows_per_block
		from pg_class where oid = `+literal(name)+`::regclass`); err != nil {
		return nil, err
	}
	step := max(1, int(float64(rows)/size.RowsPerBlock))
	var bounds []string
	for block := step; block < int(size.Blocks); block += step {
		bounds = append(bounds, fmt.Sprintf("(%d,0)", block))
	}
	return between(bounds), nil
}

var ctid = regexp.MustCompile(`^\(\d+,\d+\)$`)

func (p *postgres) within(_ relation, chunk snapshot.Chunk) (string, error) {
	return within("ctid", chunk, func(bound string) (string, bool) {
		return literal(bound) + "::tid", ctid.MatchString(bound)
	})
}

// stream reads below database/sql, in text: the exact words of the server,
// without a Go value made of each that would have to be unmade. COPY TO STDOUT,
// text or binary, was tried and gives the same 10 columns no faster (all of
// them 1.6 to 1.9 M rows/s before decoding), and a binary SELECT neither.
func (p *postgres) stream(ctx context.Context, conn *sqlx.Conn, statement string, columns []column, row func(*record) error) error {
	return p.raw(conn, func(pg *pgconn.PgConn) error {
		reader := pg.ExecParams(ctx, statement, nil, nil, nil, nil)
		r := &record{values: make([]any, len(columns))}
		r.raw = func() []byte { return bytes.Join(reader.Values(), []byte{'\t'}) }
		for reader.NextRow() {
			if err := r.decode(columns, reader.Values()); err != nil {
				return errors.Join(err, closeReader(reader))
			}
			if err := row(r); err != nil {
				return errors.Join(err, closeReader(reader))
			}
		}
		_, err := reader.Close()
		return err
	})
}

func closeReader(reader *pgconn.ResultReader) error {
	_, err := reader.Close()
	return err
}

// raw runs f on the driver's own connection.
func (p *postgres) raw(conn *sqlx.Conn, f func(*pgconn.PgConn) error) error {
	return conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T, not one of pgx", driver)
		}
		return f(c.Conn().PgConn())
	})
}

func (p *postgres) quote(name string) string { return pgx.Identifier{name}.Sanitize() }
