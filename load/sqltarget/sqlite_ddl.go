package sqltarget

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// SQLite keeps numeric(15,2) as a binary floating point number. Here such a
// column is declared decimal_text(15,2): TEXT affinity, always exactly two
// decimals, so that the text without its point is the exact amount in cents.
// A check keeps every other form out, and checks that compare amounts compare
// those integers.

// decimalText is the type of exact decimals.
const decimalText = "decimal_text"

// sqlitePrecision is how many digits an exact decimal may have: without its
// point it must fit 64 bits.
const sqlitePrecision = 18

// sqliteUnscaled is the SQL of a decimal as the integer it is without its point.
func sqliteUnscaled(column string) string {
	return "cast(replace(" + column + ", '.', '') as integer)"
}

// sqliteCanonical is the SQL that says whether a text is a decimal with at most
// precision digits, exactly scale of them behind the point.
func sqliteCanonical(column string, precision, scale int) string {
	form, end, point := "[0-9]*", 0, 0
	if scale > 0 {
		form, end, point = "[0-9]*."+strings.Repeat("[0-9]", scale), scale+1, 1
	}
	// The form fixes the first character and the last ones; between them there
	// are digits only. A minus sorts before the digits.
	return fmt.Sprintf("(%[1]s glob '%[2]s' or %[1]s glob '-%[2]s') and substr(%[1]s, 2, length(%[1]s) - %[3]d) not glob '*[^0-9]*' and length(%[1]s) - (%[1]s < '0') <= %[4]d",
		column, form, 1+end, precision+point)
}

// sqliteDDL translates a DDL text that PostgreSQL and SQLite share into one by
// which SQLite keeps decimals exactly.
func sqliteDDL(ddl string) (string, error) {
	statements, err := splitStatements(ddl)
	if err != nil {
		return "", fmt.Errorf("ddl: %w", err)
	}
	var b strings.Builder
	decimals := map[string]map[string]decimalColumn{} // by table
	for _, s := range statements {
		if s.is("comment", "on") {
			continue // SQLite has none
		}
		var text string
		switch {
		case s.is("create", "table"):
			text, err = translateTable(s, decimals)
		case s.is("create", "index"), s.is("create", "unique", "index"):
			text, err = translateIndex(s, decimals)
		default:
			text = s.text()
		}
		if err != nil {
			return "", fmt.Errorf("ddl: %w", err)
		}
		b.WriteString(text + ";\n")
	}
	return b.String(), nil
}

// decimalColumn is a numeric(precision, scale).
type decimalColumn struct{ precision, scale int }

// translateTable rewrites the columns of a table and the checks on them.
func translateTable(s statement, decimals map[string]map[string]decimalColumn) (string, error) {
	open := slices.IndexFunc(s, func(t token) bool { return t.is("(") })
	if open < 0 {
		return "", fmt.Errorf("line %d: create table without columns", s.line())
	}
	shut, err := matching(s, open)
	if err != nil {
		return "", err
	}
	items := splitItems(s[open+1 : shut])
	columns := map[string]decimalColumn{}
	for _, item := range items {
		name, decimal, ok, err := decimalOf(item)
		if err != nil {
			return "", err
		}
		if ok {
			columns[name] = decimal
		}
	}
	decimals[tableName(s[:open])] = columns
	texts := make([]string, len(items))
	for i, item := range items {
		if texts[i], err = translateItem(item, columns); err != nil {
			return "", err
		}
	}
	return s[:open+1].text() + strings.Join(texts, ",") + s[shut:].text(), nil
}

// tableName is the last name before the columns: schema and "if not exists" go before it.
func tableName(head []token) string {
	solid := statement(head).solid()
	return solid[len(solid)-1].name()
}

// matching finds the bracket that closes the one at open.
func matching(tokens []token, open int) (int, error) {
	depth := 0
	for i := open; i < len(tokens); i++ {
		switch {
		case tokens[i].is("("):
			depth++
		case tokens[i].is(")"):
			if depth--; depth == 0 {
				return i, nil
			}
		}
	}
	return 0, fmt.Errorf("line %d: a bracket does not close", tokens[open].line)
}

// splitItems cuts what stands between the brackets of a table at its commas.
func splitItems(tokens []token) []statement {
	var items []statement
	var current statement
	depth := 0
	for _, t := range tokens {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.is(",") && depth == 0:
			items = append(items, current)
			current = nil
			continue
		}
		current = append(current, t)
	}
	return append(items, current)
}

