package targettest

import (
	"strconv"
	"strings"
	"testing"

	"github.com/travaso/travaso/transform/staged"
)

func totalsExact(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	entities := append(Impegni().Entities, Liquidazioni().Entities...)
	empty, err := target.Totals(t.Context(), entities, Scope())
	if err != nil {
		t.Fatal(err)
	}
	if impegno := empty["impegno"]; impegno.Rows != 0 || impegno.Sums["importo"] != "0.00" || impegno.Sums["pagato"] != "0.00" {
		t.Errorf("totals of nothing: %+v", empty)
	}
	// 10,000 times the largest amount: in cents more than 64 bits hold.
	var impegni []Document
	for i := range 10_000 {
		d := Impegno(i+1, 999_999_999_999_999, 0, 0)
		if i < 3 {
			d.Rows[1] = append(d.Rows[1], []any{Ente, SubID(i+1, 1), d.ID, int64(1), []int64{-1, -999_999_999_999_999, 5}[i]})
		}
		impegni = append(impegni, d)
	}
	load(t, target, NewStaged("ledger", "run-1").Add(Impegni(), 1, impegni...))
	totals, err := target.Totals(t.Context(), entities, Scope())
	if err != nil {
		t.Fatal(err)
	}
	impegno, sub := totals["impegno"], totals["sub_impegno"]
	if impegno.Rows != 10_000 || impegno.Sums["importo"] != "99999999999999900.00" || impegno.Sums["pagato"] != "0.00" {
		t.Errorf("totals of impegno: %+v", impegno)
	}
	if sub.Rows != 3 || sub.Sums["importo"] != "-9999999999999.95" || totals["liquidazione"].Rows != 0 {
		t.Errorf("totals: %+v", totals)
	}
}

func totalsByGroup(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	var impegni []Document
	for i, state := range []any{"D", "P", "D", "N"} {
		d := Impegno(i+1, int64(i+1)*1001, 0, 0)
		d.Rows[0][0][5] = state
		impegni = append(impegni, d)
	}
	load(t, target, NewStaged("ledger", "run-1").Add(Impegni(), 1, impegni...))
	byState, err := target.TotalsBy(t.Context(), Impegni().Entities[0], "stato", Scope())
	if err != nil {
		t.Fatal(err)
	}
	for state, want := range map[string]staged.Totals{"D": {Rows: 2, Sums: map[string]string{"importo": "40.04"}},
		"P": {Rows: 1, Sums: map[string]string{"importo": "20.02"}}, "N": {Rows: 1, Sums: map[string]string{"importo": "40.04"}}} {
		if got := byState[state]; got.Rows != want.Rows || got.Sums["importo"] != want.Sums["importo"] {
			t.Errorf("state %s: %+v", state, got)
		}
	}
	byCreditor, err := target.TotalsBy(t.Context(), Impegni().Entities[0], "soggetto_id", Scope())
	if err != nil || len(byCreditor) != 1 || byCreditor[""].Rows != 4 {
		t.Errorf("by NULL: %+v, %v", byCreditor, err)
	}
	if _, err := target.TotalsBy(t.Context(), Impegni().Entities[0], "nessuna", Scope()); err == nil || !strings.Contains(err.Error(), "no column impegno.nessuna") {
		t.Errorf("error %v", err)
	}
}

func scopeAndBaseline(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	for i, ente := range []string{"30", "31"} {
		s.Exec(t, "insert into impegno (ente_id, id, numero, importo, stato) values ("+ente+", '"+text(ID("before", i))+"', 999, '1.5"+strconv.Itoa(i)+"', 'D')")
	}
	before, err := target.Baseline(t.Context(), "ledger")
	if err != nil || len(before) != 0 {
		t.Errorf("baseline before the first load: %v, %v", before, err)
	}
	load(t, target, NewStaged("ledger", "run-1").Add(Impegni(), 1, Impegno(1, 1000, 0, 0)))
	load(t, target, NewStaged("ledger", "run-2").Add(Impegni(), 1, Impegno(1, 1000, 0, 0), Impegno(2, 2000, 0, 0)))
	baseline, err := target.Baseline(t.Context(), "ledger")
	if err != nil || baseline["impegno"].Rows != 1 || baseline["impegno"].Sums["importo"] != "1.50" || baseline["sub_impegno"].Rows != 0 {
		t.Errorf("baseline: %v, %v", baseline, err)
	}
	for want, scope := range map[string]map[string]string{"3 31.50": Scope(), "1 1.51": {"ente_id": "31"}, "4 33.01": nil} {
		totals, err := target.Totals(t.Context(), Impegni().Entities, scope)
		if err != nil {
			t.Fatal(err)
		}
		if got := strconv.Itoa(int(totals["impegno"].Rows)) + " " + totals["impegno"].Sums["importo"]; got != want {
			t.Errorf("scope %v: %s, want %s", scope, got, want)
		}
	}
	other := NewStaged("ledger", "run-3").Add(Impegni(), 1).migration()
	other.Scope = map[string]string{"ente_id": "31"}
	if _, err := target.Prepare(t.Context(), other); err == nil || !strings.Contains(err.Error(), "give the new one another name") {
		t.Errorf("another scope under the same name: %v", err)
	}
}

func oneAtATime(t *testing.T, s Subject) {
	first, second := s.open(t, "auto"), s.Open(t, "auto")
	_, unlock, err := first.Lock(t.Context(), "ledger")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = second.Lock(t.Context(), "another")
	if err == nil || !strings.Contains(err.Error(), "a load is under way: travaso ledger, process ") || !strings.Contains(err.Error(), " since 20") {
		t.Errorf("error %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	_, unlock, err = second.Lock(t.Context(), "another")
	if err != nil {
		t.Fatal(err)
	}
	if s.Break == nil {
		if err := unlock(); err != nil {
			t.Fatal(err)
		}
		return
	}
	s.Break(t)    // as when the process died
	for range 5 { // the connections that broke are found out one by one
		if _, unlock, err = first.Lock(t.Context(), "ledger"); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}
