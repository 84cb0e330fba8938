// Package validate checks what must hold of the staged documents before any of
// them is loaded: the balances of the accounts, written as rules in YAML and
// compiled to one SQL statement each, which finds every violation.
//
// A rules file is a list of rules. All have id, title, kind, severity (error,
// the default, or warning); a kind adds its own parts:
//
//	balance   left, right         Σ left = Σ right, group by group, up to tolerance
//	ceiling   children, parent    Σ children ≤ Σ parent, group by group, up to tolerance
//	carry     opening, in, out, closing   closing = opening + in − out, group by group, up to tolerance
//	sequence  from, number        numbers follow one another without gap, group by group
//	check     from, expect        expect is true on every row; unknown (NULL) is not true
//	unique    from, columns       no two rows have the same values; NULL equals NULL
//	control   from, by, sum       source = staged + rejected + excluded, group by group
//	sql       query               every row it returns is a violation
//
// A side of a balance or ceiling is a term or a list of them that are added
// up: rows of an entity (`from: impegno`: what will be loaded), of the raw
// snapshot (`from: source.impegni`), of what is not loaded (`from:
// rejected.impegno`, with _status) or of a `query:`; `where` picks rows; `sum`
// is a column, an expression or several of them, added; `count: true` counts
// rows; `by` are the expressions of the group. A side that has no row in a
// group counts as 0, and NULL is a group like any other. A term subtracts by
// its sign: `sum: "-importo"`.
//
// Amounts are exact decimals from the row to the finding. A sum that would not
// be exact (a DOUBLE, a division) is refused before anything runs.
package validate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/travaso/travaso/mappings/yamlfile"
	"github.com/travaso/travaso/validate/finding"
)

// Rules are the rules of one file, complete as far as the file alone can
// tell; SQL tells whether they fit the data.
type Rules struct {
	List []Rule
	file *yamlfile.File
}

// Rule is one thing that must hold. Which of its parts are set depends on Kind.
type Rule struct {
	ID       string            `yaml:"id" json:"id"`
	Title    map[string]string `yaml:"title,omitempty" json:"title,omitempty"` // by language: it, en
	Kind     Kind              `yaml:"kind" json:"kind"`
	Severity finding.Severity  `yaml:"severity,omitempty" json:"severity"`
	// Tolerance is the largest difference that is no violation, an exact
	// decimal. It is never inferred: the default is 0.
	Tolerance string `yaml:"tolerance,omitempty" json:"tolerance,omitempty"`
	// Key is SQL over the rows of Left, of Parent or of From that names a group
	// or a row for people. Default: the natural key, or the values of the group.
	Key string `yaml:"key,omitempty" json:"key,omitempty"`

	Left     []Term `yaml:"left,omitempty" json:"left,omitempty"`         // what is expected
	Right    []Term `yaml:"right,omitempty" json:"right,omitempty"`       // what is found
	Parent   []Term `yaml:"parent,omitempty" json:"parent,omitempty"`     // what is expected at most
	Children []Term `yaml:"children,omitempty" json:"children,omitempty"` // what is found

	// What a carry adds up: Opening + In − Out must be Closing.
	Opening []Term `yaml:"opening,omitempty" json:"opening,omitempty"`
	In      []Term `yaml:"in,omitempty" json:"in,omitempty"`
	Out     []Term `yaml:"out,omitempty" json:"out,omitempty"`
	Closing []Term `yaml:"closing,omitempty" json:"closing,omitempty"`

	From   []string `yaml:"from,omitempty" json:"from,omitempty"`
	Where  string   `yaml:"where,omitempty" json:"where,omitempty"`
	Expect string   `yaml:"expect,omitempty" json:"expect,omitempty"`
	// Number is the SQL of a sequence's whole number; First is what the numbers
	// of every group must begin with, where they must.
	Number string `yaml:"number,omitempty" json:"number,omitempty"`
	First  string `yaml:"first,omitempty" json:"first,omitempty"`
	// Columns are the SQL expressions that must be unique together.
	Columns []string `yaml:"columns,omitempty" json:"columns,omitempty"`
	By      []string `yaml:"by,omitempty" json:"by,omitempty"`
	Sum     []string `yaml:"sum,omitempty" json:"sum,omitempty"` // each a total of its own
	// Source are the raw rows a control compares with, group by group: its by
	// and sum stand for those of the rule, in their order. Without it the
	// groups are shown, and only their total is compared with the source's.
	Source []Term `yaml:"source,omitempty" json:"source,omitempty"`
	// Query gives the violations: key, and where they make sense expected,
	// actual, difference, detail and documents (a text or a list of them).
	Query string `yaml:"query,omitempty" json:"query,omitempty"`
	// Checked is SQL that gives the number of groups or rows that Query looked at.
	Checked string `yaml:"checked,omitempty" json:"checked,omitempty"`
}

