package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/validate/finding"
)

// statement is a compiled rule. Its SQL returns at least one row, with the columns
//
//	groups, rows         what was looked at; NULL where a query does not say
//	total_expected, total_actual   over all groups; NULL where there are none
//	violation            false on the only row of a rule that holds
//	rank                 1 for the largest difference
//	field, key, value, detail, expected, actual, difference   texts
//	documents            at most finding.DocumentLimit of them
//	document_count       all of them
type statement struct {
	sql string
	// totals is the statement of a control's table, "" for other kinds.
	totals   string
	by, sums []string // of the table
	entity   string   // the rows a violation is about
}

// side is what a term counts towards.
type side string

const (
	expectedSide side = "expected"
	actualSide   side = "actual"
)

// groupTerm is a bound term of a rule that compares groups.
type groupTerm struct {
	relation
	side   side
	where  string   // "" for all rows
	by     []string // SQL, and beside it the engine's types
	types  []string
	amount string // SQL
	exact  amountType
	name   string // SQL that names the group for people, "" where this side does not
}

// grouped is a rule that compares two sums per group.
type grouped struct {
	terms  []groupTerm
	broken string // SQL over expected and actual
	// among is SQL over the same that says which groups are looked at; "" for all.
	among string
	// each says that 1 is expected of every group, whatever it is.
	each bool
	// byDocument says that a group is a document where its value is the id of
	// one: it has that document's key for a name.
	byDocument bool
}

// bindSide binds the terms of one side. named says that its rows name the group.
func (b *binder) bindSide(ctx context.Context, number int, part string, s side, named bool) []groupTerm {
	rule := b.rules.List[number]
	var bound []groupTerm
	for i, term := range rule.terms(part) {
		path := place(number, fmt.Sprintf("%s[%d]", part, i))
		if term.Query != "" {
			if rows, ok := b.queryRelation(ctx, path, term); ok {
				if t, ok := b.bindTerm(ctx, path, rows, term); ok {
					bound = append(bound, t)
				}
			}
			continue
		}
		for j, name := range term.From {
			rows, ok := b.relation(fmt.Sprintf("%s.from[%d]", path, j), name)
			if !ok {
				continue
			}
			if t, ok := b.bindTerm(ctx, path, rows, term); ok {
				bound = append(bound, t)
			}
		}
	}
	for i := range bound {
		t := &bound[i]
		t.side = s
		if named {
			t.name = b.name(ctx, number, t.relation)
		}
	}
	return bound
}

// name is SQL that names a row of the relation for people.
func (b *binder) name(ctx context.Context, number int, rows relation) string {
	key := b.rules.List[number].Key
	if key == "" {
		return rows.key
	}
	if _, ok := b.expression(ctx, place(number, "key"), rows, key); !ok {
		return "null"
	}
	return parenthesised(key)
}

func (b *binder) bindTerm(ctx context.Context, path string, rows relation, term Term) (groupTerm, bool) {
	t := groupTerm{relation: rows}
	before := len(b.mistakes)
	t.where, _ = b.predicate(ctx, path+".where", rows, term.Where)
	t.by, t.types = b.groupBy(ctx, path+".by", rows, term.By)
	if term.Count {
		t.amount, t.exact = "1", amountType{19, 0}
	} else {
		t.amount, t.exact, _ = b.amount(ctx, path+".sum", rows, term.Sum)
	}
	return t, len(b.mistakes) == before
}

func (b *binder) groupBy(ctx context.Context, path string, rows relation, texts []string) (by, types []string) {
	for i, text := range texts {
		if kind, ok := b.expression(ctx, fmt.Sprintf("%s[%d]", path, i), rows, text); ok {
			by, types = append(by, parenthesised(text)), append(types, kind)
		}
	}
	return by, types
}

// sameGroups checks that all terms group by as many values, and makes values
// of different types comparable: as text.
func (b *binder) sameGroups(number int, terms []groupTerm) bool {
	for _, t := range terms {
		if len(t.by) != len(terms[0].by) {
			b.fail(place(number, ""), "sides of different groups",
				fmt.Sprintf("values in by: %d of %s, %d of %s", len(terms[0].by), terms[0].label, len(t.by), t.label),
				"give every side the same number of values in by, in the same order")
			return false
		}
	}
	if len(terms) == 0 {
		return false
	}
	for i := range terms[0].by {
		if alike(terms, i) {
			continue
		}
		for _, t := range terms {
			t.by[i] = "cast(" + t.by[i] + " as varchar)"
		}
	}
	if len(terms[0].by) == 0 { // one group, of everything
		for i := range terms {
			terms[i].by, terms[i].types, terms[i].name = []string{"'total'"}, []string{"VARCHAR"}, ""
		}
	}
	return true
}

// byDocument says that the terms' group may be the id of a document.
func byDocument(terms []groupTerm) bool {
	return len(terms[0].types) == 1 && !slices.ContainsFunc(terms, func(t groupTerm) bool { return t.types[0] != "UUID" })
}

func alike(terms []groupTerm, i int) bool {
	for _, t := range terms {
		if t.types[i] != terms[0].types[i] && !(isInteger(t.types[i]) && isInteger(terms[0].types[i])) {
			return false
		}
	}
	return true
}

// exactOf is the type in which all terms' amounts are summed.
func exactOf(terms []groupTerm) amountType {
	var t amountType
	for _, term := range terms {
		t = t.with(term.exact)
	}
	return t
}

