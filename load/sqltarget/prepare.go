package sqltarget

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/transform/staged"
)

// preparation is what Apply and Finish need to know of the migration.
type preparation struct {
	migration string
	deferred  bool
	scope     map[string]string
	tables    []schema.Table // all of the target
	types     string         // JSON of the document types that are staged
	// dropped are, by entity, columns that an earlier run wrote and this one does not.
	dropped map[string][]string
}

// Prepare announces a migration before its batches: it checks that the target
// can take what is staged, decides what becomes of the constraints, and records
// the decision and the totals from before, in one transaction. After an
// interruption the decision is the one recorded.
func (t *Target) Prepare(ctx context.Context, m batch.Migration) (*batch.Prepared, error) {
	for _, statement := range t.dialect.journalDDL() {
		if _, err := t.db.ExecContext(ctx, statement); err != nil {
			return nil, t.dialect.explain(err, "create its journal")
		}
	}
	tables, err := t.Schema(ctx)
	if err != nil {
		return nil, err
	}
	if err := t.checkTables(tables, m.Types); err != nil {
		return nil, err
	}
	tx, err := t.dialect.begin(ctx, t.db, unchecked)
	if err != nil {
		return nil, t.dialect.explain(err, "prepare")
	}
	defer tx.rollback()
	p := &preparation{migration: m.Name, scope: m.Scope, tables: tables}
	prepared, err := t.prepare(ctx, tx, m, p)
	if err != nil {
		return nil, t.dialect.explain(err, "prepare migration "+m.Name)
	}
	if err := tx.commit(ctx); err != nil {
		return nil, t.dialect.explain(err, "prepare migration "+m.Name)
	}
	t.mu.Lock()
	t.prepared = p
	t.mu.Unlock()
	return prepared, nil
}

func (t *Target) prepare(ctx context.Context, tx *transaction, m batch.Migration, p *preparation) (*batch.Prepared, error) {
	before, err := t.migrationRow(ctx, tx, m.Name)
	if err != nil {
		return nil, err
	}
	earlier, err := t.earlierTypes(before, m)
	if err != nil {
		return nil, err
	}
	owned := ownedTables(m.Types, earlier)
	if err := t.refuseUnfinished(ctx, tx, m.Name, owned); err != nil {
		return nil, err
	}
	prepared := &batch.Prepared{Whole: map[string]bool{}, Applied: map[string]map[int]string{}}
	held, err := t.applied(ctx, tx, m, prepared)
	if err != nil {
		return nil, err
	}
	earlier = stillThere(earlier, m.Types, p.tables)
	p.dropped = droppedColumns(m.Types, earlier, p.tables)
	prepared.Types, prepared.Retired = mergeTypes(m.Types, earlier, held)
	// Until the load is finished, the columns that are to be emptied are recorded too.
	if err := t.recordMigration(ctx, tx, m, p, before, held, withColumns(slices.Concat(prepared.Types, prepared.Retired), p.dropped)); err != nil {
		return nil, err
	}
	if err := t.decideConstraints(ctx, tx, m, p, before, owned, prepared); err != nil {
		return nil, err
	}
	if !p.deferred {
		for _, d := range prepared.Types {
			if refersAcross(d, p.tables) {
				prepared.Whole[d.Name] = true
			}
		}
	}
	return prepared, nil
}

