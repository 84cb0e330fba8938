package city

import (
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/travaso/travaso/validate/finding"
)

// balanceKinds are the defects that break balances; all others spoil a value
// or a row.
func balanceKinds() []DefectKind {
	return []DefectKind{UnbalancedEntry, WrongHeader, OverDivided, OverLiquidated, OverPaid, WrongTransfers, FlowCount, FlowAmount, BrokenCarry, BrokenCash, NumberingGap}
}

// textKinds are those of lines of text.
func textKinds() []DefectKind { return []DefectKind{RaggedRow, BadEncoding} }

// exactCents reads an exact amount of Truth.
func exactCents(t *testing.T, text string) int64 {
	t.Helper()
	n, ok := decimal(strings.Replace(text, ".", ",", 1), 2).(int64)
	if !ok {
		t.Fatalf("%q is no amount", text)
	}
	return n
}

// Each defect of a balance breaks the balances that Truth says, by the
// difference that it says, and no others.
func TestDefectsOfBalances(t *testing.T) {
	for _, seed := range []uint64{1, 7} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			dirt := Dirt{}
			for _, kind := range balanceKinds() {
				dirt[kind] = 0.01
			}
			db, truth := made(t, Options{Documents: 12_000, Seed: seed, Dirt: dirt})
			want := map[string]int64{}
			for _, d := range truth.Defects {
				if len(d.Breaks) == 0 {
					t.Errorf("%s of %s breaks nothing", d.Kind, d.Key)
				}
				for _, b := range d.Breaks {
					want[string(b.Balance)+" "+b.Key] += exactCents(t, b.Difference)
				}
			}
			for _, kind := range balanceKinds() {
				if len(truth.ByKind()[kind]) == 0 {
					t.Errorf("no %s", kind)
				}
			}
			if got := violations(t, db); !maps.Equal(got, want) {
				for key, off := range want {
					if got[key] != off {
						t.Errorf("%s: off by %d, want %d", key, got[key], off)
					}
				}
				for key, off := range got {
					if _, known := want[key]; !known {
						t.Errorf("%s: off by %d, and Truth knows nothing of it", key, off)
					}
				}
			}
		})
	}
}

// Each defect of a value changes the row that Truth says, in the column that
// it says, and nothing else is changed.
func TestDefectsOfValues(t *testing.T) {
	dirt := Dirt{}
	for _, kind := range DefectKinds() {
		if !slices.Contains(balanceKinds(), kind) && !slices.Contains(textKinds(), kind) {
			dirt[kind] = 0.02
		}
	}
	clean, _ := made(t, Options{Documents: 8_000, Seed: 4})
	dirty, truth := made(t, Options{Documents: 8_000, Seed: 4, Dirt: dirt})
	for kind := range dirt {
		if len(truth.ByKind()[kind]) == 0 {
			t.Errorf("no %s", kind)
		}
	}
	want := map[string]Defect{}
	for _, d := range truth.Defects {
		at := d.Table + " " + d.Row
		if _, twice := want[at]; twice {
			t.Errorf("%s has two defects", at)
		}
		want[at] = d
		if kind, severity := findingOf(d.Kind); d.Finding != kind || d.Severity != severity {
			t.Errorf("%s: finding %q %q", d.Kind, d.Finding, d.Severity)
		}
	}
	for _, table := range Tables() {
		for at, columns := range differences(t, table, clean, dirty) {
			d, known := want[at]
			switch {
			case !known:
				t.Errorf("%s: changed %v, and Truth knows nothing of it", at, columns)
			case d.Kind == DuplicateRow:
				if len(columns) != 1 || columns["*"] != "2" {
					t.Errorf("%s: %v, want it twice", at, columns)
				}
			default:
				value := d.Value
				if value == "" {
					value = "∅"
				}
				delete(columns, "PROGMP") // a subject that is not there has no payment method either
				if len(columns) != 1 || columns[d.Column] != value {
					t.Errorf("%s %s: changed %q, want %s = %q", d.Kind, at, columns, d.Column, value)
				}
			}
			delete(want, at)
		}
	}
	for at, d := range want {
		t.Errorf("%s: %s is not there", at, d.Kind)
	}
}

// differences gives, by table and key, the columns of dirty rows that differ
// from the clean ones, and for a row that is there more than once "*" and how
// many times.
func differences(t *testing.T, table Table, clean, dirty *sql.DB) map[string]map[string]string {
	t.Helper()
	var columns []string
	for _, c := range table.Columns[1:] {
		columns = append(columns, c.Name)
	}
	query := "select " + strings.Join(table.Key, "||'/'||") + ", " + strings.Join(columns, ", ") + " from " + table.Name
	before := map[string][]string{}
	for _, row := range rowsOf(t, clean, query) {
		before[row[0]] = row
	}
	found, seen := map[string]map[string]string{}, map[string]int{}
	change := func(key, column, value string) {
		at := table.Name + " " + key
		if found[at] == nil {
			found[at] = map[string]string{}
		}
		found[at][column] = value
	}
	rows := rowsOf(t, dirty, query)
	for _, row := range rows {
		if seen[row[0]]++; seen[row[0]] > 1 {
			change(row[0], "*", strconv.Itoa(seen[row[0]]))
		}
		for i, column := range columns {
			if was := before[row[0]]; was == nil || was[i+1] != row[i+1] {
				change(row[0], column, row[i+1])
			}
		}
	}
	if len(seen) != len(before) {
		t.Errorf("%s: %d keys, %d in clean accounts", table.Name, len(seen), len(before))
	}
	return found
}

