package validate

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// stops are where a control counts, and how its statement calls them.
func stops() []string { return []string{"source", "staged", "rejected", "excluded"} }

// controlTerm are the rows of one stop, or of two told apart by _status.
type controlTerm struct {
	groupTerm
	stop    string   // SQL
	amounts []string // SQL, one per measure but the rows
	exacts  []amountType
}

// measure is one column of totals; the first of a control is its rows.
type measure struct {
	name  string
	exact amountType
	// source is the source's figure over all groups, as SQL; "null" where it
	// is not known or comes from the rule's own source rows.
	source string
}

// bindControl compiles: source = staged + rejected + excluded, group by group
// where the rule says how the source is grouped, else in all.
func bindControl(ctx context.Context, b *binder, number int) statement {
	rule := b.rules.List[number]
	terms := b.controlTerms(ctx, number)
	if !b.sound() || len(terms) == 0 {
		return statement{}
	}
	groups := make([]groupTerm, len(terms))
	for i := range terms {
		groups[i] = terms[i].groupTerm
	}
	if !b.sameGroups(number, groups) {
		return statement{}
	}
	for i := range terms {
		terms[i].groupTerm = groups[i]
	}
	measures := []measure{{name: "rows", exact: amountType{maxDigits, 0}}}
	for i, sum := range rule.Sum {
		m := measure{name: sum}
		for _, t := range terms {
			m.exact = m.exact.with(t.exacts[i])
		}
		measures = append(measures, m)
	}
	for i := range measures {
		measures[i].source, measures[i].exact = b.sourceFigure(number, i, measures[i].exact)
	}
	c := control{terms: terms, measures: measures, grouped: len(rule.By) > 0, bySource: len(rule.Source) > 0}
	return statement{sql: c.violationsSQL(), totals: c.totalsSQL(), by: rule.By, sums: rule.Sum, entity: terms[0].label}
}

// controlTerms binds the rows of every stop.
func (b *binder) controlTerms(ctx context.Context, number int) []controlTerm {
	rule := b.rules.List[number]
	var terms []controlTerm
	for i, name := range rule.From {
		path := fmt.Sprintf("%s[%d]", place(number, "from"), i)
		if _, ok := b.shape.entity(name); !ok {
			b.fail(path, fmt.Sprintf("%q is no entity", name), "a control follows an entity from source to target",
				"name an entity here, and its raw rows in source")
			continue
		}
		loaded, _ := b.relation(path, name)
		rest, _ := b.relation(path, rejectedSchema+"."+name)
		term := b.controlTerm(ctx, place(number, ""), loaded, Term{Where: rule.Where, By: rule.By, Sum: rule.Sum})
		term.stop = "'staged'"
		others := term // the same expressions, over the same columns
		others.relation, others.by = rest, slices.Clone(term.by)
		others.stop = staged.StatusColumn
		terms = append(terms, term, others)
	}
	for i, term := range rule.Source {
		path := place(number, fmt.Sprintf("source[%d]", i))
		if len(term.Sum) != len(rule.Sum) {
			b.fail(path, "sums that do not match", fmt.Sprintf("the rule has %d and its source %d", len(rule.Sum), len(term.Sum)),
				"give the source the sums of the rule, in their order")
			continue
		}
		for _, rows := range b.sourceRows(ctx, path, term) {
			t := b.controlTerm(ctx, path, rows, term)
			t.stop = "'source'"
			terms = append(terms, t)
		}
	}
	return terms
}

func (b *binder) sourceRows(ctx context.Context, path string, term Term) []relation {
	if term.Query != "" {
		if rows, ok := b.queryRelation(ctx, path, term); ok {
			return []relation{rows}
		}
		return nil
	}
	var all []relation
	for i, name := range term.From {
		if rows, ok := b.relation(fmt.Sprintf("%s.from[%d]", path, i), name); ok {
			all = append(all, rows)
		}
	}
	return all
}

func (b *binder) controlTerm(ctx context.Context, path string, rows relation, term Term) controlTerm {
	t := controlTerm{groupTerm: groupTerm{relation: rows}}
	t.where, _ = b.predicate(ctx, path+".where", rows, term.Where)
	t.by, t.types = b.groupBy(ctx, path+".by", rows, term.By)
	for i, sum := range term.Sum {
		amount, exact, _ := b.amount(ctx, fmt.Sprintf("%s.sum[%d]", path, i), rows, []string{sum})
		t.amounts, t.exacts = append(t.amounts, amount), append(t.exacts, exact)
	}
	return t
}

// sourceFigure is what staged.json says of the source over all the control's
// entities, as SQL, and the type that holds it and the measure: its rows for
// measure 0, else the total of that sum's column. It is "null" where the rule
// picks rows, brings its own source, or the manifest has no such total.
func (b *binder) sourceFigure(number, measure int, exact amountType) (string, amountType) {
	rule := b.rules.List[number]
	if rule.Where != "" || len(rule.Source) > 0 {
		return "null", exact
	}
	total := decimal.Zero
	for _, name := range rule.From {
		entity, _ := b.shape.entity(name)
		text := strconv.FormatInt(entity.Source.Rows, 10)
		if measure > 0 {
			var known bool
			if text, known = entity.Source.Sums[rule.Sum[measure-1]]; !known {
				return "null", exact
			}
		}
		figure, err := decimal.NewFromString(text)
		if err != nil {
			b.fail(place(number, "sum"), fmt.Sprintf("total %q of %s in staged.json", text, name), "no exact decimal", "transform again")
			return "null", exact
		}
		total = total.Add(figure)
	}
	exact = exact.with(amountType{maxDigits, int(max(0, -total.Exponent()))})
	return "'" + total.StringFixed(int32(exact.scale)) + "'", exact
}

