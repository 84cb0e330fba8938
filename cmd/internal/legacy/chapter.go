package legacy

import (
	"context"
	"fmt"
	"strconv"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// chapter is a budget chapter and what has come together on it.
type chapter struct {
	number int
	// residual movements carried on it, and those of the year and the two after it.
	residual fiction.Cents
	byYear   [3]fiction.Cents
}

// account is a line of the public plan of accounts with what goes with it.
type account struct{ plan, title, group, mission, program, siope string }

func expenditureAccounts() []account {
	return []account{
		{"U.1.03.02.99.000", "1000000", "1030000", "01", "0105", "1332"},
		{"U.1.03.02.05.000", "1000000", "1030000", "01", "0101", "1316"},
		{"U.1.03.01.02.000", "1000000", "1030000", "09", "0905", "1210"},
		{"U.1.04.02.05.000", "1000000", "1040000", "12", "1205", "1583"},
		{"U.1.01.01.01.000", "1000000", "1010000", "01", "0103", "1101"},
		{"U.2.02.01.09.000", "2000000", "2020000", "10", "1005", "2102"},
	}
}

func revenueAccounts() []account {
	return []account{
		{"E.3.01.02.01.000", "3000000", "3010200", "3010000", "", "3132"},
		{"E.3.05.99.99.000", "3000000", "3059900", "3050000", "", "3513"},
		{"E.2.01.01.02.000", "2000000", "2010102", "2010100", "", "2202"},
		{"E.4.02.01.02.000", "4000000", "4020100", "4020000", "", "4201"},
	}
}

// of gives the account of a chapter: the same for the same number.
func of(accounts []account, number int) account { return accounts[number/1000%len(accounts)] }

func (t *town) numberChapters(context.Context) error {
	for i := range t.uscita {
		t.uscita[i].number = 10_000 + 1000*i
	}
	for i := range t.entrata {
		t.entrata[i].number = 11_000 + 1000*i
	}
	return nil
}

// makeChapters writes the chapters: residui are the movements of past years on
// them, cash is what falls due in the year plus residui, and what the year may
// commit is never less than what it has.
func (t *town) makeChapters(ctx context.Context) error {
	for _, c := range t.uscita {
		a := of(expenditureAccounts(), c.number)
		r := t.chapterRow(c, a, "CAP-UG", fiction.Pick(t.r, fiction.Purposes()))
		r["CAPUSC_ID"], r["FLAG_IMPEGNABILE"], r["DATA_INS"] = t.id(), "S", "03/02/2016 10:38:41"
		r["MACROAGGREGATO"], r["MISSIONE"], r["PROGRAMMA"] = a.group, a.mission, a.program
		amounts := t.appropriations(c)
		for year, column := range []string{"DICUIIMPEGNATO_ANNO1", "DICUIIMPEGNATO_ANNO2", "DICUIIMPEGNATO_ANNO3"} {
			amounts[column] = c.byYear[year]
		}
		if err := t.out.add(ctx, CapitoliUscita, "capitolo_uscita", r, amounts); err != nil {
			return err
		}
	}
	for _, c := range t.entrata {
		a := of(revenueAccounts(), c.number)
		r := t.chapterRow(c, a, "CAP-EG", fiction.Pick(t.r, fiction.Revenues()))
		r["CAPENT_ID"], r["FLAG_ACCERTABILE"], r["DATA_INS"] = t.id(), "S", "03/02/2016 10:37:04"
		r["TIPOLOGIA"], r["CATEGORIA"] = a.mission, a.group
		if err := t.out.add(ctx, CapitoliEntrata, "capitolo_entrata", r, t.appropriations(c)); err != nil {
			return err
		}
	}
	return nil
}

func (t *town) chapterRow(c chapter, a account, kind, purpose string) row {
	return row{
		"TIPO_CAPITOLO": kind, "ANNO_ESERCIZIO": strconv.Itoa(Esercizio), "NUMERO_CAPITOLO": strconv.Itoa(c.number),
		"NUMERO_ARTICOLO": "0", "NUMERO_UEB": "1", "DESCRIZIONE": fmt.Sprintf(purpose, fiction.Pick(t.r, fiction.Objects())),
		"TITOLO": a.title, "PDC_FIN_QUARTO": a.plan, "FLAG_RILEVANTE_IVA": "N", "FLAG_PER_MEMORIA": "N",
		"CENTRO_RESP": fmt.Sprintf("%03d", 10*(2+t.r.IntN(7))), "CLASSE_CAPITOLO": "STD", "FL_MIGRATO": "N",
		"ENTE_PROPRIETARIO_ID": Ente,
	}
}

func (t *town) appropriations(c chapter) map[string]fiction.Cents {
	room := func() fiction.Cents {
		if t.r.IntN(3) == 0 {
			return 0
		}
		return t.money()
	}
	year, next, last := c.byYear[0]+room(), c.byYear[1]+room(), c.byYear[2]
	return map[string]fiction.Cents{
		"STANZIAMENTO_INIZIALE": 0, "STANZIAMENTO_INIZIALE_RES": 0, "STANZIAMENTO_INIZIALE_CASSA": 0,
		"STANZIAMENTO": year, "STANZIAMENTO_RES": c.residual, "STANZIAMENTO_CASSA": year + c.residual,
		"STANZIAMENTO_INIZIALE_ANNO2": 0, "STANZIAMENTO_ANNO2": next,
		"STANZIAMENTO_INIZIALE_ANNO3": 0, "STANZIAMENTO_ANNO3": last,
	}
}
