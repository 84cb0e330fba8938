package sqltarget

import (
	"fmt"
	"slices"
	"strings"
)

// exactCheck rewrites a condition so that it means over decimal texts what it
// means over numbers: in each comparison that has a decimal in it, both sides
// become integers of the smallest unit. A condition without decimals stays as
// it is; one that cannot be made exact (a product or quotient of amounts) is
// refused.
func exactCheck(tokens []token, columns map[string]decimalColumn) (string, error) {
	p := &checkParser{tokens: statement(tokens).solid(), columns: columns}
	if !slices.ContainsFunc(p.tokens, p.isDecimal) {
		return statement(tokens).text(), nil
	}
	root, err := p.or()
	if err == nil && p.at < len(p.tokens) {
		err = fmt.Errorf("%q is not understood", p.tokens[p.at].text)
	}
	var text string
	if err == nil {
		text, err = root.write(-1)
	}
	if err != nil {
		return "", fmt.Errorf("line %d: check (%s) cannot be kept exactly by sqlite: %w: write it with + - comparisons and, or, not, in, between, coalesce and abs of decimals only",
			p.tokens[0].line, oneLine(statement(tokens).text()), err)
	}
	return text, nil
}

// operation is what a node of a condition does with its operands.
type operation int

const (
	leaf       operation = iota // a column, a number, a text, a keyword as NULL
	logical                     // and, or, not
	comparison                  // = < in between is …
	sum                         // + and -, of one or two operands
	product                     // * / % ||
	call                        // a function
	bracket
)

// node is a piece of a condition.
type node struct {
	operation operation
	token     token    // of a leaf, or the name of a function
	words     []string // around and between the operands
	operands  []*node  // len(words) - 1 of them
	columns   map[string]decimalColumn
}

// decimals says whether a decimal column is in the node, and the largest
// number of decimals in it, numbers counted too.
func (n *node) decimals() (found bool, scale int) {
	if n.operation == leaf {
		if d, ok := n.columns[n.token.name()]; ok {
			return true, d.scale
		}
		if n.token.kind == numberToken {
			_, fraction, _ := strings.Cut(n.token.text, ".")
			return false, len(fraction)
		}
	}
	for _, o := range n.operands {
		has, s := o.decimals()
		found, scale = found || has, max(scale, s)
	}
	return found, scale
}

// write gives the SQL of a node: as it is for scale -1, else as an integer
// that counts units of 10^-scale.
func (n *node) write(scale int) (string, error) {
	has, largest := n.decimals()
	switch n.operation {
	case leaf:
		return n.writeLeaf(scale)
	case comparison:
		if has && scale < 0 {
			return n.join(largest)
		}
	case bracket: // around conditions, or within a sum
		return n.join(scale)
	case sum:
		if !has || scale >= 0 {
			return n.join(scale)
		}
	case call:
		exact := []string{"coalesce", "abs", "min", "max", "nullif"}
		if scale >= 0 && slices.Contains(exact, n.token.name()) {
			return n.join(scale)
		}
	case product:
		if text, ok, err := n.writeMultiple(scale); ok || err != nil {
			return text, err
		}
	}
	if !has && scale >= 0 {
		text, err := n.join(-1)
		return "(" + text + ") * 1" + strings.Repeat("0", scale), err
	}
	if has && n.operation != logical && n.operation != comparison || scale >= 0 {
		return "", fmt.Errorf("an amount is in something else than a comparison of sums")
	}
	return n.join(-1)
}

func (n *node) writeLeaf(scale int) (string, error) {
	d, isDecimal := n.columns[n.token.name()]
	zeros := func(n int) string { return "1" + strings.Repeat("0", n) }
	switch {
	case scale < 0 || n.token.is("null"):
		return n.token.text, nil
	case isDecimal && d.scale == scale:
		return sqliteUnscaled(n.token.text), nil
	case isDecimal:
		return "(" + sqliteUnscaled(n.token.text) + " * " + zeros(scale-d.scale) + ")", nil
	case n.token.kind == numberToken:
		value, err := parseDecimal(n.token.text)
		if err != nil {
			return "", err
		}
		return value.shifted(scale).text(0), nil
	case n.token.kind == textToken:
		return "", fmt.Errorf("an amount is compared with the text %s", n.token.text)
	}
	return "(" + n.token.text + " * " + zeros(scale) + ")", nil
}

// writeMultiple writes an amount times a whole number.
func (n *node) writeMultiple(scale int) (text string, ok bool, err error) {
	if scale < 0 || len(n.operands) != 2 || n.words[1] != "*" {
		return "", false, nil
	}
	for i, factor := range n.operands {
		amount := n.operands[1-i]
		has, decimals := factor.decimals()
		if amountHas, _ := amount.decimals(); has || decimals > 0 || !amountHas {
			continue
		}
		left, err := amount.write(scale)
		if err != nil {
			return "", false, err
		}
		right, err := factor.join(-1)
		return "(" + left + ") * (" + right + ")", true, err
	}
	return "", false, nil
}

// join writes the operands, all at one scale, with the words between them.
func (n *node) join(scale int) (string, error) {
	if n.operation == leaf {
		return n.writeLeaf(scale)
	}
	text := n.words[0]
	for i, o := range n.operands {
		operand, err := o.write(scale)
		if err != nil {
			return "", err
		}
		text += " " + operand + " " + n.words[i+1]
	}
	return strings.TrimSpace(text), nil
}
