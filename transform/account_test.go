package transform

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/staged"
)

func TestAccount(t *testing.T) {
	simple := func(f *fixture) {
		f.mapping("doc", mappings.Entity{From: []string{"a"}, Where: "S <> 'Z'", Key: []string{"N"}, Exclude: []mappings.Exclude{{When: "S = 'X'", Reason: "x"}}, Fields: fields("doc", amount("v", "V"))})
	}
	cases := map[string]struct {
		build    func(f *fixture)
		want     []staged.Dataset
		findings []string
	}{
		"each row once": {
			build: func(f *fixture) {
				f.texts("a", "N|S|V", "1|A|1", "2|X|1", "3|A|x", "4|Z|1", "5|A|1")
				simple(f)
			},
			want:     []staged.Dataset{{Name: "a", Rows: 5, Staged: 2, Rejected: 2, Excluded: 1}},
			findings: []string{"bad_number doc 3 v [x]", "unclaimed - - - -"},
		},
		"a dataset that no mapping takes": {
			build: func(f *fixture) {
				f.texts("a", "N|S|V", "1|A|1")
				f.texts("b", "N", "1", "2")
				simple(f)
			},
			want:     []staged.Dataset{{Name: "a", Rows: 1, Staged: 1}, {Name: "b", Rows: 2, Rejected: 2}},
			findings: []string{"unclaimed - - - -", "unclaimed - - - -"},
		},
		"a dataset that the plan ignores, wholly and in part": {
			build: func(f *fixture) {
				f.texts("a", "N|S|V", "1|A|1", "2|Z|1")
				f.texts("b", "N", "1", "2")
				f.in.Datasets[0].Ignored, f.in.Datasets[1].Ignored, f.in.Datasets[1].Unreadable = "prova", "archivio", 3
				simple(f)
			},
			want: []staged.Dataset{{Name: "a", Rows: 2, Staged: 1, Excluded: 1, Ignored: "prova"}, {Name: "b", Rows: 2, Excluded: 2, Unreadable: 3, Ignored: "archivio"}},
		},
		"a group-by cannot be followed": {
			build: func(f *fixture) {
				f.texts("a", "N|V", "1|1", "1|2", "2|3")
				f.mapping("doc", mappings.Entity{Query: "with x as (select N, V from a) select N, sum(cast(V as decimal(15,2))) as V from x group by N", Key: []string{"N"}, Fields: fields("doc", amount("v", "V"))})
			},
			want: []staged.Dataset{{Name: "a", Rows: 3, Derived: true}},
		},
		"a dataset that a group-by and an entity use is followed": {
			build: func(f *fixture) {
				f.texts("a", "N|V", "1|1", "1|2", "2|3")
				f.mapping("n", mappings.Entity{Query: "select distinct N from a", Key: []string{"N"}, Fields: fields("n")})
				f.mapping("doc", mappings.Entity{From: []string{"a"}, Key: []string{"N", "V"}, Fields: fields("doc", amount("v", "V"))})
			},
			want: []staged.Dataset{{Name: "a", Rows: 3, Staged: 3}},
		},
		"a join that keeps the rows of one side": {
			build: func(f *fixture) {
				f.texts("a", "N|C", "1|p", "2|q", "3|")
				f.texts("c", "C|D", "p|uno", "q|due", "r|tre")
				f.mapping("doc", mappings.Entity{Query: "select a.*, c.D from a left join c on c.C = a.C;", Key: []string{"N"}, Fields: fields("doc", mappings.Field{Name: "d", From: "D", Required: true})})
			},
			want:     []staged.Dataset{{Name: "a", Rows: 3, Staged: 2, Rejected: 1}, {Name: "c", Rows: 3, Derived: true}},
			findings: []string{"required doc 3 d -"},
		},
		"a join that drops every row of the side it keeps": {
			build: func(f *fixture) {
				f.texts("a", "N|C", "1|p", "2|q")
				f.texts("c", "C|D", "x|uno")
				f.mapping("doc", mappings.Entity{Query: "with c2 as (select *, C as K from c) select a.*, c2.D from a join c2 on K = a.C", Key: []string{"N"}, Fields: fields("doc")})
			},
			want:     []staged.Dataset{{Name: "a", Rows: 2, Rejected: 2}, {Name: "c", Rows: 1, Derived: true}},
			findings: []string{"unclaimed - - - -", "unclaimed - - - -"},
		},
		"a branch of a union that gives no row": {
			build: func(f *fixture) {
				f.texts("a", "N|C", "1|p")
				f.texts("b", "N|C", "2|q")
				f.texts("c", "C|D", "p|uno")
				f.mapping("doc", mappings.Entity{Query: "select a.* from a join c on c.C = a.C union all select b.* from b join c on c.C = b.C", Key: []string{"N"}, Fields: fields("doc")})
			},
			want:     []staged.Dataset{{Name: "a", Rows: 1, Staged: 1}, {Name: "b", Rows: 1, Rejected: 1}, {Name: "c", Rows: 1, Derived: true}},
			findings: []string{"unclaimed - - - -"},
		},
		"rows split into several count once": {
			build: func(f *fixture) {
				f.texts("a", "N|V|W", "1|1|2", "2|1|x")
				f.mapping("doc", mappings.Entity{From: []string{"a"}, Query: "select _dataset, _part, _row, N, 'V' as K, V as X from a union all select _dataset, _part, _row, N, 'W', W from a", Key: []string{"N", "K"}, Fields: fields("doc", amount("x", "X"))})
			},
			want:     []staged.Dataset{{Name: "a", Rows: 2, Staged: 1, Rejected: 1}},
			findings: []string{"bad_number doc 2/W x [x]"},
		},
		"two datasets as one source": {
			build: func(f *fixture) {
				f.texts("a", "N|V", "1|1", "2|2")
				f.texts("b", "V|N|Z", "3|3|z", "x|4|z")
				f.mapping("doc", mappings.Entity{From: []string{"a", "b"}, Key: []string{"N"}, Fields: fields("doc", amount("v", "V"))})
			},
			want:     []staged.Dataset{{Name: "a", Rows: 2, Staged: 2}, {Name: "b", Rows: 2, Staged: 1, Rejected: 1}},
			findings: []string{"bad_number doc 4 v [x]"},
		},
		"an empty dataset": {
			build: func(f *fixture) {
				f.texts("a", "N|S|V")
				simple(f)
			},
			want: []staged.Dataset{{Name: "a"}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 2)
			c.build(f)
			m, findings := f.run()
			if !slices.Equal(findings, c.findings) {
				t.Errorf("findings %q, want %q", findings, c.findings)
			}
			if !slices.Equal(m.Datasets, c.want) {
				t.Errorf("datasets\n%+v, want\n%+v", m.Datasets, c.want)
			}
		})
	}
}

