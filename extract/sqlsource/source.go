// Package sqlsource reads the tables of a legacy database: SQLite, PostgreSQL,
// MySQL and MariaDB. All its readers see one moment of the database, and none
// of them can write to it.
//
//	moment      PostgreSQL: an exported snapshot. MySQL, MariaDB: consistent-snapshot
//	            transactions begun under a short global read lock. SQLite: read
//	            transactions that keep each other's moment. Where this cannot be had
//	            there is one reader, and Moment says why.
//	chunks      PostgreSQL: ranges of ctid, partition by partition. SQLite: ranges of
//	            rowid. MySQL: ranges of a primary key of one integer column. Views,
//	            queries and the rest: one chunk.
//	values      exact: money never passes through a float. A column whose declared type
//	            cannot hold what is in it (NaN, infinity, a zero date, SQLite's mixed
//	            types) is taken as text, with a note.
package sqlsource

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/extract/snapshot"
)

// Source is one moment of a database. It is safe for concurrent use.
type Source struct {
	config  Config
	dialect dialect
	place   place
	pool    *pool
	moment  snapshot.Moment
	// readers are the connections that share the moment; who uses one takes it
	// out and puts it back.
	readers chan *sqlx.Conn
	names   []string

	mu       sync.Mutex
	datasets map[string]*dataset
}

// dialect is what differs between the databases. Its connections are always
// readers of the moment.
type dialect interface {
	// connect opens the database without talking to it yet.
	connect(dsn string) (*sqlx.DB, place, error)
	// begin gives connections that share one moment, want of them where the
	// database allows it, else one.
	begin(ctx context.Context, pool *pool, want int, datasets map[string]Dataset) (shared, error)
	// tables lists the tables of the schema; with views too where asked.
	tables(ctx context.Context, conn *sqlx.Conn, views bool) ([]string, error)
	// resolve finds a table by the name in the plan; errNoTable where it is not there.
	resolve(ctx context.Context, conn *sqlx.Conn, table string) (relation, error)
	// columns describes the columns of a relation, going by what is in them.
	columns(ctx context.Context, conn *sqlx.Conn, r relation) ([]column, error)
	// chunks divides a relation into ranges of about so many rows, which
	// together hold every row, whatever its key.
	chunks(ctx context.Context, conn *sqlx.Conn, r relation, rows int) ([]snapshot.Chunk, error)
	// within is the SQL condition of a chunk's bounds; "" where it has none.
	within(r relation, chunk snapshot.Chunk) (string, error)
	// stream runs a SELECT of the columns and gives each row as it comes.
	stream(ctx context.Context, conn *sqlx.Conn, statement string, columns []column, row func(*record) error) error
	quote(name string) string
}

// shared is what begin makes.
type shared struct {
	readers []*sqlx.Conn
	how     string
}

// errNoTable says that a table of the plan is not in the database.
var errNoTable = errors.New("no such table")

// Open connects to the database and takes hold of one moment of it. It keeps
// Readers connections until Close.
func Open(ctx context.Context, config Config) (*Source, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	dsn, err := config.dsn()
	if err != nil {
		return nil, err
	}
	s := &Source{config: config, dialect: newDialect(config.Driver), datasets: map[string]*dataset{}}
	db, place, err := s.dialect.connect(dsn)
	if err != nil {
		return nil, err
	}
	s.place, s.pool = place, &pool{db: db}
	if err := s.begin(ctx); err != nil {
		return nil, errors.Join(s.place.wrap(err), s.Close())
	}
	if s.names, err = s.listDatasets(ctx); err != nil {
		return nil, errors.Join(s.place.wrap(err), s.Close())
	}
	return s, nil
}

func newDialect(driver string) dialect {
	switch driver {
	case SQLite:
		return &sqlite{}
	case Postgres:
		return &postgres{}
	default:
		return &mysql{}
	}
}

func (s *Source) begin(ctx context.Context) error {
	shared, err := s.dialect.begin(ctx, s.pool, s.config.Readers, s.config.Datasets)
	if err != nil {
		return err
	}
	s.readers = make(chan *sqlx.Conn, len(shared.readers))
	for _, conn := range shared.readers {
		s.readers <- conn
	}
	s.moment = snapshot.Moment{At: time.Now().UTC(), How: shared.how, Readers: len(shared.readers)}
	return nil
}

func (s *Source) listDatasets(ctx context.Context) ([]string, error) {
	if len(s.config.Datasets) > 0 {
		return slices.Sorted(maps.Keys(s.config.Datasets)), nil
	}
	var names []string
	err := s.withReader(ctx, func(conn *sqlx.Conn) (err error) {
		names, err = s.dialect.tables(ctx, conn, false)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	for _, name := range names {
		if err := snapshot.CheckDataset(name); err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return names, nil
}

// Datasets are those of the plan, or the tables of the schema, in order of name.
func (s *Source) Datasets(context.Context) ([]string, error) { return slices.Clone(s.names), nil }

// Moment says at which moment the rows are read, and how it is held.
func (s *Source) Moment() snapshot.Moment { return s.moment }

// withReader runs f with a connection of the moment. A connection that breaks
// is never replaced: another would see another moment.
func (s *Source) withReader(ctx context.Context, f func(*sqlx.Conn) error) error {
	select {
	case conn := <-s.readers:
		defer func() { s.readers <- conn }()
		return f(conn)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close lets the moment go. No reader may be at work.
func (s *Source) Close() error {
	// Closing the connections ends their transactions; there is nothing to commit.
	if err := s.pool.close(); err != nil {
		return s.place.wrap(err)
	}
	return nil
}