// control is a bound control.
type control struct {
	terms    []controlTerm
	measures []measure
	grouped  bool // by at least one value
	bySource bool // the source is grouped too
}

// tables are the statement's common part: every total, one row per group and
// measure, and one per measure over all groups (whole).
func (c control) tables() string {
	columns := columnsOf(len(c.terms[0].by))
	by := strings.Join(columns, ", ")
	var amounts []string
	for _, t := range c.terms {
		values := []string{t.groupSQL(columns), t.stop + " as stop"}
		for i, amount := range t.amounts {
			values = append(values, fmt.Sprintf("cast(%s as %s) as amount%d", amount, c.measures[i+1].exact, i+1))
		}
		amounts = append(amounts, "  select "+strings.Join(values, ", ")+"\n  from "+t.from+t.condition())
	}
	sums := make([]string, 0, len(c.measures)*len(stops()))
	for i := range c.measures {
		for _, stop := range stops() {
			value := "count(*)"
			if i > 0 {
				value = fmt.Sprintf("sum(amount%d)", i)
			}
			sums = append(sums, fmt.Sprintf("coalesce(%s filter (stop = '%s'), 0) as %s%d", value, stop, stop, i))
		}
	}
	var totals []string
	for i := range c.measures {
		totals = append(totals, c.wholeSQL(i))
		if c.grouped {
			totals = append(totals, c.groupsSQL(i, columns))
		}
	}
	return fmt.Sprintf(`with
amounts as (
%s
),
groups as materialized (
  select %s,
         %s
  from amounts group by %s
),
totals as materialized (
%s
)`, strings.Join(amounts, "\n  union all\n"), by, strings.Join(sums, ",\n         "), by, strings.Join(totals, "\n  union all\n"))
}

// groupsSQL are the totals of one measure, group by group.
func (c control) groupsSQL(i int, columns []string) string {
	source := "null"
	if c.bySource {
		source = fmt.Sprintf("source%d", i)
	}
	return c.rowSQL(i, texts(columns), source,
		fmt.Sprintf("staged%d", i), fmt.Sprintf("rejected%d", i), fmt.Sprintf("excluded%d", i), "groups")
}

// wholeSQL are the totals of one measure over all groups.
func (c control) wholeSQL(i int) string {
	sum := func(stop string) string { return fmt.Sprintf("coalesce(sum(%s%d), 0)", stop, i) }
	source := c.measures[i].source
	if c.bySource {
		source = sum("source")
	}
	return c.rowSQL(i, "", source, sum("staged"), sum("rejected"), sum("excluded"), "groups")
}

// rowSQL states one row of totals as texts. The difference is taken before, in
// the measure's own type: the union of all of them has none.
func (c control) rowSQL(i int, by, source, loaded, rejected, excluded, from string) string {
	exact := c.measures[i].exact.total()
	typed := func(sql string) string { return fmt.Sprintf("cast(%s as %s)", sql, exact) }
	whole := by == ""
	if whole {
		by = "cast(null as varchar)"
	}
	return fmt.Sprintf(`  select %t as whole, group_values, %d as number, %s as measure,
         cast(source as varchar) as source, cast(staged as varchar) as staged, cast(rejected as varchar) as rejected, cast(excluded as varchar) as excluded,
         cast(staged + rejected + excluded as varchar) as accounted, cast(staged + rejected + excluded - source as varchar) as difference,
         coalesce(staged + rejected + excluded <> source, false) as broken
  from (select [%s] as group_values, %s as source, %s as staged, %s as rejected, %s as excluded from %s)`,
		whole, i, engine.Literal(c.measures[i].name),
		by, typed(source), typed(loaded), typed(rejected), typed(excluded), from)
}

// totalsSQL gives every total, those of all groups first.
func (c control) totalsSQL() string {
	return c.tables() + `
select group_values, whole, number, measure, source, staged, rejected, excluded, difference
from totals order by whole desc, group_values, number`
}

// violationsSQL gives the totals that do not close.
func (c control) violationsSQL() string {
	return c.tables() + `,
found as (
  select row_number() over (order by whole desc, group_values, number) as rank, true as violation,
         measure as field, case when whole then 'total' else array_to_string(group_values, '/') end as key, cast(null as varchar) as value,
         'staged ' || staged || ', rejected ' || rejected || ', excluded ' || excluded as detail,
         source as expected, accounted as actual, difference,
         cast(null as varchar[]) as documents, 0 as document_count
  from totals where broken
),
checked as (
  select count(*) as groups, coalesce(sum(source0 + staged0 + rejected0 + excluded0), 0) as rows,
         cast(null as varchar) as total_expected, cast(null as varchar) as total_actual
  from groups
)
select * from checked left join found on true order by rank`
}
