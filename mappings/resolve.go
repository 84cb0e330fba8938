package mappings

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/mappings/yamlfile"
)

// Resolve holds the mappings against the target's tables and returns them with
// the type and the bounds of every field filled in: As, Length, Precision,
// Scale, Bits, Required. The error is a yamlfile.Mistakes of all that does not fit.
func (s *Set) Resolve(target []schema.Table) ([]Mapping, error) {
	r := resolver{set: s, target: target}
	resolved := make([]Mapping, len(s.Mappings))
	for i, m := range s.Mappings {
		m.Entities = slices.Clone(m.Entities)
		for j := range m.Entities {
			r.entity(m, &m.Entities[j])
		}
		r.amount(m)
		resolved[i] = m
	}
	return resolved, r.mistakes.Err()
}

// maxPrecision is how many digits a staged decimal may have: those of an int64.
const maxPrecision = 18

// idLength is how many characters the text of an id has.
const idLength = 36

type resolver struct {
	set      *Set
	target   []schema.Table
	mistakes yamlfile.Mistakes
}

func (r *resolver) fail(m Mapping, path, what, why, remedy string) {
	if r.set.unresolved(m, path) {
		return
	}
	r.mistakes = append(r.mistakes, r.set.Mistake(m, path, what, why, remedy))
}

// amount checks that the document's amount is a field that is summed.
func (r *resolver) amount(m Mapping) {
	var sums []string
	for _, e := range m.Entities {
		for _, f := range e.Fields {
			if f.As == "money" || f.As == "decimal" {
				sums = append(sums, f.Name)
			}
		}
	}
	if m.Amount != "" && !slices.Contains(sums, m.Amount) {
		r.fail(m, "amount", fmt.Sprintf("unknown amount %q", m.Amount), "no entity of the document has a field of money or decimals of that name",
			cmp.Or(yamlfile.Suggestion(m.Amount, sums), "remove it"))
	}
}

// entity resolves the fields of an entity, in place, against its table.
func (r *resolver) entity(m Mapping, e *Entity) {
	at := entityPath(*e)
	table, ok := schema.Find(r.target, e.TableName())
	if !ok {
		var names []string
		for _, t := range r.target {
			names = append(names, t.Name)
		}
		r.fail(m, at+".table", fmt.Sprintf("unknown table %q", e.TableName()), "the target has none of that name",
			cmp.Or(yamlfile.Suggestion(e.TableName(), names), "it has no tables at all: set target.create in the plan to the DDL that makes them"))
		return
	}
	e.Fields = slices.Clone(e.Fields)
	for i := range e.Fields {
		r.field(m, *e, &e.Fields[i], table)
	}
	r.coverage(m, *e, table)
}

// coverage: what the target cannot do without has a field.
func (r *resolver) coverage(m Mapping, e Entity, table schema.Table) {
	at := entityPath(e) + ".fields"
	for _, c := range table.Columns {
		if _, mapped := e.Field(c.Name); mapped || c.Generated {
			continue
		}
		switch {
		case slices.Contains(table.PrimaryKey, c.Name):
			r.fail(m, at, fmt.Sprintf("column %q of %s has no field", c.Name, table.Name), "it is part of the primary key, by which rows are found again", "add a field for it")
		case c.Required && !c.Default:
			r.fail(m, at, fmt.Sprintf("column %q of %s has no field", c.Name, table.Name), c.Declared+", not null, without a default", "add a field for it")
		}
	}
	if _, hasID := e.IDField(); len(table.PrimaryKey) == 0 && !hasID {
		r.fail(m, entityPath(e)+".table", fmt.Sprintf("table %s has no primary key", table.Name), "its rows could not be found again", "give it a primary key, or add a field {id: "+e.Name+"}")
	}
}

// field resolves a field against its column.
func (r *resolver) field(m Mapping, e Entity, f *Field, table schema.Table) {
	at := fieldPath(e, *f)
	column, ok := table.Column(f.Name)
	switch {
	case !ok:
		var names []string
		for _, c := range table.Columns {
			if _, mapped := e.Field(c.Name); !mapped { // not one that has its field already
				names = append(names, c.Name)
			}
		}
		r.mistakes = append(r.mistakes, r.set.keyMistake(m, at, fmt.Sprintf("unknown column %q", f.Name), "table "+table.Name+" has none of that name",
			cmp.Or(yamlfile.Suggestion(f.Name, names), "all its columns have their fields: remove this one, or add the column to the table")))
		return
	case column.Generated:
		r.fail(m, at, fmt.Sprintf("column %q takes no value", f.Name), "the target generates it", "remove the field")
		return
	}
	f.Required = column.Required
	if f.Ref != "" || f.ID != "" {
		r.id(m, e, f, column)
		return
	}
	written := f.As != ""
	if !written {
		f.As = defaultType(column.Type)
	}
	if written && !slices.Contains(Types(), f.As) {
		return // told by Load
	}
	if f.As == "" || !slices.Contains(holders(f.As), column.Type) {
		r.misfit(m, at, *f, written, column)
		return
	}
	r.bounds(m, at, f, column)
	if !written { // what Load could not see
		if mistake, wrong := formatMistake(*f); wrong {
			r.fail(m, at+".format", mistake.what, mistake.why, mistake.remedy)
		}
		for _, mistake := range disagreements(*f) {
			r.fail(m, at+"."+mistake.key, mistake.what, mistake.why+"; the column is "+column.Declared, mistake.remedy)
		}
	}
	r.newValues(m, at, *f, column)
}

