package mappings

// The YAML struct tags here are the mapping language: the loader reads by
// them and the JSON Schema is made from them.

// Mapping is one document type: how the rows of the source become documents
// of the target, header and lines together.
type Mapping struct {
	// Document names the type, as in "impegno"; it is also the name of its head entity.
	Document string `yaml:"document" json:"document"`
	// Title names the type for people, by language (it, en).
	Title    map[string]string `yaml:"title,omitempty" json:"title,omitempty"`
	Entities []Entity          `yaml:"entities" json:"entities"` // in the file's order, head first
	File     string            `yaml:"-" json:"-"`
}

// Entity is one table's worth of a document type.
type Entity struct {
	Name  string `yaml:"-" json:"-"`
	Table string `yaml:"table,omitempty" json:"table,omitempty"` // default: the entity's name
	// From names the datasets whose rows this entity takes; with Query it names
	// the datasets whose rows the query accounts for.
	From []string `yaml:"from,omitempty" json:"from,omitempty"`
	// Query is any SQL over datasets (joins, unions, splits, group-bys) in place
	// of a dataset. Where it keeps _dataset, _part and _row its rows can be followed.
	Query   string    `yaml:"query,omitempty" json:"query,omitempty"`
	Where   string    `yaml:"where,omitempty" json:"where,omitempty"`
	Exclude []Exclude `yaml:"exclude,omitempty" json:"exclude,omitempty"`
	// Parent is the entity this one hangs on; one field must be a ref to it.
	Parent string   `yaml:"parent,omitempty" json:"parent,omitempty"`
	Key    []string `yaml:"key" json:"key"` // SQL expressions: the natural key
	Fields []Field  `yaml:"fields" json:"fields"`
	// State is the SQL expression over Fields by which control totals are shown
	// beside those of the whole, as in "stato".
	State string `yaml:"state,omitempty" json:"state,omitempty"`
}

// Exclude leaves rows out, with a reason that the report shows and totals.
type Exclude struct {
	When   string `yaml:"when" json:"when"`
	Reason string `yaml:"reason" json:"reason"`
}

// Field is one column of the target. Exactly one of From, SQL, Ref and ID is
// set; a plain text in the YAML is SQL.
type Field struct {
	Name string `yaml:"-" json:"-"`

	From string `yaml:"from,omitempty" json:"from,omitempty"` // column of the source
	SQL  string `yaml:"sql,omitempty" json:"sql,omitempty"`   // expression over columns of the source
	Ref  string `yaml:"ref,omitempty" json:"ref,omitempty"`   // entity referred to: gives its id
	ID   string `yaml:"id,omitempty" json:"id,omitempty"`     // deterministic UUIDv5 from this name and the entity's key

	// As is the type; default: that of the target's column.
	As string `yaml:"as,omitempty" json:"as,omitempty"`
	// Format: for numbers one of it, it-grouped, en, en-grouped, cents (default
	// en); for dates and timestamps strptime patterns, tried in order; for
	// booleans the texts of true and false ("S/N").
	Format []string `yaml:"format,omitempty" json:"format,omitempty"`
	// Key are SQL expressions: the natural key of the entity referred to.
	Key []string `yaml:"key,omitempty" json:"key,omitempty"`
	// Absent are the values that mean "nothing": of From, or of the last part of a ref's Key. Default: [""].
	Absent    []string `yaml:"absent,omitempty" json:"absent,omitempty"`
	Crosswalk string   `yaml:"crosswalk,omitempty" json:"crosswalk,omitempty"`
	Check     string   `yaml:"check,omitempty" json:"check,omitempty"`
	// OnFail is reject (default) or warn: the value, where there is one, goes
	// on, else NULL; a warning tells. Money may not warn.
	OnFail string `yaml:"on_fail,omitempty" json:"on_fail,omitempty"`
	Trim   bool   `yaml:"trim,omitempty" json:"trim,omitempty"`
	// NUL is reject (default) or remove.
	NUL string `yaml:"nul,omitempty" json:"nul,omitempty"`
	// Round is none (default) or half_up; the residue is totalled.
	Round string `yaml:"round,omitempty" json:"round,omitempty"`
}