// checkTables collects all that the target lacks to take the staged columns.
func (t *Target) checkTables(tables []schema.Table, types []staged.Document) error {
	var problems []string
	for _, d := range types {
		for i, e := range d.Entities {
			if i == 0 {
				if _, err := identity(d); err != nil {
					problems = append(problems, err.Error())
				}
			}
			table, ok := schema.Find(tables, e.Table)
			if !ok {
				problems = append(problems, "no table "+e.Table)
				continue
			}
			for _, c := range e.Columns {
				column, ok := table.Column(c.Name)
				if !ok {
					problems = append(problems, "no column "+e.Table+"."+c.Name)
				} else if column.Generated {
					problems = append(problems, "column "+e.Table+"."+c.Name+" is generated and takes no value")
				} else if reason := t.dialect.refuse(column, c); reason != "" {
					problems = append(problems, "column "+e.Table+"."+c.Name+" "+reason)
				}
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	slices.Sort(problems)
	return &Error{Target: t.Name(), Reason: strings.Join(slices.Compact(problems), "; "),
		Remedy: "create the tables from the DDL, or change the mapping or the target"}
}

// identity finds the column of the head that holds the document's id: the
// uuid of its key.
func identity(d staged.Document) (string, error) {
	if len(d.Entities) == 0 {
		return "", fmt.Errorf("document type %s has no entity", d.Name)
	}
	head := d.Entities[0]
	var found []string
	for _, c := range head.Columns {
		if c.Type == "uuid" && slices.Contains(head.Key, c.Name) {
			found = append(found, c.Name)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case slices.Contains(found, "id"):
		return "id", nil
	}
	return "", fmt.Errorf("the key (%s) of %s holds no one column with the document's id", strings.Join(head.Key, ", "), head.Table)
}

func (t *Target) migrationRow(ctx context.Context, tx *transaction, migration string) (*migrationRow, error) {
	var row migrationRow
	err := tx.get(ctx, &row, `select migration, run, scope, types, constraints, finished, baseline from `+
		t.dialect.table(migrationTable)+` where migration = ? `+t.dialect.lockRows(), migration)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &row, err
}

// earlierTypes are the document types that earlier runs loaded.
func (t *Target) earlierTypes(before *migrationRow, m batch.Migration) ([]staged.Document, error) {
	if before == nil {
		return nil, nil
	}
	var scope map[string]string
	if err := json.Unmarshal([]byte(before.Scope), &scope); err != nil {
		return nil, fmt.Errorf("the scope in %s is damaged: %w", migrationTable, err)
	}
	if !maps.Equal(scope, m.Scope) {
		return nil, &Error{Target: t.Name(), Reason: fmt.Sprintf("migration %s was loaded with the constants %v before, and now comes with %v", m.Name, scope, m.Scope),
			Remedy: "give the new one another name"}
	}
	return before.types()
}

// ownedTables are the tables of the document types, once each, by name.
func ownedTables(types ...[]staged.Document) []string {
	owned := map[string]bool{}
	for _, d := range slices.Concat(types...) {
		for _, e := range d.Entities {
			owned[e.Table] = true
		}
	}
	return slices.Sorted(maps.Keys(owned))
}

// stillThere leaves out of the types that are still staged the earlier entities
// whose tables are gone, and with them what hangs on them.
func stillThere(earlier, types []staged.Document, tables []schema.Table) []staged.Document {
	there := slices.Clone(earlier)
	for i, d := range earlier {
		if !slices.ContainsFunc(types, func(now staged.Document) bool { return now.Name == d.Name }) {
			continue
		}
		there[i].Entities = nil
		for _, e := range d.Entities {
			_, ok := schema.Find(tables, e.Table)
			if ok && (e.Parent == "" || entityIndex(there[i].Entities, e.Parent) >= 0) {
				there[i].Entities = append(there[i].Entities, e)
			}
		}
	}
	return there
}

// mergeTypes adds to each type the entities that an earlier run loaded and it
// no longer has, or has in another table, and finds the types that are no longer
// staged at all but are still held by the target.
func mergeTypes(types, earlier []staged.Document, held map[string]bool) (merged, retired []staged.Document) {
	merged = slices.Clone(types)
	for _, before := range earlier {
		at := slices.IndexFunc(merged, func(d staged.Document) bool { return d.Name == before.Name })
		if at < 0 {
			before.Parts = 1
			if held[before.Name] {
				retired = append(retired, before)
			}
			continue
		}
		entities := slices.Clone(merged[at].Entities)
		moved := map[string]string{} // earlier names of entities that have moved
		for _, e := range before.Entities {
			if name, ok := moved[e.Parent]; ok {
				e.Parent = name
			}
			now := entityIndex(entities, e.Name)
			if now >= 0 && entities[now].Table != e.Table {
				moved[e.Name] = e.Name + " in " + e.Table
				e.Name = moved[e.Name]
				now = -1
			}
			if now < 0 && entityIndex(entities, e.Name) < 0 && (e.Parent == "" || entityIndex(entities, e.Parent) >= 0) {
				entities = append(entities, e)
			}
		}
		merged[at].Entities = entities
	}
	return merged, retired
}

// droppedColumns finds by entity the columns that an earlier run wrote in its
// table, and this one does not. An entity that is new under its name takes the
// place of those that wrote into its table before.
func droppedColumns(types, earlier []staged.Document, tables []schema.Table) map[string][]string {
	dropped := map[string][]string{}
	for _, d := range types {
		at := slices.IndexFunc(earlier, func(before staged.Document) bool { return before.Name == d.Name })
		if at < 0 {
			continue
		}
		for _, e := range d.Entities {
			table, _ := schema.Find(tables, e.Table)
			var names []string
			for _, before := range earlier[at].Entities {
				if before.Table == e.Table && (before.Name == e.Name || entityIndex(earlier[at].Entities, e.Name) < 0) {
					names = append(names, columnNames(before.Columns)...)
				}
			}
			slices.Sort(names)
			for _, name := range slices.Compact(names) {
				column, ok := table.Column(name)
				if ok && !column.Generated && !slices.Contains(columnNames(e.Columns), name) {
					dropped[e.Name] = append(dropped[e.Name], name)
				}
			}
		}
	}
	return dropped
}

// withColumns are the types with more columns of some entities.
func withColumns(types []staged.Document, more map[string][]string) []staged.Document {
	types = slices.Clone(types)
	for i := range types {
		types[i].Entities = slices.Clone(types[i].Entities)
		for j := range types[i].Entities {
			e := &types[i].Entities[j]
			e.Columns = slices.Clone(e.Columns)
			for _, name := range more[e.Name] {
				e.Columns = append(e.Columns, staged.Column{Name: name})
			}
		}
	}
	return types
}

// applied reads which batches are in, finds the types that come in another
// number of batches than before, and says of which types anything is held.
func (t *Target) applied(ctx context.Context, tx *transaction, m batch.Migration, prepared *batch.Prepared) (held map[string]bool, err error) {
	var rows []struct {
		Document string `db:"document"`
		Part     int    `db:"part"`
		Parts    int    `db:"parts"`
		Digest   string `db:"digest"`
	}
	if err := tx.selectAll(ctx, &rows, `select document, part, parts, digest from `+t.dialect.table(batchTable)+` where migration = ?`, m.Name); err != nil {
		return nil, err
	}
	held = map[string]bool{}
	for _, r := range rows {
		held[r.Document] = true
		for _, d := range m.Types {
			if d.Name == r.Document && d.Parts != r.Parts {
				prepared.Whole[d.Name] = true
			}
		}
		if prepared.Applied[r.Document] == nil {
			prepared.Applied[r.Document] = map[int]string{}
		}
		prepared.Applied[r.Document][r.Part] = r.Digest
	}
	for name := range prepared.Whole {
		delete(prepared.Applied, name)
	}
	return held, nil
}

// recordMigration writes the migration's line, with the totals of its tables
// from before the first load. They are taken anew of tables into which nothing
// came yet: what stood in the way of an earlier try may have been removed. held
// are the document types of which something is in.
func (t *Target) recordMigration(ctx context.Context, tx *transaction, m batch.Migration, p *preparation, before *migrationRow, held map[string]bool, types []staged.Document) error {
	baseline := map[string]staged.Totals{}
	if before != nil {
		if err := json.Unmarshal([]byte(before.Baseline), &baseline); err != nil {
			return fmt.Errorf("the totals in %s are damaged: %w", migrationTable, err)
		}
	}
	ours := ownedTables(slices.DeleteFunc(slices.Clone(types), func(d staged.Document) bool { return !held[d.Name] }))
	for _, name := range ownedTables(types) {
		if _, ok := baseline[name]; ok && slices.Contains(ours, name) {
			continue // what is there now is partly ours
		}
		table, _ := schema.Find(p.tables, name)
		totals, err := t.tableTotals(ctx, tx, table, moneyColumns(table), m.Scope, "")
		if err != nil {
			return err
		}
		baseline[name] = totals[""]
	}
	baselineText, err := json.Marshal(baseline)
	if err != nil {
		return err
	}
	scope, err := json.Marshal(m.Scope)
	if err != nil {
		return err
	}
	typesText, err := typesJSON(types)
	if err != nil {
		return err
	}
	if p.types, err = typesJSON(m.Types); err != nil {
		return err
	}
	_, err = tx.exec(ctx, `insert into `+t.dialect.table(migrationTable)+` (migration, run, scope, types, constraints, finished, baseline)
		values (?, ?, ?, ?, '', 0, ?) on conflict (migration) do update
		set run = excluded.run, types = excluded.types, baseline = excluded.baseline`,
		m.Name, m.Run, string(scope), typesText, string(baselineText))
	return err
}
