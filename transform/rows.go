package transform

import (
	"fmt"
	"strings"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// write compiles the statements of the entity, once all that it refers to is known.
func (e *entity) write() {
	if attempts := e.attempts(); len(attempts) > 0 {
		last := e.sourceStep()
		last.items = append(last.items, attempts...)
		e.triedSQL = "create table " + triedTable(e.name) + " as\n" + query([]step{last})
	}
	if e.referenced {
		e.keysSQL = "create table " + keysTable(e.name) + " as\n" + query(e.keysSteps())
	}
	e.rowsSQL = "create table " + convertedTable(e.name) + " as\n" + query(e.rowsSteps())
	e.totalsSQL = query(e.totalsSteps())
}

// sourceSteps give the rows that the entity takes.
func (e *entity) sourceSteps() []step {
	rows := e.sourceStep()
	if e.triedSQL != "" {
		rows = step{name: "source", purpose: "the rows, with what came of the expressions that may fail", all: "*", from: "from " + triedTable(e.name)}
	}
	switch {
	case e.where == nil:
	case e.where.tried: // rows whose condition fails are taken too, to be rejected
		rows.from += "\nwhere " + `"where.try" is null or "where.try"[1]`
	default:
		rows.from += "\nwhere " + enclosed(e.where.sql)
	}
	return []step{rows}
}

// sourceStep gives all rows of the source.
func (e *entity) sourceStep() step {
	rows := step{name: "source", purpose: "the rows of " + strings.Join(e.spec.From, ", "), all: "*", from: "from (\n" + indented(e.source, "  ") + "\n)"}
	if e.spec.Query == "" && len(e.spec.From) == 1 {
		rows.from = "from " + engine.Quote(e.spec.From[0])
	}
	if e.spec.Query != "" {
		rows.purpose = "the rows of the query"
	}
	if !e.followed {
		e.hideSource(&rows)
	}
	return rows
}

// hideSource gives rows that cannot be followed the columns that say so.
func (e *entity) hideSource(rows *step) {
	exclude := []string{}
	for _, c := range []string{staged.DatasetColumn, staged.PartColumn, staged.RowColumn} {
		if _, ok := e.families[c]; ok {
			exclude = append(exclude, c)
		}
	}
	rows.all = "*"
	if len(exclude) > 0 {
		rows.all = "* exclude (" + strings.Join(exclude, ", ") + ")"
	}
	rows.items = []item{
		{sql: "cast(null as varchar)", name: staged.DatasetColumn},
		{sql: "cast(null as bigint)", name: staged.PartColumn},
		{sql: "cast(null as bigint)", name: staged.RowColumn},
	}
}

// readStep reads the natural key, the exclusion and the inputs of the fields.
func (e *entity) readStep(from string, fields []*field) step {
	s := step{name: "read", purpose: "texts trimmed; an empty one is absent", all: "*", from: "from " + from}
	for i, k := range e.key {
		s.items = append(s.items, item{sql: "key_part(" + k.outcome(fmt.Sprintf("key.try%d", i+1)) + ")", name: fmt.Sprintf("key.%d", i+1)})
	}
	s.items = append(s.items, item{sql: e.exclusion(), name: "row.excluded"})
	for _, f := range fields {
		s.items = append(s.items, f.readItems()...)
	}
	return s
}

// exclusion is the reason why a row is left out, or NULL.
func (e *entity) exclusion() string {
	if len(e.excludes) == 0 {
		return "cast(null as varchar)"
	}
	b := &strings.Builder{}
	b.WriteString("case")
	for i, x := range e.excludes {
		fmt.Fprintf(b, " when %s then %s", x.outcome(fmt.Sprintf("exclude.try%d", i+1)), engine.Literal(e.spec.Exclude[i].Reason))
	}
	b.WriteString(" end")
	return b.String()
}

func (f *field) readItems() []item {
	switch {
	case f.spec.ID != "":
		return nil
	case f.to != nil:
		var items []item
		for i, k := range f.key {
			part := "key_part(" + k.outcome(fmt.Sprintf("%s.try%d", f.spec.Name, i+1)) + ")"
			if i == len(f.key)-1 {
				absent := f.spec.Absent
				if absent == nil {
					absent = []string{""}
				}
				if len(absent) > 0 {
					part = fmt.Sprintf("case when %s not in (%s) then %s end", part, engine.Literals(absent), part)
				}
			}
			items = append(items, item{sql: part, name: fmt.Sprintf("%s.%d", f.spec.Name, i+1)})
		}
		items[0].comment = f.describe()
		return items
	}
	return []item{
		{sql: f.from.outcome(f.spec.Name + ".try"), name: f.spec.Name + ".raw", comment: f.describe()},
		{sql: f.input(f.from.outcome(f.spec.Name + ".try")), name: f.spec.Name + ".in"},
	}
}

// describe says in a comment what the mapping says of the field.
func (f *field) describe() string {
	words := []string{f.column.Type}
	switch f.column.Type {
	case "money", "decimal":
		words[0] = fmt.Sprintf("%s(%d,%d)", f.column.Type, f.column.Precision, f.column.Scale)
	}
	if f.to != nil {
		words[0] = "ref " + f.to.name
	}
	if len(f.spec.Format) > 0 {
		words = append(words, "format "+strings.Join(f.spec.Format, " or "))
	}
	if f.spec.Crosswalk != "" {
		words = append(words, "crosswalk "+f.spec.Crosswalk)
	}
	if f.spec.Check != "" {
		words = append(words, "check "+f.spec.Check)
	}
	if f.column.required {
		words = append(words, "required")
	}
	return strings.ReplaceAll(f.spec.Name+f.entity.line(f.spec.Name)+", "+strings.Join(words, ", "), "\n", " ")
}

// valueSteps carry rows from the source to typed values.
func (e *entity) valueSteps() []step {
	steps := e.sourceSteps()
	steps = append(steps, e.readStep(steps[len(steps)-1].name, e.fields))
	if mapped, ok := e.mappedStep(); ok {
		steps = append(steps, mapped)
	}
	typed := step{name: "typed", purpose: "values in the target's types, NULL where the input does not allow one", all: "*", from: "from " + steps[len(steps)-1].name}
	typed.items = append(typed.items, item{sql: e.id(e.idName), name: "row.id"})
	for _, f := range e.fields {
		if f.spec.ID != "" || f.to != nil {
			continue
		}
		typed.items = append(typed.items, item{sql: f.value, name: f.spec.Name + ".value"})
		if f.residue != "" {
			typed.items = append(typed.items, item{sql: f.residue, name: f.spec.Name + ".residue"})
		}
		if f.spec.Check != "" {
			typed.items = append(typed.items, item{sql: "check_" + f.spec.Check + "(cast(" + f.in + " as varchar))", name: f.spec.Name + ".check"})
		}
	}
	return append(steps, typed)
}

// id is the id that a name and the natural key make.
func (e *entity) id(name string) string {
	parts := make([]string, len(e.key))
	for i := range e.key {
		parts[i] = engine.Quote(fmt.Sprintf("key.%d", i+1))
	}
	return "id_of(concat_ws(chr(31), " + engine.Literal(name) + ", " + strings.Join(parts, ", ") + "))"
}

// mappedStep looks values up in their crosswalks.
func (e *entity) mappedStep() (step, bool) {
	s := step{name: "mapped", purpose: "old values by their crosswalks", all: "read.*", from: "from read"}
	for _, f := range e.fields {
		if f.spec.Crosswalk == "" {
			continue
		}
		walk := f.part("walk")
		s.items = append(s.items,
			item{sql: walk + `."new"`, name: f.spec.Name + ".new"},
			item{sql: walk + `."old" is not null`, name: f.spec.Name + ".known"})
		s.from += fmt.Sprintf("\nleft join %s as %s on %s.\"old\" = coalesce(read.%s, '')", crosswalkTable(f.spec.Crosswalk), walk, walk, f.part("in"))
	}
	return s, len(s.items) > 0
}

// linkedStep finds the documents referred to.
func (e *entity) linkedStep(from string) step {
	s := step{name: "linked", purpose: "references by natural key; each is found once or not at all", all: from + ".*", from: "from " + from}
	for _, f := range e.fields {
		if f.to == nil {
			continue
		}
		to := f.part("to")
		s.from += f.join(from)
		s.items = append(s.items, item{sql: to + ".id", name: f.spec.Name + ".id"})
		value := to + ".id"
		if f.to.document == e.document {
			s.items = append(s.items, item{sql: to + ".document", name: f.spec.Name + ".document"}, item{sql: gone(to), name: f.spec.Name + ".gone"})
			if f.warns() {
				value = "case when " + gone(to) + " is null then " + value + " end"
			}
		} else {
			s.items = append(s.items, item{sql: to + ".status", name: f.spec.Name + ".status"})
			if f.warns() {
				value = "case when " + to + ".status = 'staged' then " + value + " end"
			}
		}
		s.items = append(s.items, item{sql: value, name: f.spec.Name + ".value"})
	}
	s.items = append(s.items, e.belonging()...)
	return s
}

// gone says why a row of the same document type is not to be referred to,
// whatever becomes of its document; NULL else.
func gone(to string) string {
	return fmt.Sprintf("case when %s.excluded is not null then 'excluded' when %s.id is not null and %s.document is null then 'without a document' end", to, to, to)
}

// belonging says to which document a row belongs and whether it is left out:
// a line of an excluded document is.
func (e *entity) belonging() []item {
	for _, f := range e.fields {
		if f.toParent {
			to := f.part("to")
			return []item{{sql: to + ".document", name: "row.document"}, {sql: `coalesce("row.excluded", ` + to + ".excluded)", name: "row.gone"}}
		}
	}
	return []item{{sql: `"row.id"`, name: "row.document"}, {sql: `"row.excluded"`, name: "row.gone"}}
}

// rowsSteps make the converted rows, sorted by document, so that a batch is a
// slice of them.
func (e *entity) rowsSteps() []step {
	steps := e.valueSteps()
	steps = append(steps, e.linkedStep("typed"))
	last := step{from: "from linked\norder by " + staged.DocumentColumn}
	for _, f := range e.fields {
		last.items = append(last.items, item{sql: f.staged(), name: f.spec.Name})
	}
	last.items = append(last.items,
		item{sql: `"row.document"`, name: staged.DocumentColumn}, item{sql: `"row.id"`, name: idColumn},
		item{sql: e.keyText(), name: staged.KeyColumn},
		item{sql: staged.DatasetColumn}, item{sql: "cast(" + staged.PartColumn + " as bigint)", name: staged.PartColumn}, item{sql: "cast(" + staged.RowColumn + " as bigint)", name: staged.RowColumn},
		item{sql: `"row.gone"`, name: excludedColumn})
	for _, f := range e.siblings() {
		last.items = append(last.items, item{
			sql:  fmt.Sprintf("case when %s <> %s then %s end", f.part("document"), `"row.document"`, f.part("document")),
			name: f.needs(), comment: "the document that " + f.spec.Name + " needs"})
	}
	problems := e.problems()
	last.items = append(last.items,
		item{sql: problemList(problems, false), name: errorsColumn},
		item{sql: problemList(problems, true), name: warningsColumn},
		item{sql: e.unreadable(), name: unreadableColumn})
	for _, f := range e.money() {
		if f.residue != "" {
			last.items = append(last.items, item{sql: f.part("residue"), name: residueColumn(f)})
		}
	}
	return append(steps, last)
}

// needs is the column that holds the other document which a reference needs.
func (f *field) needs() string { return "_needs." + f.spec.Name }

func residueColumn(f *field) string { return "_residue." + f.spec.Name }

// staged is the value of the field as it is written.
func (f *field) staged() string {
	switch {
	case f.spec.ID == f.entity.idName:
		return `"row.id"`
	case f.spec.ID != "":
		return f.entity.id(f.spec.ID)
	case f.column.Type == "integer":
		return "cast(" + f.part("value") + " as bigint)"
	}
	return f.part("value")
}

// keyText is the natural key as people write it.
func (e *entity) keyText() string {
	parts := make([]string, len(e.key))
	for i := range e.key {
		parts[i] = engine.Quote(fmt.Sprintf("key.%d", i+1))
	}
	return "concat_ws('/', " + strings.Join(parts, ", ") + ")"
}

// totalsSteps count and sum the source straight from the snapshot, without the
// joins of the mapping: what they give must come back as staged, rejected or
// excluded.
func (e *entity) totalsSteps() []step {
	steps := e.valueSteps()
	last := step{from: "from " + steps[len(steps)-1].name, items: []item{{sql: "count(*)", name: "rows"}}}
	for _, f := range e.money() {
		residue, unreadable := "null", "0"
		if f.residue != "" {
			residue = "sum(" + f.part("residue") + ")"
		}
		if f.mayBeUnreadable() {
			unreadable = "count(*) filter (where " + f.unreadable() + ")"
		}
		last.items = append(last.items,
			item{sql: "cast(sum(" + f.part("value") + ") as varchar)", name: f.spec.Name + ".sum"},
			item{sql: "cast(" + residue + " as varchar)", name: f.spec.Name + ".residue"},
			item{sql: unreadable, name: f.spec.Name + ".unreadable"})
	}
	return append(steps, last)
}

// keysSteps give each natural key once, with its id and its document, which is
// that of a row that is not excluded. A key whose rows are all excluded is excluded.
func (e *entity) keysSteps() []step {
	var parent []*field
	for _, f := range e.fields {
		if f.toParent {
			parent = append(parent, f)
		}
	}
	steps := e.sourceSteps()
	steps = append(steps, e.readStep(steps[len(steps)-1].name, parent))
	identified := step{name: "identified", purpose: "the id that the key makes, and its document", all: "*", items: []item{{sql: e.id(e.idName), name: "row.id"}}, from: "from read"}
	linked := step{name: "linked", purpose: "", all: "identified.*", from: "from identified", items: e.belonging()}
	linked.purpose = "the document it belongs to"
	for _, f := range parent {
		linked.from += f.join("identified")
	}
	last := step{from: "from linked\ngroup by all"}
	for i := range e.key {
		last.items = append(last.items, item{sql: engine.Quote(fmt.Sprintf("key.%d", i+1)), name: fmt.Sprintf("k%d", i+1)})
	}
	last.items = append(last.items,
		item{sql: `min("row.id")`, name: "id"},
		item{sql: `coalesce(min("row.document") filter (where "row.gone" is null), min("row.document"))`, name: "document"},
		item{sql: `case when bool_and("row.gone" is not null) then min("row.gone") end`, name: "excluded"})
	return append(steps, identified, linked, last)
}

// join finds the row referred to by its natural key.
func (f *field) join(from string) string {
	var on []string
	for i := range f.key {
		on = append(on, fmt.Sprintf("%s.k%d = %s.%s", f.part("to"), i+1, from, f.part(fmt.Sprint(i+1))))
	}
	return fmt.Sprintf("\nleft join %s as %s on %s", keysTable(f.to.name), f.part("to"), strings.Join(on, " and "))
}