// Term is a sum, or a count, of rows by group.
type Term struct {
	From  []string `yaml:"from,omitempty" json:"from,omitempty"` // entity, source.<dataset>, rejected.<entity>
	Query string   `yaml:"query,omitempty" json:"query,omitempty"`
	Where string   `yaml:"where,omitempty" json:"where,omitempty"`
	By    []string `yaml:"by,omitempty" json:"by,omitempty"`
	Sum   []string `yaml:"sum,omitempty" json:"sum,omitempty"` // added to one another; NULL is 0
	Count bool     `yaml:"count,omitempty" json:"count,omitempty"`
	// Document is SQL over Query's rows for the document behind a row: its id
	// (a uuid) or a text.
	Document string `yaml:"document,omitempty" json:"document,omitempty"`
}

// LoadRules reads a rules file. The error is a yamlfile.Mistakes that holds
// all that is wrong in the file, each with its place and remedy.
func LoadRules(fsys fs.FS, name string, constants map[string]string) (*Rules, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	var content struct {
		Rules []Rule `yaml:"rules"`
	}
	file, mistakes := yamlfile.Decode(name, text, &content, yamlfile.Options{Constants: constants})
	rules := &Rules{List: content.Rules, file: file}
	for i := range rules.List {
		rule := &rules.List[i]
		if rule.Severity == "" {
			rule.Severity = finding.Error
		}
		mistakes = append(mistakes, rules.faults(i)...)
	}
	if err := mistakes.Err(); err != nil {
		return nil, err
	}
	return rules, nil
}

