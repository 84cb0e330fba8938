package legacy

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/travaso/travaso/cmd/internal/fiction"
	"github.com/travaso/travaso/validate/finding"
)

// side is expenditure or revenue: the two have the same form under other names.
type side struct {
	table, plurien   string // tables of past years' movements and of multi-year ones
	head, part       string // entities
	headType         string // TIPO_MOVIMENTO
	name             string // in column names: IMPEGNO, ACCERTAMENTO
	siope            string // column
	chapters         []chapter
	accounts         []account
	purposes         []string
	withParts        int // in thousandths of the heads
	residual, coming int // how many heads
}

// movement is a head under way.
type movement struct {
	year, number int
	chapter      *chapter
	table        string
}

// act is a provvedimento as movements cite it.
type act struct {
	year, number int
	kind         string
}

func (t *town) makeCommitments(ctx context.Context) error {
	return t.makeMovements(ctx, side{
		table: Impegni, plurien: ImpegniPluriennali, head: "impegno", part: "sub_impegno", headType: "I",
		name: "IMPEGNO", siope: "SIOPE_SPESA", chapters: t.uscita, accounts: expenditureAccounts(), purposes: fiction.Purposes(),
		withParts: 90, residual: t.quotas.impegni, coming: t.quotas.impegniPlurien,
	})
}

func (t *town) makeAssessments(ctx context.Context) error {
	return t.makeMovements(ctx, side{
		table: Accertamenti, plurien: AccertamentiPluriennali, head: "accertamento", part: "sub_accertamento", headType: "A",
		name: "ACCERTAMENTO", siope: "SIOPE_ENTRATA", chapters: t.entrata, accounts: revenueAccounts(), purposes: fiction.Revenues(),
		withParts: 20, residual: t.quotas.accertamenti, coming: t.quotas.accertamentiPlurie,
	})
}

// makeMovements makes the movements of past years, then those of this year and
// the two after it: a multi-year one keeps its number from year to year.
func (t *town) makeMovements(ctx context.Context, s side) error {
	numbers := map[int]int{}
	for i := range s.residual {
		year := Esercizio - 1 - min(t.r.IntN(7), t.r.IntN(5))
		numbers[year]++
		m := movement{year: year, number: numbers[year], chapter: &s.chapters[t.r.IntN(len(s.chapters))], table: s.table}
		if err := t.makeMovement(ctx, s, m, i); err != nil {
			return err
		}
	}
	var m movement
	for i := range s.coming {
		if m.chapter != nil && m.year < Esercizio+2 && t.r.IntN(4) == 0 {
			m.year++
		} else {
			m = movement{year: Esercizio, number: m.number + 1, chapter: &s.chapters[t.r.IntN(len(s.chapters))], table: s.plurien}
		}
		if err := t.makeMovement(ctx, s, m, i); err != nil {
			return err
		}
	}
	return nil
}

// makeMovement writes a head with its parts, and adds it to its chapter.
func (t *town) makeMovement(ctx context.Context, s side, m movement, ordinal int) error {
	amount := t.money()
	initial := amount
	if t.r.IntN(3) == 0 {
		initial = 0 // of the oldest only what is left was carried over
	}
	parts := 0
	if t.r.IntN(1000) < s.withParts {
		parts = 1 + t.r.IntN(3)
	}
	r := t.movementRow(s, m)
	r["TIPO_MOVIMENTO"], r[s.numberOfPart()] = s.headType, "0"
	if m.year > Esercizio {
		r["PLURIENNALE"] = "1"
	}
	counts := true
	if parts > 0 {
		r["STATO_OPERATIVO"], r["SOGGETTO_DETERMINATO"] = "N", "N"
	} else {
		t.makeOut(r)
		counts = t.spoilMovement(s, m, r, amount, ordinal)
	}
	switch {
	case counts && m.year < Esercizio:
		m.chapter.residual += amount
	case counts:
		m.chapter.byYear[m.year-Esercizio] += amount
	}
	if err := t.out.add(ctx, m.table, s.head, r, map[string]fiction.Cents{"IMPORTO_INIZIALE": initial, "IMPORTO_ATTUALE": amount}); err != nil {
		return err
	}
	return t.makeParts(ctx, s, m, amount, parts)
}

// makeParts splits at most the amount of a head among its parts.
func (t *town) makeParts(ctx context.Context, s side, m movement, left fiction.Cents, parts int) error {
	for n := range parts {
		amount := left / fiction.Cents(2+t.r.IntN(2))
		if n == 0 && t.r.IntN(4) == 0 {
			amount = left // one part may take all of it
		}
		left -= amount
		r := t.movementRow(s, m)
		r["TIPO_MOVIMENTO"], r[s.numberOfPart()] = "S", strconv.Itoa(n+1)
		if m.year > Esercizio {
			r["PLURIENNALE"] = "1"
		}
		t.makeOut(r)
		if err := t.out.add(ctx, m.table, s.part, r, map[string]fiction.Cents{"IMPORTO_INIZIALE": amount, "IMPORTO_ATTUALE": amount}); err != nil {
			return err
		}
	}
	return nil
}

