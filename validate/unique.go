package validate

import (
	"context"
	"fmt"
)

// bindUnique compiles: every group of equal values has one row.
func bindUnique(ctx context.Context, b *binder, number int) statement {
	rule := b.rules.List[number]
	var terms []groupTerm
	for _, rows := range b.rowsOf(number) {
		t := groupTerm{relation: rows, side: actualSide, amount: "1", exact: amountType{19, 0}}
		t.where, _ = b.predicate(ctx, place(number, "where"), rows, rule.Where)
		t.by, t.types = b.groupBy(ctx, place(number, "columns"), rows, rule.Columns)
		if rule.Key != "" {
			t.name = b.name(ctx, number, rows)
		}
		terms = append(terms, t)
	}
	if !b.sound() || !b.sameGroups(number, terms) {
		return statement{}
	}
	return statement{sql: grouped{terms: terms, broken: "actual > 1", each: true}.sql(), entity: terms[0].label}
}

// rowsOf are the rows that a rule without sides reads.
func (b *binder) rowsOf(number int) []relation {
	var rows []relation
	for i, name := range b.rules.List[number].From {
		if r, ok := b.relation(fmt.Sprintf("%s[%d]", place(number, "from"), i), name); ok {
			rows = append(rows, r)
		}
	}
	return rows
}