// A rate decides how many documents are spoilt.
func TestRates(t *testing.T) {
	count := func(rate float64) int {
		_, truth := digests(t, Options{Documents: 40_000, Seed: 2, Dirt: Dirt{UnmappedState: rate}})
		return len(truth.Defects)
	}
	if low, high := count(0.002), count(0.02); low < 10 || high < 5*low || high > 20*low {
		t.Errorf("%d defects at 0.2 %%, %d at 2 %%", low, high)
	}
	if n := count(1e-12); n != 1 {
		t.Errorf("%d defects at next to nothing, want 1", n)
	}
}

// What a destination cannot hold is neither in it nor in the truth.
func TestDefectsThatNeedText(t *testing.T) {
	dirt := Dirt{RaggedRow: 0.05, BadEncoding: 0.05, NULByte: 0.01}
	text, err := Write(t.Context(), TextFiles(filepath.Join(t.TempDir(), "city")), Options{Documents: 8_000, Seed: 1, Dirt: dirt})
	if err != nil {
		t.Fatal(err)
	}
	_, database := made(t, Options{Documents: 8_000, Seed: 1, Dirt: dirt})
	for kind, counts := range map[DefectKind][2]bool{RaggedRow: {true, false}, BadEncoding: {true, false}, NULByte: {true, true}} {
		if got := [2]bool{len(text.ByKind()[kind]) > 0, len(database.ByKind()[kind]) > 0}; got != counts {
			t.Errorf("%s: in text and in SQLite %v, want %v", kind, got, counts)
		}
	}
	for _, d := range text.ByKind()[RaggedRow] {
		if d.Finding != finding.RaggedRow || d.Document != typeSubject {
			t.Errorf("%+v", d)
		}
	}
}

// Nothing refers to a document that a migration must reject, but where Truth
// says so.
func TestRejectedDocumentsStandAlone(t *testing.T) {
	db, truth := made(t, Options{Documents: 12_000, Seed: 3, Dirt: EvenDirt(0.05)})
	referrers := map[string][]string{
		typeSubject: {
			"select CODSOG from FIN_MOVIM", "select CODSOG from FIN_LIQUID", "select CODSOG from IVA_DOCTES", "select CODSOG from TES_ORDRIG",
			"select CODSOG from ANA_MODPAG", "select CODSOG from ANA_INDIR",
		},
		typeInvoice: {
			"select TIPFA||'/'||ANNFA||'/'||NUMFA||'/'||CODSOG from IVA_DOCLEG", "select TIPNC||'/'||ANNNC||'/'||NUMNC||'/'||CODSOG from IVA_DOCLEG",
		},
		typeLiquidation: {
			"select ESERC||'/'||LIQNUM from TES_ORDRIG where LIQNUM > 0", "select LIQESE||'/'||LIQNUM from IVA_DOCRIG where LIQNUM > 0",
		},
	}
	movement := []string{
		"select 'I/'||ESERC||'/'||MOVANN||'/'||MOVNUM||'/'||MOVSUB from FIN_LIQUID", "select 'A/'||ESERC||'/'||MOVANN||'/'||MOVNUM||'/'||MOVSUB from TES_ORDRIG where TIPORD = 'R'",
		"select 'I/'||ESERC||'/'||IMPANN||'/'||IMPNUM||'/0' from LEG_VINC", "select 'A/'||ESERC||'/'||ACCANN||'/'||ACCNUM||'/0' from LEG_VINC",
		"select TIPMOV||'/'||ESERC||'/'||MOVANN||'/'||MOVNUM||'/0' from PNR_MOVIM", "select TIPMOV||'/'||ESERC||'/'||PLUANN||'/'||PLUNUM||'/0' from FIN_MOVIM where PLUNUM > 0",
		"select TIPMOV||'/'||(ESERC - 1)||'/'||RIAANN||'/'||RIANUM||'/0' from FIN_MOVIM where RIANUM > 0", "select TIPMOV||'/'||ESERC||'/'||ANNO||'/'||NUMMOV||'/0' from FIN_MOVIM where NUMSUB > 0",
	}
	referrers[typeCommitment], referrers[typeAssessment] = movement, movement
	referred := map[string]map[string]bool{}
	for name, queries := range referrers {
		referred[name] = map[string]bool{}
		for _, query := range queries {
			for _, row := range rowsOf(t, db, query) {
				referred[name][row[0]] = true
			}
		}
	}
	alone, together := 0, 0
	for _, d := range truth.Defects {
		if d.Finding == "" || d.Severity != finding.Error {
			continue
		}
		switch refers := referred[d.Document][d.Key]; {
		case refers && !d.Referred:
			t.Errorf("%s: %s %s is referred to", d.Kind, d.Document, d.Key)
		case refers:
			together++
		default:
			alone++
		}
	}
	if alone < 100 || together < 10 {
		t.Errorf("%d documents alone and %d with others", alone, together)
	}
}