// Digest is the SHA-256 of what the rules say, constants filled in: comments
// and the order of keys in the file do not change it.
func (r *Rules) Digest() string {
	text, err := json.Marshal(r.List)
	if err != nil {
		panic(fmt.Sprintf("validate: rules cannot be written as JSON: %v", err)) // texts, lists and maps of texts always can
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// place is the path in the file of a part of the rule with this number.
func place(rule int, part string) string {
	if part == "" {
		return fmt.Sprintf("rules[%d]", rule)
	}
	return fmt.Sprintf("rules[%d].%s", rule, part)
}

// sides are the keys of the parts that are terms.
var sides = []string{"left", "right", "parent", "children", "opening", "in", "out", "closing", "source"}

var (
	identifier   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,99}$`)
	exactDecimal = regexp.MustCompile(`^[0-9]{1,20}(\.[0-9]{1,18})?$`)
	wholeNumber  = regexp.MustCompile(`^-?[0-9]{1,18}$`)
)

// faults is what the file alone shows to be wrong with a rule.
func (r *Rules) faults(number int) yamlfile.Mistakes {
	rule := r.List[number]
	at := func(part, what, why, remedy string) yamlfile.Mistake {
		return r.file.Mistake(place(number, part), what, why, remedy)
	}
	var mistakes yamlfile.Mistakes
	if rule.ID != "" && !identifier.MatchString(rule.ID) {
		mistakes = append(mistakes, at("id", fmt.Sprintf("wrong id %q", rule.ID),
			"letters without accents, digits, _ and - are wanted", "rename it"))
	}
	if first := slices.IndexFunc(r.List[:number], func(o Rule) bool { return o.ID == rule.ID }); first >= 0 && rule.ID != "" {
		mistakes = append(mistakes, at("id", fmt.Sprintf("duplicate id %q", rule.ID),
			fmt.Sprintf("line %d has it already", r.file.Position(place(first, "id")).Line), "rename one of them"))
	}
	if rule.Severity != finding.Error && rule.Severity != finding.Warning {
		mistakes = append(mistakes, at("severity", fmt.Sprintf("unknown severity %q", rule.Severity), "",
			yamlfile.Suggestion(string(rule.Severity), []string{string(finding.Error), string(finding.Warning)})))
	}
	if rule.Tolerance != "" && !exactDecimal.MatchString(rule.Tolerance) {
		mistakes = append(mistakes, at("tolerance", fmt.Sprintf("wrong tolerance %q", rule.Tolerance),
			"an exact decimal from 0 is wanted", `write it as in "0.05"`))
	}
	if rule.First != "" && !wholeNumber.MatchString(rule.First) {
		mistakes = append(mistakes, at("first", fmt.Sprintf("wrong first %q", rule.First), "a whole number is wanted", "write it as in 1"))
	}
	if rule.Kind == "" { // the decoder has said so
		return mistakes
	}
	kind, known := kindNamed(rule.Kind)
	if !known {
		return append(mistakes, at("kind", fmt.Sprintf("unknown kind %q", rule.Kind), "",
			yamlfile.Suggestion(string(rule.Kind), kindNames())))
	}
	mistakes = append(mistakes, r.wrongParts(number, kind)...)
	for _, part := range sides {
		for i, term := range rule.terms(part) {
			mistakes = append(mistakes, r.wrongTerm(number, part, i, term, kind)...)
		}
	}
	return mistakes
}

// wrongParts tells which parts the kind wants and the rule lacks, and which
// the rule has and the kind has no use for.
func (r *Rules) wrongParts(number int, kind kind) yamlfile.Mistakes {
	var mistakes yamlfile.Mistakes
	for _, part := range kind.required {
		why := fmt.Sprintf("a rule of kind %s needs it", kind.name)
		switch path := place(number, part); {
		case !r.file.Has(path):
			mistakes = append(mistakes, r.file.Mistake(place(number, ""), fmt.Sprintf("missing key %q", part), why, "add it"))
		case r.List[number].lacks(part):
			mistakes = append(mistakes, r.file.Mistake(path, fmt.Sprintf("%q is empty", part), why, "write its value"))
		}
	}
	for _, part := range allParts() {
		path := place(number, part)
		if r.file.Has(path) && !slices.Contains(kind.required, part) && !slices.Contains(kind.optional, part) {
			mistakes = append(mistakes, r.file.KeyMistake(path, fmt.Sprintf("key %q has no meaning here", part),
				fmt.Sprintf("a rule of kind %s does not use it", kind.name), "remove it"))
		}
	}
	return mistakes
}

// wrongTerm tells what is wrong with one term of a side.
func (r *Rules) wrongTerm(number int, part string, index int, term Term, kind kind) yamlfile.Mistakes {
	path := place(number, fmt.Sprintf("%s[%d]", part, index))
	var mistakes yamlfile.Mistakes
	add := func(what, why, remedy string) {
		mistakes = append(mistakes, r.file.Mistake(path, what, why, remedy))
	}
	if (len(term.From) > 0) == (term.Query != "") {
		add("a term needs rows", `either "from" or "query" is wanted`, `write from: <entity>`)
	}
	if kind.name != Control && (len(term.Sum) > 0) == term.Count {
		add("a term needs an amount", `either "sum" or "count: true" is wanted`, `write sum: <column>`)
	}
	if kind.name == Control && term.Count {
		add(`key "count" has no meaning here`, "a control always counts rows", "remove it")
	}
	if term.Document != "" && term.Query == "" {
		add(`key "document" has no meaning here`, "the document behind an entity's row is known", "remove it")
	}
	return mistakes
}

// lacks says that a part that some kind requires is empty.
func (r Rule) lacks(part string) bool {
	switch part {
	case "from":
		return len(r.From) == 0
	case "columns":
		return len(r.Columns) == 0
	case "number":
		return strings.TrimSpace(r.Number) == ""
	case "expect":
		return strings.TrimSpace(r.Expect) == ""
	case "query":
		return strings.TrimSpace(r.Query) == ""
	}
	return len(r.terms(part)) == 0
}

// terms are the terms of one side, by its key in the file.
func (r Rule) terms(part string) []Term {
	switch part {
	case "left":
		return r.Left
	case "right":
		return r.Right
	case "parent":
		return r.Parent
	case "children":
		return r.Children
	case "opening":
		return r.Opening
	case "in":
		return r.In
	case "out":
		return r.Out
	case "closing":
		return r.Closing
	case "source":
		return r.Source
	}
	return nil
}
