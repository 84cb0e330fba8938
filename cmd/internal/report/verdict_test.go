package report

import (
	"math"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate"
	"github.com/travaso/travaso/validate/finding"
)

func TestVerdictFollowsWhatThePlanAccepts(t *testing.T) {
	cases := map[string]struct {
		accept Accept
		fails  string // codes of the criteria that do not hold
	}{
		"all of it accepted":     {Accept{RejectedDocuments: 5, RejectedMoney: "71622.22", Errors: 3}, ""},
		"one document too many":  {Accept{RejectedDocuments: 4, RejectedMoney: "71622.22", Errors: 3}, ByDocuments},
		"one cent too many":      {Accept{RejectedDocuments: 5, RejectedMoney: "71622.21", Errors: 3}, ByMoney},
		"one amount unreadable":  {Accept{RejectedDocuments: 5, RejectedMoney: "71622.22", Errors: 3}, ByUnreadable},
		"one error too many":     {Accept{RejectedDocuments: 5, RejectedMoney: "71622.22", Errors: 2}, ByErrors},
		"nothing accepted":       {Accept{}, ByDocuments + " " + ByMoney + " " + ByErrors},
		"more accepted than was": {Accept{RejectedDocuments: math.MaxInt64, RejectedMoney: "1e3", Errors: math.MaxInt64}, ByMoney},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := rehearsal(t, lenient())
			if c.fails == ByUnreadable {
				head := &r.Documents[1].Entities[0]
				head.Source.Unreadable = map[string]int64{"importo_attuale": 1, "importo_iniziale": 9}
				head.Rejected.Unreadable = head.Source.Unreadable
			}
			err := r.Reckon(c.accept)
			if (err != nil) != (c.accept.RejectedMoney == "1e3") {
				t.Errorf("reckon: %v", err)
			}
			var fails []string
			for _, criterion := range r.Verdict.Criteria {
				if !criterion.Holds {
					fails = append(fails, criterion.Code)
				}
			}
			if got := strings.Join(fails, " "); got != c.fails || r.Verdict.Go != (c.fails == "") {
				t.Errorf("fails %q, go %v; want %q", got, r.Verdict.Go, c.fails)
			}
		})
	}
}

// Warnings are no errors, and rows that no mapping takes are no document's but count.
func TestWhatCountsAsRejected(t *testing.T) {
	r := &Report{
		Rules: []Rule{
			{RuleResult: validate.RuleResult{ID: "w", Severity: finding.Warning, Violations: 9}},
			{RuleResult: validate.RuleResult{ID: "e", Severity: finding.Error, Violations: 2}},
		},
		Rejects: []Reason{{Kind: finding.Unclaimed, Rows: 7}, {Kind: finding.BadDate, Rows: 100}},
	}
	if err := r.Reckon(Accept{}); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, c := range r.Verdict.Criteria {
		found[c.Code] = c.Found
	}
	if found[ByDocuments] != "7" || found[ByErrors] != "2" {
		t.Errorf("found %v, want 7 documents and 2 errors", found)
	}
}

func TestBridges(t *testing.T) {
	r := rehearsal(t, lenient())
	if len(r.Differences) != 0 {
		t.Fatalf("differences in a report that reconciles: %+v", r.Differences)
	}
	for _, b := range r.Bridges {
		if !b.Closes || b.Target == "" {
			t.Errorf("bridge %+v does not close", b)
		}
	}
	if loaded := r.Documents[1].Loaded; loaded == nil || *loaded != 1693 {
		t.Errorf("loaded %v, want the target's own 1693", loaded)
	}
	if r.Documents[1].Amount != "importo_attuale" {
		t.Errorf("amount %q, want the largest", r.Documents[1].Amount)
	}
}

// Without a load the bridges end at staged, and nothing is missed.
func TestBridgesOfARehearsal(t *testing.T) {
	r := rehearsal(t, lenient())
	r.Target = nil
	for i := range r.Documents {
		r.Documents[i].Loaded = nil
	}
	if err := r.Reckon(lenient()); err != nil {
		t.Fatal(err)
	}
	if len(r.Differences) != 0 || !r.Verdict.Go || r.Documents[0].Loaded != nil {
		t.Errorf("%+v, %+v", r.Differences, r.Verdict)
	}
}

