// Package yamlfile is a YAML file that people write: read strictly, every
// value with its place, every mistake reported at once.
//
// A file is decoded into a struct by the tags of its fields:
//
//	Document string   `yaml:"document"`             // required, and not empty
//	Where    string   `yaml:"where,omitempty"`      // may be left out
//	SQL      string   `yaml:"sql,omitempty,shorthand"`
//	Name     string   `yaml:"-"`                    // the key, see below
//	File     string   `yaml:"-"`                    // not of the file
//	Format            `yaml:",inline"`              // its fields stand beside the others
//
// What may stand in the file for what type:
//
//   - string: any scalar, as its source text: `0.10` is "0.10", `true` is
//     "true". Types with UnmarshalText, bool and the integers: a scalar too.
//   - struct: a mapping; or a scalar, which goes to its shorthand field. A
//     pointer to it tells a missing section from an empty one.
//   - slice: a list; or one element alone.
//   - slice of structs that have a field `Name` tagged "-": a mapping, in its
//     order, each key becoming the Name of its element.
//   - map[string]T: a mapping.
//   - any: whatever stands there, as map[string]any, []any or string.
//
// `${name}` in a value stands for the constant of that name; `$${` is a plain
// `${`. Anchors, aliases and merge keys (`<<`) work; tags (`!!str`) do not.
//
// It is the only door to the YAML parser in this project.
package yamlfile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// SizeLimit bounds a file, in bytes: what people write is far smaller, and a
// larger file is a data file given by mistake.
const SizeLimit = 1 << 20

// Options says how a file is read. The zero value is good for a file without constants.
type Options struct {
	// Constants are the values that ${name} stands for.
	Constants map[string]string
	// Kind is what a constant is called in a mistake; default "constant".
	Kind string
	// Remedy tells how an unknown constant can be made known; default
	// `declare it under "constants" in the plan`.
	Remedy string
	// Literal leaves ${name} as it stands.
	Literal bool
}

// Position is a place in a file. Line and Column count from 1; a column is one character.
type Position struct{ Line, Column int }

// Positions tells where the values of a file stand, by their path:
// "entities.impegno.fields.importo.from", "entities.impegno.key[0]". The path
// of an only element written without its list is the same as in the list.
type Positions map[string]Position

// File is a file as it was read.
type File struct {
	Name string
	// Text is the file's, its line ends made \n.
	Text string
	// Values are the places of the values, Keys those of the keys before them.
	// The place of a mapping or a list is that of its key.
	Values Positions
	Keys   Positions

	lines   []string
	scalars map[string]scalar
}

// Decode reads the text of the file called name into a struct (a pointer to
// it). It returns every mistake in the file, sorted; what could be decoded is
// in the struct also then. The File is never nil.
func Decode(name string, text []byte, into any, options Options) (*File, Mistakes) {
	if options.Kind == "" {
		options.Kind = "constant"
	}
	if options.Remedy == "" {
		options.Remedy = `declare it under "constants" in the plan`
	}
	file := newFile(name, text)
	if mistake, ok := file.readable(text); !ok {
		return file, Mistakes{mistake}
	}
	root, mistake, ok := file.parse()
	if !ok {
		return file, Mistakes{mistake}
	}
	d := &decoder{file: file, options: options, anchors: map[string]ast.Node{}, budget: nodeLimit}
	ast.Walk(anchorCollector{d.anchors}, root)
	d.value(root, "", reflect.ValueOf(into).Elem(), shape{})
	return file, d.mistakes.Sorted()
}

func newFile(name string, text []byte) *File {
	normal := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(string(text), "\ufeff"))
	return &File{
		Name: name, Text: normal, lines: strings.Split(normal, "\n"),
		Values: Positions{}, Keys: Positions{}, scalars: map[string]scalar{},
	}
}

