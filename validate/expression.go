package validate

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/travaso/travaso/transform/engine"
)

// comparison is a condition of the form left operator right.
type comparison struct{ left, operator, right string }

// parsed is what the engine's own parser tells of an expression.
type parsed struct {
	columns []string // those it reads, by name
	// compares is set where the whole expression is one comparison.
	compares *comparison
}

// operators by the parser's name for them.
func operators() map[string][]string {
	return map[string][]string{
		"COMPARE_EQUAL":                {"==", "="},
		"COMPARE_LESSTHAN":             {"<"},
		"COMPARE_LESSTHANOREQUALTO":    {"<="},
		"COMPARE_GREATERTHAN":          {">"},
		"COMPARE_GREATERTHANOREQUALTO": {">="},
	}
}

// parse reads an expression that the engine has accepted. What the parser does
// not tell is left out: it serves to explain a violation, not to find it.
func parse(ctx context.Context, eng *engine.Engine, expression string) (parsed, error) {
	const before = "select "
	var text string
	query := "select cast(json_serialize_sql(" + engine.Literal(before+expression) + ") as varchar)"
	if err := eng.QueryRow(ctx, query).Scan(&text); err != nil {
		return parsed{}, err
	}
	var tree struct {
		Statements []struct {
			Node struct {
				SelectList []json.RawMessage `json:"select_list"`
			} `json:"node"`
		} `json:"statements"`
	}
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		return parsed{}, err
	}
	if len(tree.Statements) != 1 || len(tree.Statements[0].Node.SelectList) != 1 {
		return parsed{}, nil
	}
	root := tree.Statements[0].Node.SelectList[0]
	var p parsed
	var nodes any
	if err := json.Unmarshal(root, &nodes); err != nil {
		return parsed{}, err
	}
	p.columns = columnNames(nodes, nil)
	var top struct {
		Class    string `json:"class"`
		Type     string `json:"type"`
		Location uint64 `json:"query_location"`
	}
	if err := json.Unmarshal(root, &top); err != nil {
		return parsed{}, err
	}
	at := int(top.Location) - len(before)
	if top.Class != "COMPARISON" || at < 1 || at >= len(expression) {
		return p, nil
	}
	for _, operator := range operators()[top.Type] {
		if rest, ok := strings.CutPrefix(expression[at:], operator); ok {
			p.compares = &comparison{left: expression[:at], operator: operator, right: rest}
			break
		}
	}
	return p, nil
}

// columnNames collects the columns below a node, each once, in the order of
// their names.
func columnNames(node any, names []string) []string {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			names = columnNames(child, names)
		}
	case map[string]any:
		if path, ok := n["column_names"].([]any); ok && len(path) > 0 {
			if name, ok := path[len(path)-1].(string); ok {
				names = append(names, name)
			}
		}
		for _, child := range n {
			names = columnNames(child, names)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
