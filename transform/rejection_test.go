package transform

import (
	"slices"
	"testing"

	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/staged"
)

// fields writes the id field of an entity and further ones.
func fields(id string, more ...mappings.Field) []mappings.Field {
	return append([]mappings.Field{{Name: "id", ID: id}}, more...)
}

func amount(name, from string) mappings.Field {
	return mappings.Field{Name: name, From: from, As: "money"}
}

// cases of what becomes of documents. Findings are "kind entity key field
// [value]"; staged are the keys of the staged rows by "document/entity".
func TestRejection(t *testing.T) {
	cases := map[string]struct {
		build    func(f *fixture)
		findings []string
		staged   map[string][]string
		excluded map[string]int64 // rows by entity
	}{
		"an error in a line rejects its whole document": {
			build: func(f *fixture) {
				f.texts("h", "N|V", "1|1", "2|2")
				f.texts("l", "N|R|V", "1|1|5", "1|2|x", "2|1|5")
				f.mapping("doc", mappings.Entity{From: []string{"h"}, Key: []string{"N"}, Fields: fields("doc", amount("v", "V"))},
					mappings.Entity{Name: "line", Parent: "doc", From: []string{"l"}, Key: []string{"N", "R"}, Fields: fields("line", mappings.Field{Name: "doc_id", Ref: "doc", Key: []string{"N"}}, amount("v", "V"))})
			},
			findings: []string{"bad_number line 1/2 v [x]", "same_document doc 1 - -", "same_document line 1/1 - -"},
			staged:   map[string][]string{"doc/doc": {"2"}, "doc/line": {"2/1"}},
		},
		"all errors of a row are told": {
			build: func(f *fixture) {
				f.texts("h", "N|V|W", "1|x|y")
				f.mapping("doc", mappings.Entity{From: []string{"h"}, Key: []string{"N"}, Fields: fields("doc", amount("v", "V"), amount("w", "W"))})
			},
			findings: []string{"bad_number doc 1 v [x]", "bad_number doc 1 w [y]"},
		},
		"lines without a document, and lines of such lines": {
			build: func(f *fixture) {
				f.texts("h", "N", "1")
				f.texts("l", "N|R", "1|1", "9|1", "|2")
				f.texts("s", "N|R|S", "1|1|1", "9|1|1", "1|7|1")
				f.mapping("doc", mappings.Entity{From: []string{"h"}, Key: []string{"N"}, Fields: fields("doc")},
					mappings.Entity{Name: "line", Parent: "doc", From: []string{"l"}, Key: []string{"N", "R"}, Fields: fields("line", mappings.Field{Name: "doc_id", Ref: "doc", Key: []string{"N"}})},
					mappings.Entity{Name: "split", Parent: "line", From: []string{"s"}, Key: []string{"N", "R", "S"}, Fields: fields("split", mappings.Field{Name: "line_id", Ref: "line", Key: []string{"N", "R"}})})
			},
			findings: []string{"depends_on split 9/1/1 line_id [9/1]", "orphan line /2 doc_id []", "orphan line 9/1 doc_id [9]", "orphan split 1/7/1 line_id [1/7]"},
			staged:   map[string][]string{"doc/doc": {"1"}, "doc/line": {"1/1"}, "doc/split": {"1/1/1"}},
		},
		"lines of a line that is also excluded, with another document": {
			build: func(f *fixture) {
				f.texts("h", "N|V", "1|x", "2|1", "3|x", "4|1")
				f.texts("l", "N|R|X", "1|a|", "2|a|X", "2|b|", "1|b|X", "3|c|", "4|c|X", "4|d|", "3|d|X")
				f.texts("s", "R|S", "a|1", "b|1", "c|1", "d|1")
				f.mapping("doc", mappings.Entity{From: []string{"h"}, Key: []string{"N"}, Fields: fields("doc", amount("v", "V"))},
					mappings.Entity{Name: "line", Parent: "doc", From: []string{"l"}, Key: []string{"R"}, Exclude: []mappings.Exclude{{When: "X = 'X'", Reason: "x"}}, Fields: fields("line", mappings.Field{Name: "doc_id", Ref: "doc", Key: []string{"N"}})},
					mappings.Entity{Name: "split", Parent: "line", From: []string{"s"}, Key: []string{"R", "S"}, Fields: fields("split", mappings.Field{Name: "line_id", Ref: "line", Key: []string{"R"}})})
			},
			findings: []string{"bad_number doc 1 v [x]", "bad_number doc 3 v [x]", "same_document line a - -", "same_document line c - -", "same_document split a/1 - -", "same_document split c/1 - -"},
			staged:   map[string][]string{"doc/doc": {"2", "4"}, "doc/line": {"b", "d"}, "doc/split": {"b/1", "d/1"}},
			excluded: map[string]int64{"line": 4},
		},
		"duplicate keys of heads and of lines": {
			build: func(f *fixture) {
				f.texts("h", "N", "1", "2", "2 ", "3")
				f.texts("l", "N|R", "1|1", "2|1", "3|1", "3|1", "3|2")
				f.mapping("doc", mappings.Entity{From: []string{"h"}, Key: []string{"N"}, Fields: fields("doc")},
					mappings.Entity{Name: "line", Parent: "doc", From: []string{"l"}, Key: []string{"N", "R"}, Fields: fields("line", mappings.Field{Name: "doc_id", Ref: "doc", Key: []string{"N"}})})
			},
			findings: []string{"duplicate_key doc 2 - [2]", "duplicate_key doc 2 - [2]", "duplicate_key line 3/1 - [3/1]", "duplicate_key line 3/1 - [3/1]", "same_document doc 3 - -", "same_document line 2/1 - -", "same_document line 3/2 - -"},
			staged:   map[string][]string{"doc/doc": {"1"}, "doc/line": {"1/1"}},
		},
		"exclusion of documents and of lines": {
			build: func(f *fixture) {
				f.texts("h", "N|S|V", "1|A|1", "2|X|bad", "3|A|1", "3|X|1")
				f.texts("l", "N|R|S", "1|1|A", "1|2|X", "2|1|A", "3|1|A")
				f.mapping("doc", mappings.Entity{From: []string{"h"}, Key: []string{"N"}, Exclude: []mappings.Exclude{{When: "S = 'X'", Reason: "annullato"}}, Fields: fields("doc", amount("v", "V"))},
					mappings.Entity{Name: "line", Parent: "doc", From: []string{"l"}, Key: []string{"N", "R"}, Exclude: []mappings.Exclude{{When: "S = 'X'", Reason: "riga annullata"}}, Fields: fields("line", mappings.Field{Name: "doc_id", Ref: "doc", Key: []string{"N"}})})
			},
			staged:   map[string][]string{"doc/doc": {"1", "3"}, "doc/line": {"1/1", "3/1"}},
			excluded: map[string]int64{"doc": 2, "line": 2},
		},
		"documents that need a rejected or excluded one, through types": {
			build: func(f *fixture) {
				f.texts("a", "N|S|V", "1|A|1", "2|A|x", "3|X|1")
				f.texts("b", "N|A", "1|1", "2|2", "3|3", "4|", "5|9", "6|0")
				f.texts("c", "N|B", "1|1", "2|2", "5|5")
				f.mapping("a", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Exclude: []mappings.Exclude{{When: "S = 'X'", Reason: "x"}}, Fields: fields("a", amount("v", "V"))})
				f.mapping("b", mappings.Entity{From: []string{"b"}, Key: []string{"N"}, Fields: fields("b", mappings.Field{Name: "a_id", Ref: "a", Key: []string{"A"}, Absent: []string{"", "0"}})})
				f.mapping("c", mappings.Entity{From: []string{"c"}, Key: []string{"N"}, Fields: fields("c", mappings.Field{Name: "b_id", Ref: "b", Key: []string{"B"}})})
			},
			findings: []string{"bad_number a 2 v [x]", "depends_on b 2 a_id [2]", "depends_on b 3 a_id [3]", "depends_on c 2 b_id [2]", "depends_on c 5 b_id [5]", "orphan b 5 a_id [9]"},
			staged:   map[string][]string{"a/a": {"1"}, "b/b": {"1", "4", "6"}, "c/c": {"1"}},
			excluded: map[string]int64{"a": 1},
		},
		"a chain, a circle and a self-reference inside a type": {
			build: func(f *fixture) {
				f.texts("h", "N|P|V", "1||x", "2|1|1", "3|2|1", "4|3|1", "5|5|1", "6|7|1", "7|6|1", "8|9|1", "9|8|x", "10||1")
				f.mapping("doc", mappings.Entity{From: []string{"h"}, Key: []string{"N"}, Fields: fields("doc", mappings.Field{Name: "previous_id", Ref: "doc", Key: []string{"P"}}, amount("v", "V"))})
			},
			findings: []string{"bad_number doc 1 v [x]", "bad_number doc 9 v [x]", "depends_on doc 2 previous_id [1]", "depends_on doc 3 previous_id [2]", "depends_on doc 4 previous_id [3]", "depends_on doc 8 previous_id [9]", "depends_on doc 9 previous_id [8]"},
			staged:   map[string][]string{"doc/doc": {"10", "5", "6", "7"}},
		},
		"inside a type, to an excluded one and to none": {
			build: func(f *fixture) {
				f.texts("h", "N|P|S", "1|2|A", "2||X", "3|9|A", "4|1|A")
				f.mapping("doc", mappings.Entity{From: []string{"h"}, Key: []string{"N"}, Exclude: []mappings.Exclude{{When: "S = 'X'", Reason: "x"}}, Fields: fields("doc", mappings.Field{Name: "previous_id", Ref: "doc", Key: []string{"P"}})})
			},
			findings: []string{"depends_on doc 1 previous_id [2]", "depends_on doc 4 previous_id [1]", "orphan doc 3 previous_id [9]"},
			excluded: map[string]int64{"doc": 1},
		},
		"references that only warn are emptied": {
			build: func(f *fixture) {
				f.texts("a", "N|V", "1|x", "2|1")
				f.texts("b", "N|A|P", "1|1|", "2|2|1", "3|9|", "4|2|5", "5|2|", "6|2|5", "5|2|")
				f.mapping("a", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Fields: fields("a", amount("v", "V"))})
				f.mapping("b", mappings.Entity{From: []string{"b"}, Key: []string{"N"}, Fields: fields("b",
					mappings.Field{Name: "a_id", Ref: "a", Key: []string{"A"}, OnFail: "warn"}, mappings.Field{Name: "b_id", Ref: "b", Key: []string{"P"}, OnFail: "warn"})})
			},
			findings: []string{"bad_number a 1 v [x]", "depends_on b 1 a_id [1] warning", "depends_on b 4 b_id [5] warning", "depends_on b 6 b_id [5] warning", "duplicate_key b 5 - [5]", "duplicate_key b 5 - [5]", "orphan b 3 a_id [9] warning"},
			staged:   map[string][]string{"a/a": {"2"}, "b/b": {"1", "2", "3", "4", "6"}},
		},
		"a required reference": {
			build: func(f *fixture) {
				f.texts("a", "N", "1")
				f.texts("b", "N|A", "1|1", "2|", "3|9")
				f.mapping("a", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Fields: fields("a")})
				f.mapping("b", mappings.Entity{From: []string{"b"}, Key: []string{"N"}, Fields: fields("b", mappings.Field{Name: "a_id", Ref: "a", Key: []string{"A"}, Required: true})})
			},
			findings: []string{"orphan b 3 a_id [9]", "required b 2 a_id -"},
			staged:   map[string][]string{"a/a": {"1"}, "b/b": {"1"}},
		},
		"keys are compared part by part": {
			build: func(f *fixture) {
				f.texts("a", "N|M", "a/b|c", "x|")
				f.texts("b", "N|A|B", "1|a|b/c", "2| a/b|c ", "3|x|")
				f.mapping("a", mappings.Entity{From: []string{"a"}, Key: []string{"N", "M"}, Fields: fields("a")})
				f.mapping("b", mappings.Entity{From: []string{"b"}, Key: []string{"N"}, Fields: fields("b", mappings.Field{Name: "a_id", Ref: "a", Key: []string{"A", "B"}, Absent: []string{"0"}})})
			},
			findings: []string{"orphan b 1 a_id [a/b/c]"},
			staged:   map[string][]string{"a/a": {"a/b/c", "x/"}, "b/b": {"2", "3"}},
		},
		"a later line of the document is referred to by its head": {
			build: func(f *fixture) {
				f.texts("h", "N|L", "1|2", "2|9")
				f.texts("l", "N|R", "1|1", "1|2", "2|1")
				f.mapping("doc", mappings.Entity{From: []string{"h"}, Key: []string{"N"}, Fields: fields("doc", mappings.Field{Name: "main_id", Ref: "line", Key: []string{"N", "L"}})},
					mappings.Entity{Name: "line", Parent: "doc", From: []string{"l"}, Key: []string{"N", "R"}, Fields: fields("line", mappings.Field{Name: "doc_id", Ref: "doc", Key: []string{"N"}})})
			},
			findings: []string{"orphan doc 2 main_id [2/9]", "same_document line 2/1 - -"},
			staged:   map[string][]string{"doc/doc": {"1"}, "doc/line": {"1/1", "1/2"}},
		},
		"expressions that fail do so for their row": {
			build: func(f *fixture) {
				f.texts("h", "N|W|X|V|K", "1|1|0|10|1", "2|a|0|10|2", "3|1|b|10|3", "4|1|0|c|4", "5|1|0|10|d", "6|2|0|10|6", "7|1|1|10|7")
				f.mapping("doc", mappings.Entity{From: []string{"h"}, Where: "cast(W as integer) = 1", Exclude: []mappings.Exclude{{When: "X = 1", Reason: "x"}}, Key: []string{"cast(K as integer) + 100"},
					Fields: fields("doc", mappings.Field{Name: "v", SQL: "cast(V as integer) * 2", As: "money"}, mappings.Field{Name: "n", From: "N"})})
			},
			findings: []string{"bad_text doc  key [d]", "bad_text doc 102 where [a]", "bad_text doc 103 exclude [b]", "bad_text doc 104 v [c]", "unclaimed - - - -"},
			staged:   map[string][]string{"doc/doc": {"101"}},
			excluded: map[string]int64{"doc": 1},
		},
		"names that the statements use themselves": {
			build: func(f *fixture) {
				f.texts("source", "document|status|_id|excluded|k1", "1|a|7|e|z")
				f.texts("read", "typed|document|r", "1|1|1")
				f.mapping("linked", mappings.Entity{From: []string{"source"}, Key: []string{"document"}, Fields: fields("linked", mappings.Field{Name: "status", From: "status"}, mappings.Field{Name: "document", From: "document"},
					mappings.Field{Name: "part", From: "k1"}, mappings.Field{Name: "rows", From: "excluded"})},
					mappings.Entity{Name: "typed", Parent: "linked", From: []string{"read"}, Key: []string{"typed", "r"}, Fields: fields("typed", mappings.Field{Name: "key", Ref: "linked", Key: []string{"typed"}}, mappings.Field{Name: "line", From: "document"})})
			},
			staged: map[string][]string{"linked/linked": {"1"}, "linked/typed": {"1/1"}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 2)
			c.build(f)
			m, findings := f.run()
			slices.Sort(c.findings)
			if !slices.Equal(findings, c.findings) {
				t.Errorf("findings\n%q, want\n%q", findings, c.findings)
			}
			for _, d := range m.Documents {
				for _, e := range d.Entities {
					wantStaged(t, f, d, e, c.staged[d.Name+"/"+e.Name])
					if e.Excluded.Rows != c.excluded[e.Name] {
						t.Errorf("%s: %d rows excluded, want %d", e.Name, e.Excluded.Rows, c.excluded[e.Name])
					}
				}
			}
		})
	}
}

