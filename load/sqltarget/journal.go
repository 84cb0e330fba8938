package sqltarget

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/transform/staged"
)

// The journal's tables.
const (
	migrationTable  = "travaso_migration"
	batchTable      = "travaso_batch"
	constraintTable = "travaso_constraint"
)

func isJournal(table string) bool {
	return table == migrationTable || table == batchTable || table == constraintTable
}

// The columns of the journal's tables; BINARY stands for the type of binary data.
const (
	migrationColumns = `
		migration   text not null primary key,
		run         text not null,             -- of the last load
		scope       text not null,             -- JSON: constant columns and their values
		types       text not null,             -- JSON: document types loaded, their entities and keys
		constraints text not null,             -- deferred or kept: the decision of the load under way or last done
		finished    integer not null,          -- 1: the load came to its end
		baseline    text not null,             -- JSON: totals of the tables before the first load
		created_at  timestamp not null default current_timestamp`
	batchColumns = `
		migration  text not null,
		document   text not null,              -- the document type
		part       integer not null,
		parts      integer not null,           -- in how many batches the type is loaded
		run        text not null,
		documents  bigint not null,
		"rows"     bigint not null,
		digest     text not null,              -- that of the staged batch; empty: not all of it is done
		content    BINARY not null,            -- id (16 bytes) and digest (32) of each document, by id
		applied_at timestamp not null default current_timestamp,
		primary key (migration, document, part)`
	constraintColumns = `
		migration  text not null,
		ordinal    integer not null,           -- in which order they were dropped
		"table"    text not null,
		name       text not null,
		kind       text not null,              -- primary key, unique, foreign key, exclude, index
		ddl        text not null,              -- the statement that restores it
		extras     text not null,              -- JSON: statements that follow it (comment, tablespace, …)
		columns    text not null,              -- JSON: its columns, and those it refers to
		added      integer not null default 0, -- 1: restored, not validated yet
		primary key ("table", name)`
)

// journalStatements create the journal where it is missing.
func journalStatements(table func(string) string, binary string) []string {
	create := func(name, columns string) string {
		return "create table if not exists " + table(name) + " (" + strings.ReplaceAll(columns, "BINARY", binary) + ")"
	}
	return []string{
		create(migrationTable, migrationColumns),
		create(batchTable, batchColumns),
		create(constraintTable, constraintColumns),
	}
}

// migrationRow is a line of travaso_migration.
type migrationRow struct {
	Migration   string `db:"migration"`
	Run         string `db:"run"`
	Scope       string `db:"scope"`
	Types       string `db:"types"`
	Constraints string `db:"constraints"`
	Finished    int    `db:"finished"`
	Baseline    string `db:"baseline"`
}

// types are the document types that the migration loads or loaded.
func (r *migrationRow) types() ([]staged.Document, error) {
	var types []staged.Document
	if err := json.Unmarshal([]byte(r.Types), &types); err != nil {
		return nil, fmt.Errorf("the document types of migration %s in %s are damaged: %w", r.Migration, migrationTable, err)
	}
	return types, nil
}

// The values of travaso_migration.constraints.
const (
	deferred = "deferred"
	kept     = "kept"
)

// batchRow is a line of travaso_batch.
type batchRow struct {
	Part    int    `db:"part"`
	Parts   int    `db:"parts"`
	Digest  string `db:"digest"`
	Content []byte `db:"content"`
}

// constraint is a line of travaso_constraint: something that waits.
type constraint struct {
	Ordinal int    `db:"ordinal"`
	Table   string `db:"table"`
	Name    string `db:"name"`
	Kind    string `db:"kind"`
	DDL     string `db:"ddl"`
	Extras  string `db:"extras"`
	Columns string `db:"columns"`
	Added   int    `db:"added"`

	// drop is the statement that drops it.
	drop string
}

// Kinds of constraint.
const (
	primaryKey = "primary key"
	uniqueKey  = "unique"
	foreignKey = "foreign key"
	exclusion  = "exclude"
	plainIndex = "index"
)

// keyColumns is what travaso_constraint.columns holds.
type keyColumns struct {
	Columns    []string `json:"columns,omitempty"`
	Table      string   `json:"table,omitempty"` // referred to, written as SQL
	References []string `json:"references,omitempty"`
}