// columnsOf are the names of the group's values in a statement.
func columnsOf(count int) []string {
	columns := make([]string, count)
	for i := range columns {
		columns[i] = fmt.Sprintf("by%d", i+1)
	}
	return columns
}

// sql is the statement of the rule. It reads each row once to compare the
// groups, and only where one is broken a second time, for its documents.
func (g grouped) sql() string {
	exact := exactOf(g.terms)
	columns := columnsOf(len(g.terms[0].by))
	by := strings.Join(columns, ", ")
	var amounts, behind []string
	for _, t := range g.terms {
		amounts = append(amounts, t.amountSQL(columns, exact))
		behind = append(behind, t.behindSQL(columns))
	}
	var same, named []string
	for _, c := range columns {
		same = append(same, fmt.Sprintf("r.%s is not distinct from b.%s", c, c))
		named = append(named, fmt.Sprintf("b.%s is not distinct from n.%s", c, c))
	}
	expected, detail := "coalesce(sum(expected), 0)", fmt.Sprintf("case when b.expected_rows = 0 then %s when b.actual_rows = 0 then %s end",
		engine.Literal("no row of "+g.labels(expectedSide)), engine.Literal("no row of "+g.labels(actualSide)))
	totalExpected, totalActual := "cast(sum(expected) as varchar)", "cast(sum(actual) as varchar)"
	if g.each {
		expected, detail = "1", "cast(null as varchar)"
		totalExpected, totalActual = "cast(null as varchar)", "cast(null as varchar)"
	}
	among := ""
	if g.among != "" {
		among = " having " + g.among
	}
	key, owner := "n.key", ""
	if g.byDocument {
		key, owner = "coalesce(g.key, n.key)", "\n  left join "+workSchema+".documents g on g.id = b.by1"
	}
	return fmt.Sprintf(`with
amounts as (
%[1]s
),
groups as materialized (
  select %[2]s, count(*) as rows,
         count(*) filter (expected is not null) as expected_rows, count(*) filter (actual is not null) as actual_rows,
         %[9]s as expected, coalesce(sum(actual), 0) as actual
  from amounts group by %[2]s%[15]s
),
broken as materialized (
  select *, actual - expected as difference from groups where %[3]s
),
behind as (
  select %[2]s, coalesce(d.type || ' ' || d.key, cast(r.document as varchar), r.origin) as label, min(r.name) as first_name, max(r.name) as last_name
  from (
%[4]s
  ) r semi join broken b on %[5]s left join %[6]s.documents d on d.id = r.document
  group by %[2]s, label
),
named as (
  select %[2]s, case when min(first_name) = max(last_name) then min(first_name) else concat_ws('/', %[7]s) end as key,
         min(label, %[8]d) as documents, count(label) as document_count
  from behind group by %[2]s
),
found as (
  select row_number() over (order by abs(b.difference) desc, %[12]s, %[13]s) as rank, true as violation,
         cast(null as varchar) as field, %[12]s as key, cast(null as varchar) as value, %[10]s as detail,
         cast(b.expected as varchar) as expected, cast(b.actual as varchar) as actual, cast(b.difference as varchar) as difference,
         n.documents, n.document_count
  from broken b join named n on %[11]s%[14]s
),
checked as (
  select count(*) as groups, coalesce(sum(rows), 0) as rows,
         %[16]s as total_expected, %[17]s as total_actual
  from groups
)
select * from checked left join found on true order by rank`,
		strings.Join(amounts, "\n  union all\n"), by, g.broken, strings.Join(behind, "\n    union all\n"),
		strings.Join(same, " and "), workSchema, texts(columns), finding.DocumentLimit,
		expected, detail, strings.Join(named, " and "), key, "b."+strings.Join(columns, ", b."), owner, among, totalExpected, totalActual)
}

// amountSQL are the term's rows as an amount on its side of their group.
func (t groupTerm) amountSQL(columns []string, exact amountType) string {
	expected, actual := "null", fmt.Sprintf("cast(%s as %s)", t.amount, exact)
	if t.side == expectedSide {
		expected, actual = actual, fmt.Sprintf("cast(null as %s)", exact)
	} else {
		expected = fmt.Sprintf("cast(null as %s)", exact)
	}
	return fmt.Sprintf("  select %s,\n         %s as expected,\n         %s as actual\n  from %s%s",
		t.groupSQL(columns), expected, actual, t.from, t.condition())
}

// behindSQL are the term's rows with what names them.
func (t groupTerm) behindSQL(columns []string) string {
	name := "cast(null as varchar)"
	if t.name != "" {
		name = "cast(" + t.name + " as varchar)"
	}
	return fmt.Sprintf("    select %s, cast(%s as uuid) as document, cast(%s as varchar) as origin, %s as name from %s%s",
		t.groupSQL(columns), t.document, t.origin, name, t.from, t.condition())
}

func (t groupTerm) groupSQL(columns []string) string {
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = t.by[i] + " as " + c
	}
	return strings.Join(values, ", ")
}

func (t groupTerm) condition() string {
	if t.where == "" {
		return ""
	}
	return "\n  where " + t.where
}

// labels are the rows of a side, as the rule names them.
func (g grouped) labels(s side) string {
	var labels []string
	for _, t := range g.terms {
		if t.side == s {
			labels = append(labels, t.label)
		}
	}
	return strings.Join(labels, ", ")
}

// texts are values as texts that people read, NULL among them.
func texts(columns []string) string {
	shown := make([]string, len(columns))
	for i, c := range columns {
		shown[i] = "coalesce(cast(" + c + " as varchar), '(null)')"
	}
	return strings.Join(shown, ", ")
}