func wantStaged(t *testing.T, f *fixture, d staged.Document, e staged.Entity, want []string) {
	t.Helper()
	var keys []string
	if e.Staged.Rows > 0 {
		keys = f.staged(d.Name, e.Name, "_key")
	}
	if !slices.Equal(keys, want) {
		t.Errorf("%s/%s: staged %q, want %q", d.Name, e.Name, keys, want)
	}
}

func TestCanFail(t *testing.T) {
	f := newFixture(t, 1)
	cases := map[string]bool{
		"trim(A)":                                false,
		"A || 'x' || coalesce(B, '')":            false,
		"case when A = 'x' then B else null end": false,
		"split_part(A, '||', 2)":                 false,
		"substr(A, 1, 3)":                        false,
		"A in ('a', 'b') and B is not null":      false,
		"try_cast(A as integer)":                 false,
		"nullif(A, '')":                          false,
		"A like 'x%'":                            false,
		"A between 'a' and 'b'":                  false,
		"cast(A as integer)":                     true,
		"A::date":                                true,
		"A = 1":                                  true,
		"nullif(A, 0)":                           true,
		"coalesce(A, 0)":                         true,
		"A in (1, 2)":                            true,
		"A + 1":                                  true,
		"N":                                      true,
		"A = N":                                  true,
		"error(A)":                               true,
		"lpad(A, 5, '')":                         true,
		"strptime(A, '%Y')":                      true,
		"case A when 1 then 'x' end":             true,
	}
	for sql, want := range cases {
		tree, err := parseExpression(t.Context(), f.eng, sql)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		if got := canFail(tree, map[string]bool{"a": true, "b": true}); got != want {
			t.Errorf("canFail(%s) = %v, want %v", sql, got, want)
		}
	}
}
