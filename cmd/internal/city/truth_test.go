package city

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// totalQueries count the documents of each type: type, state (old), year,
// chapter, number and cents.
func totalQueries() []string {
	const chapter = `iif(PARTE='S','U','E')||'/'||CAPIT||'/'||ARTIC`
	const ofMovement = `iif(TIPMOV='I','U','E')||'/'||m.CAPIT||'/'||m.ARTIC`
	const none = ", '', count(*)"
	return []string{
		`select 'provvedimento', STATO, ANNO` + none + `, 0 from ATT_PROVV group by 2, 3`,
		`select 'soggetto', STATO, 0` + none + `, 0 from ANA_SOGG group by 2`,
		`select 'soggetto_indirizzo', '', 0` + none + `, 0 from ANA_INDIR`,
		`select 'modalita_pagamento', STATO, 0` + none + `, 0 from ANA_MODPAG group by 2`,
		`select 'capitolo', '', ESERC, ` + chapter + `, count(*), sum(cents(STAATT)) from FIN_CAPBIL group by 3, 4`,
		`select iif(NUMSUB>0,'sub_','')||iif(TIPMOV='I','impegno','accertamento'), STATO, ESERC, ` + ofMovement + `, count(*), sum(cents(IMPATT)) from FIN_MOVIM m group by 1, 2, 3, 4`,
		`select 'vincolo', '', ESERC` + none + `, sum(cents(IMPVIN)) from LEG_VINC group by 3`,
		`select 'liquidazione', l.STATO, l.ESERC, ` + ofMovement + `, count(*), sum(cents(IMPLIQ)) from FIN_LIQUID l join FIN_MOVIM m
			on TIPMOV = 'I' and (m.ESERC, ANNO, NUMMOV, NUMSUB) = (l.ESERC, MOVANN, MOVNUM, MOVSUB) group by 2, 3, 4`,
		`select 'documento', STATO, ANNDOC` + none + `, sum(cents(IMPTOT)) from IVA_DOCTES group by 2, 3`,
		`select 'documento_quota', STATO, ANNDOC` + none + `, sum(cents(IMPQUO)) from IVA_DOCRIG join IVA_DOCTES using (TIPDOC, ANNDOC, NUMDOC, CODSOG) group by 2, 3`,
		`select 'documento_relazione', '', ANNNC` + none + `, sum(cents(IMPLEG)) from IVA_DOCLEG group by 3`,
		`select iif(TIPORD='M','mandato','reversale'), STATO, ESERC` + none + `, sum(cents(IMPORD)) from TES_ORDTES group by 1, 2, 3`,
		`select iif(TIPORD='M','mandato','reversale')||'_quota', STATO, ESERC, iif(TIPORD='M','U','E')||'/'||CAPIT||'/'||ARTIC, count(*), sum(cents(IMPRIG))
			from TES_ORDRIG join TES_ORDTES using (TIPORD, ESERC, NUMORD) group by 1, 2, 3, 4`,
		`select 'ordine_relazione', '', ESEDA` + none + `, sum(cents(IMPLEG)) from TES_ORDLEG group by 3`,
		`select 'provvisorio', TIPPRV, ANNO` + none + `, sum(cents(IMPPRV)) from TES_PROVV group by 2, 3`,
		`select 'provvisorio_ordine', '', ANNO` + none + `, sum(cents(IMPCOP)) from TES_PRVORD group by 3`,
		`select 'giornale_cassa', SEGNO, ESERC` + none + `, sum(cast(IMPOPE as integer)) from GIO_CASSA group by 2, 3`,
		`select 'scrittura', STATO, ESERC, '', count(distinct NUMPN), sum(iif(SEGNO='D', cents(IMPRIG), 0)) from COG_PNTES join COG_PNRIG using (ESERC, NUMPN) group by 2, 3`,
		`select 'scrittura_movimento', STATO, ESERC` + none + `, sum(cents(IMPRIG)) from COG_PNTES join COG_PNRIG using (ESERC, NUMPN) group by 2, 3`,
		`select 'transazione_pagopa', '', cast(substr(DTPAG, 7, 4) as integer)` + none + `, sum(cast(IMPPAG as integer)) from PAG_TRANS group by 3`,
		`select 'trasferimento_pagopa', '', cast(substr(DTPAG, 7, 4) as integer)` + none + `, sum(cast(IMPTRA as integer)) from PAG_TRASF join PAG_TRANS using (IUV) group by 3`,
		`select 'flusso_pagopa', '', PRVANN` + none + `, sum(cast(IMPTOT as integer)) from PAG_FLUSSI group by 3`,
		`select 'flusso_pagopa_riga', '', PRVANN` + none + `, sum(cast(IMPSIN as integer)) from PAG_FLURIG join PAG_FLUSSI using (IDFLUS) group by 3`,
		`select 'tefa', TIPVER, cast(substr(DTVERS, 7, 4) as integer)` + none + `, sum(cents(BASE)) from PAG_TEFA group by 2, 3`,
		`select 'progetto_pnrr', '', 0` + none + `, sum(cents(TOTIMP)) from PNR_PROG`,
		`select 'movimento_pnrr', '', ESERC` + none + `, sum(cents(IMPMOV)) from PNR_MOVIM group by 3`,
	}
}