// A query that makes up the place of its rows must not pass for one that accounts for them.
func TestAccount_foreignRows(t *testing.T) {
	f := newFixture(t, 1).texts("a", "N", "1", "2")
	f.mapping("doc", mappings.Entity{Query: "select _dataset, _part, _row + 100 as _row, N from a", Key: []string{"N"}, Fields: fields("doc")})
	_, err := f.tryRun()
	wantError(t, err, "dataset a", "2 rows", "pass these columns on unchanged")
}

// The manifest of the snapshot says how many rows there are; files that hold
// other ones are found out.
func TestAccount_rowsMissing(t *testing.T) {
	f := newFixture(t, 1).texts("a", "N", "1", "2")
	f.in.Datasets[0].Rows = 3
	f.mapping("doc", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Fields: fields("doc")})
	_, err := f.tryRun()
	wantError(t, err, "internal: dataset a: 3 rows in the snapshot are not 2 staged + 0 rejected + 0 excluded")
}

func TestTotals(t *testing.T) {
	f := newFixture(t, 2).texts("a", "N|S|V|W", "1|A|1,005|1,5", "2|A|2,004|x", "3|X|3,5|y", "4|A||2", "5|A|-0,015|2", "6|A|x|1")
	f.mapping("doc", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Exclude: []mappings.Exclude{{When: "S = 'X'", Reason: "annullato"}}, Fields: fields("doc",
		mappings.Field{Name: "v", From: "V", As: "money", Format: []string{"it"}, Round: "half_up"}, mappings.Field{Name: "w", From: "W", As: "money", Format: []string{"it"}})})
	m, _ := f.run()
	e := m.Documents[0].Entities[0]
	for _, c := range []struct {
		name      string
		got, want staged.Totals
	}{
		{"source", e.Source, staged.Totals{Rows: 6, Sums: map[string]string{"v": "6.49", "w": "6.50"}, Unreadable: map[string]int64{"v": 1, "w": 2}, Residue: map[string]string{"v": "0.004"}}},
		{"staged", e.Staged, staged.Totals{Rows: 3, Sums: map[string]string{"v": "0.99", "w": "5.50"}, Residue: map[string]string{"v": "0"}}},
		{"rejected", e.Rejected, staged.Totals{Rows: 2, Sums: map[string]string{"v": "2.00", "w": "1.00"}, Unreadable: map[string]int64{"v": 1, "w": 1}, Residue: map[string]string{"v": "0.004"}}},
		{"excluded", e.Excluded, staged.Totals{Rows: 1, Sums: map[string]string{"v": "3.50", "w": "0.00"}, Unreadable: map[string]int64{"w": 1}, Residue: map[string]string{"v": "0"}}},
		{"exclusion", e.Exclusions[0].Totals, staged.Totals{Rows: 1, Sums: map[string]string{"v": "3.50", "w": "0.00"}}},
	} {
		if got, want := fmt.Sprintf("%+v", c.got), fmt.Sprintf("%+v", c.want); got != want {
			t.Errorf("%s\n%s, want\n%s", c.name, got, want)
		}
	}
}

