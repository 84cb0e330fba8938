package sqltarget

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/travaso/travaso/load/schema"
)

// restore builds keys and indexes, tables in parallel; then adds the foreign
// keys unvalidated, one after the other, as each locks both its tables; then
// validates them, tables in parallel, which locks nobody out. Each step is
// one transaction with its line in the journal, so that it can be interrupted
// anywhere. All violations are collected.
func (p *postgres) restore(ctx context.Context, db *sqlx.DB, waiting []constraint, tables []schema.Table) error {
	var keys, foreign []constraint
	for _, c := range slices.Backward(waiting) { // the last dropped is the first restored
		if c.Kind == foreignKey {
			foreign = append(foreign, c)
		} else {
			keys = append(keys, c)
		}
	}
	r := &postgresRestore{postgres: p, db: db, tables: tables}
	if err := r.inParallel(ctx, keys, r.addKey); err != nil {
		return err
	}
	if err := r.found(); err != nil {
		return err // a foreign key needs the key it refers to
	}
	for _, c := range foreign {
		if c.Added == 0 {
			if err := r.addForeignKey(ctx, c); err != nil {
				return err
			}
		}
	}
	if err := r.inParallel(ctx, foreign, r.validate); err != nil {
		return err
	}
	return r.found()
}

// postgresRestore is one restoration, and the violations found in it.
type postgresRestore struct {
	*postgres
	db     *sqlx.DB
	tables []schema.Table

	mu         sync.Mutex
	violations []string
}

