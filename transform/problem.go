package transform

import (
	"fmt"
	"strings"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/validate/finding"
)

// problem is something that may be wrong with a row. All but warning are SQL.
type problem struct {
	field                     string
	when, kind, value, detail string
	warning                   bool
}

// failure is the problem of an expression that failed on the row: its value
// are the columns that the expression reads.
func failure(attempt string, x expression) problem {
	p := problem{when: engine.Quote(attempt) + " is null", kind: kindLiteral(finding.BadText), detail: engine.Literal("the expression failed: " + x.sql)}
	var values []string
	for _, c := range x.columns {
		values = append(values, fmt.Sprintf("concat(%s, %s)", engine.Literal(c+"="), engine.Quote(c)))
	}
	switch len(values) {
	case 0:
	case 1:
		p.value = "cast(" + engine.Quote(x.columns[0]) + " as varchar)"
	default:
		p.value = "concat_ws(', ', " + strings.Join(values, ", ") + ")"
	}
	return p
}

// problems are all that may be wrong with a row.
func (e *entity) problems() []problem {
	var all []problem
	failed := func(attempt string, x expression, field string) {
		if x.tried {
			p := failure(attempt, x)
			p.field = field
			all = append(all, p)
		}
	}
	if e.where != nil {
		failed("where.try", *e.where, "where")
	}
	for i, x := range e.excludes {
		failed(fmt.Sprintf("exclude.try%d", i+1), x, "exclude")
	}
	for i, k := range e.key {
		failed(fmt.Sprintf("key.try%d", i+1), k, "key")
	}
	for _, f := range e.fields {
		for _, p := range f.problems() {
			p.field = f.spec.Name
			all = append(all, p)
		}
	}
	return all
}

// problemList is the list of the problems that a row has, or NULL. An excluded
// row has none: nobody will repair it.
func problemList(all []problem, warning bool) string {
	var when, list []string
	for _, p := range all {
		if p.warning != warning {
			continue
		}
		when = append(when, "("+p.when+")")
		value := p.value
		if value == "" {
			value = "cast(null as varchar)"
		}
		list = append(list, fmt.Sprintf("case when %s then {'kind': %s, 'field': %s, 'value': %s, 'detail': %s} end",
			p.when, p.kind, engine.Literal(p.field), value, p.detail))
	}
	if len(list) == 0 {
		return "cast(null as struct(kind varchar, field varchar, value varchar, detail varchar)[])"
	}
	return fmt.Sprintf("case when %s is null and (\n      %s\n    ) then found([\n      %s\n    ]) end",
		`"row.gone"`, strings.Join(when, "\n      or "), strings.Join(list, ",\n      "))
}

// unreadable lists the money fields of a row that are there and have no value,
// also where the row is excluded.
func (e *entity) unreadable() string {
	var when, list []string
	for _, f := range e.money() {
		if f.mayBeUnreadable() {
			when = append(when, f.unreadable())
			list = append(list, "case when "+f.unreadable()+" then "+engine.Literal(f.spec.Name)+" end")
		}
	}
	if len(list) == 0 {
		return "cast(null as varchar[])"
	}
	return "case when " + strings.Join(when, " or ") + " then found([" + strings.Join(list, ", ") + "]) end"
}

