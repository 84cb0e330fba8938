package sqltarget

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/transform/staged"
)

// Apply brings the target to hold exactly the documents of a batch, in one
// transaction with the batch's line in the journal: both or neither. What it
// writes is the difference by document between the journal and the batch.
//
// Several batches are applied as one; they must then be all those of their
// type. If the connection is lost, whether the batch is in is not known: apply
// it again, the journal tells.
func (t *Target) Apply(ctx context.Context, batches ...batch.Batch) (batch.Result, error) {
	p, err := t.preparation()
	if err != nil {
		return batch.Result{}, err
	}
	doing, err := checkBatches(batches)
	if err != nil {
		return batch.Result{}, fmt.Errorf("target %s: %w", t.Name(), err)
	}
	mode := writing
	if p.deferred {
		mode = unchecked
	}
	tx, err := t.dialect.begin(ctx, t.db, mode)
	if err != nil {
		return batch.Result{}, t.dialect.explain(err, doing)
	}
	defer tx.rollback()
	w := &work{Target: t, p: p, tx: tx, batches: batches, kind: batches[0].Type}
	if err := w.run(ctx); err != nil {
		return batch.Result{}, w.locate(t.dialect.explain(err, doing))
	}
	if err := t.dialect.commit(ctx, tx, w.tables()); err != nil {
		return batch.Result{}, t.dialect.explain(err, doing)
	}
	return w.result, nil
}

// checkBatches refuses batches that do not belong together, and names them.
func checkBatches(batches []batch.Batch) (name string, err error) {
	if len(batches) == 0 {
		return "", fmt.Errorf("apply: no batch given")
	}
	first := batches[0]
	if len(batches) > 1 && !isWhole(batches) {
		return "", fmt.Errorf("apply %s: %d of %d batches given: give one, or all of them", first.Type.Name, len(batches), first.Type.Parts)
	}
	for _, b := range batches {
		if b.Migration != first.Migration || b.Run != first.Run || b.Type.Name != first.Type.Name {
			return "", fmt.Errorf("apply %s: batches of several types or runs given", first.Type.Name)
		}
	}
	if len(batches) > 1 {
		return fmt.Sprintf("apply the %d batches of %s", len(batches), first.Type.Name), nil
	}
	return fmt.Sprintf("apply batch %d of %s", first.Part.Part, first.Type.Name), nil
}

// work is the application of one batch, or of all those of a type.
type work struct {
	*Target
	p       *preparation
	tx      *transaction
	batches []batch.Batch
	kind    staged.Document
	diff    *difference
	result  batch.Result
	// at is the entity whose rows are being inserted, and only their fates.
	at   int
	only []fate
}

func (w *work) run(ctx context.Context) error {
	present, done, err := w.present(ctx)
	if err != nil || done {
		w.result.Unchanged = done
		return err
	}
	var wanted []batch.Document
	for _, b := range w.batches {
		wanted = append(wanted, b.Documents...)
	}
	if w.diff, err = compare(present, wanted); err != nil {
		return err
	}
	later, err := w.loadedBefore(ctx, w.tx, w.batches[0])
	if err != nil {
		return err
	}
	switch {
	case w.diff.empty(): // the same documents, cut into other batches
		w.result.Unchanged = true
	case len(present) == 0 && !later:
		err = w.insertAll(ctx)
	default:
		err = w.replace(ctx)
	}
	if err != nil {
		return err
	}
	leftover := w.diff.vanished
	if w.result.Postponed == 0 {
		leftover = nil
	}
	return w.writeJournal(ctx, w.tx, w.batches, leftover, w.result.Postponed > 0, w.diff)
}

// present reads the documents that the target holds of these batches; done
// says that they are exactly those.
func (w *work) present(ctx context.Context) (documents []batch.Document, done bool, err error) {
	rows, err := w.journalRows(ctx, w.tx, w.batches)
	if err != nil {
		return nil, false, err
	}
	done = len(rows) == len(w.batches)
	for _, row := range rows {
		at := slices.IndexFunc(w.batches, func(b batch.Batch) bool { return b.Part.Part == row.Part })
		done = done && at >= 0 && row.Parts == w.kind.Parts && row.Digest != "" && row.Digest == w.batches[at].Part.Digest
		content, err := unpackContent(row.Content)
		if err != nil {
			return nil, false, err
		}
		documents = append(documents, content...)
	}
	return documents, done, nil
}

