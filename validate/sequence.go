package validate

import (
	"context"
	"fmt"
	"strings"
)

// bindSequence compiles: in every group the numbers follow one another without
// a gap, from the first that is wanted or that is there. A violation is one
// gap; its documents are those at its ends. Numbers that come twice are for a
// rule of kind unique to find. A row without a number is in no sequence and is
// a violation of its own.
func bindSequence(ctx context.Context, b *binder, number int) statement {
	rule := b.rules.List[number]
	var terms []groupTerm
	for _, rows := range b.rowsOf(number) {
		t := groupTerm{relation: rows}
		t.where, _ = b.predicate(ctx, place(number, "where"), rows, rule.Where)
		t.by, t.types = b.groupBy(ctx, place(number, "by"), rows, rule.By)
		if kind, ok := b.expression(ctx, place(number, "number"), rows, rule.Number); ok && !isInteger(kind) {
			b.fail(place(number, "number"), fmt.Sprintf("number is %s", kind), "whole numbers follow one another", "cast it, as in cast(x as bigint)")
		}
		terms = append(terms, t)
	}
	if !b.sound() || !b.sameGroups(number, terms) {
		return statement{}
	}
	columns := columnsOf(len(terms[0].by))
	var rows []string
	for _, t := range terms {
		rows = append(rows, fmt.Sprintf("  select %s, cast(%s as hugeint) as number, cast(%s as uuid) as document, cast(%s as varchar) as origin\n  from %s%s",
			t.groupSQL(columns), parenthesised(rule.Number), t.document, t.origin, t.from, t.condition()))
	}
	return statement{sql: sequenceSQL(rows, columns, rule.First), entity: terms[0].label}
}

// sequenceSQL finds the gaps by looking from each number back to the one before.
func sequenceSQL(rows, columns []string, first string) string {
	by := strings.Join(columns, ", ")
	begins := "null"
	if first != "" {
		begins = "cast(" + first + " as hugeint) - 1"
	}
	return fmt.Sprintf(`with
numbered as materialized (
%[1]s
),
steps as (
  select *, coalesce(lag(number) over w, %[3]s) as before,
         lag(document) over w as document_before, lag(origin) over w as origin_before
  from numbered where number is not null
  window w as (partition by %[2]s order by number, document, origin)
),
broken as (
  select %[2]s, before + 1 as missing, number - 1 as last_missing, number - before - 1 as lost, document, origin, document_before, origin_before
  from steps where number - before > 1
  union all
  select %[2]s, null, null, 0, document, origin, null, null from numbered where number is null
),
found as (
  select row_number() over (order by b.lost desc, %[4]s, b.missing, b.document, b.origin) as rank, true as violation,
         cast(null as varchar) as field, concat_ws('/', %[4]s) as key,
         case when b.missing is null then cast(null as varchar) when b.lost = 1 then cast(b.missing as varchar) else b.missing || '–' || b.last_missing end as value,
         case when b.missing is null then 'no number' else b.lost || ' missing' end as detail,
         cast(0 as varchar) as expected, cast(b.lost as varchar) as actual, cast(b.lost as varchar) as difference,
         list_filter([%[5]s, %[6]s], lambda x: x is not null) as documents, if(%[5]s is null, 0, 1) + if(%[6]s is null, 0, 1) as document_count
  from broken b
  left join %[7]s.documents p on p.id = b.document_before
  left join %[7]s.documents d on d.id = b.document
),
checked as (
  select count(distinct (%[2]s)) as groups, count(*) as rows, cast(null as varchar) as total_expected, cast(null as varchar) as total_actual
  from numbered
)
select * from checked left join found on true order by rank`,
		strings.Join(rows, "\n  union all\n"), by, begins, texts(prefixed("b.", columns)),
		"coalesce(p.type || ' ' || p.key, cast(b.document_before as varchar), b.origin_before)",
		"coalesce(d.type || ' ' || d.key, cast(b.document as varchar), b.origin)", workSchema)
}

func prefixed(prefix string, columns []string) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = prefix + c
	}
	return all
}
