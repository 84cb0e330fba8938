package sqlsource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/extract/snapshot"
)

// relation is what a dataset is read from.
type relation struct {
	// origin names it as an engineer would.
	origin string
	// from is the item of a FROM clause.
	from string
	// schema and table name it in MySQL's catalogue; "" for a query.
	schema, table string
	// key are the columns of the primary key, where there is one.
	key []string
	// ranges is the column or pseudo-column by whose ranges it is chunked; ""
	// means that it is one chunk.
	ranges string
	// parts are the partitions that hold the rows in its place.
	parts []relation
}

// part finds the relation a chunk belongs to.
func (r relation) part(origin string) (relation, bool) {
	if r.origin == origin {
		return r, true
	}
	for _, p := range r.parts {
		if p.origin == origin {
			return p, true
		}
	}
	return relation{}, false
}

// dataset is what is known of one dataset; learnt once, because it may take a
// pass over the table.
type dataset struct {
	name string

	mu       sync.Mutex
	known    bool
	relation relation
	columns  []column
	chunks   []snapshot.Chunk
}

// Shape describes a dataset. It reads through the table to see whether its
// columns hold what their declared types promise.
func (s *Source) Shape(ctx context.Context, name string) (snapshot.Shape, error) {
	d, err := s.dataset(ctx, name)
	if err != nil {
		return snapshot.Shape{}, err
	}
	shape := snapshot.Shape{Dataset: name, Origin: d.relation.origin, Chunks: slices.Clone(d.chunks)}
	for _, c := range d.columns {
		shape.Columns = append(shape.Columns, c.Column)
	}
	return shape, nil
}

// Read gives the rows of one chunk to the sink, numbered from 1 within the chunk.
func (s *Source) Read(ctx context.Context, name string, chunk snapshot.Chunk, sink snapshot.Sink) error {
	d, err := s.dataset(ctx, name)
	if err != nil {
		return err
	}
	return s.work(ctx, fmt.Sprintf("dataset %s: read chunk %d of %s", name, chunk.Part, chunk.Origin), func(conn *sqlx.Conn) error {
		statement, err := d.selectChunk(s.dialect, chunk)
		if err != nil {
			return err
		}
		row := int64(0)
		return s.dialect.stream(ctx, conn, statement, d.columns, func(r *record) error {
			row++
			if r.bad != nil {
				return sink.Reject(r.rejected(d, chunk.Part, row))
			}
			return sink.Row(row, r.values)
		})
	})
}

// Figures are the dataset's count and sums by the source's own SQL, in the
// moment that is read. Where that SQL cannot add up exactly (floats of SQLite
// and MySQL) the column is read a second time and added up here.
func (s *Source) Figures(ctx context.Context, name string) (snapshot.Figures, error) {
	d, err := s.dataset(ctx, name)
	if err != nil {
		return snapshot.Figures{}, err
	}
	figures := snapshot.Figures{Sums: map[string]string{}}
	err = s.work(ctx, fmt.Sprintf("dataset %s: count and sum %s", name, d.relation.origin), func(conn *sqlx.Conn) error {
		if figures.Rows, err = d.sumInSQL(ctx, conn, figures.Sums); err != nil {
			return err
		}
		return d.sumByReading(ctx, s.dialect, conn, figures.Sums)
	})
	return figures, err
}

// work runs f with a reader and says what failed.
func (s *Source) work(ctx context.Context, what string, f func(*sqlx.Conn) error) error {
	if err := s.withReader(ctx, f); err != nil {
		return s.place.wrap(fmt.Errorf("%s: %w", what, err))
	}
	return nil
}

// dataset learns what is known of a dataset, the first time.
func (s *Source) dataset(ctx context.Context, name string) (*dataset, error) {
	if !slices.Contains(s.names, name) {
		return nil, fmt.Errorf("%s: no dataset %s%s", s.place, name, near(name, s.names))
	}
	s.mu.Lock()
	d := s.datasets[name]
	if d == nil {
		d = &dataset{name: name}
		s.datasets[name] = d
	}
	s.mu.Unlock()

	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known {
		return d, nil
	}
	err := s.work(ctx, "dataset "+name, func(conn *sqlx.Conn) error { return s.learn(ctx, conn, d) })
	if err != nil {
		return nil, err
	}
	d.known = true
	return d, nil
}

func (s *Source) learn(ctx context.Context, conn *sqlx.Conn, d *dataset) error {
	config, ok := s.config.Datasets[d.name]
	if !ok {
		config = Dataset{Table: s.dialect.quote(d.name)}
	}
	var err error
	if d.relation, err = s.relation(ctx, conn, config); err != nil {
		return err
	}
	if d.columns, err = s.dialect.columns(ctx, conn, d.relation); err != nil {
		return fmt.Errorf("describe %s: %w", d.relation.origin, err)
	}
	if err := checkNames(d.columns); err != nil {
		return fmt.Errorf("describe %s: %w", d.relation.origin, err)
	}
	d.chunks, err = s.chunks(ctx, conn, d.relation)
	return err
}