// insertAll is a first load: rows go straight into their tables.
func (w *work) insertAll(ctx context.Context) error {
	w.result.Inserted = w.diff.added
	if statement := w.dialect.waitForKeys(); statement != "" {
		if _, err := w.tx.exec(ctx, statement); err != nil {
			return err
		}
	}
	for i, e := range w.kind.Entities {
		inserted, err := w.insert(ctx, w.dialect.table(e.Table), i, nil, added)
		if err != nil {
			return err
		}
		w.result.Rows += inserted
	}
	return w.checkRows()
}

// checkRows compares what a first load wrote with what the staged manifest says.
func (w *work) checkRows() error {
	var wanted int64
	for _, b := range w.batches {
		wanted += b.Part.Rows
	}
	if w.result.Rows != wanted {
		return fmt.Errorf("%d rows were read and the staged manifest says %d: the staged files are not those of the manifest, transform again", w.result.Rows, wanted)
	}
	return nil
}

// replace writes the difference: the rows of new and changed documents are
// staged in the target, inserted where their key is not there and updated where
// it is, parents first; then rows that are no longer staged are deleted,
// children first. Rows are updated in place because others may refer to them.
func (w *work) replace(ctx context.Context) error {
	for i, e := range w.kind.Entities {
		if _, err := w.tx.exec(ctx, createStaged(w.dialect.table(e.Table), i, e)); err != nil {
			return err
		}
		if _, err := w.insert(ctx, quote(stagedName(i)), i, &freshness, added, changed); err != nil {
			return err
		}
		if _, err := w.tx.exec(ctx, indexTemporary(stagedName(i), e.Key)); err != nil {
			return err
		}
	}
	if err := w.fillGone(ctx); err != nil {
		return err
	}
	if err := w.adopt(ctx); err != nil {
		return err
	}
	for i, e := range w.kind.Entities {
		sets, err := w.restoreDefaults(ctx, e)
		if err != nil {
			return err
		}
		for _, statement := range []string{insertStaged(w.dialect.table(e.Table), i, e), updateStaged(w.dialect.table(e.Table), i, e, sets)} {
			if statement == "" {
				continue
			}
			written, err := w.tx.exec(ctx, statement)
			if err != nil {
				return err
			}
			w.result.Rows += written
		}
	}
	w.result.Inserted, w.result.Replaced = w.diff.added, w.diff.changed
	if err := w.deleteOld(ctx); err != nil {
		return err
	}
	for i := range w.kind.Entities {
		if _, err := w.tx.exec(ctx, "drop table "+quote(stagedName(i))); err != nil {
			return err
		}
	}
	return nil
}

// restoreDefaults gives the assignments that take back what an earlier run wrote
// into columns that the entity no longer has: what a first load would leave there.
func (w *work) restoreDefaults(ctx context.Context, e staged.Entity) ([]string, error) {
	var sets []string
	for _, column := range w.p.dropped[e.Name] {
		value, err := w.dialect.defaultOf(ctx, w.tx, e.Table, column)
		if err != nil {
			return nil, err
		}
		sets = append(sets, quote(column)+" = "+value)
	}
	return sets, nil
}

// deleteOld deletes the rows of vanished documents, and those of changed ones
// that are no longer staged. Where rows of other documents still refer to
// them nothing is deleted, and the whole of it is postponed.
func (w *work) deleteOld(ctx context.Context) error {
	if _, err := w.tx.exec(ctx, "savepoint travaso_delete"); err != nil {
		return err
	}
	err := w.deleteRows(ctx)
	explained, ok := explained(w.dialect.explain(err, "delete"))
	if err != nil && ok && explained.violation == foreignKeyViolation {
		w.result.Postponed = int64(len(w.diff.vanished)) + w.diff.changed
		w.result.Blocker = explained.constraint
		_, err = w.tx.exec(ctx, "rollback to savepoint travaso_delete")
	} else if err == nil {
		w.result.Deleted = int64(len(w.diff.vanished))
	}
	if err != nil {
		return err
	}
	if _, err := w.tx.exec(ctx, "release savepoint travaso_delete"); err != nil {
		return err
	}
	_, err = w.tx.exec(ctx, "drop table "+quote(goneTable))
	return err
}

