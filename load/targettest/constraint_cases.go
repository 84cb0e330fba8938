package targettest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func constraintsWait(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	before, tables := s.Catalogue(t), tablesOf(t, target)
	staged := Ledger("run-1", 40, 2)
	prepared, err := target.Prepare(t.Context(), staged.migration())
	if err != nil {
		t.Fatal(err)
	}
	during := s.Catalogue(t)
	if !prepared.Deferred || prepared.Constraints == 0 || len(during) != len(before)-prepared.Constraints && len(during) >= len(before) {
		t.Errorf("prepared %+v; before\n%s\nduring\n%s", prepared, strings.Join(before, "\n"), strings.Join(during, "\n"))
	}
	if !strings.Contains(strings.Join(during, "\n"), "impegno_capienza") {
		t.Error("a check was dropped")
	}
	// Who looks now, as after an interruption, finds the tables with all their keys.
	sameLines(t, tables, tablesOf(t, s.Open(t, "auto")))
	if err := target.Create(t.Context(), DDL); err != nil {
		t.Errorf("creating again while constraints wait: %v", err)
	}
	// In any order, as nothing is checked: payments first.
	for _, kind := range slices.Backward(prepared.Types) {
		for _, b := range staged.all(t, kind) {
			if _, err := target.Apply(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
	}
	restored, err := target.Finish(t.Context())
	if err != nil || restored != prepared.Constraints {
		t.Errorf("%d of %d restored: %v", restored, prepared.Constraints, err)
	}
	sameLines(t, before, s.Catalogue(t))
	if got := s.Query(t, "select count(*) from travaso_constraint"); got[0] != "0" {
		t.Errorf("%s constraints still wait", got[0])
	}
	if err := s.Try(t, "insert into soggetto (ente_id, id, codice, attivo) values (30, '"+text(ID("x", 1))+"', 'S1', true)"); err == nil {
		t.Error("a duplicate is accepted after the load")
	}
}

// tablesOf describes the tables and their keys, a line each, sorted.
func tablesOf(t *testing.T, target Target) []string {
	t.Helper()
	tables, err := target.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, table := range tables {
		lines = append(lines, fmt.Sprintf("%s: primary key %v", table.Name, table.PrimaryKey))
		for _, unique := range table.Unique {
			lines = append(lines, fmt.Sprintf("%s: unique %v", table.Name, unique))
		}
		for _, key := range table.ForeignKeys {
			lines = append(lines, fmt.Sprintf("%s: %v refers to %s %v", table.Name, key.Columns, key.Table, key.References))
		}
	}
	slices.Sort(lines)
	return lines
}

func constraintsKept(t *testing.T, s Subject) {
	for _, constraints := range []string{"keep", "auto"} {
		target := s.open(t, constraints)
		if constraints == "auto" { // the tables are no longer empty, and another migration's
			continue
		}
		before := s.Catalogue(t)
		staged := Ledger("run-1", 10, 2)
		prepared, err := target.Prepare(t.Context(), staged.migration())
		if err != nil || prepared.Deferred || prepared.Constraints != 0 {
			t.Fatalf("prepared %+v: %v", prepared, err)
		}
		if !prepared.Whole["impegno"] || prepared.Whole["soggetto"] || prepared.Whole["liquidazione"] {
			t.Errorf("types that refer to themselves: %v", prepared.Whole)
		}
		sameLines(t, before, s.Catalogue(t))
		load(t, target, staged)
		sameLines(t, before, s.Catalogue(t))
	}
	other := Ledger("run-1", 10, 2)
	other.manifest.Migration = "second"
	prepared, err := s.Open(t, "auto").Prepare(t.Context(), other.migration())
	if err != nil || prepared.Deferred {
		t.Errorf("tables that hold others' rows: %+v, %v", prepared, err)
	}
}

func decisionOutlives(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	before := s.Catalogue(t)
	staged := Ledger("run-1", 40, 4)
	if _, err := target.Apply(t.Context(), staged.all(t, staged.manifest.Documents[0])[0]); err == nil {
		t.Error("a batch was applied that was not prepared")
	}
	b := firstBatch(t, target, staged, "liquidazione")
	if _, err := target.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	// The process dies here. Whatever the configuration says now, and whatever
	// changed in the mapping, the load goes on without constraints.
	changed := Ledger("run-2", 41, 4)
	again := s.Open(t, "keep")
	prepared, err := again.Prepare(t.Context(), changed.migration())
	if err != nil || !prepared.Deferred || prepared.Constraints == 0 || len(prepared.Applied["liquidazione"]) != 1 {
		t.Fatalf("prepared %+v: %v", prepared, err)
	}
	load(t, again, changed)
	sameLines(t, before, s.Catalogue(t))
	if got := s.Query(t, "select count(*) from liquidazione"); got[0] != "41" {
		t.Errorf("%s payments", got[0])
	}
	// Once it is done, a difference is loaded under the constraints.
	prepared, err = s.Open(t, "auto").Prepare(t.Context(), Ledger("run-3", 42, 4).migration())
	if err != nil || prepared.Deferred {
		t.Errorf("prepared %+v: %v", prepared, err)
	}
}

// waitingViolated: an error at the end names constraint and key, what is right
// is in place, and a corrected run repairs the rest.
func waitingViolated(t *testing.T, s Subject) {
	target := s.open(t, "defer")
	before := s.Catalogue(t)
	staged := func(run string, soggetto int) *Staged {
		return NewStaged("ledger", run).Add(Soggetti(), 1, Soggetto(1, "Mario Rossi"), Soggetto(2, "B")).
			Add(Impegni(), 1, Impegno(1, 100, 1, 0), Impegno(2, 100, soggetto, 1)).Add(Liquidazioni(), 1)
	}
	_, err := tryLoad(t, target, staged("run-1", 77))
	if err == nil || !strings.Contains(err.Error(), "30/"+text(ID("impegno", 2))) || !strings.Contains(err.Error(), "soggetto") {
		t.Fatalf("error %v", err)
	}
	if strings.Contains(err.Error(), "Rossi") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
	load(t, target, staged("run-2", 2))
	sameLines(t, before, s.Catalogue(t))
	sameLines(t, []string{"1|S1", "2|S2"}, s.Query(t, "select i.numero, s.codice from impegno i join soggetto s on s.id = i.soggetto_id order by 1"))
}

func othersWait(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	firstBatch(t, target, Ledger("run-1", 10, 1), "soggetto") // and dies
	other := NewStaged("second", "run-1").Add(Soggetti(), 1, Soggetto(1, "A"))
	_, err := s.Open(t, "auto").Prepare(t.Context(), other.migration())
	if err == nil || !strings.Contains(err.Error(), "wait for the end of migration ledger") {
		t.Errorf("error %v", err)
	}
}