// The target's totals are by table: entities that share one are compared together.
func TestEntitiesThatShareATable(t *testing.T) {
	r := rehearsal(t, lenient())
	r.Documents = append(r.Documents, Document{Name: "capitolo_entrata", Extracted: 2, Staged: 2, Loaded: new(int64(2)), Entities: []Entity{{
		Name: "capitolo_entrata", Table: "capitolo", Source: totals(2, "stanziamento", "1.5"), Staged: totals(2, "stanziamento", "1.50"),
	}}})
	r.Target["capitolo"] = totals(943, "stanziamento", "174468387.01", "stanziamento_cassa", "204540007.73")
	r.Documents[0].Loaded = new(int64(941))
	if err := r.Reckon(lenient()); err != nil {
		t.Fatal(err)
	}
	if len(r.Differences) != 0 {
		t.Fatalf("differences %+v", r.Differences)
	}
	if len(r.TableBridges) != 3 || r.TableBridges[1].Target != "174468387.01" || !r.TableBridges[1].Closes {
		t.Errorf("bridges of the table: %+v", r.TableBridges)
	}
	page := render(t, r, Options{})
	if !strings.Contains(page.text, "with its table") || !strings.Contains(page.text, "174,468,387.01") {
		t.Error("the page does not tell the table's totals")
	}
	r.Target["capitolo"].Sums["stanziamento"] = "174468387"
	r.Documents[3].Loaded = new(int64(1))
	if err := r.Reckon(lenient()); err != nil {
		t.Fatal(err)
	}
	if len(r.Differences) != 2 || r.Verdict.Go {
		t.Errorf("a cent and a document lost: %+v", r.Differences)
	}
}

// Each cent and each row that goes astray is found, with its place and size.
func TestDifferences(t *testing.T) {
	type want struct{ entity, measure, between, expected, actual, difference string }
	cases := map[string]struct {
		spoil func(*Report)
		want  want
	}{
		"a cent lost between source and staged": {
			func(r *Report) { r.Documents[1].Entities[0].Rejected.Sums["importo_attuale"] = "71622.21" },
			want{"impegno", "importo_attuale", snapshotToStaged, "30071622.22", "30071622.21", "-0.01"},
		},
		"a cent too much in the target": {
			func(r *Report) { r.Target["capitolo"].Sums["stanziamento"] = "174468385.52" },
			want{"capitolo_uscita", "stanziamento", stagedToTarget, "174468385.51", "174468385.52", "0.01"},
		},
		"a row lost in the target": {
			func(r *Report) { r.Target["soggetto"] = totals(2051) },
			want{"soggetto", Rows, stagedToTarget, "2052", "2051", "-1"},
		},
		"a table missing in the target": {
			func(r *Report) { delete(r.Target, "soggetto") },
			want{"soggetto", Rows, stagedToTarget, "2052", "0", "-2052"},
		},
		"a column missing in the target": {
			func(r *Report) { delete(r.Target["capitolo"].Sums, "stanziamento") },
			want{"capitolo_uscita", "stanziamento", stagedToTarget, "174468385.51", "0", "-174468385.51"},
		},
		"an unreadable value that no reject holds": {
			func(r *Report) { r.Documents[1].Entities[0].Source.Unreadable = map[string]int64{"importo_attuale": 1} },
			want{"impegno", "importo_attuale", snapshotToStaged, "30071622.22", "27500000.00", "-1"},
		},
		"a row the source has and the snapshot has not": {
			func(r *Report) { r.Datasets[0].Source.Rows++ },
			want{"impegni", Rows, sourceToSnapshot, "1935", "1934", "-1"},
		},
		"a sum the source has and the snapshot has not": {
			func(r *Report) { r.Datasets[1].Snapshot.Sums["STANZIAMENTO"] = "174468385.5" },
			want{"capitoli_uscita", "STANZIAMENTO", sourceToSnapshot, "174468385.51", "174468385.5", "-0.01"},
		},
		"a row of the snapshot that went nowhere": {
			func(r *Report) { r.Datasets[0].Staged-- },
			want{"impegni", Rows, snapshotToStaged, "1933", "1932", "-1"},
		},
		"a control total": {
			func(r *Report) { r.Controls[0].Rows[0].Difference = "-1" },
			want{"totali_impegni", Rows, snapshotToStaged, "1933", "1932", "-1"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := rehearsal(t, lenient())
			c.spoil(r)
			if err := r.Reckon(Accept{RejectedDocuments: 1000, RejectedMoney: "1000000", Errors: 1000}); err != nil {
				t.Fatal(err)
			}
			if len(r.Differences) != 1 {
				t.Fatalf("differences %+v, want one: %+v", r.Differences, c.want)
			}
			d := r.Differences[0]
			if got := (want{d.Entity, d.Measure, d.Between, d.Expected, d.Actual, d.Difference.Difference}); got != c.want {
				t.Errorf("difference %+v, want %+v", got, c.want)
			}
			if r.Verdict.Go {
				t.Error("go, although totals differ")
			}
		})
	}
}

