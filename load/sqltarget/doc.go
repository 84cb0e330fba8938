// Package sqltarget is a target that speaks SQL: PostgreSQL or SQLite. It
// holds the tables that documents are loaded into and, beside them, the
// journal of the load, written in the same transactions:
//
//	travaso_migration   one line per migration: run, decision on constraints, totals from before
//	travaso_batch       one line per batch: which documents are in, with the digest of each
//	travaso_constraint  the constraints and indexes that wait until the end of a load
//
// The journal is the truth about what is in the target: what a connection that
// broke during COMMIT has done is read from it, never guessed.
//
// One DDL text serves both databases; what SQLite cannot keep exactly (decimals
// and the checks on them) its dialect rewrites.
package sqltarget