// id: an id, or a reference to one, needs a column that holds a UUID.
func (r *resolver) id(m Mapping, e Entity, f *Field, column schema.Column) {
	f.As = UUID
	fits := column.Type == schema.UUID || column.Type == schema.Text && (column.Length == 0 || column.Length >= idLength)
	if !fits {
		r.fail(m, fieldPath(e, *f), fmt.Sprintf("column %q cannot hold an id", f.Name), "it is "+column.Declared+", and ids are UUIDs",
			fmt.Sprintf("declare it uuid or varchar(%d)", idLength))
	}
}

// defaultType is the type of a field that does not say one; "" where the
// column's type is one that nothing is written into.
func defaultType(t schema.Type) string {
	switch t {
	case schema.Text, schema.Integer, schema.Decimal, schema.Date, schema.Timestamp, schema.Boolean, schema.UUID, schema.JSON:
		return string(t)
	}
	return ""
}

// holders are the families of columns that hold a type's values, all of them
// and exactly.
func holders(as string) []schema.Type {
	switch as {
	case Text, Code:
		return []schema.Type{schema.Text}
	case Integer:
		return []schema.Type{schema.Integer, schema.Decimal}
	case Money, Decimal:
		return []schema.Type{schema.Decimal}
	case UUID:
		return []schema.Type{schema.UUID, schema.Text}
	case JSON:
		return []schema.Type{schema.JSON, schema.Text}
	}
	return []schema.Type{schema.Type(as)} // date, timestamp, boolean
}

// writable names the types of columns that can be written, for people.
const writable = "text, varchar, char, smallint, integer, bigint, numeric, date, timestamp, boolean, uuid, json or jsonb"

// misfit tells a field whose type and column do not go together.
func (r *resolver) misfit(m Mapping, at string, f Field, written bool, column schema.Column) {
	path := at
	if written {
		path += ".as"
	}
	what := fmt.Sprintf("column %q cannot hold %s", f.Name, f.As)
	why := "it is " + column.Declared
	switch {
	case column.Type == schema.Float:
		if f.As == "" {
			what = fmt.Sprintf("column %q is a floating point number", f.Name)
		}
		r.fail(m, path, what, why+", which is not exact", "declare it numeric(15,2)")
	case f.As == "":
		r.fail(m, path, fmt.Sprintf("column %q is of type %s, which cannot be written", f.Name, column.Declared), "",
			"remove the field, or declare another type: "+writable)
	default:
		remedy := "declare another type"
		if as := defaultType(column.Type); as != "" {
			remedy = "write as: " + as + ", or " + remedy
		}
		r.fail(m, path, what, why, remedy)
	}
}

// bounds fills in what the column can hold.
func (r *resolver) bounds(m Mapping, at string, f *Field, column schema.Column) {
	switch f.As {
	case Text, Code, JSON:
		f.Length = column.Length
	case Integer:
		f.Bits = column.Bits
		if column.Type == schema.Decimal {
			f.Bits = 64
		}
	case UUID:
		if column.Type == schema.Text && column.Length > 0 && column.Length < idLength {
			r.fail(m, at, fmt.Sprintf("column %q cannot hold uuid", f.Name), "it is "+column.Declared, fmt.Sprintf("declare it uuid or varchar(%d)", idLength))
		}
	case Money, Decimal:
		r.decimals(m, at, f, column)
	}
}

// moneyScale is how many decimals an amount has.
const moneyScale = 2

// decimals fills in the digits of an amount. A column without bounds takes
// amounts of numeric(15,2) and other decimals of six decimals.
func (r *resolver) decimals(m Mapping, at string, f *Field, column schema.Column) {
	f.Precision, f.Scale = column.Precision, column.Scale
	switch {
	case column.Precision == 0 && f.As == Money:
		f.Precision, f.Scale = 15, moneyScale
	case column.Precision == 0:
		f.Precision, f.Scale = maxPrecision, 6
	case f.As == Money && column.Scale < moneyScale:
		r.fail(m, at, fmt.Sprintf("column %q cannot hold money", f.Name), fmt.Sprintf("it is %s, and amounts have %d decimals", column.Declared, moneyScale), "declare it numeric(15,2)")
	case column.Scale > maxPrecision:
		r.fail(m, at, fmt.Sprintf("column %q has too many decimals", f.Name), fmt.Sprintf("it is %s; %d digits can be staged", column.Declared, maxPrecision), "declare fewer")
	}
	f.Precision = min(f.Precision, maxPrecision)
}

// newValues: what a crosswalk gives must fit the column; every value does or does not.
func (r *resolver) newValues(m Mapping, at string, f Field, column schema.Column) {
	if f.Crosswalk == "" {
		return
	}
	for _, row := range r.set.Crosswalks[f.Crosswalk].Rows {
		why := ""
		switch f.As {
		case Text, Code:
			if n := utf8.RuneCountInString(row.New); column.Length > 0 && n > column.Length {
				why = fmt.Sprintf("%q has %d characters, and the column is %s", row.New, n, column.Declared)
			}
		case Integer:
			if _, err := strconv.ParseInt(row.New, 10, 64); err != nil {
				why = fmt.Sprintf("%q is no whole number, and the column is %s", row.New, column.Declared)
			}
		}
		if why != "" {
			r.fail(m, at+".crosswalk", fmt.Sprintf("crosswalk %q gives a value that column %q cannot hold", f.Crosswalk, f.Name), why, "correct it in "+r.set.Crosswalks[f.Crosswalk].File)
		}
	}
}
