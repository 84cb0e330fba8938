package mappings

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/travaso/travaso/mappings/yamlfile"
	"github.com/travaso/travaso/transform/engine"
)

// expression binds one SQL expression to each of the relations and gives its
// type. What is wrong with it is told once, for the first relation.
func (c *checker) expression(m Mapping, path, text string, relations []rows) (kind string, ok bool) {
	if !c.single(m, path, text, relations) {
		return "", false
	}
	for _, r := range relations {
		// Beside all columns, so that an aggregate is refused: it would make one row of all.
		before := "select (\n"
		columns, err := c.eng.Columns(c.ctx, before+text+"\n) as _expression, * from "+r.sql+"\n")
		if err != nil {
			c.tell(m, path, before, text, err, r)
			return "", false
		}
		kind = columns[0].Type
	}
	return kind, true
}

// condition binds an expression that must be true or false, in a place where
// aggregates and windows have no meaning.
func (c *checker) condition(m Mapping, path, text string, relations []rows) {
	kind, ok := c.expression(m, path, text, relations)
	if !ok {
		return
	}
	if kind != "BOOLEAN" {
		c.fail(m, path, "condition of type "+strings.ToLower(kind), "it must be true or false", "write a comparison, as in STATO = 'X'")
		return
	}
	for _, r := range relations {
		before := "select * from " + r.sql + " where (\n"
		if _, err := c.eng.Columns(c.ctx, before+text+"\n)\n"); err != nil {
			c.tell(m, path, before, text, err, r)
			return
		}
	}
}

// query binds an entity's query.
func (c *checker) query(m Mapping, e Entity) (rows, bool) {
	path := entityPath(e) + ".query"
	tree, ok := c.parse(m, path, e.Query, "", "query")
	if !ok {
		return rows{}, false
	}
	// Alone in its parentheses too, a comment at its end not swallowing them.
	inner := strings.TrimSpace(e.Query)
	wrapped, err := c.syntax("select * from (" + inner + ")")
	if err != nil || wrapped.Error || len(wrapped.Statements) != 1 {
		c.fail(m, path, "query that cannot stand in parentheses", "", "write it without a semicolon, and no comment after it")
		return rows{}, false
	}
	c.stable(m, path, e.Query, "", tree, nil)
	r := rows{sql: "(\n" + e.Query + "\n)", origin: "the query"}
	before := "select * from (\n"
	r.columns, err = c.eng.Columns(c.ctx, before+e.Query+"\n)")
	if err != nil {
		c.tell(m, path, before, e.Query, err, rows{})
		return rows{}, false
	}
	return r, true
}

// tree is what the engine's parser makes of statements.
type tree struct {
	Error      bool   `json:"error"`
	Message    string `json:"error_message"`
	Position   string `json:"position"` // bytes from the start
	Statements []struct {
		Node map[string]any `json:"node"`
	} `json:"statements"`
}

// syntax parses a text without running or binding it.
func (c *checker) syntax(sql string) (tree, error) {
	var raw string
	if err := c.eng.QueryRow(c.ctx, "select cast(json_serialize_sql("+engine.Literal(sql)+") as varchar)").Scan(&raw); err != nil {
		return tree{}, err
	}
	var t tree
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber() // places can be larger than a float holds
	return t, decoder.Decode(&t)
}

// parse parses prefix and text as one statement and tells what is wrong.
func (c *checker) parse(m Mapping, path, text, prefix, what string) (map[string]any, bool) {
	t, err := c.syntax(prefix + text)
	switch {
	case err != nil:
		c.broken = fmt.Errorf("check mappings: parse %s: %w", path, err)
		return nil, false
	case t.Error && strings.HasPrefix(t.Message, "Only SELECT"), !t.Error && len(t.Statements) != 1:
		c.fail(m, path, "more than one "+what, "", "write one, without a semicolon")
		return nil, false
	case t.Error:
		offset := 0
		if at, err := strconv.Atoi(t.Position); err == nil {
			offset = min(max(at-len(prefix), 0), len(text))
		}
		c.failWithin(m, path, offset, what+" is not SQL", t.Message, "")
		return nil, false
	}
	return t.Statements[0].Node, true
}