// readable refuses what is no text of a bearable size, before the parser sees it.
func (f *File) readable(text []byte) (Mistake, bool) {
	if len(text) > SizeLimit {
		return Mistake{File: f.Name, Line: 1, Column: 1, What: fmt.Sprintf("file of %d bytes", len(text)),
			Why: fmt.Sprintf("at most %d are read", SizeLimit), Remedy: "give the file that people write, not the data"}, false
	}
	for i, line := range f.lines {
		if !utf8.ValidString(line) {
			column := 1
			for rest := line; ; column++ {
				r, size := utf8.DecodeRuneInString(rest)
				if r == utf8.RuneError && size <= 1 {
					break
				}
				rest = rest[size:]
			}
			return f.MistakeAt(Position{i + 1, column}, "bytes that are not UTF-8", "", "save the file as UTF-8"), false
		}
	}
	return Mistake{}, true
}

// parse gives the one document of the file, or the parser's word on why there is none.
func (f *File) parse() (root ast.Node, mistake Mistake, ok bool) {
	defer func() {
		if r := recover(); r != nil { // the parser must not take the program down with it
			root, ok = nil, false
			mistake = f.MistakeAt(Position{1, 1}, "not readable as YAML", fmt.Sprint(r), "write it more simply")
		}
	}()
	parsed, err := parser.ParseBytes([]byte(f.Text), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, f.syntaxMistake(err), false
	}
	var documents []ast.Node
	for _, document := range parsed.Docs {
		if document.Body != nil {
			documents = append(documents, document.Body)
		}
	}
	switch {
	case len(documents) == 0:
		return nil, f.MistakeAt(Position{1, 1}, "empty file", "", "write it or remove it"), false
	case len(documents) > 1:
		return nil, f.MistakeAt(nodePosition(documents[1]), "a second document in the file", "one file holds one document",
			"move it to a file of its own"), false
	}
	return documents[0], Mistake{}, true
}

func (f *File) syntaxMistake(err error) Mistake {
	at, why := Position{1, 1}, err.Error()
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		why = syntax.GetMessage()
		if t := syntax.GetToken(); t != nil && t.Position != nil {
			at = Position{t.Position.Line, t.Position.Column}
		}
	}
	remedy := "correct it there or in the line before"
	switch {
	case strings.Contains(why, "'\t'"):
		why, remedy = "a tab cannot indent", "indent with spaces"
	case strings.Contains(why, "reserved character"), strings.Contains(why, "mapping value is not allowed"):
		remedy = "put the value in quotes"
	}
	return f.MistakeAt(at, "not YAML", why, remedy)
}

// Has says whether the file holds a value at the path.
func (f *File) Has(path string) bool {
	_, ok := f.Values[path]
	return ok
}

// Unresolved says whether the value at the path names a constant that is not
// known: that is told already, and what else is wrong with it cannot be.
func (f *File) Unresolved(path string) bool { return f.scalars[path].unresolved }

// Position is the place of the value at the path or, where the file has none,
// of the nearest value around it.
func (f *File) Position(path string) Position {
	for {
		if at, ok := f.Values[path]; ok {
			return at
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return Position{1, 1}
		}
		path = path[:cut]
	}
}

// Within is the place of the byte at offset of the text at the path: the place
// in an SQL expression, say. Where the text does not stand in the file
// character by character (escapes, constants, folded lines) it is the place
// where the text begins.
func (f *File) Within(path string, offset int) Position {
	s, ok := f.scalars[path]
	if !ok {
		return f.Position(path)
	}
	return s.at(offset)
}

// Mistake makes a mistake at the value of the path; see Position.
func (f *File) Mistake(path, what, why, remedy string) Mistake {
	return f.MistakeAt(f.Position(path), what, why, remedy)
}

// KeyMistake makes a mistake at the key of the path.
func (f *File) KeyMistake(path, what, why, remedy string) Mistake {
	if at, ok := f.Keys[path]; ok {
		return f.MistakeAt(at, what, why, remedy)
	}
	return f.Mistake(path, what, why, remedy)
}

// MistakeAt makes a mistake at a place of the file.
func (f *File) MistakeAt(at Position, what, why, remedy string) Mistake {
	return Mistake{
		File: f.Name, Line: at.Line, Column: at.Column, What: what, Why: why, Remedy: remedy,
		Excerpt: excerpt(f.lines, at),
	}
}
