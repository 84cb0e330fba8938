package targettest

import (
	"errors"
	"maps"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/travaso/travaso/load/schema"
)

func createCompares(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	if err := target.Create(t.Context(), DDL); err != nil {
		t.Errorf("creating again: %v", err)
	}
	tables, err := target.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	impegno, _ := schema.Find(tables, "impegno")
	importo, _ := impegno.Column("importo")
	if importo.Type != schema.Decimal || importo.Precision != 15 || importo.Scale != 2 || !importo.Required || importo.Default {
		t.Errorf("importo is %+v", importo)
	}
	if pagato, _ := impegno.Column("pagato"); pagato.Required || !pagato.Default {
		t.Errorf("pagato is %+v", pagato)
	}
	if strings.Join(impegno.PrimaryKey, ",") != "ente_id,id" || len(impegno.Unique) != 1 || len(impegno.ForeignKeys) != 2 {
		t.Errorf("keys of impegno: %+v", impegno)
	}
	for changed, want := range map[string]string{
		strings.Replace(DDL, "codice       varchar(20)", "codice varchar(30)", 1):              "soggetto.codice is ",
		strings.Replace(DDL, "denominazione text", "denominazione text, nuovo integer", 1):     "no column soggetto.nuovo",
		DDL + "create table altro (id uuid primary key);":                                      "missing tables altro",
		strings.Replace(DDL, "primary key (ente_id, id)", "primary key (id)", 1):               "primary key of soggetto is (ente_id, id), not (id)",
		strings.Replace(DDL, "importo     numeric(15,2) not null", "importo numeric(17,2)", 1): "impegno.importo is ",
		strings.Replace(DDL, "nascita      date", "nascita timestamp", 1):                      "soggetto.nascita is date, not timestamp",
	} {
		err := target.Create(t.Context(), changed)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// createdAtOnce: of several that find no tables, one makes them and the others
// find them made.
func createdAtOnce(t *testing.T, s Subject) {
	var group sync.WaitGroup
	failed := make([]error, 4)
	for i := range failed {
		target := s.Open(t, "auto")
		group.Go(func() { failed[i] = target.Create(t.Context(), DDL) })
	}
	group.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Error(err)
	}
	s.open(t, "auto") // and they are those of the DDL
}

func valuesArrive(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	names := []any{nil, "", "O'Brien \"&\" C.", `C:\path\N \. \\`, "tab\tline\nreturn\r\nend", "Città di Niš — 東京 🍷", " spaces ", `\N`, "\u007f\u0001"}
	source := NewStaged("ledger", "run-1")
	var soggetti []Document
	for i, name := range names {
		soggetti = append(soggetti, Soggetto(i+1, name))
	}
	days := []any{int32(0), int32(-1), int32(-25567), int32(-719162), int32(2932896), int32(11016), nil, int32(-141427), int32(16834)}
	dates := []string{"1970-01-01", "1969-12-31", "1900-01-01", "0001-01-01", "9999-12-31", "2000-02-29", "NULL", "1582-10-15", "2016-02-03"}
	moments := []any{int64(0), int64(-1), int64(-62135596800000000), int64(253402300799999999), int64(1454495921000000), int64(1454495921100000), nil, int64(951827696789000), int64(-1000000)}
	stamps := []string{"1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999",
		"2016-02-03 10:38:41", "2016-02-03 10:38:41.1", "NULL", "2000-02-29 12:34:56.789", "1969-12-31 23:59:59"}
	for i := range soggetti {
		soggetti[i].Rows[0][0][5], soggetti[i].Rows[0][0][6] = days[i], moments[i]
	}
	cents := []int64{0, 1, 99, 100, 105, 999999999999999, 999999999999901}
	texts := []string{"0.00", "0.01", "0.99", "1.00", "1.05", "9999999999999.99", "9999999999999.01"}
	var impegni []Document
	for i, c := range cents {
		impegno := Impegno(i+1, c, 0, 0, -c, c)
		impegni = append(impegni, impegno)
	}
	load(t, target, source.Add(Soggetti(), 2, soggetti...).Add(Impegni(), 2, impegni...))

	for i, name := range names {
		got := s.Query(t, "select denominazione, cast(nascita as text), cast(aggiornato as text), cast(id as text) from soggetto where codice = 'S"+strconv.Itoa(i+1)+"'")
		want := "NULL"
		if text, ok := name.(string); ok {
			want = text
		}
		want += "|" + dates[i] + "|" + stamps[i] + "|" + text(soggetti[i].ID)
		if len(got) != 1 || got[0] != want {
			t.Errorf("soggetto %d: got %q, want %q", i+1, got, want)
		}
	}
	for i := range cents {
		got := s.Query(t, "select cast(importo as text) from impegno where numero = "+strconv.Itoa(i+1)+
			" union all select cast(s.importo as text) from sub_impegno s join impegno i on i.id = s.impegno_id where i.numero = "+strconv.Itoa(i+1)+" and s.sub = 1")
		negative := "-" + texts[i]
		if cents[i] == 0 {
			negative = "0.00"
		}
		if strings.Join(got, " ") != texts[i]+" "+negative {
			t.Errorf("impegno of %d cents: %v", cents[i], got)
		}
	}
	if got := s.Query(t, "select count(*) from soggetto where attivo is true"); got[0] != "4" {
		t.Errorf("%s creditors are active", got[0])
	}
}

func valuesRefused(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	_, err := tryLoad(t, target, NewStaged("ledger", "run-1").Add(Soggetti(), 1, Soggetto(1, "fine"), Soggetto(2, "se\x00cret")))
	if err == nil || !strings.Contains(err.Error(), "column denominazione: a text with a NUL byte") || strings.Contains(err.Error(), "cret") {
		t.Errorf("error %v", err)
	}
	_, err = tryLoad(t, target, NewStaged("ledger", "run-1").Add(Soggetti(), 1, Soggetto(1, "latin \xe0")))
	if err == nil || strings.Contains(err.Error(), "latin") {
		t.Errorf("error %v", err)
	}
	far := Soggetto(1, "A")
	far.Rows[0][0][3] = math.Inf(1)
	_, err = tryLoad(t, target, NewStaged("ledger", "run-1").Add(Soggetti(), 1, far))
	if err == nil || !strings.Contains(err.Error(), "column denominazione: a value of Go type float64 cannot be written") {
		t.Errorf("error %v", err)
	}
	if got := s.Query(t, "select count(*) from soggetto"); got[0] != "0" {
		t.Errorf("%s rows were left behind", got[0])
	}
}

func applyAgain(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	staged := Ledger("run-1", 40, 4)
	if r := load(t, target, staged); r.Inserted != 120 || r.Unchanged {
		t.Errorf("first load: %+v", r)
	}
	first, journal := contents(t, target), s.Query(t, "select run, document, part, digest, applied_at from travaso_batch order by document, part")
	if r := load(t, target, staged); !r.Unchanged || r.Inserted+r.Replaced+r.Deleted != 0 {
		t.Errorf("second load: %+v", r)
	}
	if r := load(t, s.Open(t, "auto"), staged); !r.Unchanged {
		t.Errorf("load by another process: %+v", r)
	}
	if after := contents(t, target); !maps.Equal(first, after) {
		t.Errorf("content before %v, after %v", first, after)
	}
	sameLines(t, journal, s.Query(t, "select run, document, part, digest, applied_at from travaso_batch order by document, part"))
}

func replace(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	load(t, target, NewStaged("ledger", "run-1").Add(Soggetti(), 2, Soggetto(1, "A"), Soggetto(2, "B"), Soggetto(3, "C")).
		Add(Impegni(), 2, Impegno(1, 1000, 1, 0, 100, 200), Impegno(2, 2000, 2, 1), Impegno(3, 3000, 3, 0, 50)).
		Add(Liquidazioni(), 2, Liquidazione(1, 10, 1, 1), Liquidazione(2, 20, 3, 0)))
	// Subdivision 1 of commitment 1, to which payment 1 referred, goes; that
	// payment now refers to commitment 2; commitment 3 and creditor 3 go.
	second := Impegno(1, 1500, 2, 0)
	second.Rows[1] = append(second.Rows[1], []any{Ente, SubID(1, 2), second.ID, int64(2), int64(250)}, []any{Ente, SubID(1, 3), second.ID, int64(3), int64(7)})
	r := load(t, target, NewStaged("ledger", "run-2").Add(Soggetti(), 2, Soggetto(1, "A"), Soggetto(2, "B"), Soggetto(4, "D")).
		Add(Impegni(), 2, second, Impegno(2, 2000, 2, 1), Impegno(4, 4000, 4, 1)).
		Add(Liquidazioni(), 2, Liquidazione(1, 11, 2, 0)))
	if r.Inserted != 2 || r.Deleted != 3 || r.Postponed != 0 {
		t.Errorf("result: %+v", r)
	}
	sameLines(t, []string{"1|1500|S2|NULL", "2|2000|S2|1", "4|4000|S4|1"}, s.Query(t, `
		select i.numero, replace(cast(i.importo as text), '.', ''), s.codice, r.numero from impegno i
		left join soggetto s on s.id = i.soggetto_id left join impegno r on r.id = i.riferito_a order by i.numero`))
	sameLines(t, []string{"1|2|2.50", "1|3|0.07"}, s.Query(t, `
		select i.numero, s.sub, cast(s.importo as text) from sub_impegno s join impegno i on i.id = s.impegno_id order by 1, 2`))
	sameLines(t, []string{"1|0.11|2|NULL"}, s.Query(t, `
		select l.numero, cast(l.importo as text), i.numero, l.sub_id from liquidazione l join impegno i on i.id = l.impegno_id order by 1`))
}

func otherParts(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	load(t, target, Ledger("run-1", 40, 5))
	before := contents(t, target)
	if r := load(t, target, Ledger("run-2", 40, 3)); !r.Unchanged {
		t.Errorf("the same documents in fewer batches: %+v", r)
	}
	if after := contents(t, target); !maps.Equal(before, after) {
		t.Errorf("content before %v, after %v", before, after)
	}
	if got := s.Query(t, "select document, count(*), min(parts), max(parts) from travaso_batch group by document order by 1"); strings.Join(got, " ") != "impegno|3|3|3 liquidazione|3|3|3 soggetto|3|3|3" {
		t.Errorf("journal: %v", got)
	}
	if r := load(t, target, Ledger("run-3", 41, 7)); r.Inserted != 3 {
		t.Errorf("more documents in more batches: %+v", r)
	}
}

// Another authority may have a document of the same id: only the constants of
// the scope tell them apart.
func othersLeftAlone(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	id := text(ID("soggetto", 1))
	s.Exec(t, "insert into soggetto (ente_id, id, codice, attivo) values (31, '"+id+"', 'theirs', true), (30, '"+text(ID("soggetto", 99))+"', 'before', true)")
	load(t, target, NewStaged("ledger", "run-1").Add(Soggetti(), 1, Soggetto(1, "A"), Soggetto(2, "B")))
	load(t, target, NewStaged("ledger", "run-2").Add(Soggetti(), 1, Soggetto(2, "changed")))
	sameLines(t, []string{"30|S2|changed", "30|before|NULL", "31|theirs|NULL"},
		s.Query(t, "select ente_id, codice, denominazione from soggetto order by ente_id, codice"))
}

func notTakenOver(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	load(t, target, NewStaged("ledger", "run-1").Add(Soggetti(), 1, Soggetto(1, "A")))
	s.Exec(t, "insert into soggetto (ente_id, id, codice, denominazione, attivo) values (30, '"+text(ID("soggetto", 2))+"', 'theirs', 'typed in by hand', true)")
	_, err := tryLoad(t, target, NewStaged("ledger", "run-2").Add(Soggetti(), 1, Soggetto(1, "A"), Soggetto(2, "B")))
	if err == nil || !strings.Contains(err.Error(), "apply batch 0 of soggetto") {
		t.Errorf("error %v", err)
	}
	sameLines(t, []string{"S1|A", "theirs|typed in by hand"}, s.Query(t, "select codice, denominazione from soggetto order by codice"))
}
