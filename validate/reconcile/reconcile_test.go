package reconcile

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/transform/staged"
)

func TestCompare(t *testing.T) {
	one := func(rows int64, sums map[string]string) []Totals {
		return []Totals{{Entity: "impegno", Rows: rows, Sums: sums}}
	}
	for _, c := range []struct {
		name             string
		expected, actual []Totals
		want             []string // measure expected actual difference
	}{
		{"equal by value, not by text", one(2, map[string]string{"importo": ".71"}), one(2, map[string]string{"importo": "0.7100"}), nil},
		{"three cents", one(2, map[string]string{"importo": "250.10"}), one(2, map[string]string{"importo": "250.13"}),
			[]string{"importo 250.10 250.13 0.03"}},
		{"longer than any integer", one(1, map[string]string{"importo": "1234567890123456789012345"}), one(1, map[string]string{"importo": "1234567890123456789012346"}),
			[]string{"importo 1234567890123456789012345 1234567890123456789012346 1"}},
		{"rows first", one(2, map[string]string{"a": "-1"}), one(1, map[string]string{"a": "1"}), []string{"rows 2 1 -1", "a -1 1 2"}},
		{"a measure nobody summed", one(2, map[string]string{"importo": "0"}), one(2, nil), []string{"importo 0  0"}},
		{"no rows, no sums needed", one(0, map[string]string{"importo": "0.00"}), one(0, nil), nil},
		{"an entity nobody counted", one(0, nil), nil, []string{"rows 0  0"}},
		{"two of one place are added", append(one(1, map[string]string{"a": "1.5"}), one(2, map[string]string{"a": "2.5"})...), one(3, map[string]string{"a": "4"}), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			differences, err := Compare(c.expected, c.actual)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range differences {
				got = append(got, strings.Join([]string{d.Measure, d.Expected, d.Actual, d.Difference}, " "))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, wanted %q", got, c.want)
			}
		})
	}
}

func TestFiguresMustBeExact(t *testing.T) {
	for _, figure := range []string{"1e3", "", "1,5", "NaN", "0x1", "1.2.3", "-", " 1", "−1"} {
		_, err := Compare([]Totals{{Stop: Staged, Entity: "impegno", Sums: map[string]string{"importo": figure}}}, nil)
		if err == nil || !strings.Contains(err.Error(), "impegno.importo at staged") {
			t.Errorf("figure %q: error %v", figure, err)
		}
		if _, err := Bridges([]Totals{{Stop: Staged, Entity: "impegno", Sums: map[string]string{"importo": figure}}}); err == nil {
			t.Errorf("bridge over figure %q: no error", figure)
		}
	}
}

// manifest is one entity whose way closes.
func manifest() staged.Manifest {
	return staged.Manifest{Documents: []staged.Document{{Name: "impegno", Entities: []staged.Entity{{
		Name: "impegno", Table: "movimento",
		Source:   staged.Totals{Rows: 10, Sums: map[string]string{"importo": "1000.00"}, Unreadable: map[string]int64{"importo": 1}},
		Rejected: staged.Totals{Rows: 2, Sums: map[string]string{"importo": "99.99"}, Unreadable: map[string]int64{"importo": 1}},
		Excluded: staged.Totals{Rows: 1, Sums: map[string]string{"importo": "-0.01"}},
		Staged:   staged.Totals{Rows: 7, Sums: map[string]string{"importo": "900.02"}},
	}}}}}
}