// single says whether the text is one expression and nothing else: no second
// one, no clause, no comment that would swallow what is written after it.
func (c *checker) single(m Mapping, path, text string, relations []rows) bool {
	node, ok := c.parse(m, path, text, "select ", "expression")
	if !ok {
		return false
	}
	list, _ := node["select_list"].([]any)
	from, _ := node["from_table"].(map[string]any)
	alone := node["type"] == "SELECT_NODE" && len(list) == 1 && from["type"] == "EMPTY"
	for _, clause := range []string{"where_clause", "having", "qualify", "sample"} {
		alone = alone && node[clause] == nil
	}
	for _, clause := range []string{"modifiers", "group_expressions"} {
		parts, _ := node[clause].([]any)
		alone = alone && len(parts) == 0
	}
	if alone {
		expression, _ := list[0].(map[string]any)
		alone = expression["alias"] == "" && expression["class"] != "STAR"
	}
	if !alone {
		c.fail(m, path, "more than one expression", "", "write one expression, as it would stand in parentheses")
		return false
	}
	if wrapped, err := c.syntax("select (" + text + ")"); err != nil || wrapped.Error {
		c.fail(m, path, "expression that cannot stand in parentheses", "a comment at its end would swallow what follows", "remove the comment")
		return false
	}
	return c.stable(m, path, text, "select ", node, relations)
}

// stable says whether the text gives the same for the same rows, at any time.
func (c *checker) stable(m Mapping, path, text, prefix string, node any, relations []rows) bool {
	ok := true
	visit(node, func(n map[string]any) {
		if taken := unordered(n); taken != "" {
			ok = false
			c.failWithin(m, path, locate(n, prefix, text), taken+" without an order", "the rows come in another order each time, and the same input must give the same target", "say which by order by, as in order by _part, _row")
			return
		}
		name := ""
		if n["class"] == "COLUMN_REF" {
			if names, _ := n["column_names"].([]any); len(names) == 1 {
				name, _ = names[0].(string)
			}
			name = strings.ToLower(name)
			isClock := strings.HasPrefix(name, "current_") || name == "localtime" || name == "localtimestamp"
			if !isClock || slices.ContainsFunc(relations, func(r rows) bool { _, is := findColumn(r.columns, name); return is }) {
				return
			}
		} else if called, _ := n["function_name"].(string); slices.Contains(c.unstable, strings.ToLower(called)) {
			name = called
		}
		if name == "" {
			return
		}
		ok = false
		c.failWithin(m, path, locate(n, prefix, text), fmt.Sprintf("%q in an expression", name), "it gives something else each time, and the same input must give the same target", "write the value as a constant of the plan")
	})
	return ok
}

// locate is where in the text a node stands: at its begin where the engine does not say.
func locate(n map[string]any, prefix, text string) int {
	place, _ := n["query_location"].(json.Number)
	at, err := strconv.Atoi(place.String())
	if err != nil {
		return 0
	}
	return min(max(at-len(prefix), 0), len(text))
}

// unordered names what takes the first rows, or numbers them, as they happen to come.
func unordered(n map[string]any) string {
	if orders, isList := n["orders"].([]any); n["class"] == "WINDOW" && isList && len(orders) == 0 {
		name, _ := n["function_name"].(string)
		if slices.Contains([]string{"row_number", "ntile", "lag", "lead", "first_value", "last_value", "nth_value"}, strings.ToLower(name)) {
			return name
		}
		return ""
	}
	if n["sample"] != nil {
		return "sample"
	}
	taken, ordered := "", false
	modifiers, _ := n["modifiers"].([]any)
	for _, modifier := range modifiers {
		parts, _ := modifier.(map[string]any)
		on, _ := parts["distinct_on_targets"].([]any)
		switch {
		case parts["type"] == "ORDER_MODIFIER":
			ordered = true
		case parts["type"] == "LIMIT_MODIFIER", parts["type"] == "LIMIT_PERCENT_MODIFIER":
			taken = "limit"
		case len(on) > 0:
			taken = "distinct on"
		}
	}
	if ordered {
		return ""
	}
	return taken
}

