package sqltarget

import (
	"fmt"
	"slices"
	"strings"
)

// checkParser reads a condition by the precedence that SQL gives it: or, and,
// not, comparisons, sums, products.
type checkParser struct {
	tokens  []token // without white space and comments
	at      int
	columns map[string]decimalColumn
}

func (p *checkParser) isDecimal(t token) bool {
	_, ok := p.columns[t.name()]
	return ok && t.kind != textToken
}

func (p *checkParser) peek(words ...string) bool {
	for i, w := range words {
		if p.at+i >= len(p.tokens) || !p.tokens[p.at+i].is(w) {
			return false
		}
	}
	return true
}

// take reads these words if they are next.
func (p *checkParser) take(words ...string) bool {
	if !p.peek(words...) {
		return false
	}
	p.at += len(words)
	return true
}

// one reads any one of the words, if it is next.
func (p *checkParser) one(words ...string) (string, bool) {
	for _, w := range words {
		if p.take(w) {
			return w, true
		}
	}
	return "", false
}

func (p *checkParser) node(operation operation, words []string, operands ...*node) *node {
	return &node{operation: operation, words: words, operands: operands, columns: p.columns}
}

// chain reads operands of one level with operators between them.
func (p *checkParser) chain(operation operation, operand func() (*node, error), operators ...string) (*node, error) {
	left, err := operand()
	for err == nil {
		operator, ok := p.one(operators...)
		if !ok {
			return left, nil
		}
		var right *node
		if right, err = operand(); err == nil {
			left = p.node(operation, []string{"", operator, ""}, left, right)
		}
	}
	return nil, err
}

func (p *checkParser) or() (*node, error) { return p.chain(logical, p.and, "or") }

func (p *checkParser) and() (*node, error) { return p.chain(logical, p.not, "and") }

func (p *checkParser) not() (*node, error) {
	if !p.take("not") {
		return p.compared()
	}
	operand, err := p.not()
	return p.node(logical, []string{"not", ""}, operand), err
}

func (p *checkParser) compared() (*node, error) {
	left, err := p.summed()
	if err != nil {
		return nil, err
	}
	if operator, ok := p.one("=", "<>", "!=", "<=", ">=", "<", ">"); ok {
		right, err := p.summed()
		return p.node(comparison, []string{"", operator, ""}, left, right), err
	}
	nullness := comparison
	if left.operation == leaf {
		nullness = logical // the text is NULL where the number is
	}
	switch {
	case p.take("is", "not", "null"):
		return p.node(nullness, []string{"", "is not null"}, left), nil
	case p.take("is", "null"):
		return p.node(nullness, []string{"", "is null"}, left), nil
	}
	not := ""
	if p.take("not") {
		not = "not "
	}
	switch {
	case p.take("between"):
		low, err := p.summed()
		if err != nil {
			return nil, err
		}
		if !p.take("and") {
			return nil, fmt.Errorf("between without and")
		}
		high, err := p.summed()
		return p.node(comparison, []string{"", not + "between", "and", ""}, left, low, high), err
	case p.take("in", "("):
		operands, words, err := p.list()
		words[0] = not + "in ("
		return p.node(comparison, append([]string{""}, words...), append([]*node{left}, operands...)...), err
	case p.take("like"):
		right, err := p.summed()
		return p.node(comparison, []string{"", not + "like", ""}, left, right), err
	case not != "":
		return nil, fmt.Errorf("not without between, in or like")
	}
	return left, nil
}

// list reads expressions up to the closing bracket; words are those around
// them, the first left to the caller.
func (p *checkParser) list() (operands []*node, words []string, err error) {
	words = []string{""}
	if p.take(")") {
		return nil, []string{")"}, nil
	}
	for {
		operand, err := p.or()
		if err != nil {
			return nil, words, err
		}
		operands = append(operands, operand)
		if p.take(")") {
			return operands, append(words, ")"), nil
		}
		if !p.take(",") {
			return nil, words, fmt.Errorf("a list does not end")
		}
		words = append(words, ",")
	}
}

func (p *checkParser) summed() (*node, error) { return p.chain(sum, p.multiplied, "+", "-") }

func (p *checkParser) multiplied() (*node, error) {
	return p.chain(product, p.signed, "*", "/", "%", "||")
}

func (p *checkParser) signed() (*node, error) {
	sign, ok := p.one("-", "+")
	if !ok {
		return p.primary()
	}
	operand, err := p.signed()
	return p.node(sum, []string{sign, ""}, operand), err
}

func (p *checkParser) primary() (*node, error) {
	if p.at >= len(p.tokens) {
		return nil, fmt.Errorf("it ends too early")
	}
	if p.take("(") {
		inner, err := p.or()
		if err == nil && !p.take(")") {
			err = fmt.Errorf("a bracket does not close")
		}
		return p.node(bracket, []string{"(", ")"}, inner), err
	}
	t := p.tokens[p.at]
	if t.kind == symbolToken || slices.Contains([]string{"case", "cast", "exists", "select"}, t.name()) && t.kind == wordToken {
		return nil, fmt.Errorf("%q is not understood", t.text)
	}
	p.at++
	if t.kind == wordToken && p.take("(") {
		operands, words, err := p.list()
		words[0] = strings.TrimSpace(t.text + "(" + words[0])
		n := p.node(call, words, operands...)
		n.token = t
		return n, err
	}
	return &node{operation: leaf, token: t, columns: p.columns}, nil
}