// Whatever the defects: every row of the source is in exactly one of staged,
// rejected, excluded and unclaimed; every rejected row says why, and no staged
// one has a reason to be rejected; nothing staged refers to what is not staged.
func TestRun_losesNothing(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			f := randomMigration(newFixture(t, 1+int(seed%3)), rand.New(rand.NewPCG(seed, 7)))
			m, _ := f.run(func(o *Options) { o.Batch = 16 })
			checkEachRowOnce(t, f, m)
			checkReasons(t, f, m)
			checkReferences(t, f, m)
		})
	}
}

// randomMigration makes chapters, commitments with parts and parts of parts,
// and payments that refer to them and to one another, with defects of all kinds.
func randomMigration(f *fixture, r *rand.Rand) *fixture {
	pick := func(values ...string) string { return values[r.IntN(len(values))] }
	defect := func(value string, defects ...string) string {
		if r.IntN(25) == 0 {
			return pick(defects...)
		}
		return value
	}
	number := func(n int) string { return fmt.Sprint(r.IntN(n)) }
	rows := func(count int, row func(i int) []string) [][]string {
		all := make([][]string, count)
		for i := range all {
			all[i] = row(i)
		}
		return all
	}
	f.cells("capitoli", []string{"N", "V", "S"}, rows(40, func(i int) []string {
		return []string{fmt.Sprint(i), defect("10,5", "x", "", "1e3"), pick("A", "A", "A", "X")}
	}))
	f.cells("impegni", []string{"T", "N", "SUB", "Q", "CAP", "PREC", "GEM", "V", "D", "S"}, rows(1500, func(i int) []string {
		return []string{pick("I", "I", "S", "S", "S", "Q", defect("S", "Z", "")), number(600), number(3), number(3), defect(number(40), "99", "", "0"), pick("", "", "", "", number(600)), number(600),
			defect(number(1000)+",25", "1,234", "abc", "", "99999999999999"), defect("31/01/2015", "31/02/2015", "epoch"), pick("A", "A", "A", "A", "A", "A", "A", "X")}
	}))
	f.cells("mandati", []string{"N", "IMP", "SUB", "PREC", "V"}, rows(800, func(i int) []string {
		return []string{defect(fmt.Sprint(i), "5", ""), number(600), defect(number(3), "", "7"), pick("", "", number(800)), defect(number(1000), "x", "12.345")}
	}))
	it := []string{"it"}
	f.mapping("capitolo", mappings.Entity{From: []string{"capitoli"}, Key: []string{"N"}, Exclude: []mappings.Exclude{{When: "S = 'X' and cast(N as integer) % 2 = 0", Reason: "x"}}, Fields: fields("capitolo",
		mappings.Field{Name: "v", From: "V", As: "money", Format: it, Required: true})})
	f.mapping("impegno",
		mappings.Entity{From: []string{"impegni"}, Where: "T = 'I'", Key: []string{"N"}, Exclude: []mappings.Exclude{{When: "S = 'X'", Reason: "x"}}, Fields: fields("impegno",
			mappings.Field{Name: "v", From: "V", As: "money", Format: it}, mappings.Field{Name: "capitolo_id", Ref: "capitolo", Key: []string{"CAP"}, Absent: []string{"", "0"}},
			mappings.Field{Name: "precedente_id", Ref: "impegno", Key: []string{"PREC"}}, mappings.Field{Name: "d", From: "D", As: "date", Format: []string{"%d/%m/%Y"}})},
		mappings.Entity{Name: "sub", Parent: "impegno", From: []string{"impegni"}, Where: "T = 'S'", Key: []string{"N", "SUB"}, Exclude: []mappings.Exclude{{When: "S = 'X'", Reason: "y"}}, Fields: fields("sub",
			mappings.Field{Name: "impegno_id", Ref: "impegno", Key: []string{"N"}}, mappings.Field{Name: "v", From: "V", As: "money", Format: it},
			mappings.Field{Name: "gemello_id", Ref: "sub", Key: []string{"GEM", "SUB"}, OnFail: "warn"})},
		mappings.Entity{Name: "quota", Parent: "sub", From: []string{"impegni"}, Where: "T = 'Q'", Key: []string{"N", "SUB", "Q"}, Fields: fields("quota",
			mappings.Field{Name: "sub_id", Ref: "sub", Key: []string{"N", "SUB"}}, mappings.Field{Name: "doppio", SQL: "cast(replace(V, ',', '.') as decimal(15,2)) * 2", As: "money"},
			mappings.Field{Name: "triplo", SQL: "cast(replace(V, ',', '.') as decimal(15,2)) * 3", As: "money"})})
	f.mapping("mandato", mappings.Entity{From: []string{"mandati"}, Key: []string{"N"}, Fields: fields("mandato",
		mappings.Field{Name: "impegno_id", Ref: "impegno", Key: []string{"IMP"}}, mappings.Field{Name: "sub_id", Ref: "sub", Key: []string{"IMP", "SUB"}, OnFail: "warn"},
		mappings.Field{Name: "precedente_id", Ref: "mandato", Key: []string{"PREC"}}, mappings.Field{Name: "v", From: "V", As: "money"})})
	return f
}

