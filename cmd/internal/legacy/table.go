package legacy

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strings"

	"github.com/travaso/travaso/cmd/internal/fiction"
	"github.com/travaso/travaso/extract/snapshot"
)

// row is one row: what is not in it is empty.
type row map[string]string

// tables are the tables under way, and what has gone into them.
type tables struct {
	inserts  map[string]*insert
	tables   map[string]*tally
	entities map[string]*tally
}

// insert adds rows to one table.
type insert struct {
	statement *sql.Stmt
	columns   []string
	values    []any // of the row under way
}

// tally counts rows and adds up amounts.
type tally struct {
	rows int64
	sums map[string]fiction.Cents
}

func (t *tally) add(amounts map[string]fiction.Cents) {
	t.rows++
	for column, amount := range amounts {
		t.sums[column] += amount
	}
}

func (t *tally) figures() snapshot.Figures {
	figures := snapshot.Figures{Rows: t.rows}
	if len(t.sums) > 0 {
		figures.Sums = map[string]string{}
	}
	for column, sum := range t.sums {
		figures.Sums[column] = sum.Exact()
	}
	return figures
}

func newTables(ctx context.Context, tx *sql.Tx) (*tables, error) {
	t := &tables{inserts: map[string]*insert{}, tables: map[string]*tally{}, entities: map[string]*tally{}}
	for _, name := range []string{
		CapitoliUscita, CapitoliEntrata, Soggetti, Modpag,
		Impegni, ImpegniPluriennali, Accertamenti, AccertamentiPluriennali,
	} {
		into, err := newInsert(ctx, tx, name)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", name, err)
		}
		t.inserts[name], t.tables[name] = into, &tally{sums: map[string]fiction.Cents{}}
	}
	return t, nil
}

func newInsert(ctx context.Context, tx *sql.Tx, name string) (*insert, error) {
	columns := columns(name)
	definition := fmt.Sprintf(`create table %q ("%s" text)`, name, strings.Join(columns, `" text, "`))
	if _, err := tx.ExecContext(ctx, definition); err != nil {
		return nil, err
	}
	marks := strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",")
	statement, err := tx.PrepareContext(ctx, fmt.Sprintf("insert into %q values (%s)", name, marks))
	if err != nil {
		return nil, err
	}
	return &insert{statement: statement, columns: columns, values: make([]any, len(columns))}, nil
}

// add writes a row that is an entity, with its amounts. A column of the row
// that also has an amount holds what cannot be read: the amount is not summed.
func (t *tables) add(ctx context.Context, table, entity string, r row, amounts map[string]fiction.Cents) error {
	into := t.inserts[table]
	readable := maps.Clone(amounts)
	placed := 0
	for i, column := range into.columns {
		text, given := r[column]
		amount, isAmount := amounts[column]
		switch {
		case given && isAmount:
			delete(readable, column)
		case isAmount:
			text = amount.Italian()
		}
		if given || isAmount {
			placed++
		}
		into.values[i] = text
	}
	if whole := len(r) + len(readable); placed != whole { // a misspelt column would be lost without a word
		return fmt.Errorf("table %s lacks %d of the columns of a row of %s", table, whole-placed, entity)
	}
	if _, err := into.statement.ExecContext(ctx, into.values...); err != nil {
		return fmt.Errorf("table %s: %w", table, err)
	}
	t.tables[table].add(readable)
	if t.entities[entity] == nil {
		t.entities[entity] = &tally{sums: map[string]fiction.Cents{}}
	}
	t.entities[entity].add(readable)
	return nil
}

// figures are the tallies by name.
func figures(tallies map[string]*tally) map[string]snapshot.Figures {
	all := map[string]snapshot.Figures{}
	for name, t := range tallies {
		all[name] = t.figures()
	}
	return all
}
