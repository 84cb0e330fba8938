// Package staged is what a transformation makes: documents ready to load, in
// Parquet files partitioned by batch, the rows that were rejected or excluded,
// and staged.json, which holds their counts, totals and digests.
package staged

import "github.com/travaso/travaso/extract/sealed"

// Manifest describes the staged folder. It is written last and atomically: a
// folder without it is an unfinished transformation.
type Manifest struct {
	Version   int    `json:"version"`
	Migration string `json:"migration"`
	// Snapshot and Mappings are the digests of what it was made from.
	Snapshot  string     `json:"snapshot"`
	Mappings  string     `json:"mappings"`
	Documents []Document `json:"documents"` // in the order of their references: load order
	Datasets  []Dataset  `json:"datasets"`
	// Rejects are the files of what is not staged and why, relative to the run folder.
	Rejects []sealed.Record `json:"rejects"`
}

// Dataset accounts for every row of one dataset of the snapshot:
// Rows = Staged + Rejected + Excluded, counted by row, not by subtraction;
// a row that several entities use is counted once, as rejected before excluded before staged.
type Dataset struct {
	Name     string `json:"name"`
	Rows     int64  `json:"rows"` // in the snapshot, without those rejected at extraction
	Staged   int64  `json:"staged"`
	Rejected int64  `json:"rejected"`
	Excluded int64  `json:"excluded"`
	// Unreadable rows were rejected at extraction; they are in no file of rows.
	Unreadable int64 `json:"unreadable"`
	// Derived datasets are used only by queries that do not keep their rows
	// apart (a group-by): their rows cannot be followed one by one.
	Derived bool `json:"derived,omitempty"`
	// Ignored is the plan's reason for not migrating the dataset.
	Ignored string `json:"ignored,omitempty"`
}

// Document is one document type.
type Document struct {
	Name     string   `json:"name"`
	Entities []Entity `json:"entities"` // the head first, parents before children
	Staged   int64    `json:"staged"`   // documents
	Rejected int64    `json:"rejected"`
	Excluded int64    `json:"excluded"`
	// Parts is the number of batches, a power of two; a document is in that of
	// the leading bits of its id (see PartOf).
	Parts   int     `json:"parts"`
	Batches []Batch `json:"batches"`
	// Digest is the SHA-256 of the batches' digests in order: the content that
	// goes into the target, independent of files, source rows and order.
	Digest string `json:"digest"`
}

// Entity is one table's worth of a document type.
type Entity struct {
	Name    string   `json:"name"`
	Table   string   `json:"table"`
	Columns []Column `json:"columns"` // those of the target, in the mapping's order
	// Key is the target's primary key, a subset of Columns.
	Key []string `json:"key"`
	// Parent is the entity this one hangs on, "" for the head; ParentColumns
	// are the columns here that hold the parent's Key, in its order.
	Parent        string   `json:"parent,omitempty"`
	ParentColumns []string `json:"parent_columns,omitempty"`
	Staged        Totals   `json:"staged"`
	Rejected      Totals   `json:"rejected"`
	Excluded      Totals   `json:"excluded"`
	// Source is computed straight from the snapshot, apart from the mapping's
	// joins: it must equal Staged + Rejected + Excluded.
	Source Totals `json:"source"`
	// Exclusions are Excluded by the mapping's reasons, in the order of reason.
	Exclusions []Exclusion `json:"exclusions,omitempty"`
}

// Exclusion is what was left out for one reason.
type Exclusion struct {
	Reason string `json:"reason"`
	Totals
}

// Totals are a count of rows and, per money column, the exact sum ("-12.50")
// of what could be read, and how many non-empty values could not.
type Totals struct {
	Rows       int64             `json:"rows"`
	Sums       map[string]string `json:"sums,omitempty"`
	Unreadable map[string]int64  `json:"unreadable,omitempty"`
	// Residue is, per column that may be rounded, the exact sum of what rounding
	// took away: the amounts as the source writes them are Sums + Residue.
	Residue map[string]string `json:"residue,omitempty"`
}

// Column is one column of an entity as it goes into the target. Type is one of
// the mapping language: text integer money decimal date timestamp boolean code uuid json.
type Column struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Precision int    `json:"precision,omitempty"`
	Scale     int    `json:"scale,omitempty"`
}

// Batch is the documents of one type that are applied in one transaction.
type Batch struct {
	Part      int    `json:"part"`
	Documents int64  `json:"documents"`
	Rows      int64  `json:"rows"`
	Digest    string `json:"digest"` // SHA-256 over the documents' digests, in order of id
	Files     []File `json:"files"`
}

// File is one Parquet file of a batch. Path is relative to the run folder.
type File struct {
	Entity string `json:"entity"`
	Path   string `json:"path"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// The hidden columns that every staged and rejected row carries after those of
// the target.
const (
	DocumentColumn = "_document" // UUID: the id of the document it belongs to
	DigestColumn   = "_digest"   // Text, head rows only: the digest of the whole document
	KeyColumn      = "_key"      // Text: the natural key, its parts joined by "/"
	DatasetColumn  = "_dataset"  // Text: the dataset it came from
	PartColumn     = "_part"     // Integer: chunk of the dataset
	RowColumn      = "_row"      // Integer: row of the chunk
	StatusColumn   = "_status"   // Text, only in rejected files: rejected | excluded
	ReasonColumn   = "_reason"   // Text, only in rejected files: why the row was excluded
	BatchColumn    = "_batch"    // Integer, not written into files: the partition
)
