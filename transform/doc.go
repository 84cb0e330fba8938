// Package transform compiles mappings to SQL and runs them over a snapshot:
// every row of every dataset becomes part of a staged document, of a rejected
// one, or is left out with a reason, and the figures prove it.
//
// Compile gives a Program, one readable statement per entity. Run executes it
// document type by document type, in the order of their references:
//
//	keys        of the entities that others refer to: natural key → id, document
//	converted   typed columns, ids, references; what is wrong with each row
//	rejects     own errors, duplicate keys, and all that depends on them
//	findings    one line per problem, never capped
//	staged      Parquet files, one per entity and batch, sorted, with digests
//	accounting  rows and money at the source = staged + rejected + excluded
//
// Rows never pass through Go: the engine reads Parquet, spills past its memory
// limit and writes Parquet. A batch is a range of document ids, so it is one
// contiguous slice of a table sorted by document, written in bounded memory.
//
// # Speed
//
// BenchmarkRun makes 490,000 documents and 2,000,000 lines of text and runs
// all of this on 2 threads: 5.9 s at 1 GiB and 7.4 s at 256 MiB, measured on
// cores that others were using too, some 420,000 rows a second. Of it 1.8 s is
// the conversion of the lines with their references, 0.8 s that of the heads
// and their keys, 2.3 s writing batches with their digests, 0.2 s the totals
// at the source, 0.2 s the accounting.
//
// What was tried on 2,000,000 rows, and why it is as it is: COPY with
// PARTITION_BY took 2.6 s and wrote rows in any order; sorting the table and
// writing slices takes 1.7 s and gives the same bytes every time. Sorting by
// document and id took 1.9 s, by document alone 0.7 s (the id orders only what
// is inside a slice). string_agg(… order by …) of a document's lines took 3.9 s,
// list_sort(list(…)) 2.0 s. translate() of one character took 0.6 s, CASE 0.1 s.
// trim() with a set of characters took 0.28 s, and 0.10 s where it is asked only
// when the first or last character calls for it. Lists of problems are built
// only for rows that have one.
package transform
