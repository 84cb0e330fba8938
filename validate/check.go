package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/transform/engine"
)

// bindCheck compiles: expect is true on every row. Where expect is one
// comparison of exact numbers its left is what is found and its right what is
// expected, so that a violation shows by how much.
func bindCheck(ctx context.Context, b *binder, number int) statement {
	rule := b.rules.List[number]
	all := b.rowsOf(number)
	amounts, compared := b.comparedAmounts(ctx, all, rule.Expect)
	var rows []string
	for _, r := range all {
		where, _ := b.predicate(ctx, place(number, "where"), r, rule.Where)
		expect, _ := b.predicate(ctx, place(number, "expect"), r, rule.Expect)
		name := b.name(ctx, number, r)
		if !b.sound() {
			continue
		}
		used, err := parse(ctx, b.eng, rule.Expect)
		if err != nil {
			b.fail(place(number, "expect"), "expression not read by the engine", engineWord(err), "")
			continue
		}
		actual, expected := "null", "null"
		if compared {
			actual, expected = amounts.actual, amounts.expected
		}
		rows = append(rows, fmt.Sprintf(`  select cast(%s as varchar) as key, cast(%s as uuid) as document, cast(%s as varchar) as origin,
         %s as value,
         cast(%s as %s) as actual, cast(%s as %s) as expected,
         %s as holds
  from %s%s`, name, r.document, r.origin, valuesSQL(r, used.columns), actual, amounts.exact, expected, amounts.exact,
			expect, r.from, groupTerm{where: where}.condition()))
	}
	if !b.sound() || len(rows) == 0 {
		return statement{}
	}
	sql := fmt.Sprintf(`with
read as not materialized (
%s
),
found as (
  select row_number() over (order by abs(r.actual - r.expected) desc nulls last, r.key, r.document, r.origin) as rank, true as violation,
         cast(null as varchar) as field, r.key, r.value, %s as detail,
         cast(r.expected as varchar) as expected, cast(r.actual as varchar) as actual,
         cast(r.actual - r.expected as varchar) as difference,
         [coalesce(d.type || ' ' || d.key, cast(r.document as varchar), r.origin)] as documents, 1 as document_count
  from read r left join %s.documents d on d.id = r.document
  where r.holds is not true
),
checked as (
  select count(*) as groups, count(*) as rows,
         cast(sum(expected) as varchar) as total_expected, cast(sum(actual) as varchar) as total_actual
  from read
)
select * from checked left join found on true order by rank`,
		strings.Join(rows, "\n  union all\n"), engine.Literal("does not hold: "+strings.TrimSpace(rule.Expect)), workSchema)
	return statement{sql: sql, entity: all[0].label}
}

// compared are the two numbers that a condition compares.
type compared struct {
	actual, expected string
	exact            amountType
}

// comparedAmounts gives the numbers of a condition that is one comparison of
// exact amounts on all these rows; ok is false for any other condition, also
// for one of whole numbers: by how much a year or a code differs says nothing.
func (b *binder) comparedAmounts(ctx context.Context, all []relation, expect string) (c compared, ok bool) {
	c.exact = amountType{maxDigits, 0}
	p, err := parse(ctx, b.eng, expect)
	if err != nil || p.compares == nil {
		return c, false
	}
	var exact amountType
	for _, rows := range all {
		for _, text := range []string{p.compares.left, p.compares.right} {
			columns, err := b.eng.Columns(ctx, "select "+parenthesised(text)+" as value from "+rows.from)
			if err != nil {
				return c, false
			}
			t, isExact := exactType(columns[0].Type)
			if !isExact {
				return c, false
			}
			exact = exact.with(t)
		}
	}
	if exact.scale == 0 {
		return c, false
	}
	return compared{parenthesised(p.compares.left), parenthesised(p.compares.right), exact.total()}, true
}

// valuesSQL shows the values of the columns that a condition reads.
func valuesSQL(rows relation, used []string) string {
	var shown []string
	for _, c := range rows.columns {
		if slices.ContainsFunc(used, func(name string) bool { return strings.EqualFold(name, c.Name) }) {
			shown = append(shown, fmt.Sprintf("%s || coalesce(cast(%s as varchar), '(null)')", engine.Literal(c.Name+" = "), engine.Quote(c.Name)))
		}
	}
	if len(shown) == 0 {
		return "cast(null as varchar)"
	}
	return "concat_ws(', ', " + strings.Join(shown, ", ") + ")"
}
