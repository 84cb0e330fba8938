package sqltarget

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/transform/staged"
)

// decideConstraints decides whether the constraints wait, records it, and
// drops them if so. A load that was interrupted goes on as it began, whatever
// the configuration says now.
func (t *Target) decideConstraints(ctx context.Context, tx *transaction, m batch.Migration, p *preparation, before *migrationRow, owned []string, prepared *batch.Prepared) error {
	waiting, err := t.waitingConstraints(ctx, tx, m.Name)
	if err != nil {
		return err
	}
	hasContent := len(prepared.Applied) > 0 || len(prepared.Whole) > 0
	interrupted := before != nil && before.Finished == 0
	switch {
	case len(waiting) > 0:
		p.deferred = true
	case t.constraints != Auto:
		p.deferred = t.constraints == Defer
	case interrupted:
		p.deferred = before.Constraints == deferred
	case hasContent:
		p.deferred = false // a difference needs the keys, and is small
	default:
		if p.deferred, err = t.allEmpty(ctx, tx, owned); err != nil {
			return err
		}
	}
	// With nothing left to apply, what waits has only to be restored.
	if p.deferred && !isComplete(m, prepared) {
		if err := t.dialect.claim(ctx, tx, owned); err != nil {
			return err
		}
		found, err := t.dialect.constraints(ctx, tx, owned, hasContent)
		if err != nil {
			return err
		}
		if err := t.dropConstraints(ctx, tx, m.Name, len(waiting), found); err != nil {
			return err
		}
		prepared.Constraints = len(found)
	}
	prepared.Constraints += len(waiting)
	prepared.Deferred = p.deferred
	decision := kept
	if p.deferred {
		decision = deferred
	}
	_, err = tx.exec(ctx, `update `+t.dialect.table(migrationTable)+` set constraints = ?, finished = 0 where migration = ?`, decision, m.Name)
	return err
}

// isComplete says that the target holds all that is staged and nothing else.
func isComplete(m batch.Migration, prepared *batch.Prepared) bool {
	if len(prepared.Retired) > 0 {
		return false
	}
	for _, d := range m.Types {
		if len(prepared.Applied[d.Name]) != len(d.Batches) {
			return false
		}
		for _, b := range d.Batches {
			if !prepared.IsApplied(d.Name, b) {
				return false
			}
		}
	}
	return true
}

func (t *Target) allEmpty(ctx context.Context, tx *transaction, tables []string) (bool, error) {
	for _, name := range tables {
		var found int
		if err := tx.get(ctx, &found, `select count(*) from (select 1 from `+t.dialect.table(name)+` limit 1) as x`); err != nil {
			return false, err
		}
		if found > 0 {
			return false, nil
		}
	}
	return true, nil
}

// dropConstraints writes each constraint into the journal and drops it. They
// are numbered after those that wait already; one that was being restored when
// it was interrupted waits already, and keeps its line.
func (t *Target) dropConstraints(ctx context.Context, tx *transaction, migration string, waiting int, found []constraint) error {
	for i, c := range found {
		_, err := tx.exec(ctx, `insert into `+t.dialect.table(constraintTable)+` (migration, ordinal, "table", name, kind, ddl, extras, columns)
			values (?, ?, ?, ?, ?, ?, ?, ?) on conflict ("table", name) do update set added = 0`, migration, waiting+i, c.Table, c.Name, c.Kind, c.DDL, c.Extras, c.Columns)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, c.drop); err != nil {
			return err
		}
	}
	return nil
}

// waitingConstraints are those of the migration that were dropped and are not
// restored yet.
func (t *Target) waitingConstraints(ctx context.Context, tx *transaction, migration string) ([]constraint, error) {
	var waiting []constraint
	err := tx.selectAll(ctx, &waiting, `select ordinal, "table", name, kind, ddl, extras, columns, added from `+
		t.dialect.table(constraintTable)+` where migration = ? order by ordinal`, migration)
	return waiting, err
}

