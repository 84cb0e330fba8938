package yamlfile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

type rule struct {
	ID        string            `yaml:"id"`
	Title     map[string]string `yaml:"title,omitempty"`
	Tolerance string            `yaml:"tolerance,omitempty"`
	By        []string          `yaml:"by,omitempty"`
	Columns   []column          `yaml:"columns,omitempty"`
	Left      *side             `yaml:"left,omitempty"`
	Exclude   []side            `yaml:"exclude,omitempty"`
	On        bool              `yaml:"on,omitempty"`
	Count     int               `yaml:"count,omitempty"`
	Size      size              `yaml:"size,omitempty"`
	File      string            `yaml:"-"`
}

type column struct {
	Name string   `yaml:"-"`
	SQL  string   `yaml:"sql,omitempty,shorthand"`
	From []string `yaml:"from,omitempty"`
}

type side struct {
	From  string `yaml:"from"`
	Where string `yaml:"where,omitempty"`
}

type size string

func (s *size) UnmarshalText(text []byte) error {
	if !strings.HasSuffix(string(text), "B") {
		return errors.New(`a size ends in "B"`)
	}
	*s = size(text)
	return nil
}

func TestDecode(t *testing.T) {
	cases := []struct {
		name, text string
		want       rule
	}{
		{"scalars are their source text", "id: 007\ntolerance: 0.10\nby: [0, 1e3, 0x1F, true, null, ~, '', 2015-01-01]\n",
			rule{ID: "007", Tolerance: "0.10", By: []string{"0", "1e3", "0x1F", "true", "null", "~", "", "2015-01-01"}}},
		{"one element alone is a list", "id: a\nby: x\nexclude: {from: y}\n",
			rule{ID: "a", By: []string{"x"}, Exclude: []side{{From: "y"}}}},
		{"named elements keep their order", "id: a\ncolumns:\n  z: trim(Z)\n  a: {from: [x, y]}\n  m: {sql: 1.50}\n",
			rule{ID: "a", Columns: []column{{Name: "z", SQL: "trim(Z)"}, {Name: "a", From: []string{"x", "y"}}, {Name: "m", SQL: "1.50"}}}},
		{"typed values", "id: a\non: true\ncount: -3\nsize: 1GiB\nleft: {from: x}\ntitle: {it: Così, en: so}\n",
			rule{ID: "a", On: true, Count: -3, Size: "1GiB", Left: &side{From: "x"}, Title: map[string]string{"it": "Così", "en": "so"}}},
		{"constants", "id: \"${ente}-$${x}\"\ntolerance: '${ente}'\nby: ['${ente}${ente}', $1]\n",
			rule{ID: "30-${x}", Tolerance: "30", By: []string{"3030", "$1"}}},
		{"anchors and merges", "id: &i a\ntolerance: *i\nleft: &l {from: x, where: y}\nexclude:\n  - {<<: *l, where: z}\n  - <<: [*l]\n",
			rule{ID: "a", Tolerance: "a", Left: &side{"x", "y"}, Exclude: []side{{"x", "z"}, {"x", "y"}}}},
		{"BOM, CRLF, comments", "\ufeff# a\r\nid: a # b\r\nby:\r\n  - |\r\n    x\r\n    y\r\n",
			rule{ID: "a", By: []string{"x\ny\n"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got rule
			_, mistakes := Decode("r.yaml", []byte(c.text), &got, Options{Constants: map[string]string{"ente": "30"}})
			if mistakes.Err() != nil {
				t.Fatal(mistakes)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestDecodeAny(t *testing.T) {
	var got any
	_, mistakes := Decode("a.yaml", []byte("a: [1.50, {b: true}]\nc: d\n"), &got, Options{})
	want := map[string]any{"a": []any{"1.50", map[string]any{"b": "true"}}, "c": "d"}
	if mistakes.Err() != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v (%v)", got, mistakes)
	}
}

func TestMistakes(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"unknown key", "id: a\ntolerence: 1\n", `r.yaml:2:1: unknown key "tolerence"; did you mean tolerance?`},
		{"unknown key, nothing near", "id: a\nleft: {from: a, zzz: 1}\n", `r.yaml:2:17: unknown key "zzz"; use one of from, where`},
		{"missing key", "by: x\nleft:\n  where: a\n", `r.yaml:1:1: missing key "id" (it is required); add it` + "\n" + `r.yaml:2:1: missing key "from" (it is required in left); add it`},
		{"empty text", "id: ''\n", `r.yaml:1:5: "id" is empty (it is required); write its value`},
		{"no value", "id: a\ntolerance:\nby: [x, y]\n", `r.yaml:2:11: "tolerance" has no value; write the value, '' for an empty text, or remove the key`},
		{"duplicate key", "id: a\nby: x\nid: b\n", `r.yaml:3:1: duplicate key "id" (it is in line 1 already); remove one of them`},
		{"duplicate name", "id: a\ncolumns:\n  x: 1\n  \"x\": 2\n", `r.yaml:4:3: duplicate key "x" (it is in line 3 already); remove one of them`},
		{"mapping for a text", "id: {a: b}\n", `r.yaml:1:5: wrong kind of value for "id" (a text is wanted, not a mapping)`},
		{"list for a mapping", "id: a\ncolumns: [a]\n", `r.yaml:2:10: wrong kind of value for "columns" (a mapping (key: value) is wanted, not a list)`},
		{"text for a mapping", "id: a\nleft: b\n", `r.yaml:2:7: wrong kind of value for "left" (a mapping (key: value) is wanted, not a text)`},
		{"mapping for a list of texts", "id: a\nby: [{x: y}]\n", `r.yaml:2:6: wrong kind of value for "by" (a text is wanted, not a mapping)`},
		{"not a bool", "id: a\non: yes\n", `r.yaml:2:5: wrong value for "on" (true or false is wanted, not "yes")`},
		{"not an integer", "id: a\ncount: 1.5\n", `r.yaml:2:8: wrong value for "count" (a whole number is wanted, not "1.5")`},
		{"not its own text", "id: a\nsize: 3\n", `r.yaml:2:7: wrong value for "size" (a size ends in "B")`},
		{"unknown constant", "id: a\nby: ['x ${enti}']\n", `r.yaml:2:9: unknown constant "enti"; did you mean ente? else declare it under "constants" in the plan`},
		{"constant not closed", "id: a${ente\n", `r.yaml:1:6: "${" without "}"; close it, or write "$${" for a plain "${"`},
		{"unknown alias", "id: *x\n", `r.yaml:1:5: unknown alias "x"; define it with "&x", or put the value in quotes`},
		{"alias of itself", "id: a\nleft: &l\n  <<: *l\n  from: x\n", `r.yaml:3:3: wrong value for "<<" (a mapping is wanted, or a list of them, not within itself)`},
		{"tag", "id: !!str a\n", `r.yaml:1:5: tag !!str (tags have no meaning here); remove it`},
		{"root is a list", "- a\n", `r.yaml:1:1: wrong kind of value (a mapping (key: value) is wanted, not a list)`},
		{"empty file", "# nothing\n", `r.yaml:1:1: empty file; write it or remove it`},
		{"two documents", "id: a\n---\nid: b\n", `r.yaml:3:1: a second document in the file (one file holds one document); move it to a file of its own`},
		{"tab", "id: a\nleft:\n\tfrom: x\n", `r.yaml:3:1: not YAML (a tab cannot indent); indent with spaces`},
		{"bare colon", "id: a: b\n", `r.yaml:1:5: not YAML (mapping value is not allowed in this context); put the value in quotes`},
		{"not UTF-8", "id: a\nby: cos\xec\n", `r.yaml:2:8: bytes that are not UTF-8; save the file as UTF-8`},
		{"too large", "id: " + strings.Repeat("a", SizeLimit), `r.yaml:1:1: file of 1048580 bytes (at most 1048576 are read); give the file that people write, not the data`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var into rule
			_, mistakes := Decode("r.yaml", []byte(c.text), &into, Options{Constants: map[string]string{"ente": "30"}})
			var got []string
			for _, m := range mistakes {
				got = append(got, m.Heading())
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

// All the mistakes of a file come at once, in order, and what is right is decoded.
func TestAllMistakesAtOnce(t *testing.T) {
	text := "tolerance: 0\nby: {a: b}\nleft: {form: x}\non: 3\ncolumns:\n  x: {sql: '${no}'}\n"
	var got rule
	_, mistakes := Decode("r.yaml", []byte(text), &got, Options{})
	if len(mistakes) != 6 {
		t.Errorf("got %d mistakes, want 6:\n%v", len(mistakes), mistakes)
	}
	for i := 1; i < len(mistakes); i++ {
		if mistakes[i].Line < mistakes[i-1].Line {
			t.Errorf("not sorted:\n%v", mistakes)
		}
	}
	if got.Tolerance != "0" {
		t.Errorf("what is right was not decoded: %+v", got)
	}
}

func TestPositions(t *testing.T) {
	text := `id: x
columns:
  importo:
    from: IMPORTO
  stato: "trim(STATO)"
by: [uno, 'due']
tolerance: |

  select 1
    from è where
`
	var into rule
	file, mistakes := Decode("r.yaml", []byte(text), &into, Options{})
	if mistakes.Err() != nil {
		t.Fatal(mistakes)
	}
	for path, want := range map[string]Position{
		"columns":                   {2, 1},
		"columns.importo":           {3, 3},
		"columns.importo.from[0]":   {4, 11},
		"columns.stato.sql":         {5, 10},
		"columns.stato.sql.missing": {5, 10},
		"columns.importo.sql":       {3, 3},
		"by[1]":                     {6, 11},
		"nothing":                   {1, 1},
	} {
		if got := file.Position(path); got != want {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	if got, want := file.Keys["columns.stato"], (Position{5, 3}); got != want {
		t.Errorf("key: got %v, want %v", got, want)
	}
	if !file.Has("by") || file.Has("title") {
		t.Error("Has does not tell what is there")
	}
	for _, c := range []struct {
		path, word string
		want       Position
	}{
		{"columns.stato.sql", "STATO", Position{5, 16}},
		{"by[1]", "ue", Position{6, 13}},
		{"tolerance", "select", Position{9, 3}},
		{"tolerance", "where", Position{10, 12}},
	} {
		offset := strings.Index(file.scalars[c.path].text, c.word)
		if got := file.Within(c.path, offset); got != c.want {
			t.Errorf("%s in %s: got %v, want %v", c.word, c.path, got, c.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	var into rule
	_, mistakes := Decode("r.yaml", []byte("id: x\nleft: {form: y, from: z}\n"), &into, Options{})
	want := `r.yaml:2:8: unknown key "form"; did you mean from?
     2 | left: {form: y, from: z}
       |        ^`
	if got := mistakes.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestExcerptMasksPasswords(t *testing.T) {
	for _, line := range []string{
		"dns: postgres://user:S3cret@host/db",
		"dns: postgres://user:S3cr@S3cret@host/db",
		"dns: 'user:S3cret@tcp(127.0.0.1)/db'",
		"dns: \"host=h password=S3cret user=u\"",
		"db_password: \"S3cret\"",
		"password: 'S3 S3cret'",
		"dns: sqlserver://h?pwd=S3cret&x=1",
	} {
		var into rule
		_, mistakes := Decode("r.yaml", []byte("id: x\n"+line+"\n"), &into, Options{})
		if len(mistakes) == 0 {
			t.Fatalf("%s: no mistake found", line)
		}
		if text := mistakes.Error(); strings.Contains(text, "S3cret") {
			t.Errorf("password shown: %s", text)
		}
	}
}

func TestExcerptOfLongLine(t *testing.T) {
	line := strings.Repeat("è", 500) + "HERE" + strings.Repeat("x", 500)
	shown := excerpt([]string{line}, Position{1, 501})
	source, caret, _ := strings.Cut(shown, "\n")
	if got := string([]rune(source)[len([]rune(caret))-1:][:4]); got != "HERE" {
		t.Errorf("caret is not under the place:\n%s", shown)
	}
	if n := len([]rune(source)); n > excerptWidth+20 {
		t.Errorf("%d characters shown", n)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"from", "format", "crosswalk", "IMPORTO_ATTUALE", "id"}
	for _, c := range []struct{ name, want string }{
		{"form", "from"}, {"fromat", "format"}, {"importo_attuale", "IMPORTO_ATTUALE"},
		{"IMPORTO_ATUALE", "IMPORTO_ATTUALE"}, {"crosswlak", "crosswalk"}, {"zzz", ""}, {"", ""}, {"x", ""},
	} {
		got, ok := Nearest(c.name, known)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%q: got %q %v, want %q", c.name, got, ok, c.want)
		}
	}
}

// Aliases of aliases must not multiply without bound.
func TestAliasesThatMultiply(t *testing.T) {
	var b strings.Builder
	b.WriteString("id: x\nleft: &a0 {from: x}\nexclude:\n")
	for i := range 30 {
		fmt.Fprintf(&b, "  - &a%d {<<: [*a%d, *a%d, *a%d, *a%d]}\n", i+1, i, i, i, i)
	}
	var into rule
	_, mistakes := Decode("bomb.yaml", []byte(b.String()), &into, Options{})
	if !strings.Contains(mistakes.Error(), "too many values") {
		t.Errorf("not refused: %v", mistakes)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"id: a\nby: [x]\n", "id: &a |\n  x\nleft: {<<: *a}\n", "a: ${x}", "? x\n: y\n", "columns: {a: 'b', c: {from: d}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var into rule
		file, mistakes := Decode("f.yaml", []byte(text), &into, Options{})
		for _, m := range mistakes {
			if m.Line < 1 || m.Column < 1 || m.Line > len(file.lines) {
				t.Errorf("mistake outside the file: %+v", m)
			}
		}
		if mistakes == nil && into.ID == "" {
			t.Error("a required key is missing and no mistake was reported")
		}
	})
}
