package sqltarget

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// tokenKind is the kind of a piece of a DDL text.
type tokenKind int

const (
	blankToken  tokenKind = iota // white space or a comment
	wordToken                    // a keyword or a name
	nameToken                    // a name in double quotes
	textToken                    // a text in single quotes
	numberToken                  // digits, perhaps with a point
	symbolToken                  // everything else, one or two characters
)

// token is one piece of a DDL text; the pieces together are the text.
type token struct {
	kind   tokenKind
	text   string
	line   int
	column int // in characters, from 1
}

// is says that the token is this keyword or symbol.
func (t token) is(text string) bool {
	return (t.kind == wordToken || t.kind == symbolToken) && strings.EqualFold(t.text, text)
}

// name gives the name that the token is, "" if none.
func (t token) name() string {
	switch t.kind {
	case wordToken:
		return strings.ToLower(t.text)
	case nameToken:
		return strings.ReplaceAll(t.text[1:len(t.text)-1], `""`, `"`)
	}
	return ""
}

// statement is one statement of a DDL text, without its semicolon.
type statement []token

// text is the statement as it was written.
func (s statement) text() string {
	var b strings.Builder
	for _, t := range s {
		b.WriteString(t.text)
	}
	return b.String()
}

// solid are the tokens but white space and comments.
func (s statement) solid() []token {
	var solid []token
	for _, t := range s {
		if t.kind != blankToken {
			solid = append(solid, t)
		}
	}
	return solid
}

// is says that the statement begins with these words.
func (s statement) is(words ...string) bool {
	solid := s.solid()
	if len(solid) < len(words) {
		return false
	}
	for i, w := range words {
		if !solid[i].is(w) {
			return false
		}
	}
	return true
}

// line is where the statement begins.
func (s statement) line() int {
	if solid := s.solid(); len(solid) > 0 {
		return solid[0].line
	}
	return 0
}

// splitStatements cuts a DDL text at its semicolons.
func splitStatements(ddl string) ([]statement, error) {
	tokens, err := tokenize(ddl)
	if err != nil {
		return nil, err
	}
	var statements []statement
	var current statement
	flush := func() {
		if len(current.solid()) > 0 {
			statements = append(statements, current)
		}
		current = nil
	}
	for _, t := range tokens {
		if t.is(";") {
			flush()
			continue
		}
		current = append(current, t)
	}
	flush()
	return statements, nil
}

func tokenize(text string) ([]token, error) {
	var tokens []token
	line, column := 1, 1
	for at := 0; at < len(text); {
		kind, length, err := nextToken(text[at:])
		if err != nil {
			return nil, &DDLError{Line: line, Column: column, What: err.Error()}
		}
		piece := text[at : at+length]
		tokens = append(tokens, token{kind: kind, text: piece, line: line, column: column})
		line, column = after(piece, line, column)
		at += length
	}
	return tokens, nil
}

// after is the place behind a piece that begins at a place.
func after(piece string, line, column int) (int, int) {
	last := strings.LastIndexByte(piece, '\n')
	if last < 0 {
		return line, column + utf8.RuneCountInString(piece)
	}
	return line + strings.Count(piece, "\n"), 1 + utf8.RuneCountInString(piece[last+1:])
}

func nextToken(text string) (kind tokenKind, length int, err error) {
	first := text[0]
	switch {
	case strings.HasPrefix(text, "--"):
		if end := strings.IndexByte(text, '\n'); end >= 0 {
			return blankToken, end + 1, nil
		}
		return blankToken, len(text), nil
	case strings.HasPrefix(text, "/*"):
		end := strings.Index(text, "*/")
		if end < 0 {
			return 0, 0, fmt.Errorf("a comment does not end")
		}
		return blankToken, end + 2, nil
	case isBlank(first):
		return blankToken, spanOf(text, isBlank), nil
	case first == '\'' || first == '"':
		for end := 1; end < len(text); end++ {
			if text[end] != first {
				continue
			}
			if end+1 < len(text) && text[end+1] == first {
				end++ // a doubled quote is one of the text
				continue
			}
			if first == '"' {
				return nameToken, end + 1, nil
			}
			return textToken, end + 1, nil
		}
		return 0, 0, fmt.Errorf("a quote does not end")
	case isDigit(first), first == '.' && len(text) > 1 && isDigit(text[1]):
		return numberToken, spanOf(text, func(b byte) bool { return isDigit(b) || b == '.' }), nil
	case isWord(first):
		return wordToken, spanOf(text, isWord), nil
	}
	for _, symbol := range []string{"<=", ">=", "<>", "!=", "||", "::"} {
		if strings.HasPrefix(text, symbol) {
			return symbolToken, len(symbol), nil
		}
	}
	return symbolToken, 1, nil
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isWord(b byte) bool {
	return b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || isDigit(b) || b >= 0x80
}

// spanOf is how many bytes at the beginning of a text are of one sort.
func spanOf(text string, of func(byte) bool) int {
	for i := range len(text) {
		if !of(text[i]) {
			return i
		}
	}
	return len(text)
}
