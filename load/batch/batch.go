// Package batch is the unit of loading: the documents of one type whose ids
// hash to one part, with all their rows, applied to a target in one
// transaction together with its own line in the target's journal.
package batch

import "github.com/travaso/travaso/transform/staged"

// Document identifies the content of one document: its id in the target and
// the digest of all its rows.
type Document struct {
	ID     [16]byte
	Digest [32]byte
}

// Rows gives the staged rows of one entity of the batch, in any order. Next
// returns nil, nil at the end. A row holds the entity's columns in order, then
// the id of its document; values are string, int64 (integer, unscaled money
// and decimal, µs of a timestamp), int32 (days of a date), bool, [16]byte or nil.
type Rows interface {
	Next() (values []any, document [16]byte, err error)
	Close() error
}

// Batch is what a target applies: both rows and journal, or neither.
type Batch struct {
	// Migration names the migration in the target's journal; Run is the
	// identity (digest of snapshot, mappings, rules and settings) behind it.
	Migration string
	Run       string
	Type      staged.Document // the document type, its entities in order
	Part      staged.Batch
	Documents []Document
	// Rows opens the rows of the entity at this place of Type.Entities.
	Rows func(entity int) (Rows, error)
}

// Result says what applying a batch did to the target.
type Result struct {
	// Unchanged: the target already held exactly this content; nothing was written.
	Unchanged bool
	Inserted  int64 // documents
	Replaced  int64
	Deleted   int64
	Rows      int64 // rows written
	// Postponed counts documents that are to be deleted, wholly or in part, but
	// to which rows of other documents still refer; Blocker names what stands in
	// the way. Apply the batch again once those other documents were applied.
	Postponed int64
	Blocker   string
}