// stateOf is what the state of a row became.
func stateOf(lists map[string][]Code, name, old string) string {
	list := map[string]string{
		"impegno": "stato_movimento", "sub_impegno": "stato_movimento", "accertamento": "stato_movimento", "sub_accertamento": "stato_movimento",
		"liquidazione": "stato_liquidazione", "documento": "stato_documento", "documento_quota": "stato_documento",
		"mandato": "stato_ordine", "reversale": "stato_ordine", "mandato_quota": "stato_ordine", "reversale_quota": "stato_ordine",
		"scrittura": "stato_scrittura", "scrittura_movimento": "stato_scrittura",
	}[name]
	for _, code := range lists[list] {
		if code.Old == old {
			return code.New
		}
	}
	return map[string]map[string]string{
		"provvedimento":      {"D": "definitivo", "P": "provvisorio", "A": "annullato"},
		"soggetto":           {"V": "valido", "S": "sospeso", "B": "bloccato"},
		"modalita_pagamento": {"V": "valida", "A": "annullata"},
		"provvisorio":        {"I": "E", "P": "U"},
		"giornale_cassa":     {"E": "E", "U": "U"},
		"tefa":               {"I": "I", "S": "S"},
	}[name][old]
}

// The totals are those of the database, for every type, state, year and chapter.
func TestTotalsAreTrue(t *testing.T) {
	db, truth := made(t, Options{Documents: 12_000, Seed: 9})
	type group struct{ name, state, year, chapter string }
	type figures struct{ count, amount string }
	want := map[group]figures{}
	for _, total := range truth.Totals {
		g := group{total.Type, total.State, itoa(int64(total.Year)), total.Chapter}
		want[g] = figures{itoa(total.Count), itoa(exactCents(t, total.Amount))}
	}
	lists := Crosswalks()
	got := map[group]figures{}
	for _, query := range totalQueries() {
		for _, row := range rowsOf(t, db, query) {
			got[group{row[0], stateOf(lists, row[0], row[1]), row[2], row[3]}] = figures{row[4], row[5]}
		}
	}
	if len(got) < 1000 {
		t.Errorf("only %d groups", len(got))
	}
	for g, figures := range want {
		if got[g] != figures {
			t.Errorf("%v: %v in the database, %v in the truth", g, got[g], figures)
		}
	}
	for g := range got {
		if _, known := want[g]; !known {
			t.Errorf("%v: not in the truth", g)
		}
	}
	types := slices.Sorted(maps.Keys(truth.Types))
	if len(types) != 31 {
		t.Errorf("%d types: %v", len(types), types)
	}
	for _, table := range Tables() {
		if rows := rowsOf(t, db, "select count(*) from "+table.Name); rows[0][0] != itoa(truth.Tables[table.Name]) {
			t.Errorf("%s: %s rows, %d in the truth", table.Name, rows[0][0], truth.Tables[table.Name])
		}
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestTruthFile(t *testing.T) {
	_, truth := digests(t, Options{Documents: 8_000, Seed: 1, Dirt: EvenDirt(0.001)})
	path := filepath.Join(t.TempDir(), "truth.json")
	if err := truth.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var read Truth
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Defects) != len(truth.Defects) || len(read.Totals) != len(truth.Totals) || read.Types["mandato"] != truth.Types["mandato"] {
		t.Error("the file does not hold the truth")
	}
}
