package validate

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/mappings/yamlfile"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// binder checks expressions against the data's columns, in the engine itself,
// and collects what is wrong with them.
type binder struct {
	eng      *engine.Engine
	shape    Shape
	rules    *Rules
	mistakes yamlfile.Mistakes
	earlier  int // mistakes of the rules before this one
}

// statements compiles all rules. The error is a yamlfile.Mistakes with all
// that does not fit the data, or the engine's failure.
func (r *Rules) statements(ctx context.Context, eng *engine.Engine, shape Shape) ([]statement, error) {
	b := &binder{eng: eng, shape: shape, rules: r}
	compiled := make([]statement, len(r.List))
	for i, rule := range r.List {
		kind, known := kindNamed(rule.Kind)
		if !known {
			return nil, fmt.Errorf("rule %s: unknown kind %q", rule.ID, rule.Kind)
		}
		b.earlier = len(b.mistakes)
		compiled[i] = kind.bind(ctx, b, i)
		if b.sound() {
			b.whole(ctx, i, compiled[i])
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("check rule %s: %w", rule.ID, err)
		}
	}
	if err := b.mistakes.Err(); err != nil {
		return nil, err
	}
	return compiled, nil
}

// sound says that nothing is wrong so far with the rule that is being bound.
func (b *binder) sound() bool { return len(b.mistakes) == b.earlier }

// whole binds the compiled statement, for what its expressions one by one do
// not show.
func (b *binder) whole(ctx context.Context, number int, s statement) {
	for _, sql := range []string{s.sql, s.totals} {
		if sql == "" {
			continue
		}
		if _, err := b.eng.Columns(ctx, sql); err != nil {
			b.fail(place(number, ""), "rule not accepted by the engine", engineWord(err), "see its statement in plan --sql")
			return
		}
	}
}

// relation is rows that a rule reads: a view, or a query.
type relation struct {
	label string // as the rule names it
	from  string // SQL
	// key, document and origin are SQL over the rows: the name of a row for
	// people, the id of its document, its place in the source. The last two
	// are "null" where there is none.
	key, document, origin string
	columns               []engine.Column
}

func (b *binder) fail(path, what, why, remedy string) {
	b.mistakes = append(b.mistakes, b.rules.file.Mistake(path, what, why, remedy))
}

// relation finds the rows that a name stands for.
func (b *binder) relation(path, name string) (relation, bool) {
	switch schema, rest, qualified := strings.Cut(name, "."); {
	case qualified && schema == sourceSchema:
		for _, d := range b.shape.Datasets {
			if d.Name == rest {
				origin := fmt.Sprintf("%s || ':' || %s || ':' || %s", engine.Literal(d.Name), snapshot.PartColumn, snapshot.RowColumn)
				return relation{label: name, from: sourceSchema + "." + engine.Quote(rest), key: origin,
					document: "null", origin: origin, columns: datasetColumns(d)}, true
			}
		}
	case qualified && schema == rejectedSchema:
		if e, ok := b.shape.entity(rest); ok {
			return relation{label: name, from: rejectedSchema + "." + engine.Quote(rest), key: staged.KeyColumn,
				document: "null", origin: engine.Literal(rest+" ") + " || " + staged.KeyColumn, columns: entityColumns(e)}, true
		}
	case !qualified:
		if e, ok := b.shape.entity(name); ok {
			return relation{label: name, from: engine.Quote(name), key: staged.KeyColumn,
				document: staged.DocumentColumn, origin: "null", columns: entityColumns(e)}, true
		}
	}
	b.fail(path, fmt.Sprintf("unknown rows %q", name), "neither an entity nor a dataset", yamlfile.Suggestion(name, b.shape.names()))
	return relation{}, false
}

// queryRelation is the rows of a term's own query.
func (b *binder) queryRelation(ctx context.Context, path string, term Term) (relation, bool) {
	columns, err := b.eng.Columns(ctx, term.Query)
	if err != nil {
		b.fail(path+".query", "query not accepted by the engine", engineWord(err), "")
		return relation{}, false
	}
	r := relation{label: "query", from: parenthesised(term.Query) + " as query", key: "null", document: "null", origin: "null", columns: columns}
	if term.Document != "" {
		kind, ok := b.expression(ctx, path+".document", r, term.Document)
		switch {
		case !ok:
			return r, false
		case kind == "UUID":
			r.document = parenthesised(term.Document)
		default:
			r.origin = "cast(" + parenthesised(term.Document) + " as varchar)"
		}
	}
	return r, true
}

