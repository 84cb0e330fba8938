package transform

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// field is one column of the target, compiled. Its parts stand in the steps of
// the entity's statement as columns named after it: "importo.raw" (as in the
// source), "importo.in" (trimmed, NULL when absent), "importo.value".
type field struct {
	spec   mappings.Field
	entity *entity
	column column

	from expression // of From or SQL
	in   string     // SQL: the input of the conversion
	conversion

	to       *entity // of Ref
	key      []expression
	toParent bool
}

func (f *field) warns() bool { return f.spec.OnFail == "warn" }

// toSibling says that it refers to a row of the same document type that is not
// its parent: what becomes of that row is known only when the whole type is.
func (f *field) toSibling() bool {
	return f.to != nil && !f.toParent && f.to.document == f.entity.document
}

// part names a column of the statement's steps that belongs to the field.
func (f *field) part(name string) string { return engine.Quote(f.spec.Name + "." + name) }

func datasetFamily(t snapshot.Type, number bool) family {
	switch t {
	case snapshot.Integer:
		return integer
	case snapshot.Decimal:
		return decimal
	case snapshot.Date:
		return date
	case snapshot.Timestamp:
		return timestamp
	case snapshot.Boolean:
		return boolean
	case snapshot.UUID:
		return uuid
	}
	if number {
		return exactText
	}
	return text
}

// field compiles one field of an entity.
func (c *compiler) field(e *entity, spec mappings.Field) *field {
	f := &field{spec: spec, entity: e, column: targetColumn(spec, e.target)}
	var err error
	switch {
	case spec.ID != "":
		f.column.Type = "uuid"
	case spec.Ref != "":
		err = c.reference(f)
	case spec.From != "":
		family, ok := e.families[strings.ToLower(spec.From)]
		if !ok {
			err = fmt.Errorf("column %s is not in the source", spec.From)
			break
		}
		f.from = expression{sql: engine.Quote(spec.From), family: family}
		err = c.conversion(f)
	case spec.SQL != "":
		f.from = c.expression(e, spec.Name, spec.SQL)
		err = c.conversion(f)
	default:
		err = fmt.Errorf("no value: say from, sql, ref or id")
	}
	if err != nil {
		c.mistake(e, spec.Name, err)
	}
	return f
}

// reference compiles a reference to another entity.
func (c *compiler) reference(f *field) error {
	f.column.Type = "uuid"
	f.to = c.entities[f.spec.Ref]
	switch {
	case f.to == nil:
		return fmt.Errorf("ref %s: no mapping has this entity", f.spec.Ref)
	case f.to.idField == "":
		return fmt.Errorf("ref %s: the entity has no id field to refer to", f.spec.Ref)
	case len(f.spec.Key) != len(f.to.spec.Key):
		return fmt.Errorf("ref %s: %d parts of key, and its own key has %d", f.spec.Ref, len(f.spec.Key), len(f.to.spec.Key))
	}
	f.to.referenced = true
	if f.to.document.ordinal > f.entity.document.ordinal {
		return fmt.Errorf("ref %s: document %s comes later: put mappings in the order of their references", f.spec.Ref, f.to.document.name)
	}
	for _, k := range f.spec.Key {
		f.key = append(f.key, c.expression(f.entity, f.spec.Name, k))
	}
	return nil
}

// conversion compiles the way from the source's value to the target's.
func (c *compiler) conversion(f *field) error {
	if f.warns() && slices.Contains([]string{"money", "decimal", "integer"}, f.column.Type) {
		return errors.New("on_fail: warn is not for numbers: an amount that cannot be read must stop its document")
	}
	from := f.from.family
	f.in = f.part("in")
	if f.spec.Crosswalk != "" {
		if _, ok := c.in.Crosswalks[f.spec.Crosswalk]; !ok {
			return fmt.Errorf("crosswalk %s is not there", f.spec.Crosswalk)
		}
		from, f.in = text, "nullif("+f.part("new")+", '')"
	}
	if from == other {
		return fmt.Errorf("expression %s gives a nested value: take one part of it", f.from.sql)
	}
	var err error
	f.conversion, err = convert(f.in, from, f.column, f.spec.Format, f.spec.Round == "half_up")
	return err
}