// outcomes is a query of all rows of the run's files: dataset, row and outcome.
func outcomes(f *fixture, m *staged.Manifest) string {
	var all []string
	for _, d := range m.Documents {
		for _, e := range d.Entities {
			if e.Staged.Rows > 0 {
				all = append(all, fmt.Sprintf("select '%s' as entity, _dataset, _row, _key, 'staged' as outcome from read_parquet('%s')", e.Name, filepath.Join(f.folder, "run/staged", d.Name, e.Name, "*/*.parquet")))
			}
			all = append(all, fmt.Sprintf("select '%s', _dataset, _row, _key, _status from read_parquet('%s')", e.Name, filepath.Join(f.folder, "run/rejects", e.Name+".parquet")))
		}
	}
	all = append(all, fmt.Sprintf("select null, dataset, \"row\", null, 'unclaimed' from read_parquet('%s') where kind = 'unclaimed'", filepath.Join(f.folder, "run/rejects/findings.parquet")))
	return "(" + strings.Join(all, " union all ") + ")"
}

func checkEachRowOnce(t *testing.T, f *fixture, m *staged.Manifest) {
	t.Helper()
	for _, d := range f.in.Datasets {
		lost := f.list(fmt.Sprintf("select concat(s._row, ' ', count(o.outcome)) from read_parquet('%s') s left join %s o on o._dataset = '%s' and o._row = s._row group by s._row having count(o.outcome) <> 1", d.Files[0], outcomes(f, m), d.Name))
		if len(lost) > 0 {
			t.Errorf("dataset %s: rows that are not in exactly one place: %q", d.Name, lost)
		}
	}
	for _, d := range m.Datasets {
		if d.Rows != d.Staged+d.Rejected+d.Excluded || d.Staged == 0 || d.Rejected == 0 && d.Name != "capitoli" {
			t.Errorf("dataset %s does not add up, or has nothing staged or nothing rejected: %+v", d.Name, d)
		}
	}
}