func (s *Source) relation(ctx context.Context, conn *sqlx.Conn, config Dataset) (relation, error) {
	if config.Query != "" {
		query := strings.TrimRight(strings.TrimSpace(config.Query), "; \t\r\n")
		// The line break ends a comment that the query may end with.
		return relation{origin: "query", from: "(" + query + "\n) as q"}, nil
	}
	r, err := s.dialect.resolve(ctx, conn, config.Table)
	if errors.Is(err, errNoTable) {
		names, listErr := s.dialect.tables(ctx, conn, true)
		if listErr != nil {
			return relation{}, errors.Join(err, listErr)
		}
		return relation{}, fmt.Errorf("table %s: %w%s", config.Table, err, near(config.Table, names))
	}
	return r, err
}

// chunks divides the relation, or each of its partitions, and numbers the parts.
func (s *Source) chunks(ctx context.Context, conn *sqlx.Conn, r relation) ([]snapshot.Chunk, error) {
	parts := r.parts
	if len(parts) == 0 {
		parts = []relation{r}
	}
	var chunks []snapshot.Chunk
	for _, p := range parts {
		of := []snapshot.Chunk{{}}
		if p.ranges != "" {
			var err error
			if of, err = s.dialect.chunks(ctx, conn, p, s.config.ChunkRows); err != nil {
				return nil, fmt.Errorf("divide %s into chunks: %w", p.origin, err)
			}
		}
		for _, c := range of {
			chunks = append(chunks, snapshot.Chunk{Part: len(chunks), Origin: p.origin, From: c.From, To: c.To})
		}
	}
	return chunks, nil
}

func (d *dataset) selectChunk(dialect dialect, chunk snapshot.Chunk) (string, error) {
	r, ok := d.relation.part(chunk.Origin)
	if !ok {
		return "", errors.New("no such part in the dataset: the chunk is of another moment or another plan")
	}
	statement := "select " + readList(d.columns) + " from " + r.from
	if chunk.From == "" && chunk.To == "" {
		return statement, nil
	}
	condition, err := dialect.within(r, chunk)
	if err != nil {
		return "", err
	}
	return statement + " where " + condition, nil
}

func readList(columns []column) string {
	reads := make([]string, len(columns))
	for i, c := range columns {
		reads[i] = c.read
	}
	return strings.Join(reads, ", ")
}

// sumInSQL asks for the count and all sums that the database adds up exactly.
// One statement, so one pass over the table.
func (d *dataset) sumInSQL(ctx context.Context, conn *sqlx.Conn, sums map[string]string) (rows int64, err error) {
	selects, places := []string{"count(*)"}, [][]int{}
	for _, c := range d.columns {
		var at []int
		for _, term := range c.sums {
			at = append(at, len(selects))
			selects = append(selects, term.sql)
		}
		places = append(places, at)
	}
	cells := make([]*string, len(selects))
	dest := make([]any, len(selects))
	dest[0] = &rows
	for i := 1; i < len(dest); i++ {
		dest[i] = &cells[i]
	}
	if err := conn.QueryRowxContext(ctx, "select "+strings.Join(selects, ", ")+" from "+d.relation.from).Scan(dest...); err != nil {
		return 0, err
	}
	for i, c := range d.columns {
		if len(c.sums) == 0 {
			continue
		}
		var total snapshot.Sum
		for j, at := range places[i] {
			if cells[at] == nil { // the sum of no values
				continue
			}
			if err := addTerm(&total, *cells[at], c.sums[j].times); err != nil {
				return 0, fmt.Errorf("sum of column %s: %w", c.Name, err)
			}
		}
		sums[c.Name] = total.String()
	}
	return rows, nil
}

// sumByReading adds up the numbers of the remaining columns, read once more.
func (d *dataset) sumByReading(ctx context.Context, dialect dialect, conn *sqlx.Conn, sums map[string]string) error {
	var columns []column
	for _, c := range d.columns {
		if c.Number && len(c.sums) == 0 {
			columns = append(columns, c)
		}
	}
	if len(columns) == 0 {
		return nil
	}
	totals := make([]snapshot.Sum, len(columns))
	statement := "select " + readList(columns) + " from " + d.relation.from
	err := dialect.stream(ctx, conn, statement, columns, func(r *record) error {
		for i, v := range r.values {
			if v == nil {
				continue
			}
			if err := totals[i].AddText(v.(string)); err != nil {
				return fmt.Errorf("sum of column %s: a value is not a number", columns[i].Name)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, c := range columns {
		sums[c.Name] = totals[i].String()
	}
	return nil
}