// targetColumn is the column a field goes into, as the mapping says it or as
// it was resolved from the target.
func targetColumn(spec mappings.Field, table schema.Table) column {
	c := column{Column: staged.Column{Name: spec.Name, Type: spec.As}, length: spec.Length, bits: spec.Bits, required: spec.Required}
	switch c.Type {
	case "":
		c.Type = "text"
	case "money", "decimal":
		c.Precision, c.Scale = spec.Precision, spec.Scale
		if c.Precision == 0 && c.Type == "money" {
			c.Precision, c.Scale = 15, 2
		}
		if c.Precision == 0 || c.Precision > maxPrecision {
			c.Precision = maxPrecision
		}
	case "integer":
		if t, ok := table.Column(spec.Name); ok && t.Type == schema.Decimal && t.Precision > 0 {
			c.digits = min(t.Precision-t.Scale, maxPrecision)
		}
	}
	return c
}

// maxPrecision is how many digits a decimal of a staged file may have: those
// that fit an int64.
const maxPrecision = 18

// staysAsIs says that the text is taken byte by byte.
func (f *field) staysAsIs() bool {
	return (f.column.Type == "text" || f.column.Type == "json") && !f.spec.Trim && f.spec.Crosswalk == "" && f.from.family.isText()
}

// input is the SQL of "f.in": the source's value raw, trimmed where the type asks
// for it, NULL where it is absent.
func (f *field) input(raw string) string {
	asText := f.from.family.isText() || f.spec.Crosswalk != ""
	if !f.from.family.isText() && asText {
		raw = "cast(" + raw + " as varchar)"
	}
	if asText && f.spec.NUL == "remove" {
		raw = "replace(" + raw + ", chr(0), '')"
	}
	absent := slices.DeleteFunc(slices.Clone(f.spec.Absent), func(a string) bool { return a == "" })
	switch {
	case !asText:
		return f.typedInput(raw, absent)
	case f.staysAsIs() && len(absent) == 0:
		return "nullif(" + raw + ", '')"
	case f.staysAsIs():
		return fmt.Sprintf("case when stripped(%s) not in (%s) then nullif(%s, '') end", raw, engine.Literals(absent), raw)
	case len(absent) == 0:
		return "nullif(stripped(" + raw + "), '')"
	}
	return fmt.Sprintf("case when stripped(%s) not in (%s) then stripped(%s) end", raw, engine.Literals(append(absent, "")), raw)
}

// typedInput compares with the absent values by what they mean: 0 is absent in
// a decimal column that says 0.00.
func (f *field) typedInput(raw string, absent []string) string {
	var equal []string
	for _, a := range absent {
		switch f.from.family {
		case integer, decimal, float:
			form, err := numberFormOf(f.spec.Format)
			if err != nil || form.cents {
				form = numberForm{point: "."}
			}
			equal = append(equal, fmt.Sprintf("coalesce(%s = try_cast(%s as decimal(38,10)), false)", raw, form.plain(engine.Literal(a))))
		case date, timestamp:
			read := "try_cast(" + engine.Literal(a) + " as timestamp)"
			if len(f.spec.Format) > 0 {
				read = "try_strptime(" + engine.Literal(a) + ", [" + engine.Literals(f.spec.Format) + "])"
			}
			equal = append(equal, fmt.Sprintf("coalesce(%s = cast(%s as timestamp), false)", raw, read))
		default:
			equal = append(equal, fmt.Sprintf("cast(%s as varchar) = %s", raw, engine.Literal(a)))
		}
	}
	if len(equal) == 0 {
		return raw
	}
	return "case when not (" + strings.Join(equal, " or ") + ") then " + raw + " end"
}