var constraintWords = []string{"constraint", "primary", "foreign", "unique", "check", "exclude"}

// decimalOf says whether an item declares a decimal column, and of what size.
func decimalOf(item statement) (name string, d decimalColumn, ok bool, err error) {
	solid := item.solid()
	if len(solid) < 2 || solid[0].kind == wordToken && slices.Contains(constraintWords, solid[0].name()) ||
		!solid[1].is("numeric") && !solid[1].is("decimal") {
		return "", d, false, nil
	}
	name = solid[0].name()
	if len(solid) < 5 || !solid[2].is("(") {
		return "", d, false, fmt.Errorf("line %d: column %s is numeric without a size, which sqlite cannot keep exactly: give it one, as in numeric(15,2)", solid[0].line, name)
	}
	d.precision, err = strconv.Atoi(solid[3].text)
	if err == nil && solid[4].is(",") && len(solid) > 5 {
		d.scale, err = strconv.Atoi(solid[5].text)
	}
	if err != nil {
		return "", d, false, fmt.Errorf("line %d: column %s: the size of its type is not a number", solid[0].line, name)
	}
	if d.precision > sqlitePrecision {
		return "", d, false, fmt.Errorf("line %d: column %s has %d digits, and sqlite keeps at most %d exactly: give it fewer", solid[0].line, name, d.precision, sqlitePrecision)
	}
	return name, d, true, nil
}

// translateItem rewrites a column or a constraint of a table.
func translateItem(item statement, columns map[string]decimalColumn) (string, error) {
	name, d, isDecimal, err := decimalOf(item)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i := 0; i < len(item); i++ {
		t := item[i]
		switch {
		case isDecimal && (t.is("numeric") || t.is("decimal")):
			open := i + slices.IndexFunc(item[i:], func(t token) bool { return t.is("(") })
			shut, err := matching(item, open)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "%s(%d,%d)", decimalText, d.precision, d.scale)
			i = shut
		case isDecimal && t.is("default"):
			text, used, err := translateDefault(item[i+1:], d)
			if err != nil {
				return "", fmt.Errorf("line %d: column %s: %w", t.line, name, err)
			}
			b.WriteString("default " + text)
			i += used
		case t.is("check"), t.is("as"): // a check, or what a column is generated as
			open := i + slices.IndexFunc(item[i:], func(t token) bool { return t.is("(") })
			if open < i {
				b.WriteString(t.text)
				continue
			}
			shut, err := matching(item, open)
			if err != nil {
				return "", err
			}
			condition, err := exactCheck(item[open+1:shut], columns)
			if err != nil {
				return "", err
			}
			b.WriteString(item[i:open+1].text() + condition + ")")
			i = shut
		default:
			b.WriteString(t.text)
		}
	}
	if isDecimal {
		fmt.Fprintf(&b, " check (%s)", sqliteCanonical(quote(name), d.precision, d.scale))
	}
	return b.String(), nil
}

// translateDefault writes a number after "default" as the text that is kept.
func translateDefault(tokens []token, d decimalColumn) (text string, used int, err error) {
	sign := ""
	for i, t := range tokens {
		switch {
		case t.kind == blankToken:
			continue
		case t.is("-"):
			sign = "-"
		case t.is("null"):
			return "null", i + 1, nil
		case t.kind == numberToken:
			value, err := parseDecimal(sign + t.text)
			text := value.text(d.scale)
			if _, fraction, _ := strings.Cut(text, "."); err != nil || len(fraction) > d.scale {
				return "", 0, fmt.Errorf("its default %s does not fit its %d decimals", t.text, d.scale)
			}
			return literal(text), i + 1, nil
		default:
			return "", 0, fmt.Errorf("its default must be a number")
		}
	}
	return "", 0, fmt.Errorf("its default is missing")
}

// translateIndex rewrites the condition of a partial index.
func translateIndex(s statement, decimals map[string]map[string]decimalColumn) (string, error) {
	where := slices.IndexFunc(s, func(t token) bool { return t.is("where") })
	on := slices.IndexFunc(s, func(t token) bool { return t.is("on") })
	if where < 0 || on < 0 {
		return s.text(), nil
	}
	open := on + slices.IndexFunc(s[on:], func(t token) bool { return t.is("(") })
	condition, err := exactCheck(s[where+1:], decimals[tableName(s[:open])])
	if err != nil {
		return "", err
	}
	return s[:where+1].text() + " " + condition, nil
}
