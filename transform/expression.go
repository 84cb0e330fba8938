package transform

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/transform/engine"
)

// An expression is SQL of a mapping over the columns of its source.
//
// One that can fail at run time is put into TRY, so that it fails for the row
// and not for the run. These cannot fail and are left as they are: columns of
// text; text and NULL constants; CASE, COALESCE, IS NULL, IN, comparisons, AND,
// OR, NOT and TRY_CAST over such; and the functions of safeFunctions over such.
// All else can: a cast, arithmetic that may overflow, and a comparison of a
// text with a number, which casts in secret. A subquery cannot stand in TRY;
// where one fails, the run fails and the error names the entity.
type expression struct {
	sql    string
	family family
	tried  bool
	// columns are those of the source that a tried expression reads, as it names them.
	columns []string
}

// safeFunctions cannot fail on any text.
func safeFunctions() []string {
	return append(positionalFunctions(),
		"trim", "ltrim", "rtrim", "upper", "lower", "ucase", "lcase", "concat", "concat_ws", "||", "replace", "nullif",
		"contains", "starts_with", "ends_with", "prefix", "suffix", "strip_accents", "reverse", "stripped", "~~", "!~~")
}

// positionalFunctions also take number constants: positions and lengths.
func positionalFunctions() []string {
	return []string{"substr", "substring", "left", "right", "split_part"}
}

// syntax is a query's syntax tree as the engine writes it in JSON.
type syntax = any

// parse gives the syntax tree of a query, or the engine's word on what is wrong.
func parse(ctx context.Context, eng *engine.Engine, query string) (syntax, error) {
	var raw string
	row := eng.QueryRow(ctx, "select cast(json_serialize_sql("+engine.Literal(query)+") as varchar)")
	if err := row.Scan(&raw); err != nil {
		return nil, err
	}
	var answer struct {
		Error   bool   `json:"error"`
		Message string `json:"error_message"`
		Nodes   []any  `json:"statements"`
	}
	if err := json.Unmarshal([]byte(raw), &answer); err != nil {
		return nil, err
	}
	if answer.Error {
		return nil, fmt.Errorf("%s", firstLine(answer.Message))
	}
	if len(answer.Nodes) != 1 {
		return nil, fmt.Errorf("one query is expected, not %d statements", len(answer.Nodes))
	}
	return answer.Nodes[0], nil
}

// parseExpression gives the syntax tree of one expression.
func parseExpression(ctx context.Context, eng *engine.Engine, sql string) (syntax, error) {
	tree, err := parse(ctx, eng, "select "+enclosed(sql))
	if err != nil {
		return nil, err
	}
	node, _ := tree.(map[string]any)["node"].(map[string]any)
	list, _ := node["select_list"].([]any)
	if from, _ := node["from_table"].(map[string]any); len(list) != 1 || from["type"] != "EMPTY" {
		return nil, fmt.Errorf("%q is not one expression", sql)
	}
	return list[0], nil
}

// canFail says whether an expression may fail on some row; texts are the
// columns that hold text, in lower case.
func canFail(tree syntax, texts map[string]bool) bool {
	node, ok := tree.(map[string]any)
	if !ok {
		return true
	}
	switch node["class"] {
	case "COLUMN_REF":
		names, _ := node["column_names"].([]any)
		if len(names) == 0 {
			return true
		}
		name, _ := names[len(names)-1].(string)
		return !texts[strings.ToLower(name)]
	case "CONSTANT":
		return !isTextConstant(node)
	case "FUNCTION":
		name, _ := node["function_name"].(string)
		if !slices.Contains(safeFunctions(), strings.ToLower(name)) {
			return true
		}
		positional := slices.Contains(positionalFunctions(), strings.ToLower(name))
		return slices.ContainsFunc(children(node), func(child any) bool {
			return !(positional && isConstant(child)) && canFail(child, texts)
		})
	case "CAST":
		if try, _ := node["try_cast"].(bool); !try {
			return true
		}
		return canFail(node["child"], texts)
	case "CASE", "COMPARISON", "CONJUNCTION", "BETWEEN":
		return slices.ContainsFunc(children(node), func(child any) bool { return canFail(child, texts) })
	case "OPERATOR":
		switch node["type"] {
		case "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_NOT", "OPERATOR_COALESCE", "COMPARE_IN", "COMPARE_NOT_IN":
			return slices.ContainsFunc(children(node), func(child any) bool { return canFail(child, texts) })
		}
	}
	return true
}

// children are the operands of a node, wherever its class keeps them.
func children(node map[string]any) []any {
	var all []any
	for _, name := range []string{"left", "right", "input", "lower", "upper", "else_expr"} {
		if child, ok := node[name]; ok && child != nil {
			all = append(all, child)
		}
	}
	if list, ok := node["children"].([]any); ok {
		all = append(all, list...)
	}
	checks, _ := node["case_checks"].([]any)
	for _, check := range checks {
		if c, ok := check.(map[string]any); ok {
			all = append(all, c["when_expr"], c["then_expr"])
		}
	}
	return all
}

func isConstant(tree syntax) bool {
	node, _ := tree.(map[string]any)
	return node["class"] == "CONSTANT"
}

func isTextConstant(node map[string]any) bool {
	value, _ := node["value"].(map[string]any)
	if null, _ := value["is_null"].(bool); null {
		return true
	}
	kind, _ := value["type"].(map[string]any)
	return kind["id"] == "VARCHAR"
}

// hasSubquery says whether a query stands inside an expression.
func hasSubquery(tree syntax) bool {
	found := false
	walk(tree, func(node map[string]any) {
		if node["class"] == "SUBQUERY" {
			found = true
		}
	})
	return found
}

// tablesOf are the tables and views that a query names, wherever it does; its
// own common table expressions are among them.
func tablesOf(tree syntax) []string {
	var tables []string
	walk(tree, func(node map[string]any) {
		if name, ok := node["table_name"].(string); ok && node["type"] == "BASE_TABLE" {
			tables = append(tables, name)
		}
	})
	slices.Sort(tables)
	return slices.Compact(tables)
}

// columnsOf are the columns that an expression names, in the order of their names.
func columnsOf(tree syntax) []string {
	var columns []string
	walk(tree, func(node map[string]any) {
		if names, ok := node["column_names"].([]any); ok && node["class"] == "COLUMN_REF" && len(names) == 1 {
			if name, ok := names[0].(string); ok {
				columns = append(columns, name)
			}
		}
	})
	slices.Sort(columns)
	return slices.Compact(columns)
}

func walk(tree syntax, visit func(map[string]any)) {
	switch t := tree.(type) {
	case map[string]any:
		visit(t)
		for _, child := range t {
			walk(child, visit)
		}
	case []any:
		for _, child := range t {
			walk(child, visit)
		}
	}
}

// firstLine is an engine's message without its drawings.
func firstLine(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	return line
}
