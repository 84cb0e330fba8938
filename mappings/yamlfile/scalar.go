package yamlfile

import (
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// scalar is the text of a value and how it stands in the file.
type scalar struct {
	text  string
	begin Position // of the first character of the text
	// block holds, for a block (`|`), for each line of the text the place of
	// its first character.
	block []Position
	// verbatim: the text stands in the file character by character, so that
	// an offset in it is a place in the file.
	verbatim bool
	// unresolved: it names a constant that is not known.
	unresolved bool
}

func (s scalar) at(offset int) Position {
	if !s.verbatim || offset < 0 || offset > len(s.text) {
		return s.begin
	}
	before := s.text[:offset]
	line := strings.Count(before, "\n")
	inLine := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	if s.block == nil {
		return Position{s.begin.Line, s.begin.Column + inLine}
	}
	if line >= len(s.block) { // past the last line end
		return s.block[len(s.block)-1]
	}
	return Position{s.block[line].Line, s.block[line].Column + inLine}
}

// readScalar gives the text of a scalar node. ok is false where the node is
// no scalar, missing is true where nothing was written (`key:`).
func (f *File) readScalar(node ast.Node) (s scalar, missing, ok bool) {
	switch n := node.(type) {
	case *ast.LiteralNode:
		return f.readBlock(n), false, true
	case *ast.NullNode:
		at := nodePosition(n)
		return scalar{text: n.Token.Value, begin: at, verbatim: true}, !f.holds(at, n.Token.Value), true
	case *ast.StringNode:
		return f.readString(n), false, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return scalar{text: n.GetToken().Value, begin: nodePosition(n), verbatim: true}, false, true
	}
	return scalar{}, false, false
}

// readString reads a plain or quoted text.
func (f *File) readString(n *ast.StringNode) scalar {
	s := scalar{text: n.Value, begin: nodePosition(n)}
	if n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType {
		s.begin.Column++
	}
	s.verbatim = f.holds(s.begin, s.text)
	return s
}

// readBlock reads a block: `|` keeps its lines, so that their places are
// known; `>` folds them.
func (f *File) readBlock(n *ast.LiteralNode) scalar {
	header := nodePosition(n)
	s := scalar{text: n.Value.Value, begin: header}
	if !strings.HasPrefix(n.Start.Value, "|") {
		return s
	}
	lines := strings.Split(strings.TrimRight(s.text, "\n"), "\n")
	indent := -1
	for i, line := range lines { // the first line with anything on it tells the indentation
		if line == "" || header.Line+i >= len(f.lines) {
			continue
		}
		if cut := strings.Index(f.lines[header.Line+i], line); cut >= 0 {
			indent = cut
			break
		}
	}
	if indent < 0 {
		return s
	}
	for i, line := range lines {
		at := Position{header.Line + 1 + i, indent + 1}
		if line != "" && !f.holds(at, line) {
			return s
		}
		s.block = append(s.block, at)
	}
	s.verbatim, s.begin = true, s.block[0]
	return s
}

// holds says whether the text stands at the place, on one line.
func (f *File) holds(at Position, text string) bool {
	if at.Line < 1 || at.Line > len(f.lines) {
		return false
	}
	line := []rune(f.lines[at.Line-1])
	return at.Column >= 1 && at.Column <= len(line)+1 && strings.HasPrefix(string(line[at.Column-1:]), text)
}

// nodePosition is the place where a node begins.
func nodePosition(node ast.Node) Position {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return nodePosition(m.Values[0].Key) // the node's own token is the colon
	}
	if v, ok := node.(*ast.MappingValueNode); ok {
		return nodePosition(v.Key)
	}
	if t := node.GetToken(); t != nil && t.Position != nil {
		return Position{max(t.Position.Line, 1), max(t.Position.Column, 1)}
	}
	return Position{1, 1}
}

// substitute puts the constants in the place of their names.
func (d *decoder) substitute(s scalar) scalar {
	if d.options.Literal || !strings.Contains(s.text, "${") {
		return s
	}
	var b strings.Builder
	unresolved := false
	for rest, offset := s.text, 0; ; {
		cut := strings.Index(rest, "${")
		if cut < 0 {
			b.WriteString(rest)
			break
		}
		if cut > 0 && rest[cut-1] == '$' { // $${ is a plain ${
			b.WriteString(rest[:cut-1] + "${")
			offset, rest = offset+cut+2, rest[cut+2:]
			continue
		}
		b.WriteString(rest[:cut])
		name, after, closed := strings.Cut(rest[cut+2:], "}")
		if !closed {
			d.add(d.file.MistakeAt(s.at(offset+cut), `"${" without "}"`, "", `close it, or write "$${" for a plain "${"`))
			b.WriteString(rest[cut:])
			break
		}
		value, known := d.options.Constants[name]
		if !known {
			d.unknownConstant(s.at(offset+cut), name)
			value, unresolved = "${"+name+"}", true
		}
		b.WriteString(value)
		offset, rest = offset+cut+2+len(name)+1, after
	}
	return scalar{text: b.String(), begin: s.begin, unresolved: unresolved}
}

func (d *decoder) unknownConstant(at Position, name string) {
	known := make([]string, 0, len(d.options.Constants))
	for k := range d.options.Constants {
		known = append(known, k)
	}
	remedy := d.options.Remedy
	if nearest, ok := Nearest(name, known); ok {
		remedy = "did you mean " + nearest + "? else " + remedy
	}
	d.add(d.file.MistakeAt(at, "unknown "+d.options.Kind+" "+quote(name), "", remedy))
}
