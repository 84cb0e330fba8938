package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/mappings/yamlfile"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/validate/finding"
)

// queryColumns are the columns that a rule's query may give.
func queryColumns() []string {
	return []string{"key", "field", "value", "detail", "expected", "actual", "difference", "documents"}
}

// bindQuery compiles a query whose rows are the violations.
func bindQuery(ctx context.Context, b *binder, number int) statement {
	rule := b.rules.List[number]
	path := place(number, "query")
	columns, err := b.eng.Columns(ctx, rule.Query)
	if err != nil {
		b.fail(path, "query not accepted by the engine", engineWord(err), "")
		return statement{}
	}
	types := map[string]string{}
	var names []string
	for _, c := range columns {
		if !slices.Contains(queryColumns(), c.Name) {
			b.fail(path, fmt.Sprintf("the query gives a column %q", c.Name), "it has no place in a finding",
				yamlfile.Suggestion(c.Name, queryColumns()))
		}
		types[c.Name] = c.Type
		names = append(names, engine.Quote(c.Name))
	}
	if types["key"] == "" {
		b.fail(path, `the query gives no column "key"`, "it names the violation for people", "select … as key")
	}
	groups := "cast(null as bigint)"
	if rule.Checked != "" {
		counted, err := b.eng.Columns(ctx, rule.Checked)
		switch {
		case err != nil:
			b.fail(place(number, "checked"), "query not accepted by the engine", engineWord(err), "")
		case len(counted) != 1 || !isInteger(counted[0].Type):
			b.fail(place(number, "checked"), "one whole number is wanted", "", "write select count(*) from …")
		}
		groups = "cast(" + parenthesised(rule.Checked) + " as bigint)"
	}
	if !b.sound() {
		return statement{}
	}
	text := func(column string) string {
		if types[column] == "" {
			return "cast(null as varchar)"
		}
		return "cast(" + column + " as varchar)"
	}
	difference, size := differenceSQL(types)
	sql := fmt.Sprintf(`with
violations as materialized %s,
found as (
  select row_number() over (order by %s desc nulls last, key, %s) as rank, true as violation,
         %s as field, %s as key, %s as value, %s as detail, %s as expected, %s as actual,
         cast(%s as varchar) as difference, %s
  from violations
),
checked as (
  select %s as groups, %[13]s as rows, cast(null as varchar) as total_expected, cast(null as varchar) as total_actual
)
select * from checked left join found on true order by rank`,
		parenthesised(rule.Query), size, strings.Join(names, ", "),
		text("field"), text("key"), text("value"), text("detail"), text("expected"), text("actual"),
		difference, documentsSQL(types["documents"]), groups, groups)
	return statement{sql: sql}
}

// differenceSQL is the difference a query gives or, where it gives two exact
// numbers, the one between them; size is what violations are ranked by.
func differenceSQL(types map[string]string) (difference, size string) {
	expected, exactExpected := exactType(types["expected"])
	actual, exactActual := exactType(types["actual"])
	switch _, exact := exactType(types["difference"]); {
	case exact:
		return "difference", "abs(difference)"
	case types["difference"] != "":
		return "difference", "cast(null as integer)"
	case exactExpected && exactActual:
		total := expected.with(actual).total()
		difference = fmt.Sprintf("cast(actual as %s) - cast(expected as %s)", total, total)
		return difference, "abs(" + difference + ")"
	}
	return "null", "cast(null as integer)"
}

// documentsSQL are the documents that a query gives as a list, or as one text.
func documentsSQL(engineType string) string {
	switch {
	case engineType == "":
		return "cast(null as varchar[]) as documents, 0 as document_count"
	case strings.HasSuffix(engineType, "[]"):
		return fmt.Sprintf("list_slice(list_sort(list_distinct(cast(documents as varchar[]))), 1, %d) as documents, len(list_distinct(cast(documents as varchar[]))) as document_count", finding.DocumentLimit)
	}
	return "[cast(documents as varchar)] as documents, 1 as document_count"
}
