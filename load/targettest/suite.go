package targettest

import (
	"maps"
	"testing"
)

// Run runs the suite, each case on an empty database of its own.
func Run(t *testing.T, fresh func(t *testing.T) Subject) {
	for name, test := range map[string]func(*testing.T, Subject){
		"apply again changes nothing": applyAgain,
		"replace and delete":          replaceAndDelete,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

func applyAgain(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	before := s.Catalogue(t)
	staged := Ledger("run-1", 40, 4)
	r := load(t, target, staged)
	if r.Inserted != 120 || r.Unchanged {
		t.Errorf("first load: %+v", r)
	}
	first := contents(t, target)
	if r := load(t, target, staged); !r.Unchanged || r.Inserted+r.Replaced+r.Deleted != 0 {
		t.Errorf("second load: %+v", r)
	}
	if second := contents(t, target); !maps.Equal(first, second) {
		t.Errorf("content before %v, after %v", first, second)
	}
	sameLines(t, before, s.Catalogue(t))
}

func replaceAndDelete(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	load(t, target, Ledger("run-1", 40, 4))
	r := load(t, target, Ledger("run-2", 30, 4))
	t.Logf("%+v", r)
	if r.Deleted != 30 || r.Postponed != 0 {
		t.Errorf("second load: %+v", r)
	}
	other := s
	_ = other
}

func sameLines(t *testing.T, before, after []string) {
	t.Helper()
	if len(before) == 0 {
		t.Fatal("the catalogue is empty")
	}
	for i := range max(len(before), len(after)) {
		a, b := "(nothing)", "(nothing)"
		if i < len(before) {
			a = before[i]
		}
		if i < len(after) {
			b = after[i]
		}
		if a != b {
			t.Errorf("line %d of the catalogue: before %s, after %s", i, a, b)
		}
	}
}
