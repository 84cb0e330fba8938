package city

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed schema.sql
var schemaText string

// Kind is how the suite keeps a column.
type Kind int

// The kinds of columns.
const (
	Text Kind = iota
	Integer
)

// Table is a table of the suite.
type Table struct {
	Name    string
	Comment string // what it is, and its natural key
	Key     []string
	Columns []Column // as they stand, the record number first
}

// Column is a column of a table.
type Column struct {
	Name    string
	Type    string // in standard SQL
	Kind    Kind
	Comment string
}

// RecordNumber is the column that numbers the rows of every table from 1.
const RecordNumber = "NRREC"

// Tables are all tables, as schema.sql tells them.
func Tables() []Table {
	tables, err := parseSchema(schemaText)
	if err != nil {
		panic(err) // the file is embedded: a test reads it
	}
	return tables
}

// parseSchema reads the one form that schema.sql is written in: a comment, a
// create table, and a column with its comment on each line.
func parseSchema(text string) ([]Table, error) {
	var tables []Table
	var comment []string
	inside := false
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "create table "):
			name := strings.TrimSuffix(strings.TrimPrefix(line, "create table "), " (")
			all := strings.Join(comment, " ")
			tables = append(tables, Table{Name: name, Comment: all, Key: keyIn(all)})
			inside = true
		case line == ");":
			inside = false
		case inside:
			column, err := parseColumn(line)
			if err != nil {
				return nil, fmt.Errorf("schema.sql:%d: %w", i+1, err)
			}
			last := &tables[len(tables)-1]
			last.Columns = append(last.Columns, column)
		case strings.HasPrefix(line, "--"):
			comment = append(comment, strings.TrimSpace(strings.TrimPrefix(line, "--")))
		default:
			comment = nil
		}
	}
	return tables, nil
}

func parseColumn(line string) (Column, error) {
	definition, comment, commented := strings.Cut(line, "--")
	name, kind, typed := strings.Cut(strings.TrimSpace(definition), " ")
	if !commented || !typed {
		return Column{}, fmt.Errorf("column %q: write a name, a type and a comment", strings.TrimSpace(line))
	}
	column := Column{Name: name, Type: strings.TrimSuffix(strings.TrimSpace(kind), ","), Comment: strings.TrimSpace(comment)}
	if !strings.HasPrefix(column.Type, "varchar") {
		column.Kind = Integer
	}
	return column, nil
}

// keyIn reads the natural key out of a table's comment: "Key: A, B, C."
func keyIn(comment string) []string {
	_, after, _ := strings.Cut(comment, "Key: ")
	key, _, _ := strings.Cut(after, ".")
	key, _, _ = strings.Cut(key, " (")
	return strings.Split(key, ", ")
}
