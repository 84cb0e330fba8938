// Package finding is one problem in the data: what was found, where, and what
// would repair it. Bad data is never an error; all of it is collected.
package finding

// Severity says what a finding does to the run.
type Severity string

// An Error blocks (a rejected document, a balance that does not hold); a
// Warning is reported and the document goes on.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Kind is what is wrong, one word for the whole project. Each kind has a case
// in testdata/ that reproduces it.
type Kind string

// Kinds found while reading a source.
const (
	RaggedRow   Kind = "ragged_row"   // more or fewer fields than the header
	BadEncoding Kind = "bad_encoding" // bytes that are not in the declared encoding
	StrayQuote  Kind = "stray_quote"  // a quote where quoting does not allow it
)

// Kinds found while mapping a row.
const (
	BadNumber       Kind = "bad_number"        // not a number in the declared format
	TooManyDecimals Kind = "too_many_decimals" // would have to be rounded
	OutOfRange      Kind = "out_of_range"      // does not fit the target column
	BadDate         Kind = "bad_date"          // no such day, or not in the declared format
	BadBoolean      Kind = "bad_boolean"
	BadUUID         Kind = "bad_uuid"
	BadJSON         Kind = "bad_json"
	BadCode         Kind = "bad_code" // a code with characters outside its alphabet
	BadText         Kind = "bad_text" // a free expression failed on the row
	NULByte         Kind = "nul_byte" // a NUL byte, which no target keeps in text
	TooLong         Kind = "too_long" // longer than the target column
	Required        Kind = "required" // empty, and the target column is NOT NULL
	Unmapped        Kind = "unmapped" // not in the crosswalk
	Orphan          Kind = "orphan"   // refers to a document that is not there
	DuplicateKey    Kind = "duplicate_key"
	CheckFailed     Kind = "check_failed"  // codice fiscale, IBAN, …
	DependsOn       Kind = "depends_on"    // refers to a rejected or excluded document
	SameDocument    Kind = "same_document" // another row of its document was rejected
	Unclaimed       Kind = "unclaimed"     // a source row that no mapping takes
)

// Broken is the kind of a balance rule's violation.
const Broken Kind = "broken_rule"

// Finding is one problem. Of the texts only Value and Key come from the data:
// mask them where personal data must not be shown.
type Finding struct {
	Kind     Kind     `json:"kind"`
	Severity Severity `json:"severity"`
	Rule     string   `json:"rule,omitempty"`     // id of the balance rule
	Document string   `json:"document,omitempty"` // document type
	Entity   string   `json:"entity,omitempty"`
	Key      string   `json:"key,omitempty"` // natural key, or the group of a rule
	Field    string   `json:"field,omitempty"`
	Value    string   `json:"value,omitempty"` // as in the source
	Detail   string   `json:"detail,omitempty"`
	Expected string   `json:"expected,omitempty"`
	Actual   string   `json:"actual,omitempty"`
	// Difference is actual − expected.
	Difference string `json:"difference,omitempty"`
	// Documents are those behind a rule's finding, at most DocumentLimit of
	// DocumentCount: "type key", or "dataset:part:row" of the raw snapshot.
	Documents     []string `json:"documents,omitempty"`
	DocumentCount int64    `json:"document_count,omitempty"`
	Dataset       string   `json:"dataset,omitempty"`
	Origin        string   `json:"origin,omitempty"` // file or table
	Part          int      `json:"part,omitempty"`
	Row           int64    `json:"row,omitempty"`
}

// DocumentLimit bounds Finding.Documents; Finding.DocumentCount tells all.
const DocumentLimit = 20