// refuseUnfinished keeps two migrations apart: while one loads into tables
// without their constraints, another must not load into them unchecked.
func (t *Target) refuseUnfinished(ctx context.Context, tx *transaction, migration string, owned []string) error {
	var others []migrationRow
	err := tx.selectAll(ctx, &others, `select migration, types from `+t.dialect.table(migrationTable)+`
		where migration <> ? and constraints = ? and finished = 0 order by migration`, migration, deferred)
	if err != nil {
		return err
	}
	for _, o := range others {
		types, err := o.types()
		if err != nil {
			return err
		}
		for _, table := range ownedTables(types) {
			if slices.Contains(owned, table) {
				return &Error{Target: t.Name(), Reason: fmt.Sprintf("the constraints of %s wait for the end of migration %s", table, o.Migration),
					Remedy: "finish the load of that one first"}
			}
		}
	}
	return nil
}

// refersAcross says that documents of a type may refer to others of the same
// type under a foreign key: any key among its tables but a child's link to its
// parent, which is always in the same document.
func refersAcross(d staged.Document, tables []schema.Table) bool {
	for _, e := range d.Entities {
		table, _ := schema.Find(tables, e.Table)
		for _, key := range table.ForeignKeys {
			within := slices.ContainsFunc(d.Entities, func(other staged.Entity) bool { return other.Table == key.Table })
			if within && !isParentLink(d, e, key) {
				return true
			}
		}
	}
	return false
}

func isParentLink(d staged.Document, e staged.Entity, key schema.ForeignKey) bool {
	at := entityIndex(d.Entities, e.Parent)
	return e.Parent != "" && at >= 0 && d.Entities[at].Table == key.Table &&
		strings.Join(slices.Sorted(slices.Values(key.Columns)), ",") == strings.Join(slices.Sorted(slices.Values(e.ParentColumns)), ",")
}

// Finish ends a load: it restores the constraints that waited, checks what was
// loaded without them, brings the planner's statistics up to date and marks the
// migration as done. It says how many constraints it restored.
func (t *Target) Finish(ctx context.Context) (restored int, err error) {
	p, err := t.preparation()
	if err != nil {
		return 0, err
	}
	tx, err := t.dialect.begin(ctx, t.db, writing)
	if err != nil {
		return 0, t.dialect.explain(err, "finish")
	}
	defer tx.rollback()
	waiting, err := t.waitingConstraints(ctx, tx, p.migration)
	if err != nil {
		return 0, t.dialect.explain(err, "finish")
	}
	before, err := t.migrationRow(ctx, tx, p.migration)
	if err != nil {
		return 0, t.dialect.explain(err, "finish")
	}
	tx.rollback()
	owned, err := t.loadedTables(p, before)
	if err != nil {
		return 0, err
	}
	if p.deferred {
		if err := t.dialect.restore(ctx, t.db, waiting, owned); err != nil {
			return 0, t.dialect.explain(err, "restore its constraints")
		}
	}
	names := make([]string, len(owned))
	for i, table := range owned {
		names[i] = table.Name
	}
	if err := t.dialect.analyze(ctx, t.db, names); err != nil {
		return 0, t.dialect.explain(err, "analyze its tables")
	}
	_, err = t.db.ExecContext(ctx, t.db.Rebind(`update `+t.dialect.table(migrationTable)+` set finished = 1, types = ? where migration = ?`), p.types, p.migration)
	if err != nil {
		return 0, t.dialect.explain(err, "finish")
	}
	return len(waiting), nil
}

// loadedTables are the tables that the migration loads or loaded.
func (t *Target) loadedTables(p *preparation, row *migrationRow) ([]schema.Table, error) {
	if row == nil {
		return nil, fmt.Errorf("target %s: migration %s is no longer in %s", t.Name(), p.migration, migrationTable)
	}
	types, err := t.earlierTypes(row, batch.Migration{Name: p.migration, Scope: p.scope})
	if err != nil {
		return nil, err
	}
	var tables []schema.Table
	for _, name := range ownedTables(types) {
		if table, ok := schema.Find(p.tables, name); ok {
			tables = append(tables, table)
		}
	}
	return tables, nil
}

func (t *Target) preparation() (*preparation, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.prepared == nil {
		return nil, fmt.Errorf("target %s: no migration was prepared", t.Name())
	}
	return t.prepared, nil
}
