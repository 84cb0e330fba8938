// Package schema is the shape of the target: its tables, columns and keys, as
// the target itself or its DDL declares them.
package schema

// Type is the family of a column's type, the same for every kind of target.
type Type string

// The families. Other is a type that travaso cannot write.
const (
	Text      Type = "text"
	Integer   Type = "integer"
	Decimal   Type = "decimal"
	Date      Type = "date"
	Timestamp Type = "timestamp"
	Boolean   Type = "boolean"
	UUID      Type = "uuid"
	JSON      Type = "json"
	Float     Type = "float"
	Other     Type = "other"
)

// Column is one column of a table.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
	// Declared is the type as the target declares it, as in "numeric(15,2)".
	Declared string `json:"declared"`
	// Length bounds Text in characters; 0 means unbounded.
	Length int `json:"length,omitempty"`
	// Precision and Scale are those of Decimal; 0, 0 means unbounded.
	Precision int `json:"precision,omitempty"`
	Scale     int `json:"scale,omitempty"`
	// Bits is the size of an Integer: 16, 32 or 64.
	Bits     int  `json:"bits,omitempty"`
	Required bool `json:"required,omitempty"` // NOT NULL
	Default  bool `json:"default,omitempty"`  // has a default or is generated
	// Generated says that the target computes the value and takes none from outside.
	Generated bool `json:"generated,omitempty"`
}

// ForeignKey is a reference of a table to another.
type ForeignKey struct {
	Columns    []string `json:"columns"`
	Table      string   `json:"table"`
	References []string `json:"references"`
}

// Table is one table of the target.
type Table struct {
	Name        string       `json:"name"`
	Columns     []Column     `json:"columns"`
	PrimaryKey  []string     `json:"primary_key"`
	Unique      [][]string   `json:"unique,omitempty"`
	ForeignKeys []ForeignKey `json:"foreign_keys,omitempty"`
}

// Find finds a table by name.
func Find(tables []Table, name string) (Table, bool) {
	for _, t := range tables {
		if t.Name == name {
			return t, true
		}
	}
	return Table{}, false
}

// Column finds a column by name.
func (t Table) Column(name string) (Column, bool) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}