func checkReasons(t *testing.T, f *fixture, m *staged.Manifest) {
	t.Helper()
	findings := filepath.Join(f.folder, "run/rejects/findings.parquet")
	wrong := f.list(fmt.Sprintf(`select concat_ws(' ', o.entity, o._key, o._row, o.outcome, count(g.kind)) from %s o
		left join (from read_parquet('%s') where severity = 'error') g on g.entity = o.entity and g.dataset = o._dataset and g."row" = o._row
		where o.outcome <> 'unclaimed' group by o.entity, o._key, o._row, o.outcome having (o.outcome = 'rejected') <> (count(g.kind) > 0)`, outcomes(f, m), findings))
	if len(wrong) > 0 {
		t.Errorf("rows rejected without a reason, or kept in spite of one: %q", wrong)
	}
}

func checkReferences(t *testing.T, f *fixture, m *staged.Manifest) {
	t.Helper()
	ids := func(document, entity string) string {
		return fmt.Sprintf("(select id from read_parquet('%s'))", filepath.Join(f.folder, "run/staged", document, entity, "*/*.parquet"))
	}
	for _, c := range []struct{ document, entity, field, toDocument, to string }{
		{"impegno", "impegno", "capitolo_id", "capitolo", "capitolo"}, {"impegno", "impegno", "precedente_id", "impegno", "impegno"},
		{"impegno", "sub", "impegno_id", "impegno", "impegno"}, {"impegno", "sub", "gemello_id", "impegno", "sub"}, {"impegno", "quota", "sub_id", "impegno", "sub"},
		{"mandato", "mandato", "impegno_id", "impegno", "impegno"}, {"mandato", "mandato", "sub_id", "impegno", "sub"}, {"mandato", "mandato", "precedente_id", "mandato", "mandato"},
	} {
		rows := fmt.Sprintf("read_parquet('%s')", filepath.Join(f.folder, "run/staged", c.document, c.entity, "*/*.parquet"))
		dangling := f.list(fmt.Sprintf("select _key from %s where %s is not null and %s not in %s", rows, c.field, c.field, ids(c.toDocument, c.to)))
		if len(dangling) > 0 {
			t.Errorf("%s.%s refers to what is not staged: %q", c.entity, c.field, dangling)
		}
		if used := f.list(fmt.Sprintf("select cast(count(%s) as varchar) from %s", c.field, rows)); used[0] == "0" {
			t.Errorf("%s.%s is always empty: nothing was checked", c.entity, c.field)
		}
	}
}