func (w *work) fillGone(ctx context.Context) error {
	id, err := identity(w.kind)
	if err != nil {
		return err
	}
	if _, err := w.tx.exec(ctx, fmt.Sprintf("create temporary table %s as select %s as id from %s where 1 = 0",
		quote(goneTable), quote(id), w.dialect.table(w.kind.Entities[0].Table))); err != nil {
		return err
	}
	var gone [][16]byte
	for _, v := range w.diff.vanished {
		gone = append(gone, v.ID)
	}
	for id, fate := range w.diff.fates {
		if fate == changed {
			gone = append(gone, id)
		}
	}
	at := 0
	next := func() ([]any, error) {
		if at == len(gone) {
			return nil, nil
		}
		at++
		return []any{gone[at-1]}, nil
	}
	columns := []column{{Column: staged.Column{Name: "id", Type: "uuid"}}}
	if _, err := w.dialect.insert(ctx, w.tx, quote(goneTable), columns, next); err != nil {
		return err
	}
	_, err = w.tx.exec(ctx, indexTemporary(goneTable, []string{"id"}))
	return err
}

func (w *work) deleteRows(ctx context.Context) error {
	for i := len(w.kind.Entities) - 1; i >= 0; i-- {
		at := headOf(w.kind.Entities, i)
		id, err := identity(staged.Document{Name: w.kind.Name, Entities: w.kind.Entities[at:]})
		if err != nil {
			return err
		}
		head, _ := schema.Find(w.p.tables, w.kind.Entities[at].Table)
		scope, args := w.scopeOf(head)
		deleted, err := w.tx.exec(ctx, deleteGone(w.dialect.table, w.kind.Entities, i, id, scope), args...)
		if err != nil {
			return err
		}
		if i == 0 && deleted > int64(len(w.diff.vanished)) {
			return fmt.Errorf("%d rows of %s have the ids of %d documents to delete: %s is not enough to tell them from rows of others: give the constant columns of its key",
				deleted, head.Name, len(w.diff.vanished), id)
		}
		w.result.Rows += deleted
	}
	return nil
}

// scopeOf are the constant columns that a table has, and their values.
func (w *work) scopeOf(table schema.Table) (columns []string, values []any) {
	for _, name := range slices.Sorted(maps.Keys(w.p.scope)) {
		if _, ok := table.Column(name); ok {
			columns, values = append(columns, name), append(values, w.p.scope[name])
		}
	}
	return columns, values
}

// freshness is the column that says in a staged row that the migration has no
// such row yet.
var freshness = column{Column: staged.Column{Name: freshColumn, Type: "integer"}}

// insert writes the rows of one entity whose documents have one of the fates.
func (w *work) insert(ctx context.Context, into string, entity int, mark *column, only ...fate) (int64, error) {
	w.at, w.only = entity, only
	columns := w.columns(entity)
	if mark != nil {
		columns = append(columns, *mark)
	}
	rows := w.open(entity)
	defer rows.close()
	marked := make([]any, 0, len(columns))
	return w.dialect.insert(ctx, w.tx, into, columns, func() ([]any, error) {
		values, fate, err := rows.next()
		if values == nil || err != nil || mark == nil {
			return values, err
		}
		fresh := int64(0)
		if fate == added || w.kind.Entities[entity].Parent != "" {
			fresh = 1 // a line, until adopt finds it
		}
		marked = append(append(marked[:0], values...), fresh)
		return marked, nil
	})
}

// tables are those of the document type.
func (w *work) tables() []schema.Table {
	var tables []schema.Table
	for _, name := range ownedTables([]staged.Document{w.kind}) {
		if table, ok := schema.Find(w.p.tables, name); ok {
			tables = append(tables, table)
		}
	}
	return tables
}

// columns are those of an entity, with the decimals that the target keeps.
func (w *work) columns(entity int) []column {
	e := w.kind.Entities[entity]
	table, _ := schema.Find(w.p.tables, e.Table)
	columns := make([]column, len(e.Columns))
	for i, c := range e.Columns {
		columns[i] = column{Column: c, scale: c.Scale}
		if declared, ok := table.Column(c.Name); ok && declared.Type == schema.Decimal && declared.Scale > c.Scale {
			columns[i].scale = declared.Scale
		}
	}
	return columns
}

// locate adds to an error the key of the row that caused it, where the
// database told which of the rows being inserted it was.
func (w *work) locate(err error) error {
	failure, ok := explained(err)
	if !ok || failure.line == 0 {
		return err
	}
	rows := w.open(w.at)
	defer rows.close()
	var values []any
	for range failure.line {
		next, _, readErr := rows.next()
		if next == nil || readErr != nil {
			return err
		}
		values = next
	}
	e := w.kind.Entities[w.at]
	var key []string
	for i, c := range e.Columns {
		if slices.Contains(e.Key, c.Name) {
			key = append(key, c.Name+" "+describe(values[i], c))
		}
	}
	failure.Reason += fmt.Sprintf(" (%s with %s)", e.Table, strings.Join(key, ", "))
	return failure
}