func TestBridges(t *testing.T) {
	target := Totals{Stop: Target, Document: "impegno", Entity: "impegno", Rows: 7, Sums: map[string]string{"importo": "900.020"}}
	for _, c := range []struct {
		name   string
		change func(m *staged.Entity, target *Totals)
		target bool
		want   []Bridge // measures rows and importo; only what the case is about
	}{
		{name: "before the load", want: []Bridge{
			{Measure: "rows", Source: "10", Rejected: "2", Excluded: "1", Staged: "7", Unaccounted: "0", Closes: true},
			{Measure: "importo", Source: "1000.00", Rejected: "99.99", Excluded: "-0.01", Staged: "900.02", Unreadable: 1, Unaccounted: "0.00", Closes: true}}},
		{name: "loaded", target: true, want: []Bridge{
			{Measure: "rows", Source: "10", Rejected: "2", Excluded: "1", Staged: "7", Target: "7", Unaccounted: "0", Unloaded: "0", Closes: true},
			{Measure: "importo", Source: "1000.00", Rejected: "99.99", Excluded: "-0.01", Staged: "900.02", Target: "900.020", Unreadable: 1, Unaccounted: "0.00", Unloaded: "0.000", Closes: true}}},
		{name: "a cent lost in the target", target: true, change: func(_ *staged.Entity, target *Totals) { target.Sums = map[string]string{"importo": "900.01"} }, want: []Bridge{
			{Measure: "rows", Source: "10", Rejected: "2", Excluded: "1", Staged: "7", Target: "7", Unaccounted: "0", Unloaded: "0", Closes: true},
			{Measure: "importo", Source: "1000.00", Rejected: "99.99", Excluded: "-0.01", Staged: "900.02", Target: "900.01", Unreadable: 1, Unaccounted: "0.00", Unloaded: "0.01"}}},
		{name: "a row lost on the way", change: func(e *staged.Entity, _ *Totals) { e.Rejected.Rows = 1 }, want: []Bridge{
			{Measure: "rows", Source: "10", Rejected: "1", Excluded: "1", Staged: "7", Unaccounted: "1"},
			{Measure: "importo", Source: "1000.00", Rejected: "99.99", Excluded: "-0.01", Staged: "900.02", Unreadable: 1, Unaccounted: "0.00", Closes: true}}},
		{name: "an unreadable amount became none", change: func(e *staged.Entity, _ *Totals) { e.Rejected.Unreadable = nil }, want: []Bridge{
			{Measure: "rows", Source: "10", Rejected: "2", Excluded: "1", Staged: "7", Unaccounted: "0", Closes: true},
			{Measure: "importo", Source: "1000.00", Rejected: "99.99", Excluded: "-0.01", Staged: "900.02", Unreadable: 1, UnreadableLost: 1, Unaccounted: "0.00"}}},
		{name: "a measure the target did not sum", target: true, change: func(_ *staged.Entity, target *Totals) { target.Sums = nil }, want: []Bridge{
			{Measure: "rows", Source: "10", Rejected: "2", Excluded: "1", Staged: "7", Target: "7", Unaccounted: "0", Unloaded: "0", Closes: true},
			{Measure: "importo", Source: "1000.00", Rejected: "99.99", Excluded: "-0.01", Staged: "900.02", Unreadable: 1, Unaccounted: "0.00", Unloaded: "900.02"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, loaded := manifest(), target
			if c.change != nil {
				c.change(&m.Documents[0].Entities[0], &loaded)
			}
			all := OfManifest(m)
			if c.target {
				all = append(all, loaded)
			}
			got, err := Bridges(all)
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.want {
				c.want[i].Document, c.want[i].Entity = "impegno", "impegno"
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwanted\n%s", asJSON(t, got), asJSON(t, c.want))
			}
		})
	}
}

func TestResidueIsShown(t *testing.T) {
	bridges, err := Bridges([]Totals{
		{Stop: Source, Entity: "quota", Rows: 1, Sums: map[string]string{"importo": "0.34"}, Residue: map[string]string{"importo": "-0.005"}},
		{Stop: Staged, Entity: "quota", Rows: 1, Sums: map[string]string{"importo": "0.34"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(bridges) != 2 || bridges[0].Residue != "" || bridges[1].Residue != "-0.005" || !bridges[0].Closes || !bridges[1].Closes {
		t.Errorf("got %s", asJSON(t, bridges))
	}
}

func TestOfTables(t *testing.T) {
	m := manifest()
	other := m.Documents[0].Entities[0]
	other.Name = "sub_impegno"
	m.Documents[0].Entities = append(m.Documents[0].Entities, other)
	bridges, err := Bridges(OfTables(m))
	if err != nil {
		t.Fatal(err)
	}
	if len(bridges) != 2 || bridges[1].Entity != "movimento" || bridges[1].Staged != "1800.04" || !bridges[0].Closes || !bridges[1].Closes {
		t.Errorf("got %s", asJSON(t, bridges))
	}
}

func TestCompareDatasets(t *testing.T) {
	own := Totals{Entity: "impegni", Rows: 2, Sums: map[string]string{"IMPORTO": "31109166.05"}}
	back := Totals{Entity: "impegni", Rows: 2, Sums: map[string]string{"IMPORTO": "31109166.04"}}
	differences, err := Compare([]Totals{own}, []Totals{back})
	if err != nil {
		t.Fatal(err)
	}
	want := Difference{Entity: "impegni", Measure: "IMPORTO", Expected: "31109166.05", Actual: "31109166.04", Difference: "-0.01"}
	if len(differences) != 1 || differences[0] != want {
		t.Errorf("got %s", asJSON(t, differences))
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
