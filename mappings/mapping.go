package mappings

import "slices"

// The YAML struct tags here are the mapping language: the loader reads by
// them and the JSON Schema is made from them.

// Mapping is one document type: how the rows of the source become documents
// of the target, header and lines together.
type Mapping struct {
	// Document names the type, as in "impegno"; it is also the name of its head entity.
	Document string `yaml:"document" json:"document"`
	// Title names the type for people, by language (it, en).
	Title map[string]string `yaml:"title,omitempty" json:"title,omitempty"`
	// Amount is the money field of the head, or of lines, that stands for the
	// document's amount; default: of the first entity that has money, the one
	// with the largest total at the source.
	Amount string `yaml:"amount,omitempty" json:"amount,omitempty"`
	// Entities are the header and its lines, by name, the header first.
	Entities []Entity `yaml:"entities" json:"entities"`
	// File is the file's path as the loader knows it.
	File string `yaml:"-" json:"-"`
}

// Entity is one table's worth of a document type.
type Entity struct {
	Name string `yaml:"-" json:"name"`
	// Table of the target; default: the entity's name.
	Table string `yaml:"table,omitempty" json:"table,omitempty"`
	// From names the datasets whose rows this entity takes; with Query it names
	// the datasets whose rows the query accounts for.
	From []string `yaml:"from,omitempty" json:"from,omitempty"`
	// Query is any SQL over datasets (joins, unions, splits, group-bys) in place
	// of a dataset. Where it keeps _dataset, _part and _row its rows can be followed.
	Query string `yaml:"query,omitempty" json:"query,omitempty"`
	// Where is a condition in SQL: the entity takes only the rows it is true for.
	Where string `yaml:"where,omitempty" json:"where,omitempty"`
	// Exclude leaves rows out, each with a reason: the first that holds counts.
	Exclude []Exclude `yaml:"exclude,omitempty" json:"exclude,omitempty"`
	// Parent is the entity this one hangs on; exactly one field must be a ref to it.
	Parent string `yaml:"parent,omitempty" json:"parent,omitempty"`
	// Key are SQL expressions over the source: the natural key.
	Key []string `yaml:"key" json:"key"`
	// Fields are the columns of the target, by name.
	Fields []Field `yaml:"fields" json:"fields"`
	// State is the SQL expression over Fields by which control totals are shown
	// beside those of the whole, as in "stato".
	State string `yaml:"state,omitempty" json:"state,omitempty"`
}

// TableName is the table of the target that the entity's rows go into.
func (e Entity) TableName() string {
	if e.Table == "" {
		return e.Name
	}
	return e.Table
}

// Field finds a field by name.
func (e Entity) Field(name string) (Field, bool) {
	i := slices.IndexFunc(e.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return e.Fields[i], true
}

// IDField is the field that holds the entity's deterministic id, to which refs
// point.
func (e Entity) IDField() (Field, bool) {
	i := slices.IndexFunc(e.Fields, func(f Field) bool { return f.ID != "" })
	if i < 0 {
		return Field{}, false
	}
	return e.Fields[i], true
}

// ParentField is the field that refers to the parent; there is none in a head.
func (e Entity) ParentField() (Field, bool) {
	i := slices.IndexFunc(e.Fields, func(f Field) bool { return e.Parent != "" && f.Ref == e.Parent })
	if i < 0 {
		return Field{}, false
	}
	return e.Fields[i], true
}

// Exclude leaves rows out, with a reason that the report shows and totals.
type Exclude struct {
	// When is a condition in SQL over the source.
	When string `yaml:"when" json:"when"`
	// Reason is told to people in the report.
	Reason string `yaml:"reason" json:"reason"`
}

// Field is one column of the target. Exactly one of From, SQL, Ref and ID is
// set; a plain text in the YAML is SQL.
type Field struct {
	Name string `yaml:"-" json:"name"`

	// From is a column of the source.
	From string `yaml:"from,omitempty" json:"from,omitempty"`
	// SQL is an expression over the columns of the source.
	SQL string `yaml:"sql,omitempty,shorthand" json:"sql,omitempty"`
	// Ref is the entity referred to: the field holds its id.
	Ref string `yaml:"ref,omitempty" json:"ref,omitempty"`
	// ID makes a deterministic UUIDv5 from this name and the entity's key.
	ID string `yaml:"id,omitempty" json:"id,omitempty"`

	// As is the type; default: that of the target's column.
	As string `yaml:"as,omitempty" json:"as,omitempty"`
	// Format: for numbers one of it, it-grouped, en, en-grouped, cents (default
	// en); for dates and timestamps strptime patterns, tried in order; for
	// booleans the texts of true and false ("S/N").
	Format []string `yaml:"format,omitempty" json:"format,omitempty"`
	// Key are SQL expressions: the natural key of the entity referred to.
	Key []string `yaml:"key,omitempty" json:"key,omitempty"`
	// Absent are the values that mean "nothing": of From or SQL, or of the last part of a ref's Key. Default: [""].
	Absent []string `yaml:"absent,omitempty" json:"absent,omitempty"`
	// Crosswalk is the file crosswalks/<name>.csv by which old values become new ones.
	Crosswalk string `yaml:"crosswalk,omitempty" json:"crosswalk,omitempty"`
	// Check is the check that the code must pass; see Checks.
	Check string `yaml:"check,omitempty" json:"check,omitempty"`
	// OnFail is reject (default) or warn: the value, where there is one, goes
	// on, else NULL; a warning tells. Money may not warn.
	OnFail string `yaml:"on_fail,omitempty" json:"on_fail,omitempty"`
	// Trim takes white space from both ends of a text; other types are trimmed anyhow.
	Trim bool `yaml:"trim,omitempty" json:"trim,omitempty"`
	// NUL says what a NUL byte in a text does: reject (default) or remove.
	NUL string `yaml:"nul,omitempty" json:"nul,omitempty"`
	// Round is none (default) or half_up; the residue is totalled.
	Round string `yaml:"round,omitempty" json:"round,omitempty"`

	// What Resolve and Check fill in from the target's column, beside As.

	// Length bounds a text in characters; 0: unbounded.
	Length int `yaml:"-" json:"length,omitempty"`
	// Precision and Scale are those of money and decimal; Precision is at most 18.
	Precision int `yaml:"-" json:"precision,omitempty"`
	Scale     int `yaml:"-" json:"scale,omitempty"`
	// Bits is the size of an integer: 16, 32 or 64.
	Bits int `yaml:"-" json:"bits,omitempty"`
	// Required: the column does not take NULL.
	Required bool `yaml:"-" json:"required,omitempty"`
}
