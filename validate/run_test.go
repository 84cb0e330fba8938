package validate_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/mappings/yamlfile"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate"
	"github.com/travaso/travaso/validate/finding"
)

func loadText(t *testing.T, text string) *validate.Rules {
	t.Helper()
	rules, err := validate.LoadRules(fstest.MapFS{"rules.yaml": {Data: []byte(text)}}, "rules.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// rowsOf writes one entity of one document type from a query over its columns.
func rowsOf(t *testing.T, eng *engine.Engine, run, query string, columns ...staged.Column) staged.Manifest {
	t.Helper()
	path := "staged/conto/conto.parquet"
	if err := os.MkdirAll(filepath.Dir(filepath.Join(run, path)), 0o700); err != nil {
		t.Fatal(err)
	}
	sql := fmt.Sprintf(`copy (select *, md5(cast(n as varchar))::uuid as _document, cast(n as varchar) as _key, 'conti' as _dataset, 0 as _part, n as _row from (%s))
		to %s (format parquet)`, query, engine.Literal(filepath.Join(run, path)))
	if err := eng.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	return staged.Manifest{Documents: []staged.Document{{Name: "conto",
		Entities: []staged.Entity{{Name: "conto", Columns: columns}},
		Batches:  []staged.Batch{{Files: []staged.File{{Entity: "conto", Path: path, Rows: 1}}}}}}}
}

var importo = staged.Column{Name: "importo", Type: "money", Precision: 15, Scale: 2}

// All violations are in the files, however many the sample and the list of
// documents leave out; and both say how many there are.
func TestAllViolationsAreWritten(t *testing.T) {
	run := t.TempDir()
	eng := openEngine(t, run)
	const groups, rows = 250, 250 * 30
	manifest := rowsOf(t, eng, run, fmt.Sprintf("select n, n %% %d as gruppo, cast(1 as decimal(15,2)) as importo from range(%d) t(n)", groups, rows),
		staged.Column{Name: "gruppo", Type: "integer"}, importo)
	rules := loadText(t, `rules: [{id: troppi, kind: balance, left: {from: conto, sum: importo, by: gruppo}, right: {from: conto, sum: importo + gruppo + 1, by: gruppo}}]`)
	result, err := validate.Run(t.Context(), eng, rules, run, manifest, nil)
	if err != nil {
		t.Fatal(err)
	}
	if result.Errors != groups || result.Rules[0].Violations != groups || len(result.Findings) != validate.SampleLimit {
		t.Errorf("%d errors, %d violations, %d in the sample", result.Errors, result.Rules[0].Violations, len(result.Findings))
	}
	largest := result.Findings[0]
	if largest.Key != "249" || largest.Difference != "7500.00" || largest.DocumentCount != 30 || len(largest.Documents) != finding.DocumentLimit {
		t.Errorf("the largest is %+v", largest)
	}
	var inParquet, documents int
	err = eng.QueryRow(t.Context(), fmt.Sprintf("select count(*), sum(document_count) from read_parquet(%s)", engine.Literal(filepath.Join(run, validate.FindingsParquet)))).Scan(&inParquet, &documents)
	if err != nil || inParquet != groups || documents != rows {
		t.Errorf("%d violations with %d documents in the Parquet file, %v", inParquet, documents, err)
	}
	text, err := os.ReadFile(filepath.Join(run, validate.FindingsCSV))
	if err != nil {
		t.Fatal(err)
	}
	if records, err := csv.NewReader(strings.NewReader(string(text))).ReadAll(); err != nil || len(records) != groups+1 {
		t.Errorf("%d lines in the CSV file, %v", len(records), err)
	}
}

func TestFindingsAreForTheirOwnerOnly(t *testing.T) {
	run := t.TempDir()
	eng := openEngine(t, run)
	manifest := rowsOf(t, eng, run, "select 1 as n, cast(1 as decimal(15,2)) as importo", importo)
	if _, err := validate.Run(t.Context(), eng, loadText(t, "rules: [{id: a, kind: check, from: conto, expect: importo = 1}]"), run, manifest, nil); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"findings": 0o700 | os.ModeDir, validate.FindingsParquet: 0o600, validate.FindingsCSV: 0o600} {
		info, err := os.Stat(filepath.Join(run, name))
		if err != nil || info.Mode() != want {
			t.Errorf("%s: mode %v, wanted %v, %v", name, info.Mode(), want, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(run, "findings", "*.partial")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// What begins like a formula is text in a spreadsheet; a negative amount stays a number.
func TestCellsAreNoFormulas(t *testing.T) {
	run := t.TempDir()
	eng := openEngine(t, run)
	cells := []string{"=1+1", "+39 0161", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "-12.50", "-7", "plain", "a=b", "quote\"d, and\nbroken"}
	values := make([]string, len(cells))
	for i, cell := range cells {
		values[i] = fmt.Sprintf("(%d, %s)", i, engine.Literal(cell))
	}
	manifest := rowsOf(t, eng, run, "select * from (values "+strings.Join(values, ", ")+") as t(n, testo)", staged.Column{Name: "testo", Type: "text"})
	rules := loadText(t, "rules: [{id: a, kind: sql, query: 'select testo as key, -1 as actual, 1 as expected from conto'}]")
	if _, err := validate.Run(t.Context(), eng, rules, run, manifest, nil); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(run, validate.FindingsCSV))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	plain := map[string]bool{"-12.50": true, "-7": true, "plain": true, "a=b": true, "quote\"d, and\nbroken": true}
	found := map[string]bool{}
	for _, record := range records[1:] {
		found[record[4]] = true
		if record[9] != "-1" || record[10] != "-2" {
			t.Errorf("amounts became %q and %q", record[9], record[10])
		}
	}
	for _, cell := range cells {
		want := cell
		if !plain[cell] {
			want = "'" + cell
		}
		if !found[want] {
			t.Errorf("%q is not written as %q", cell, want)
		}
	}
}

// A file whose amounts are finer than the manifest says would be rounded, one
// of floats would not be exact: both are refused by the column's name.
func TestFilesOfAnotherFormAreRefused(t *testing.T) {
	for name, sql := range map[string]string{"finer": "cast(1.005 as decimal(15,3))", "float": "cast(1 as double)", "text": "'1'"} {
		t.Run(name, func(t *testing.T) {
			run := t.TempDir()
			eng := openEngine(t, run)
			manifest := rowsOf(t, eng, run, "select 1 as n, "+sql+" as importo", importo)
			_, err := validate.Run(t.Context(), eng, loadText(t, "rules: [{id: a, kind: check, from: conto, expect: importo > 0}]"), run, manifest, nil)
			if err == nil || !strings.Contains(err.Error(), "column importo is") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestMissingRejectsAreNoEmptyOnes(t *testing.T) {
	run := t.TempDir()
	eng := openEngine(t, run)
	manifest := rowsOf(t, eng, run, "select 1 as n, cast(1 as decimal(15,2)) as importo", importo)
	manifest.Documents[0].Entities[0].Rejected.Rows = 1
	_, err := validate.Run(t.Context(), eng, loadText(t, "rules: [{id: a, kind: control, from: conto}]"), run, manifest, nil)
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "rejected rows of conto") {
		t.Errorf("the error is %v", err)
	}
}

// The engine is left as it was, after success, after mistakes and after an error.
func TestNothingIsLeftInTheEngine(t *testing.T) {
	run := t.TempDir()
	eng := openEngine(t, run)
	manifest := rowsOf(t, eng, run, "select 1 as n, cast(99999999999999999999999999999999999999 as decimal(38,0)) as importo", staged.Column{Name: "importo", Type: "decimal", Precision: 38})
	for _, text := range []string{
		"rules: [{id: giusta, kind: check, from: conto, expect: importo > 0}]",
		"rules: [{id: sbagliata, kind: check, from: conto, expect: import > 0}]",
		"rules: [{id: troppo, kind: balance, left: {from: [conto, conto], sum: importo}, right: {from: conto, sum: importo}}]",
	} {
		_, err := validate.Run(t.Context(), eng, loadText(t, text), run, manifest, nil)
		if failed := err != nil; failed != !strings.Contains(text, "giusta") {
			t.Errorf("%s: error %v", text, err)
		}
		var names int
		err = eng.QueryRow(t.Context(), "select (select count(*) from duckdb_views() where not internal) + (select count(*) from duckdb_tables()) + (select count(*) from duckdb_schemas() where not internal and schema_name <> 'main')").Scan(&names)
		if err != nil || names != 0 {
			t.Errorf("%s: %d names left, %v", text, names, err)
		}
	}
}

func TestCancellationIsNoMistake(t *testing.T) {
	run := t.TempDir()
	eng := openEngine(t, run)
	manifest := rowsOf(t, eng, run, "select 1 as n, cast(1 as decimal(15,2)) as importo", importo)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := validate.Run(ctx, eng, loadText(t, "rules: [{id: a, kind: check, from: conto, expect: importo > 0}]"), run, manifest, nil)
	var mistakes yamlfile.Mistakes
	if !errors.Is(err, context.Canceled) || errors.As(err, &mistakes) {
		t.Errorf("the error is %v", err)
	}
}

func TestDigest(t *testing.T) {
	digest := func(text string, constants map[string]string) string {
		rules, err := validate.LoadRules(fstest.MapFS{"r.yaml": {Data: []byte(text)}}, "r.yaml", constants)
		if err != nil {
			t.Fatal(err)
		}
		return rules.Digest()
	}
	const text = "rules: [{id: a, kind: check, from: conto, expect: 'importo > ${soglia}'}]"
	one := digest(text, map[string]string{"soglia": "1"})
	if same := digest("# a comment\nrules:\n  - expect: importo > 1\n    from: [conto]\n    severity: error\n    kind: check\n    id: a\n", nil); same != one {
		t.Error("comments, order and defaults change the digest")
	}
	if other := digest(text, map[string]string{"soglia": "2"}); other == one {
		t.Error("a constant does not change the digest")
	}
	if len(one) != 64 {
		t.Errorf("the digest is %q", one)
	}
}

// SQL gives one statement per rule, which the engine accepts as it stands.
func TestSQLIsOneStatementPerRule(t *testing.T) {
	eng := openEngine(t, t.TempDir())
	rules := loadText(t, `rules: [{id: a, kind: balance, left: {from: conto, sum: importo, by: gruppo}, right: {from: source.conti, sum: decimal_it(IMPORTO), by: GRUPPO}}]`)
	shape := validate.Shape{
		Documents: []staged.Document{{Name: "conto", Entities: []staged.Entity{{Name: "conto", Columns: []staged.Column{{Name: "gruppo", Type: "text"}, importo}}}}},
		Datasets:  []validate.Dataset{{Name: "conti", Columns: textColumns("IMPORTO", "GRUPPO")}},
	}
	statements, err := rules.SQL(t.Context(), eng, shape)
	if err != nil {
		t.Fatal(err)
	}
	if len(statements) != 1 || statements[0].Rule != "a" || strings.Contains(statements[0].SQL, ";") {
		t.Errorf("statements %+v", statements)
	}
}

func TestRulesOfThePackAreRead(t *testing.T) {
	pack, err := mappings.Pack("unica")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := validate.LoadRules(pack, "rules.yaml", map[string]string{"ente_id": "30"})
	if err != nil {
		t.Fatal(err)
	}
	if len(rules.List) == 0 {
		t.Error("no rules")
	}
}