// expression binds one SQL expression over the rows and gives its type.
func (b *binder) expression(ctx context.Context, path string, rows relation, text string) (string, bool) {
	value := parenthesised(text)
	// An aggregate would be accepted as a value and is not as a condition; it
	// has no place in an expression about one row.
	columns, err := b.eng.Columns(ctx, fmt.Sprintf("select %s as value from %s where %s is null", value, rows.from, value))
	if err != nil {
		names := make([]string, len(rows.columns))
		for i, c := range rows.columns {
			names[i] = c.Name
		}
		remedy := ""
		if missing, ok := missingColumn(err); ok {
			remedy = yamlfile.Suggestion(missing, names)
		}
		b.fail(path, "expression not accepted by the engine", engineWord(err), remedy)
		return "", false
	}
	return columns[0].Type, true
}

// predicate binds a condition; an empty one is always true.
func (b *binder) predicate(ctx context.Context, path string, rows relation, text string) (string, bool) {
	if strings.TrimSpace(text) == "" {
		return "", true
	}
	kind, ok := b.expression(ctx, path, rows, text)
	if ok && kind != "BOOLEAN" {
		b.fail(path, "a condition is wanted", "the expression is "+kind, "compare it with something")
		return "", false
	}
	return parenthesised(text), ok
}

// amount binds the sum of a term's row: all its expressions, NULL as 0.
func (b *binder) amount(ctx context.Context, path string, rows relation, texts []string) (string, amountType, bool) {
	var total amountType
	parts := make([]string, 0, len(texts))
	allOK := true
	for i, text := range texts {
		kind, ok := b.expression(ctx, fmt.Sprintf("%s[%d]", path, i), rows, text)
		if !ok {
			allOK = false
			continue
		}
		exact, isExact := exactType(kind)
		if !isExact {
			b.fail(fmt.Sprintf("%s[%d]", path, i), "not an exact amount", "the expression is "+kind, inexactRemedy(kind))
			allOK = false
			continue
		}
		total = total.with(exact)
		parts = append(parts, text)
	}
	if !allOK {
		return "", amountType{}, false
	}
	if len(parts) == 1 {
		return "coalesce(" + parenthesised(parts[0]) + ", 0)", total, true
	}
	total.digits = min(maxDigits, total.digits+len(parts)) // adding may carry
	for i, part := range parts {
		parts[i] = fmt.Sprintf("coalesce(cast(%s as %s), 0)", parenthesised(part), total)
	}
	return strings.Join(parts, " + "), total, true
}

func inexactRemedy(kind string) string {
	switch kind {
	case "VARCHAR":
		return "make a number of the text: decimal_it(column) for 1234,56, decimal_en(column) for 1234.56"
	case "DOUBLE", "FLOAT":
		return "cast to a decimal where the value is still exact, and multiply instead of dividing"
	}
	return "sum a money, decimal or integer column"
}

var columnName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parenthesised keeps an expression together; the line break ends a comment in it.
func parenthesised(expression string) string {
	expression = strings.TrimSpace(expression)
	if columnName.MatchString(expression) {
		return expression
	}
	if strings.Contains(expression, "--") {
		expression += "\n"
	}
	return "(" + expression + ")"
}

// engineWord is the engine's complaint as one line.
func engineWord(err error) string {
	first, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	for _, prefix := range []string{"Binder Error: ", "Parser Error: ", "Catalog Error: ", "Conversion Error: "} {
		first = strings.TrimPrefix(first, prefix)
	}
	return strings.TrimSuffix(strings.TrimSpace(first), "!")
}

// missingColumn is the name of the column that the engine did not find.
func missingColumn(err error) (string, bool) {
	const before, after = `Referenced column "`, `" not found`
	_, rest, found := strings.Cut(err.Error(), before)
	if !found {
		return "", false
	}
	name, _, found := strings.Cut(rest, after)
	return name, found
}

func (s Shape) entity(name string) (staged.Entity, bool) {
	for _, d := range s.Documents {
		for _, e := range d.Entities {
			if e.Name == name {
				return e, true
			}
		}
	}
	return staged.Entity{}, false
}

// names are all that "from" may say, but for the rejected rows.
func (s Shape) names() []string {
	var names []string
	for _, d := range s.Documents {
		for _, e := range d.Entities {
			names = append(names, e.Name)
		}
	}
	for _, d := range s.Datasets {
		names = append(names, sourceSchema+"."+d.Name)
	}
	slices.Sort(names)
	return names
}
