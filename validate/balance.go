package validate

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"
)

// bindBalance compiles Σ left = Σ right: left is what is expected.
func bindBalance(ctx context.Context, b *binder, number int) statement {
	expected := b.bindSide(ctx, number, "left", expectedSide, true)
	actual := b.bindSide(ctx, number, "right", actualSide, false)
	return b.comparison(number, expected, actual, "abs(actual - expected) > %s", "")
}

// bindCeiling compiles Σ children ≤ Σ parent: the parent is what is expected at
// most. A parent without children is not looked at: nothing exceeds it, also
// when it is negative.
func bindCeiling(ctx context.Context, b *binder, number int) statement {
	expected := b.bindSide(ctx, number, "parent", expectedSide, true)
	actual := b.bindSide(ctx, number, "children", actualSide, false)
	return b.comparison(number, expected, actual, "actual - expected > %s", "actual_rows > 0")
}

// bindCarry compiles closing = opening + in − out: what the movements make of
// the opening is what is expected of the closing.
func bindCarry(ctx context.Context, b *binder, number int) statement {
	expected := b.bindSide(ctx, number, "opening", expectedSide, true)
	expected = append(expected, b.bindSide(ctx, number, "in", expectedSide, false)...)
	for _, out := range b.bindSide(ctx, number, "out", expectedSide, false) {
		out.amount = "-" + parenthesised(out.amount)
		expected = append(expected, out)
	}
	actual := b.bindSide(ctx, number, "closing", actualSide, false)
	return b.comparison(number, expected, actual, "abs(actual - expected) > %s", "")
}

// comparison compiles a rule that compares the sums of two sides, among all
// groups or some; broken has a place for the tolerance.
func (b *binder) comparison(number int, expected, actual []groupTerm, broken, among string) statement {
	terms := append(expected, actual...)
	if !b.sound() || !b.sameGroups(number, terms) {
		return statement{}
	}
	named := b.rules.List[number].Key != ""
	g := grouped{terms: terms, byDocument: !named && byDocument(terms), among: among, broken: fmt.Sprintf(broken, toleranceSQL(b.rules.List[number].Tolerance, exactOf(terms).total()))}
	return statement{sql: g.sql(), entity: expected[0].label}
}

// toleranceSQL writes the tolerance in the type of the difference. Digits past
// the scale are cut, which changes nothing: the difference has none there.
// Left to itself the engine would round them up.
func toleranceSQL(text string, exact amountType) string {
	if text == "" {
		return "0"
	}
	tolerance := decimal.RequireFromString(text).Truncate(int32(exact.scale)) // LoadRules has checked its form
	return fmt.Sprintf("cast('%s' as %s)", tolerance.String(), exact)
}