func (s side) numberOfPart() string { return "NUMERO_SUB" + s.name }

// movementRow is what a head and its parts have in common.
func (t *town) movementRow(s side, m movement) row {
	account := of(s.accounts, m.chapter.number)
	issued := time.Date(m.year, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, t.r.IntN(365))
	if m.year >= Esercizio {
		issued = time.Date(Esercizio, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	r := row{
		s.name + "_ID": t.id(), "ANNO_ESERCIZIO": strconv.Itoa(Esercizio),
		"ANNO_" + s.name: strconv.Itoa(m.year), "NUMERO_" + s.name: strconv.Itoa(m.number), "PLURIENNALE": "0",
		"NUMERO_CAPITOLO": strconv.Itoa(m.chapter.number), "NUMERO_ARTICOLO": "0", "NUMERO_UEB": "1",
		"DATA_EMISSIONE": issued.Format(time.DateOnly), "NUMERO_CAPITOLO_ORIG": "0", "NUMERO_ARTICOLO_ORIG": "0",
		"DESCRIZIONE": fmt.Sprintf(fiction.Pick(t.r, s.purposes), fiction.Pick(t.r, fiction.Objects())), s.siope: account.siope,
		"PDC_FINANZIARIO": account.plan, "PARERE_FINANZIARIO": "1", "ENTE_PROPRIETARIO_ID": Ente,
	}
	if s.headType == "I" {
		r["TIPO_IMPEGNO"], r["MISSIONE"], r["PROGRAMMA"] = "SVI", account.mission, account.program[2:]
		if t.r.IntN(4) == 0 {
			r["CIG"] = fiction.CIG(t.r)
		}
		if t.r.IntN(20) == 0 {
			r["CUP"] = fiction.CUP(t.r)
		}
	} else {
		r["AUTOMATICO"] = "N"
	}
	t.cite(r, min(m.year, Esercizio-1))
	return r
}

// cite names the act behind a movement, where it has one.
func (t *town) cite(r row, year int) {
	if t.r.IntN(8) == 0 {
		return
	}
	a := act{year: year, number: 1 + t.r.IntN(400), kind: fiction.Pick(t.r, []string{"DD||K", "DD||K", "DD||K", "DG||K"})}
	t.acts[a] = true
	r["ANNO_PROVVEDIMENTO"], r["NUMERO_PROVVEDIMENTO"] = strconv.Itoa(a.year), strconv.Itoa(a.number)
	r["TIPO_PROVVEDIMENTO"], r["STATO_PROVVEDIMENTO"] = a.kind, "DEFINITIVO"
}

// makeOut makes a movement out to a subject, or leaves that open.
func (t *town) makeOut(r row) {
	r["STATO_OPERATIVO"], r["SOGGETTO_DETERMINATO"], r["CODICE_SOGGETTO"] = "D", "S", fiction.Pick(t.r, t.subjects).code
	if t.r.IntN(10) == 0 {
		r["STATO_OPERATIVO"], r["SOGGETTO_DETERMINATO"], r["CODICE_SOGGETTO"] = "P", "N", "0"
	}
}

// spoilMovement puts a defect into some commitments of past years, and reports
// whether the legacy system still counts the movement on its chapter.
func (t *town) spoilMovement(s side, m movement, r row, amount fiction.Cents, ordinal int) (counts bool) {
	if m.table != Impegni {
		return true
	}
	defect := Defect{
		Severity: finding.Error, Table: Impegni, Amount: amount.Exact(),
		Key: fmt.Sprintf("%s/%d/%d/%d", Ente, Esercizio, m.year, m.number),
	}
	switch {
	case t.spoil(&t.dirt.OrphanChapters, ordinal):
		// The chapter was not exported, and nothing else was on it. Its number is
		// no multiple of 1,000, as those of all chapters are.
		const notExported = "9900001"
		r["NUMERO_CAPITOLO"] = notExported
		defect.Kind, defect.Column, defect.Value = finding.Orphan, "NUMERO_CAPITOLO", notExported
		t.defects = append(t.defects, defect)
		return false
	case t.spoil(&t.dirt.UnreadableAmounts, ordinal+5):
		r["IMPORTO_ATTUALE"] = "v. allegato"
		defect.Kind, defect.Column, defect.Value = finding.BadNumber, "IMPORTO_ATTUALE", "v. allegato"
		defect.Chapter = fmt.Sprintf("%d/0", m.chapter.number)
		t.defects = append(t.defects, defect)
	}
	return true
}
