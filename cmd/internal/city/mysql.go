package city

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/go-sql-driver/mysql"
)

// MySQL is a MySQL or MariaDB database, by its DSN in the form of
// go-sql-driver/mysql, which must not hold the tables yet. Its server must
// allow LOAD DATA LOCAL. What does not become whole is removed again.
func MySQL(dsn string) Destination { return &mysqlDatabase{dsn: dsn} }

type mysqlDatabase struct {
	dsn    string
	db     *sql.DB
	tables []Table
	made   []Table
}

func (m *mysqlDatabase) String() string {
	config, err := mysql.ParseDSN(m.dsn)
	if err != nil {
		return "MySQL"
	}
	return fmt.Sprintf("MySQL database %s at %s", config.DBName, config.Addr)
}

func (m *mysqlDatabase) holds() holding { return holding{nulBytes: true} }

func (m *mysqlDatabase) open(ctx context.Context, tables []Table) error {
	config, err := mysql.ParseDSN(m.dsn)
	if err != nil {
		return fmt.Errorf("DSN of MySQL: write user:password@tcp(host:port)/database") // the error would show the password
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return err
	}
	m.db, m.tables = sql.OpenDB(connector), tables
	for _, table := range tables {
		if _, err := m.db.ExecContext(ctx, createTable(table, "`", true)+" engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin"); err != nil {
			return errors.Join(fmt.Errorf("table %s: %w", table.Name, err), m.close(context.WithoutCancel(ctx), false))
		}
		m.made = append(m.made, table)
	}
	return nil
}

func (m *mysqlDatabase) workers(ctx context.Context) ([]worker, error) {
	var workers []worker
	for i := range connections {
		conn, err := m.db.Conn(ctx)
		if err != nil {
			return workers, err
		}
		workers = append(workers, &mysqlWorker{conn: conn, tables: m.tables, name: fmt.Sprintf("city-%p-%d", m, i)})
		for _, statement := range []string{
			// Nothing refers to anything: the server need not look.
			"set session unique_checks = 0", "set session foreign_key_checks = 0", "set session sql_mode = 'STRICT_ALL_TABLES'",
			"start transaction",
		} {
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return workers, err
			}
		}
	}
	return workers, nil
}

func (m *mysqlDatabase) close(ctx context.Context, whole bool) error {
	var errs []error
	if !whole {
		for _, table := range m.made {
			_, err := m.db.ExecContext(ctx, "drop table `"+table.Name+"`")
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, m.db.Close())...)
}

type mysqlWorker struct {
	conn   *sql.Conn
	tables []Table
	name   string // of the driver's reader
	text   []byte
}

// write sends a batch as one LOAD DATA LOCAL. LOCAL turns errors of data into
// warnings, so these are looked at.
func (w *mysqlWorker) write(ctx context.Context, b *batch) error {
	w.text = copyText(w.text[:0], b, len(w.tables[b.table].Columns))
	mysql.RegisterReaderHandler(w.name, func() io.Reader { return bytes.NewReader(w.text) })
	defer mysql.DeregisterReaderHandler(w.name)
	result, err := w.conn.ExecContext(ctx, fmt.Sprintf("load data local infile 'Reader::%s' into table `%s` character set utf8mb4", w.name, w.tables[b.table].Name))
	if err != nil {
		return fmt.Errorf("%w (the server must allow it: set global local_infile = 1)", err)
	}
	if rows, err := result.RowsAffected(); err != nil || rows != int64(b.rows) {
		return errors.Join(fmt.Errorf("%d rows were sent and %d arrived", b.rows, rows), err)
	}
	var level, message string
	var code int
	switch err := w.conn.QueryRowContext(ctx, "show warnings limit 1").Scan(&level, &code, &message); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("the server says: %s", message)
}

func (w *mysqlWorker) finish(ctx context.Context, commit bool) error {
	end := "rollback"
	if commit {
		end = "commit"
	}
	_, err := w.conn.ExecContext(ctx, end)
	return errors.Join(err, w.conn.Close())
}
