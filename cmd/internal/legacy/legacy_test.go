package legacy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/sourcetest"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/validate/finding"
)

// written writes a database and gives it back as a reader of SQLite sees it.
func written(t *testing.T, o Options) (*sql.DB, Truth, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "legacy.db")
	truth, err := Write(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, truth, path
}

// rowsOf reads a whole table.
func rowsOf(t *testing.T, db *sql.DB, table string) []row {
	t.Helper()
	rows, err := db.Query(fmt.Sprintf("select * from %q order by rowid", table))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []row
	for rows.Next() {
		values, into := make([]string, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil { // a NULL would fail here: the form has none
			t.Fatal(err)
		}
		r := row{}
		for i, name := range names {
			r[name] = values[i]
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// amount reads an Italian decimal by another way than it was written.
func amount(text string) (*big.Rat, bool) {
	return new(big.Rat).SetString(strings.Replace(text, ",", ".", 1))
}

func add(sums map[string]*big.Rat, key string, by *big.Rat) {
	if sums[key] == nil {
		sums[key] = new(big.Rat)
	}
	sums[key].Add(sums[key], by)
}

func mustAmount(t *testing.T, text string) *big.Rat {
	t.Helper()
	a, ok := amount(text)
	if !ok {
		t.Fatalf("amount %q", text)
	}
	return a
}

func allTables() []string {
	return []string{CapitoliUscita, CapitoliEntrata, Soggetti, Modpag, Impegni, ImpegniPluriennali, Accertamenti, AccertamentiPluriennali}
}

// The figures told are those that are there, by the database's own count and
// an addition of its texts.
func TestTruthIsWhatIsThere(t *testing.T) {
	for name, o := range map[string]Options{
		"default": {}, "small": {Documents: LeastDocuments, Seed: 9}, "dirty": {Seed: 3, Dirt: Handful()}, "large": {Documents: 7001, Seed: 4},
	} {
		t.Run(name, func(t *testing.T) {
			db, truth, _ := written(t, o)
			for _, table := range allTables() {
				figures := truth.Tables[table]
				rows := rowsOf(t, db, table)
				if int64(len(rows)) != figures.Rows {
					t.Errorf("%s has %d rows, truth says %d", table, len(rows), figures.Rows)
				}
				sums := map[string]*big.Rat{}
				for _, r := range rows {
					for column := range figures.Sums {
						if a, ok := amount(r[column]); ok {
							add(sums, column, a)
						}
					}
				}
				for column, want := range figures.Sums {
					if got := sums[column]; got.Cmp(mustAmount(t, want)) != 0 {
						t.Errorf("%s.%s adds up to %s, truth says %s", table, column, got.FloatString(2), want)
					}
				}
			}
			documents := int64(0)
			for _, entity := range []string{"capitolo_uscita", "capitolo_entrata", "soggetto", "modalita_pagamento", "impegno", "accertamento"} {
				if truth.Entities[entity].Rows == 0 {
					t.Errorf("no %s", entity)
				}
				documents += truth.Entities[entity].Rows
			}
			want := int64(o.Documents)
			if want == 0 {
				want = DefaultDocuments
			}
			if documents != want {
				t.Errorf("%d documents, want %d", documents, want)
			}
		})
	}
}

// Every balance of the pack holds, chapter by chapter, to the cent.
func TestBooksBalance(t *testing.T) {
	db, truth, _ := written(t, Options{Seed: 11, Documents: 3000})
	if truth.Entities["sub_impegno"].Rows == 0 || truth.Entities["sub_accertamento"].Rows == 0 {
		t.Fatal("no parts: nothing would be tested")
	}
	for _, s := range []struct {
		chapters, name, head string
		movements            []string
	}{
		{CapitoliUscita, "IMPEGNO", "I", []string{Impegni, ImpegniPluriennali}},
		{CapitoliEntrata, "ACCERTAMENTO", "A", []string{Accertamenti, AccertamentiPluriennali}},
	} {
		residual, ofTheYear := map[string]*big.Rat{}, map[string]*big.Rat{}
		heads, parts := map[string]*big.Rat{}, map[string]*big.Rat{}
		for _, table := range s.movements {
			for _, r := range rowsOf(t, db, table) {
				key := r["ANNO_"+s.name] + "/" + r["NUMERO_"+s.name]
				a := mustAmount(t, r["IMPORTO_ATTUALE"])
				if r["TIPO_MOVIMENTO"] == "S" {
					add(parts, key, a)
					continue
				}
				if r["TIPO_MOVIMENTO"] != s.head || heads[key] != nil {
					t.Fatalf("%s %s: type %s, or there twice", table, key, r["TIPO_MOVIMENTO"])
				}
				heads[key] = a
				if r["ANNO_"+s.name] < r["ANNO_ESERCIZIO"] {
					add(residual, r["NUMERO_CAPITOLO"], a)
				} else if r["ANNO_"+s.name] == r["ANNO_ESERCIZIO"] {
					add(ofTheYear, r["NUMERO_CAPITOLO"], a)
				}
			}
		}
		for key, sum := range parts {
			if heads[key] == nil || sum.Cmp(heads[key]) > 0 {
				t.Errorf("%s %s: parts of %s on a head of %v", s.name, key, sum.FloatString(2), heads[key])
			}
		}
		zero := new(big.Rat)
		for _, r := range rowsOf(t, db, s.chapters) {
			number := r["NUMERO_CAPITOLO"]
			year, res, cash := mustAmount(t, r["STANZIAMENTO"]), mustAmount(t, r["STANZIAMENTO_RES"]), mustAmount(t, r["STANZIAMENTO_CASSA"])
			expected := zero
			if residual[number] != nil {
				expected = residual[number]
			}
			if res.Cmp(expected) != 0 {
				t.Errorf("chapter %s: residui %s, movements %s", number, res.FloatString(2), expected.FloatString(2))
			}
			if cash.Cmp(new(big.Rat).Add(year, res)) != 0 {
				t.Errorf("chapter %s: cash %s is not %s + %s", number, cash.FloatString(2), year.FloatString(2), res.FloatString(2))
			}
			if ofTheYear[number] != nil && ofTheYear[number].Cmp(year) > 0 {
				t.Errorf("chapter %s: committed %s of %s", number, ofTheYear[number].FloatString(2), year.FloatString(2))
			}
			delete(residual, number)
			delete(ofTheYear, number)
		}
		if len(residual)+len(ofTheYear) > 0 {
			t.Errorf("movements on chapters that are not there: %v", slices.Collect(maps.Keys(residual)))
		}
	}
}

// Every reference leads somewhere, and no key stands twice.
func TestReferencesAndKeys(t *testing.T) {
	db, truth, _ := written(t, Options{Seed: 5})
	ids, codes := map[string]bool{}, map[string]bool{"0": true, "": true}
	for _, r := range rowsOf(t, db, Soggetti) {
		if ids[r["SOGGETTO_ID"]] || codes[r["CODICE_SOGGETTO"]] {
			t.Errorf("subject %s twice", r["CODICE_SOGGETTO"])
		}
		ids[r["SOGGETTO_ID"]], codes[r["CODICE_SOGGETTO"]] = true, true
	}
	methods := map[string]bool{}
	for _, r := range rowsOf(t, db, Modpag) {
		key := r["SOGGETTO_ID"] + "/" + r["CODICE_MODPAG"]
		if !ids[r["SOGGETTO_ID"]] || methods[key] {
			t.Errorf("payment method %s: no such subject, or there twice", key)
		}
		methods[key] = true
	}
	acts := map[string]bool{}
	for _, table := range []string{Impegni, ImpegniPluriennali, Accertamenti, AccertamentiPluriennali} {
		for _, r := range rowsOf(t, db, table) {
			if !codes[r["CODICE_SOGGETTO"]] {
				t.Errorf("%s: no subject %s", table, r["CODICE_SOGGETTO"])
			}
			if r["NUMERO_PROVVEDIMENTO"] != "" {
				acts[r["ANNO_PROVVEDIMENTO"]+"/"+r["TIPO_PROVVEDIMENTO"]+"/"+r["NUMERO_PROVVEDIMENTO"]] = true
			}
		}
	}
	if int64(len(acts)) != truth.Entities["provvedimento"].Rows {
		t.Errorf("%d acts cited, truth says %d", len(acts), truth.Entities["provvedimento"].Rows)
	}
}

// The codes are valid by the checks of the mappings, which are other code.
func TestCodesAreValid(t *testing.T) {
	db, truth, _ := written(t, Options{Seed: 6, Dirt: Dirt{WrongIBANs: 4, LostZeros: 3}})
	eng, err := engine.Open(t.Context(), engine.Options{Folders: []string{t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	if err := eng.Exec(t.Context(), mappings.Checks); err != nil {
		t.Fatal(err)
	}
	wrong := map[string]int{}
	for _, c := range []struct{ table, column, check string }{
		{Soggetti, "CODICE_FISCALE", "codice_fiscale"}, {Soggetti, "PARTITA_IVA", "partita_iva"}, {Modpag, "IBAN", "iban"},
		{Impegni, "CIG", "cig"}, {Impegni, "CUP", "cup"}, {Impegni, "PDC_FINANZIARIO", "piano_dei_conti"}, {Impegni, "SIOPE_SPESA", "siope"},
		{CapitoliUscita, "PDC_FIN_QUARTO", "piano_dei_conti"}, {CapitoliEntrata, "PDC_FIN_QUARTO", "piano_dei_conti"},
	} {
		var given []string
		for _, r := range rowsOf(t, db, c.table) {
			if r[c.column] != "" {
				given = append(given, "("+engine.Literal(r[c.column])+")")
			}
		}
		if len(given) == 0 {
			t.Fatalf("%s.%s is never given", c.table, c.column)
		}
		rows, err := eng.Query(t.Context(), fmt.Sprintf("select code, check_%[1]s(code) from (values %[2]s) as given(code) where check_%[1]s(code) is not null",
			c.check, strings.Join(given, ", ")))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var code, reason string
			if err := rows.Scan(&code, &reason); err != nil {
				t.Fatal(err)
			}
			wrong[c.table+"."+c.column]++
			if !slices.ContainsFunc(truth.Defects, func(d Defect) bool { return d.Table == c.table && d.Column == c.column && d.Value == code }) {
				t.Errorf("%s.%s %q: %s", c.table, c.column, code, reason)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if want := map[string]int{"modpag.IBAN": 4, "soggetti.PARTITA_IVA": 3}; !maps.Equal(wrong, want) {
		t.Errorf("wrong codes %v, want %v", wrong, want)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	_, _, first := written(t, Options{Seed: 1})
	_, _, second := written(t, Options{Seed: 1})
	_, _, other := written(t, Options{Seed: 2})
	bytes := func(path string) string {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	if bytes(first) != bytes(second) {
		t.Error("the same seed gave another file")
	}
	if bytes(first) == bytes(other) {
		t.Error("another seed gave the same file")
	}
}

// Dirt changes those values that it names, the chapter it takes a movement
// from, and nothing else.
func TestDefectsAreThoseTold(t *testing.T) {
	dirt := Dirt{WrongIBANs: 2, LostZeros: 2, OrphanChapters: 2, UnreadableAmounts: 3}
	clean, _, _ := written(t, Options{Seed: 8})
	dirty, truth, _ := written(t, Options{Seed: 8, Dirt: dirt})

	kinds := map[string]int{}
	orphaned, broken := new(big.Rat), map[string]*big.Rat{}
	for _, d := range truth.Defects {
		kinds[string(d.Kind)+" "+string(d.Severity)+" "+d.Column]++
		switch d.Kind {
		case finding.Orphan:
			orphaned.Add(orphaned, mustAmount(t, d.Amount))
		case finding.BadNumber:
			add(broken, d.Chapter, mustAmount(t, d.Amount))
		}
	}
	want := map[string]int{"check_failed warning IBAN": 2, "check_failed warning PARTITA_IVA": 2, "orphan error NUMERO_CAPITOLO": 2, "bad_number error IMPORTO_ATTUALE": 3}
	if !maps.Equal(kinds, want) {
		t.Errorf("defects %v, want %v", kinds, want)
	}

	lost := new(big.Rat)
	changed := 0
	for _, table := range allTables() {
		before, after := rowsOf(t, clean, table), rowsOf(t, dirty, table)
		for i := range after {
			for column, value := range after[i] {
				if value == before[i][column] {
					continue
				}
				switch {
				case table == CapitoliUscita && column == "STANZIAMENTO_RES":
					lost.Add(lost, mustAmount(t, before[i][column]))
					lost.Sub(lost, mustAmount(t, value))
				case table == CapitoliUscita && column == "STANZIAMENTO_CASSA":
				case slices.ContainsFunc(truth.Defects, func(d Defect) bool { return d.Table == table && d.Column == column && d.Value == value }):
					changed++
				default:
					t.Errorf("%s.%s: %q became %q, which no defect tells", table, column, before[i][column], value)
				}
			}
		}
	}
	if changed != len(truth.Defects) {
		t.Errorf("%d values changed, %d defects told", changed, len(truth.Defects))
	}
	if lost.Cmp(orphaned) != 0 {
		t.Errorf("chapters lost %s, the orphans have %s", lost.FloatString(2), orphaned.FloatString(2))
	}
	// The chapter of an unreadable amount still holds it: Σ readable = residui − it.
	for number, missing := range broken {
		sum := new(big.Rat)
		for _, r := range rowsOf(t, dirty, Impegni) {
			if a, ok := amount(r["IMPORTO_ATTUALE"]); ok && r["TIPO_MOVIMENTO"] == "I" && r["NUMERO_CAPITOLO"]+"/0" == number {
				sum.Add(sum, a)
			}
		}
		for _, r := range rowsOf(t, dirty, CapitoliUscita) {
			if r["NUMERO_CAPITOLO"]+"/0" == number && mustAmount(t, r["STANZIAMENTO_RES"]).Cmp(new(big.Rat).Add(sum, missing)) != 0 {
				t.Errorf("chapter %s does not lack just %s", number, missing.FloatString(2))
			}
		}
	}
}

// The columns are those of the real export, name by name.
func TestColumnsAreThoseOfTheExport(t *testing.T) {
	folder := sourcetest.Realdata(t)
	for table, pattern := range map[string]string{
		CapitoliUscita: "*migr_capitolo_uscita_gest*", CapitoliEntrata: "*migr_capitolo_entrata_gest*", Soggetti: "*migr_soggetto*", Modpag: "*migr_modpag*",
		Impegni: "*migr_impegno_[0-9]*", ImpegniPluriennali: "*migr_impegno_pluriennali*",
		Accertamenti: "*migr_accertamento_[0-9]*", AccertamentiPluriennali: "*migr_accertamento_pluriennali*",
	} {
		files, err := filepath.Glob(filepath.Join(folder, "vercelli", pattern))
		if err != nil || len(files) != 1 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		content, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		header, _, _ := strings.Cut(string(content), "\n")
		if want := strings.Split(strings.TrimSuffix(header, "\r"), "\t"); !slices.Equal(columns(table), want) {
			t.Errorf("%s has columns\n%v\nwant\n%v", table, columns(table), want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	taken := filepath.Join(t.TempDir(), "taken")
	if err := os.WriteFile(taken, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	fresh := func() string { return filepath.Join(t.TempDir(), "legacy.db") }
	cases := map[string]struct {
		ctx  context.Context
		path string
		o    Options
		want string
	}{
		"a file that is there":    {t.Context(), taken, Options{}, "already"},
		"a folder that is not":    {t.Context(), filepath.Join(t.TempDir(), "absent", "x"), Options{}, "no such file"},
		"too few documents":       {t.Context(), fresh(), Options{Documents: LeastDocuments - 1}, "too few"},
		"more defects than room":  {t.Context(), fresh(), Options{Documents: 200, Dirt: Dirt{OrphanChapters: 50}}, "no room"},
		"a run that was stopped":  {stopped, fresh(), Options{}, "canceled"},
		"no documents, so to say": {t.Context(), fresh(), Options{Documents: -1}, "too few"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := Write(c.ctx, c.path, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want an error with %q", err, c.want)
			}
			entries, err := os.ReadDir(filepath.Dir(c.path))
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Name() != "taken" {
					t.Errorf("left %s behind", e.Name())
				}
			}
		})
	}
	if content, err := os.ReadFile(taken); err != nil || string(content) != "precious" {
		t.Errorf("the file that was there is %q, %v", content, err)
	}
}

func TestFileIsPrivateAndOddNamesAreFine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old & odd?#%41.db")
	if _, err := Write(t.Context(), path, Options{Documents: LeastDocuments}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("%v, %v; want a file of mode 0600", info, err)
	}
}

func BenchmarkWrite(b *testing.B) {
	for b.Loop() {
		if _, err := Write(b.Context(), filepath.Join(b.TempDir(), "legacy.db"), Options{Dirt: Handful()}); err != nil {
			b.Fatal(err)
		}
	}
}
