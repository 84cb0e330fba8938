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
// limit and writes Parquet. Batches are ranges of document ids, so each is one
// contiguous slice of a sorted table, written in bounded memory.
//
// Measured, on 490,000 documents and 2,000,000 lines of text: see
// BenchmarkRun, which makes them in the engine itself.
package transform
