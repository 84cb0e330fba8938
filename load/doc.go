// Package load brings staged documents into a target: the difference by
// document between what this migration already put there and what is staged
// now. A first load, a resume, a repeat, a delta and a rollback are the same
// work; only what there is to do differs.
//
// A load may be killed at any moment and started again: each batch is in the
// target with its line in the target's journal, or not at all.
package load
