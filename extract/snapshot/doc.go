// Package snapshot is one consistent moment of a source, sealed in a folder:
// Parquet files of rows, files of rejected rows, and manifest.json, which
// holds the columns, the row counts, the totals and the SHA-256 of every file.
//
// It is the only door to Parquet in this project: staged documents are read
// through it too.
//
// # The folder
//
//	path                                what                                     when
//	manifest.json                       Manifest: the seal                       written last
//	<dataset>/part-00000.parquet        the rows of chunk 0                      when the chunk is complete
//	<dataset>/rejected.jsonl            the rows that could not be read          before the seal; only where there are any
//	<dataset>/part-00000.json           Proof: chunk 0 is complete               after its files; removed once sealed
//	<dataset>/part-00000.rejected.jsonl the rejected rows of chunk 0             before its proof; removed once sealed
//	….tmp                               a file being written                     never read
//
// Every file is written under a temporary name, flushed to the disk and renamed
// (mode 0600, folders 0700): a file under its own name is a whole file. A
// folder without manifest.json is an extraction that was interrupted.
//
// # The Parquet files
//
//	schema       flat; the source's columns, all OPTIONAL, in the source's order and with
//	             its exact names; then _part and _row, INT64, REQUIRED
//	text         BYTE_ARRAY, UTF8, the exact bytes, NUL included
//	integer      INT64
//	decimal      INT64, DECIMAL(precision ≤ 18, scale), unscaled
//	date         INT32, DATE, days since 1970-01-01
//	timestamp    INT64, TIMESTAMP(MICROS, not adjusted to UTC)
//	boolean      BOOLEAN
//	pages        data pages V1, PLAIN, Snappy, no statistics, no page index
//	key/value    travaso.format = 1, travaso.dataset, travaso.part
//
// The same rows give the same bytes, whatever the number of cores and readers.
// Column names may hold anything that SQL can quote; two that differ only in
// the case of their ASCII letters are refused, because SQL could not tell them
// apart.
//
// There are no statistics because those of parquet-go leave out a NULL at the
// beginning of a page, and an engine that believes them drops its row from
// "is null".
//
// # The rejected rows
//
// One JSON object a line, in the order of part and row:
//
//	{"part":0,"row":17,"code":"ragged_row","reason":"12 fields, the header has 11","raw":"<base64>"}
package snapshot