// The sums of rows that could not be read are the bridge between source and snapshot.
func TestRowsRejectedAtExtraction(t *testing.T) {
	r := rehearsal(t, lenient())
	d := &r.Datasets[1]
	d.Source.Rows, d.Unreadable = 942, 1
	d.Source.Sums["STANZIAMENTO"], d.RejectedSums = "174468386.01", map[string]string{"STANZIAMENTO": "0.5"}
	if err := r.Reckon(lenient()); err != nil || len(r.Differences) != 0 {
		t.Errorf("%v, %+v", err, r.Differences)
	}
}

func TestFiguresThatAreNone(t *testing.T) {
	for _, bad := range []string{"12,5", "1e3", "abc", "1/2", "0x10", "NaN", " 1", "+1", ".5", "5.", "--1", "1_000"} {
		r := &Report{Documents: []Document{{Name: "d", Entities: []Entity{{
			Name: "e", Source: staged.Totals{Sums: map[string]string{"importo": bad}},
		}}}}}
		if err := r.Reckon(Accept{}); err == nil || !strings.Contains(err.Error(), "importo") {
			t.Errorf("%q: %v, want an error naming its place", bad, err)
		}
	}
}

// Ignored and derived datasets are not followed row by row, but are read whole.
func TestDatasetsThatAreNotFollowed(t *testing.T) {
	for _, d := range []staged.Dataset{{Name: "x", Rows: 5, Ignored: "log"}, {Name: "x", Rows: 5, Derived: true}} {
		r := &Report{Datasets: []Dataset{{Dataset: d, Source: snapshot.Figures{Rows: 5}, Snapshot: snapshot.Figures{Rows: 5}}}}
		if err := r.Reckon(Accept{}); err != nil || len(r.Differences) != 0 {
			t.Errorf("%+v: %v, %+v", d, err, r.Differences)
		}
		r.Datasets[0].Source.Rows = 6
		if err := r.Reckon(Accept{}); err != nil || len(r.Differences) != 1 {
			t.Errorf("a row not read of %+v: %v, %+v", d, err, r.Differences)
		}
	}
}

// The word of the verdict is never go where the run came to no end, and says
// that it is before the load where it is.
func TestVerdictByTheLoad(t *testing.T) {
	cases := map[string]struct {
		load       LoadState
		goes       bool
		word, says string
	}{
		"rehearsal":           {"", true, "GO", "Every total reconciles; the plan accepts"},
		"loaded and verified": {LoadDone, true, "GO", "Every total reconciles; the plan accepts"},
		"before the load":     {LoadAhead, true, "GO, before the load", "nothing is loaded yet"},
		"unfinished":          {LoadUnfinished, true, "GO, before the load", "not complete"},
		"failed":              {LoadFailed, false, "FAILED", "load: the table went away"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := rehearsal(t, lenient())
			if r.Run.Load = c.load; c.load == LoadFailed {
				r.Fail("load: the table went away")
			}
			if err := r.Reckon(lenient()); err != nil {
				t.Fatal(err)
			}
			if r.Verdict.Go != c.goes {
				t.Errorf("go %v, want %v", r.Verdict.Go, c.goes)
			}
			page := render(t, r, Options{})
			var terminal strings.Builder
			if err := r.WriteTerminal(&terminal, 1000, Options{}); err != nil {
				t.Fatal(err)
			}
			for where, text := range map[string]string{"page": page.text, "terminal": terminal.String()} {
				if !strings.Contains(text, c.says) || !strings.Contains(text, c.word) {
					t.Errorf("%s: %q and %q are not said", where, c.word, c.says)
				}
			}
			if !strings.Contains(terminal.String(), "\n\n"+c.word+"\n") {
				t.Errorf("the terminal does not head its verdict %q", c.word)
			}
		})
	}
}

// An amount that could not be read is told on the bridge that lacks it.
func TestBridgeTellsUnreadableAmounts(t *testing.T) {
	r := rehearsal(t, lenient())
	head := &r.Documents[1].Entities[0]
	head.Source.Unreadable = map[string]int64{"importo_attuale": 2}
	head.Rejected.Unreadable = head.Source.Unreadable
	if err := r.Reckon(lenient()); err != nil {
		t.Fatal(err)
	}
	p := &page{Report: r, T: english()}
	for _, d := range p.Drawings() {
		if want := map[bool]int64{true: 2}[d.Title == "Commitments"]; d.Unreadable != want {
			t.Errorf("the bridge of %s lacks %d amounts, want %d", d.Title, d.Unreadable, want)
		}
	}
	if text := render(t, r, Options{}).text; strings.Count(text, "2 values could not be read") != 2 {
		t.Error("the page does not tell it on the bridge and in the totals")
	}
}
