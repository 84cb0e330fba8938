package snapshot

import (
	"fmt"
	"time"
)

// Type is how the values of a column are kept.
type Type string

// The types, the Go value a row holds for each (nil is NULL in all of them),
// and the Parquet type written.
const (
	Text      Type = "text"      // string            BYTE_ARRAY (UTF8), byte-exact
	Integer   Type = "integer"   // int64             INT64
	Decimal   Type = "decimal"   // int64, unscaled   INT64 (DECIMAL), precision ≤ 18
	Date      Type = "date"      // int32, days since 1970-01-01   INT32 (DATE)
	Timestamp Type = "timestamp" // int64, µs since 1970-01-01, without zone   INT64 (TIMESTAMP)
	Boolean   Type = "boolean"   // bool              BOOLEAN
	UUID      Type = "uuid"      // [16]byte          FIXED_LEN_BYTE_ARRAY(16); only in staged files
)

// Column is one column of a dataset.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
	// Precision and Scale are set for Decimal only.
	Precision int `json:"precision,omitempty"`
	Scale     int `json:"scale,omitempty"`
	// Origin is the type in the source's own words, as in "numeric(15,2)".
	Origin string `json:"origin,omitempty"`
	// Note says what an engineer must know of the column, as in "float in the
	// source, taken by its shortest exact decimal". Empty where there is nothing to say.
	Note string `json:"note,omitempty"`
	// Number says that a Text column holds the exact text of numbers (an
	// unbounded numeric, a float): it is summed like a number.
	Number bool `json:"number,omitempty"`
}

// SQLType is the type in which the embedded engine reads the column, as in
// "DECIMAL(15,2)".
func (c Column) SQLType() string {
	switch c.Type {
	case Integer:
		return "BIGINT"
	case Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", c.Precision, c.Scale)
	case Date:
		return "DATE"
	case Timestamp:
		return "TIMESTAMP"
	case Boolean:
		return "BOOLEAN"
	case UUID:
		return "UUID"
	}
	return "VARCHAR"
}

// The hidden columns that every snapshot file carries after those of the
// source, so that a staged row can be traced to the row it came from.
const (
	PartColumn = "_part" // Integer: the chunk's number
	RowColumn  = "_row"  // Integer: line number in the file (header is 1), or ordinal in the chunk of a table
)

// Chunk is one part of a dataset: read by one reader, written as one file. It
// holds names and bounds only, never process state.
type Chunk struct {
	Part int `json:"part"`
	// Origin is the file or table it is read from, as an engineer would name it.
	Origin string `json:"origin"`
	// From and To bound the chunk in the source's own terms (byte offsets,
	// ctids, rowids, keys); To is exclusive; empty means unbounded.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Shape is what a source says of a dataset before it is read.
type Shape struct {
	Dataset string
	// Origin is the table or the file pattern.
	Origin  string
	Columns []Column
	Chunks  []Chunk
}

// Figures are a count and sums over a dataset, by the source's own word or
// read back from the files. A sum is an exact decimal text without exponent,
// trailing zeros of the fraction dropped ("0", "-12.5"); keys are the names of
// the columns that are numbers.
type Figures struct {
	Rows int64             `json:"rows"`
	Sums map[string]string `json:"sums,omitempty"`
}

// RejectedRow is a row of the source that could not be read as a row at all.
type RejectedRow struct {
	Part int   `json:"part"`
	Row  int64 `json:"row"`
	// Code is a kind of finding, as in "ragged_row".
	Code   string `json:"code"`
	Reason string `json:"reason"`
	// Raw is the row as it was read, at most RawLimit bytes of it.
	Raw []byte `json:"raw"`
}

// RawLimit bounds the bytes of a rejected row that are kept in its Raw; the
// whole of it is still in the source, at Part and Row.
const RawLimit = 64 << 10

// Sink takes the rows of one chunk as a source reads them. A values slice is
// not kept after the call returns and may be reused; strings in it are kept.
type Sink interface {
	Row(row int64, values []any) error
	Reject(rejected RejectedRow) error
}

// Moment says at which moment, and how, the rows were read.
type Moment struct {
	At time.Time `json:"at"`
	// How is a sentence for the report, as in "exported snapshot 00000003-1, 4 readers".
	How string `json:"how"`
	// Readers is how many readers share the moment.
	Readers int `json:"readers"`
}