func visit(node any, do func(map[string]any)) {
	switch n := node.(type) {
	case map[string]any:
		do(n)
		for _, child := range n {
			visit(child, do)
		}
	case []any:
		for _, child := range n {
			visit(child, do)
		}
	}
}

func (c *checker) failWithin(m Mapping, path string, offset int, what, why, remedy string) {
	if c.set.unresolved(m, path) {
		return
	}
	mistake := c.set.Mistake(m, path, what, why, remedy)
	if file, ok := c.set.files[m.File]; ok {
		mistake = file.MistakeAt(file.Within(path, offset), what, why, remedy)
	}
	c.mistakes = append(c.mistakes, mistake)
}

var (
	missingColumn = regexp.MustCompile(`Referenced column "([^"]+)" not found`)
	missingTable  = regexp.MustCompile(`Table with name (\S+) does not exist`)
	enginePlace   = regexp.MustCompile(`(?m)^LINE (\d+): (.*)\n( *)\^`)
)

// tell tells what the engine found wrong with a text, at the place it points
// to. Before is what the engine was given before the text: whole lines.
func (c *checker) tell(m Mapping, path, before, text string, err error, r rows) {
	if c.ctx.Err() != nil {
		c.broken = fmt.Errorf("check mappings: %w", c.ctx.Err())
		return
	}
	what, why, remedy := "wrong expression", said(err), ""
	if strings.HasSuffix(path, ".query") {
		what = "wrong query"
	}
	if missing := missingColumn.FindStringSubmatch(why); missing != nil {
		what, why = fmt.Sprintf("unknown column %q", missing[1]), "none of that name can be used here"
		if r.origin != "" {
			why, remedy = r.origin+" has none of that name", yamlfile.Suggestion(missing[1], visible(r.columns))
		}
	}
	if missing := missingTable.FindStringSubmatch(why); missing != nil {
		what, why = fmt.Sprintf("unknown dataset %q", missing[1]), "the source has none of that name"
		remedy = yamlfile.Suggestion(missing[1], c.datasetNames())
	}
	if strings.Contains(why, "must appear in the GROUP BY clause") && r.origin != "" {
		what, why, remedy = "aggregate in an expression", "it would make one row of all", "write it in a query, or as a window: sum(x) over (partition by …)"
	}
	c.failWithin(m, path, offsetOf(before, text, err.Error()), what, why, remedy)
}

// said is the engine's message on one line, without its class and its drawing.
func said(err error) string {
	message, _, _ := strings.Cut(err.Error(), "\nLINE ")
	if class, rest, ok := strings.Cut(message, " Error: "); ok && !strings.Contains(class, " ") || strings.HasPrefix(message, "Invalid Input Error: ") {
		message = rest
	}
	return strings.Join(strings.Fields(message), " ")
}

// offsetOf finds the place in the text that the engine's drawing points to; 0
// where it points elsewhere. The drawing may be cut at both ends ("...").
func offsetOf(before, text, message string) int {
	place := enginePlace.FindStringSubmatch(message)
	if place == nil {
		return 0
	}
	number, err := strconv.Atoi(place[1])
	lines := strings.Split(text, "\n")
	index := number - 1 - strings.Count(before, "\n")
	if err != nil || index < 0 || index >= len(lines) {
		return 0
	}
	column := len(place[3]) - len("LINE "+place[1]+": ")
	line, drawn := lines[index], place[2]
	if cut, isCut := strings.CutPrefix(drawn, "..."); isCut {
		drawn, column = cut, column-3
	}
	at := strings.Index(line, strings.TrimSuffix(drawn, "..."))
	characters := []rune(drawn)
	if at < 0 || column < 0 || column > len(characters) {
		return 0
	}
	offset := 0
	for _, l := range lines[:index] {
		offset += len(l) + 1
	}
	return offset + at + len(string(characters[:column]))
}
