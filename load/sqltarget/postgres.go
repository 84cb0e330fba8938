package sqltarget

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/transform/staged"
)

// postgres is the dialect of PostgreSQL 12 and later.
type postgres struct {
	schema string
	// address is user, host, port and database, for people.
	address string
}

// maxWriters bounds the connections of one load: more do not make a server of
// ordinary size faster, and others need theirs.
const maxWriters = 4

func openPostgres(ctx context.Context, config Config) (*sqlx.DB, dialect, error) {
	parsed, err := pgx.ParseConfig(config.DSN)
	if err != nil {
		// Its own words may hold parts of the DSN.
		return nil, nil, fmt.Errorf("target: the dsn of postgres cannot be read: give postgres://user:password@host:5432/database?sslmode=require or key=value pairs")
	}
	parsed.RuntimeParams["timezone"] = "UTC"
	parsed.RuntimeParams["application_name"] = "travaso"
	parsed.RuntimeParams["search_path"] = quote(config.Schema)
	p := &postgres{
		schema:  config.Schema,
		address: address(parsed),
	}
	db := sqlx.NewDb(stdlib.OpenDB(*parsed, stdlib.OptionAfterConnect(noticeDeadClient)), "pgx")
	return db, p, nil
}

// address says for people which database it is.
func address(config *pgx.ConnConfig) string {
	return fmt.Sprintf("postgres %s@%s:%d/%s", config.User, config.Host, config.Port, config.Database)
}

// noticeDeadClient has the server end the work of a client that died, however
// long the statement: else its locks stand in the way of the next load. Servers
// before version 14 cannot.
func noticeDeadClient(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "select set_config(name, '1000', false) from pg_settings where name = 'client_connection_check_interval'")
	return err
}

func (p *postgres) name() string { return p.address }

func (p *postgres) table(name string) string { return quote(p.schema) + "." + quote(name) }

func (p *postgres) journalDDL() []string {
	return append([]string{}, journalStatements(p.table, "bytea")...)
}

func (p *postgres) writers() int { return min(runtime.NumCPU(), maxWriters) }

func (p *postgres) lockRows() string { return "for update" }

func (p *postgres) defaultOf(context.Context, *transaction, string, string) (string, error) {
	return "default", nil
}

func (p *postgres) waitForKeys() string { return "" }

func (p *postgres) begin(ctx context.Context, db *sqlx.DB, mode mode) (*transaction, error) {
	if mode == reading {
		return beginOn(ctx, db, "begin isolation level repeatable read read only")
	}
	return beginOn(ctx, db, "begin isolation level read committed read write")
}

func (p *postgres) commit(ctx context.Context, tx *transaction, _ []schema.Table) error {
	return tx.commit(ctx)
}

func (p *postgres) create(ctx context.Context, db *sqlx.DB, ddl string) error {
	tx, err := beginOn(ctx, db, "begin")
	if err != nil {
		return err
	}
	defer tx.rollback()
	var exists bool
	if err := tx.get(ctx, &exists, `select exists(select 1 from pg_namespace where nspname = ?)`, p.schema); err != nil {
		return err
	}
	if !exists {
		if _, err := tx.exec(ctx, "create schema "+quote(p.schema)); err != nil {
			return err
		}
	}
	// Without parameters the text goes as it is, with all its statements.
	if _, err := tx.conn.ExecContext(ctx, ddl); err != nil {
		return err
	}
	return tx.commit(ctx)
}

// claim locks the tables against all others for the rest of the transaction,
// in order of name, and gives up where somebody is using them.
func (p *postgres) claim(ctx context.Context, tx *transaction, tables []string) error {
	if _, err := tx.exec(ctx, "set local lock_timeout = '10s'"); err != nil {
		return err
	}
	for _, name := range tables {
		if _, err := tx.exec(ctx, "lock table "+p.table(name)+" in access exclusive mode"); err != nil {
			return err
		}
	}
	return nil
}

func (p *postgres) hold(ctx context.Context, tx *transaction, table string) error {
	_, err := tx.exec(ctx, "lock table "+p.table(table)+" in share row exclusive mode")
	return err
}

func (p *postgres) sum(column schema.Column, scale int) []part {
	return []part{{sql: "sum(" + quote(column.Name) + ")"}}
}

func (p *postgres) text(column schema.Column) string {
	return "cast(" + quote(column.Name) + " as text)"
}

// refuse: every type of PostgreSQL that travaso writes is exact, but for floats.
func (p *postgres) refuse(target schema.Column, column staged.Column) string {
	if isMoney(column) && target.Type == schema.Float {
		return fmt.Sprintf("is %s, which does not keep decimals exactly, as numeric(15,2) would", target.Declared)
	}
	if isMoney(column) && target.Type == schema.Decimal && target.Precision > 0 && target.Scale < column.Scale {
		return fmt.Sprintf("is %s and would round %d decimals", target.Declared, column.Scale)
	}
	return ""
}

func (p *postgres) analyze(ctx context.Context, db *sqlx.DB, tables []string) error {
	if len(tables) == 0 {
		return nil
	}
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = p.table(t)
	}
	_, err := db.ExecContext(ctx, "analyze "+strings.Join(names, ", "))
	return err
}
