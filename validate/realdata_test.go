package validate_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/extract/sourcetest"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate"
)

// The accounts of a real municipality balance in the files as they came,
// before any mapping: rules over the raw snapshot find it so, to the cent.
func TestVercelliBalancesAtTheSource(t *testing.T) {
	folder := filepath.Join(sourcetest.Realdata(t), "vercelli")
	run := t.TempDir()
	eng, err := engine.Open(t.Context(), engine.Options{Folders: []string{run, folder}, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	var datasets []validate.Dataset
	for name, file := range map[string]string{
		"capitoli_uscita": "comune_vercelli_migr_capitolo_uscita_gest_03022016.csv", "capitoli_entrata": "comune_vercelli_migr_capitolo_entrata_gest_03022016.csv",
		"impegni": "comune_vercelli_migr_impegno_03022016.csv", "accertamenti": "comune_vercelli_migr_accertamento_03022016.csv",
	} {
		datasets = append(datasets, rawDataset(t, eng, name, filepath.Join(folder, file), run))
	}
	rules := loadText(t, `
rules:
  - id: residui_uscita
    kind: balance
    left:  &capitoli {from: source.capitoli_uscita, sum: decimal_it(STANZIAMENTO_RES), by: [NUMERO_CAPITOLO, NUMERO_ARTICOLO, NUMERO_UEB]}
    right: &movimenti {from: source.impegni, sum: decimal_it(IMPORTO_ATTUALE), by: [NUMERO_CAPITOLO, NUMERO_ARTICOLO, NUMERO_UEB], where: TIPO_MOVIMENTO <> 'S'}
  - id: residui_entrata
    kind: balance
    left:  {<<: *capitoli, from: source.capitoli_entrata}
    right: {<<: *movimenti, from: source.accertamenti}
  - id: cassa
    kind: check
    from: [source.capitoli_uscita, source.capitoli_entrata]
    expect: decimal_it(STANZIAMENTO_CASSA) = decimal_it(STANZIAMENTO) + decimal_it(STANZIAMENTO_RES)
  - id: sub
    kind: ceiling
    children: {from: source.impegni, sum: decimal_it(IMPORTO_ATTUALE), by: [ANNO_IMPEGNO, NUMERO_IMPEGNO], where: TIPO_MOVIMENTO = 'S'}
    parent:   {from: source.impegni, sum: decimal_it(IMPORTO_ATTUALE), by: [ANNO_IMPEGNO, NUMERO_IMPEGNO], where: TIPO_MOVIMENTO = 'I'}
  - id: numero
    kind: unique
    from: source.impegni
    columns: [ANNO_ESERCIZIO, ANNO_IMPEGNO, NUMERO_IMPEGNO, NUMERO_SUBIMPEGNO, TIPO_MOVIMENTO]
`)
	result, err := validate.Run(t.Context(), eng, rules, run, staged.Manifest{}, datasets)
	if err != nil {
		t.Fatal(err)
	}
	want := []validate.RuleResult{
		{ID: "residui_uscita", Groups: 941, Rows: 941 + 1736, Expected: "30071622.22", Actual: "30071622.22"},
		{ID: "residui_entrata", Groups: 348, Rows: 348 + 648, Expected: "42992635.72", Actual: "42992635.72"},
		{ID: "cassa", Groups: 1289, Rows: 1289, Expected: "417839715.76", Actual: "417839715.76"},
		{ID: "sub", Groups: 160, Rows: 160 + 197, Expected: "3594550.10", Actual: "1037543.83"},
		{ID: "numero", Groups: 1933, Rows: 1933},
	}
	for i, r := range result.Rules {
		got := validate.RuleResult{ID: r.ID, Groups: r.Groups, Rows: r.Rows, Violations: r.Violations, Expected: r.Expected, Actual: r.Actual}
		if fmt.Sprint(got) != fmt.Sprint(want[i]) {
			t.Errorf("got %+v, wanted %+v", got, want[i])
		}
		if !r.Holds() {
			t.Errorf("%s does not hold: %+v", r.ID, result.Findings)
		}
	}
}

// rawDataset makes a dataset of a tab-separated file without quoting.
func rawDataset(t *testing.T, eng *engine.Engine, name, file, run string) validate.Dataset {
	t.Helper()
	path := filepath.Join(run, name+".parquet")
	rows := fmt.Sprintf(`read_csv(%s, delim = chr(9), quote = '', escape = '', header = true, all_varchar = true, encoding = 'latin-1', null_padding = false)`, engine.Literal(file))
	columns, err := eng.Columns(t.Context(), "select * from "+rows)
	if err != nil {
		t.Fatal(err)
	}
	if err := eng.Exec(t.Context(), fmt.Sprintf("copy (select *, 0 as _part, row_number() over () + 1 as _row from %s) to %s (format parquet)", rows, engine.Literal(path))); err != nil {
		t.Fatal(err)
	}
	d := validate.Dataset{Name: name, Files: []string{path}}
	for _, c := range columns {
		d.Columns = append(d.Columns, snapshot.Column{Name: c.Name, Type: snapshot.Text})
	}
	return d
}
