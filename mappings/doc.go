// Package mappings is the mapping language: its types, its loader, its JSON
// Schema, and the packs of mappings that are embedded in the program.
//
//	Load     a folder's *.yaml and crosswalks/*.csv → Set, and all their mistakes
//	Check    a Set against the columns of the source and the tables of the
//	         target, every SQL expression bound by the engine → resolved mappings
//	Checks   SQL macros for the codes of Italian public accounting
//	Schema   the JSON Schema of a mapping file
//
// A mistake is told with its file, line, column, an excerpt and a remedy, and
// all of them at once: see package yamlfile. What is wrong with data is none of
// this package's business: that is found where the mappings run.
package mappings
