// Package mappings is the mapping language: its types, its loader, its JSON
// Schema, and the packs of mappings that are embedded in the program.
package mappings