// journalRows locks the journal's lines of the batches, making them where they
// are missing: two loads of one batch wait for each other here, whatever
// became of the lock on the whole.
func (t *Target) journalRows(ctx context.Context, tx *transaction, batches []batch.Batch) ([]batchRow, error) {
	table := t.dialect.table(batchTable)
	first := batches[0]
	for _, b := range batches {
		_, err := tx.exec(ctx, `insert into `+table+` (migration, document, part, parts, run, documents, "rows", digest, content)
			values (?, ?, ?, ?, ?, 0, 0, '', ?) on conflict do nothing`,
			b.Migration, b.Type.Name, b.Part.Part, b.Type.Parts, b.Run, []byte{})
		if err != nil {
			return nil, err
		}
	}
	query := `select part, parts, digest, content from ` + table + ` where migration = ? and document = ?`
	args := []any{first.Migration, first.Type.Name}
	if !isWhole(batches) {
		query += ` and part = ?`
		args = append(args, first.Part.Part)
	}
	var rows []batchRow
	if err := tx.selectAll(ctx, &rows, query+` order by part `+t.dialect.lockRows(), args...); err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.Parts != first.Type.Parts && !isWhole(batches) {
			return nil, fmt.Errorf("%s was applied in %d batches before and now comes in %d: apply all of them in one call",
				first.Type.Name, r.Parts, first.Type.Parts)
		}
	}
	return rows, nil
}

// loadedBefore says that an earlier run loaded documents of the batch's type.
func (t *Target) loadedBefore(ctx context.Context, tx *transaction, b batch.Batch) (bool, error) {
	var before bool
	err := tx.get(ctx, &before, `select exists(select 1 from `+t.dialect.table(batchTable)+` where migration = ? and document = ? and run <> ? and documents > 0)`,
		b.Migration, b.Type.Name, b.Run)
	return before, err
}

// documentsHeld are the ids of all documents of the batch's type that the
// migration has in the target, whatever their batch.
func (t *Target) documentsHeld(ctx context.Context, tx *transaction, b batch.Batch) (map[[idSize]byte]bool, error) {
	var contents [][]byte
	if err := tx.selectAll(ctx, &contents, `select content from `+t.dialect.table(batchTable)+` where migration = ? and document = ?`, b.Migration, b.Type.Name); err != nil {
		return nil, err
	}
	held := map[[idSize]byte]bool{}
	for _, content := range contents {
		documents, err := unpackContent(content)
		if err != nil {
			return nil, err
		}
		for _, d := range documents {
			held[d.ID] = true
		}
	}
	return held, nil
}

// isWhole says that the batches are all those of their type.
func isWhole(batches []batch.Batch) bool { return len(batches) == batches[0].Type.Parts }

// writeJournal records what the batches hold now. leftover are documents that
// are not staged any more and could not be deleted yet; unsettled are those
// whose old rows could not all be deleted.
func (t *Target) writeJournal(ctx context.Context, tx *transaction, batches []batch.Batch, leftover []batch.Document, unsettled bool, d *difference) error {
	table := t.dialect.table(batchTable)
	if isWhole(batches) {
		if _, err := tx.exec(ctx, `delete from `+table+` where migration = ? and document = ? and part >= ?`,
			batches[0].Migration, batches[0].Type.Name, batches[0].Type.Parts); err != nil {
			return err
		}
	}
	for i, b := range batches {
		documents := append([]batch.Document(nil), b.Documents...)
		digest := b.Part.Digest
		if unsettled {
			digest = ""
			for j := range documents {
				if d.fates[documents[j].ID] == changed {
					documents[j].Digest = [32]byte{} // nothing staged has it: it counts as changed until it is settled
				}
			}
		}
		if i == 0 {
			documents = append(documents, leftover...)
		}
		if digest == "" && len(documents) == 0 { // a retired type, all gone
			if _, err := tx.exec(ctx, `delete from `+table+` where migration = ? and document = ? and part = ?`,
				b.Migration, b.Type.Name, b.Part.Part); err != nil {
				return err
			}
			continue
		}
		_, err := tx.exec(ctx, `update `+table+` set parts = ?, run = ?, documents = ?, "rows" = ?, digest = ?, content = ?, applied_at = current_timestamp
			where migration = ? and document = ? and part = ?`,
			b.Type.Parts, b.Run, len(documents), b.Part.Rows, digest, packContent(documents),
			b.Migration, b.Type.Name, b.Part.Part)
		if err != nil {
			return err
		}
	}
	return nil
}

// typesJSON keeps of the document types what deleting their rows needs.
func typesJSON(types []staged.Document) (string, error) {
	kept := make([]staged.Document, len(types))
	for i, d := range types {
		kept[i] = staged.Document{Name: d.Name, Parts: d.Parts}
		for _, e := range d.Entities {
			kept[i].Entities = append(kept[i].Entities, staged.Entity{Name: e.Name, Table: e.Table,
				Columns: e.Columns, Key: e.Key, Parent: e.Parent, ParentColumns: e.ParentColumns})
		}
	}
	text, err := json.Marshal(kept)
	return string(text), err
}