// problems are all that may be wrong with the field in a row.
func (f *field) problems() []problem {
	switch {
	case f.spec.ID != "":
		return nil
	case f.to != nil:
		return f.referenceProblems()
	}
	raw := "cast(" + f.part("raw") + " as varchar)"
	value := f.part("value")
	var all []problem
	if f.from.tried {
		all = append(all, failure(f.spec.Name+".try", f.from))
	}
	if f.spec.Crosswalk != "" {
		all = append(all, problem{
			when: f.part("in") + " is not null and not " + f.part("known"), kind: kindLiteral(finding.Unmapped),
			value: raw, detail: engine.Literal("not in crosswalk " + f.spec.Crosswalk), warning: f.warns(),
		})
	}
	if !f.total {
		all = append(all, problem{when: "(" + f.in + " is not null and " + value + " is null)", kind: f.kind, value: raw, detail: f.detail, warning: f.warns()})
	}
	all = append(all, f.requiredProblem(all, raw)...)
	if f.column.Type == "text" || f.column.Type == "json" {
		all = append(all, problem{when: "contains(" + value + ", chr(0))", kind: kindLiteral(finding.NULByte), value: raw, detail: "'a NUL byte'"})
	}
	if f.column.length > 0 {
		all = append(all, problem{
			when: fmt.Sprintf("length(%s) > %d", value, f.column.length), kind: kindLiteral(finding.TooLong), value: raw,
			detail: fmt.Sprintf("concat(length(%s), ' characters, and the target takes %d')", value, f.column.length),
		})
	}
	if f.spec.Check != "" {
		all = append(all, problem{when: f.part("check") + " is not null", kind: kindLiteral(finding.CheckFailed), value: raw, detail: f.part("check"), warning: f.warns()})
	}
	return all
}

// mayBeUnreadable says that some input may have no value.
func (f *field) mayBeUnreadable() bool { return !f.total || f.from.tried }

// unreadable is true where there is an input and no value of the target's type.
func (f *field) unreadable() string {
	when := f.in + " is not null and " + f.part("value") + " is null"
	if f.from.tried {
		when += " or " + f.part("try") + " is null"
	}
	return "(" + when + ")"
}

// requiredProblem rejects an empty value that the target wants, unless another
// problem has rejected it already.
func (f *field) requiredProblem(others []problem, raw string) []problem {
	if !f.column.required {
		return nil
	}
	when := f.part("value") + " is null"
	for _, p := range others {
		if !p.warning {
			when += " and not coalesce(" + p.when + ", false)"
		}
	}
	return []problem{{when: when, kind: kindLiteral(finding.Required), value: raw, detail: "'the target wants a value'"}}
}

// referenceProblems are those of a reference.
func (f *field) referenceProblems() []problem {
	key := f.keyText()
	var all []problem
	for i, k := range f.key {
		if k.tried {
			all = append(all, failure(fmt.Sprintf("%s.try%d", f.spec.Name, i+1), k))
		}
	}
	present := f.part(fmt.Sprint(len(f.key))) + " is not null"
	orphan := problem{
		when: present + " and " + f.part("id") + " is null", kind: kindLiteral(finding.Orphan), value: key,
		detail: engine.Literal("no " + f.to.name + " has this key"), warning: f.warns(),
	}
	depends := problem{kind: kindLiteral(finding.DependsOn), value: key, warning: f.warns()}
	switch {
	case f.toParent:
		orphan.when = f.part("id") + " is null"
		depends.when = f.part("id") + " is not null and " + f.part("document") + " is null"
		depends.detail = engine.Literal("this " + f.to.name + " has itself no document to hang on")
		return append(all, orphan, depends)
	case f.toSibling():
		depends.when = f.part("gone") + " is not null"
		depends.detail = "concat(" + engine.Literal("this "+f.to.name+" is ") + ", " + f.part("gone") + ")"
	default:
		depends.when = f.part("status") + " <> 'staged'"
		depends.detail = "concat(" + engine.Literal("this "+f.to.name+" is ") + ", " + f.part("status") + ")"
	}
	all = append(all, orphan, depends)
	if f.column.required {
		when := f.part("value") + " is null"
		for _, p := range all {
			if !p.warning {
				when += " and not coalesce(" + p.when + ", false)"
			}
		}
		all = append(all, problem{when: when, kind: kindLiteral(finding.Required), detail: "'the target wants a reference'"})
	}
	return all
}

// keyText is the key referred to, as people write it.
func (f *field) keyText() string {
	parts := make([]string, len(f.key))
	for i := range f.key {
		parts[i] = f.part(fmt.Sprint(i + 1))
	}
	return "concat_ws('/', " + strings.Join(parts, ", ") + ")"
}