// inParallel does a step for each constraint: those of one table one after the
// other, as they lock it, the tables at once.
func (r *postgresRestore) inParallel(ctx context.Context, constraints []constraint, step func(context.Context, constraint) error) error {
	byTable := map[string][]constraint{}
	for _, c := range constraints {
		byTable[c.Table] = append(byTable[c.Table], c)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.writers())
	for _, table := range slices.Sorted(maps.Keys(byTable)) {
		group.Go(func() error {
			for _, c := range byTable[table] {
				err := step(ctx, c)
				failure, ok := explained(r.explain(err, "restore "+c.Name))
				if err != nil && ok && failure.violation != noViolation {
					r.report(c, r.offenders(ctx, c))
					continue
				}
				if err != nil {
					return r.explain(err, fmt.Sprintf("restore %s %s of table %s", c.Kind, c.Name, c.Table))
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (r *postgresRestore) report(c constraint, offenders string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := fmt.Sprintf("%s %s of table %s does not hold", c.Kind, c.Name, c.Table)
	if offenders != "" {
		text += " for " + offenders
	}
	r.violations = append(r.violations, text)
}

func (r *postgresRestore) found() error {
	if len(r.violations) == 0 {
		return nil
	}
	slices.Sort(r.violations)
	return &Error{Target: r.address, Reason: strings.Join(r.violations, "; "), violation: uniqueViolation,
		Remedy: "correct the mapping or add a rule that rejects such documents, and load again; the other constraints are in place or wait in " + constraintTable}
}

// inTransaction runs statements with unqualified names meaning nothing, as the
// definitions were written.
func (r *postgresRestore) inTransaction(ctx context.Context, statements ...string) error {
	tx, err := beginOn(ctx, r.db, "begin", "set local search_path = ''", "set local maintenance_work_mem = '256MB'")
	if err != nil {
		return err
	}
	defer tx.rollback()
	for _, s := range statements {
		if _, err := tx.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return tx.commit(ctx)
}

func (r *postgresRestore) forget(c constraint) string {
	return fmt.Sprintf(`delete from %s where "table" = %s and name = %s`, r.table(constraintTable), literal(c.Table), literal(c.Name))
}

func (r *postgresRestore) extras(c constraint) ([]string, error) {
	var extras []string
	if err := json.Unmarshal([]byte(c.Extras), &extras); err != nil {
		return nil, fmt.Errorf("what follows %s in %s is damaged: %w", c.Name, constraintTable, err)
	}
	return extras, nil
}

func (r *postgresRestore) addKey(ctx context.Context, c constraint) error {
	extras, err := r.extras(c)
	if err != nil {
		return err
	}
	there, err := r.isThere(ctx, c)
	if err != nil {
		return err
	}
	if there { // somebody restored it by hand
		return r.inTransaction(ctx, r.forget(c))
	}
	return r.inTransaction(ctx, slices.Concat([]string{c.DDL}, extras, []string{r.forget(c)})...)
}

func (r *postgresRestore) addForeignKey(ctx context.Context, c constraint) error {
	extras, err := r.extras(c)
	if err != nil {
		return err
	}
	there, err := r.isThere(ctx, c)
	if err != nil {
		return err
	}
	added := fmt.Sprintf(`update %s set added = 1 where "table" = %s and name = %s`, r.table(constraintTable), literal(c.Table), literal(c.Name))
	if there {
		return r.inTransaction(ctx, added)
	}
	ddl := c.DDL
	if c.isValidated() {
		ddl += notValid
	}
	return r.inTransaction(ctx, slices.Concat([]string{ddl}, extras, []string{added})...)
}

func (r *postgresRestore) validate(ctx context.Context, c constraint) error {
	if !c.isValidated() {
		return r.inTransaction(ctx, r.forget(c))
	}
	return r.inTransaction(ctx, fmt.Sprintf("alter table %s validate constraint %s", r.table(c.Table), quote(c.Name)), r.forget(c))
}

func (r *postgresRestore) isThere(ctx context.Context, c constraint) (bool, error) {
	var there bool
	var err error
	if c.Kind == plainIndex {
		err = r.db.GetContext(ctx, &there, `select to_regclass($1) is not null`, r.table(c.Name))
	} else {
		err = r.db.GetContext(ctx, &there, `select exists(select 1 from pg_constraint where conname = $1 and conrelid = to_regclass($2))`,
			c.Name, r.table(c.Table))
	}
	return there, err
}

// offenders lists the primary keys of rows that break a constraint: never the
// values that break it, which may be personal data. It is empty where they
// cannot be told.
func (r *postgresRestore) offenders(ctx context.Context, c constraint) string {
	var keys keyColumns
	table, ok := schema.Find(r.tables, c.Table)
	if err := json.Unmarshal([]byte(c.Columns), &keys); err != nil || !ok || len(keys.Columns) == 0 {
		return ""
	}
	shown := table.PrimaryKey
	if len(shown) == 0 {
		shown = keys.Columns
	}
	if c.Kind == primaryKey {
		shown = keys.Columns
	}
	var condition string
	if c.Kind == foreignKey {
		condition = fmt.Sprintf("(%s) is not null and not exists (select 1 from %s r where %s)", quoteAll(keys.Columns, "t."),
			keys.Table, equal("r", keys.References, "t", keys.Columns))
		if len(keys.Columns) > 1 {
			condition = fmt.Sprintf("num_nulls(%s) = 0 and not exists (select 1 from %s r where %s)", quoteAll(keys.Columns, "t."),
				keys.Table, equal("r", keys.References, "t", keys.Columns))
		}
	} else {
		condition = fmt.Sprintf("(%s) in (select %s from %s d where num_nulls(%s) = 0 group by %s having count(*) > 1)",
			quoteAll(keys.Columns, "t."), quoteAll(keys.Columns, "d."), r.table(c.Table), quoteAll(keys.Columns, "d."), quoteAll(keys.Columns, "d."))
	}
	var found []struct {
		Key   string `db:"key"`
		Total int64  `db:"total"`
	}
	casts := make([]string, len(shown))
	for i, column := range shown {
		casts[i] = "t." + quote(column) + "::text"
	}
	query := fmt.Sprintf("select concat_ws('/', %s) as key, count(*) over () as total from %s t where %s order by 1 limit %d",
		strings.Join(casts, ", "), r.table(c.Table), condition, shownKeys)
	if err := r.db.SelectContext(ctx, &found, query); err != nil || len(found) == 0 {
		return ""
	}
	texts := make([]string, len(found))
	for i, f := range found {
		texts[i] = f.Key
	}
	return "the rows with key " + listed(texts, found[0].Total)
}
