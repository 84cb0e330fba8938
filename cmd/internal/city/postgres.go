package city

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// connections write to a server at the same time, each its own tables.
const connections = 3

// Postgres is a PostgreSQL database, by its DSN, which must not hold the
// tables yet. What does not become whole is removed again.
func Postgres(dsn string) Destination { return &postgresDatabase{dsn: dsn} }

type postgresDatabase struct {
	dsn    string
	tables []Table
	made   []Table
}

func (p *postgresDatabase) String() string {
	config, err := pgconn.ParseConfig(p.dsn)
	if err != nil {
		return "PostgreSQL"
	}
	return fmt.Sprintf("PostgreSQL database %s at %s", config.Database, config.Host)
}

// holds: PostgreSQL takes no NUL in a text.
func (p *postgresDatabase) holds() holding { return holding{} }

func (p *postgresDatabase) open(ctx context.Context, tables []Table) error {
	p.tables = tables
	err := p.with(ctx, func(c *pgconn.PgConn) error {
		for _, table := range tables {
			if err := exec(ctx, c, createTable(table, `"`, false)); err != nil {
				return fmt.Errorf("table %s: %w", table.Name, err)
			}
			p.made = append(p.made, table)
		}
		return nil
	})
	if err != nil {
		return errors.Join(err, p.close(context.WithoutCancel(ctx), false))
	}
	return nil
}

func (p *postgresDatabase) with(ctx context.Context, do func(*pgconn.PgConn) error) error {
	c, err := pgconn.Connect(ctx, p.dsn)
	if err != nil {
		return err
	}
	return errors.Join(do(c), c.Close(ctx))
}

func exec(ctx context.Context, c *pgconn.PgConn, statement string) error {
	return c.Exec(ctx, statement).Close()
}

func (p *postgresDatabase) workers(ctx context.Context) ([]worker, error) {
	var workers []worker
	for i := range connections {
		c, err := pgconn.Connect(ctx, p.dsn)
		if err != nil {
			return workers, err
		}
		w := &postgresWorker{conn: c, tables: p.tables}
		for at := i; at < len(p.tables); at += connections {
			w.own = append(w.own, p.tables[at])
		}
		workers = append(workers, w)
		if err := exec(ctx, c, "begin; set local client_encoding = 'utf8'"); err != nil {
			return workers, err
		}
	}
	return workers, nil
}

// close drops the tables made here where they are not whole.
func (p *postgresDatabase) close(ctx context.Context, whole bool) error {
	if whole || len(p.made) == 0 {
		return nil
	}
	return p.with(ctx, func(c *pgconn.PgConn) error {
		for _, table := range p.made {
			if err := exec(ctx, c, fmt.Sprintf(`drop table "%s"`, table.Name)); err != nil {
				return err
			}
		}
		return nil
	})
}

type postgresWorker struct {
	conn   *pgconn.PgConn
	tables []Table
	own    []Table
	text   []byte
}

// write sends a batch as one COPY.
func (w *postgresWorker) write(ctx context.Context, b *batch) error {
	w.text = copyText(w.text[:0], b, len(w.tables[b.table].Columns))
	tag, err := w.conn.CopyFrom(ctx, bytes.NewReader(w.text), fmt.Sprintf(`copy "%s" from stdin`, w.tables[b.table].Name))
	if err != nil {
		return err
	}
	if tag.RowsAffected() != int64(b.rows) {
		return fmt.Errorf("%d rows were sent and %d arrived", b.rows, tag.RowsAffected())
	}
	return nil
}

// finish builds the keys after the rows, which is cheaper.
func (w *postgresWorker) finish(ctx context.Context, commit bool) error {
	if !commit {
		return w.conn.Close(ctx)
	}
	var statements []string
	for _, table := range w.own {
		statements = append(statements, fmt.Sprintf(`alter table "%s" add primary key ("%s")`, table.Name, RecordNumber))
	}
	err := exec(ctx, w.conn, strings.Join(append(statements, "commit"), ";"))
	return errors.Join(err, w.conn.Close(ctx))
}

// copyText writes rows in the text format of COPY and LOAD DATA: values
// separated by tabs, \N for none.
func copyText(text []byte, b *batch, columns int) []byte {
	start := int32(0)
	for i, end := range b.ends {
		value := b.values[start:end]
		start = end
		if len(value) == 0 {
			text = append(text, '\\', 'N')
		}
		for _, c := range value {
			switch c {
			case '\\', '\t', '\n', '\r':
				text = append(text, '\\', map[byte]byte{'\\': '\\', '\t': 't', '\n': 'n', '\r': 'r'}[c])
			case 0:
				text = append(text, '\\', '0')
			default:
				text = append(text, c)
			}
		}
		if (i+1)%columns == 0 {
			text = append(text, '\n')
		} else {
			text = append(text, '\t')
		}
	}
	return text
}
