package main

import (
	"database/sql"
	"encoding/csv"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/travaso/travaso/cmd/internal/city"
	"github.com/travaso/travaso/load/sqltarget/testserver"
	"github.com/travaso/travaso/validate/finding"
)

// A whole city goes through the pack, and what comes out is held against what
// its maker knows of it.

const cityDocuments = 8_000

// newCity makes the accounts of a city in a new source of a kind, and a project
// that migrates them.
func newCity(t *testing.T, kind string, target *place, o city.Options) (*project, city.Truth, *sql.DB) {
	t.Helper()
	var destination city.Destination
	var source string
	var db *sql.DB
	switch kind {
	case "sqlite":
		path := filepath.Join(t.TempDir(), "legacy.db")
		destination, source = city.SQLite(path), fmt.Sprintf("{database: {driver: sqlite, dsn: %q}}", path)
		db = openDatabase(t, "sqlite3", "file:"+path)
	case "postgres":
		dsn := testserver.Postgres(t)
		destination, source = city.Postgres(dsn), fmt.Sprintf("{database: {driver: postgres, dsn: %q}}", dsn)
	case "mysql":
		dsn := testserver.MariaDB(t)
		destination, source = city.MySQL(dsn), fmt.Sprintf("{database: {driver: mysql, dsn: %q}}", dsn)
	case "files":
		folder := filepath.Join(t.TempDir(), "unloaded")
		destination, source = city.TextFiles(folder), fmt.Sprintf("{files: {folder: %q}}", folder)
	}
	truth, err := city.Write(t.Context(), destination, o)
	if err != nil {
		t.Fatal(err)
	}
	return newProject(t, municipalPlan+"source: "+source+"\n"+target.plan()+"\n", target.env()), truth, db
}

// TestMunicipalClean: clean accounts arrive whole, from every kind of source:
// nothing is found, every balance holds and was looked at, every bridge closes,
// and the target's own totals are those of the truth, group by group.
func TestMunicipalClean(t *testing.T) {
	for _, way := range []struct{ source, target string }{{"sqlite", "sqlite"}, {"postgres", "postgres"}, {"mysql", "postgres"}, {"files", "postgres"}} {
		t.Run(way.source+" to "+way.target, func(t *testing.T) {
			t.Parallel()
			target := places[way.target](t)
			p, truth, legacy := newCity(t, way.source, target, city.Options{Documents: cityDocuments, Seed: 3})
			says(t, p.run(t, exitDone, "cutover").stdout, "GO\n")

			r := p.report(t)
			for _, reason := range slices.Concat(r.Rejects, r.Dependants, r.Warnings) {
				t.Errorf("found in clean accounts: %s %s.%s %s, %d rows", reason.Kind, reason.Entity, reason.Field, reason.Detail, reason.Rows)
			}
			for _, rule := range r.Rules {
				if !rule.Holds() {
					t.Errorf("rule %s does not hold, or looked at nothing: %+v", rule.ID, rule)
				}
			}
			for _, b := range slices.Concat(r.Bridges, r.TableBridges) {
				if !b.Closes {
					t.Errorf("the bridge of %s, %s does not close: %+v", b.Entity, b.Measure, b)
				}
			}
			if len(r.Differences) > 0 || len(r.TableBridges) == 0 {
				t.Errorf("differences %v, %d bridges of tables", r.Differences, len(r.TableBridges))
			}
			checkTruth(t, target, truth)
			if legacy != nil {
				checkTEFA(t, legacy, target)
			}
		})
	}
}

// Parts of the queries below: the chapter of a movement, and the year of a key.
const (
	ofCommitment = "join impegno i on i.ente_id = x.ente_id and i.id = x.impegno_id join capitolo c on c.ente_id = i.ente_id and c.id = i.capitolo_id"
	ofAssessment = "join accertamento i on i.ente_id = x.ente_id and i.id = x.accertamento_id join capitolo c on c.ente_id = i.ente_id and c.id = i.capitolo_id"
	ofChapter    = "join capitolo c on c.ente_id = x.ente_id and c.id = x.capitolo_id"
	chapterName  = "c.tipo || '/' || c.numero || '/' || c.articolo"
)

// targetTotals ask the target for what Truth tells of a type: its state, year
// and chapter (” and 0 where Truth has none), and in cents its amount.
var targetTotals = map[string]struct{ state, year, chapter, cents, from string }{
	"provvedimento":        {"x.stato", "x.anno", "''", "0", "provvedimento x"},
	"soggetto":             {"x.stato", "0", "''", "0", "soggetto x"},
	"soggetto_indirizzo":   {"''", "0", "''", "0", "sede_soggetto x"},
	"modalita_pagamento":   {"x.stato", "0", "''", "0", "modalita_pagamento x"},
	"capitolo":             {"''", "c.esercizio", chapterName, "«c.stanziamento»", "capitolo c"},
	"impegno":              {"x.stato", "x.esercizio", chapterName, "«x.importo_attuale»", "impegno x " + ofChapter},
	"sub_impegno":          {"x.stato", "i.esercizio", chapterName, "«x.importo_attuale»", "sub_impegno x " + ofCommitment},
	"accertamento":         {"x.stato", "x.esercizio", chapterName, "«x.importo_attuale»", "accertamento x " + ofChapter},
	"sub_accertamento":     {"x.stato", "i.esercizio", chapterName, "«x.importo_attuale»", "sub_accertamento x " + ofAssessment},
	"vincolo":              {"''", "x.esercizio", "''", "«x.importo»", "vincolo x"},
	"liquidazione":         {"x.stato", "x.esercizio", chapterName, "«x.importo»", "liquidazione x " + ofCommitment},
	"documento":            {"x.stato", "x.anno", "''", "«x.importo»", "documento x"},
	"documento_quota":      {"d.stato", "d.anno", "''", "«x.importo»", "quota_documento x join documento d on d.ente_id = x.ente_id and d.id = x.documento_id"},
	"documento_relazione":  {"''", "d.anno", "''", "«x.importo»", "documento_relazione x join documento d on d.ente_id = x.ente_id and d.id = x.nota_credito_id"},
	"mandato":              {"x.stato", "x.esercizio", "''", "«x.importo»", "mandato x"},
	"mandato_quota":        {"o.stato", "o.esercizio", chapterName, "«x.importo»", "quota_mandato x join mandato o on o.ente_id = x.ente_id and o.id = x.mandato_id " + ofCommitment},
	"reversale":            {"x.stato", "x.esercizio", "''", "«x.importo»", "reversale x"},
	"reversale_quota":      {"o.stato", "o.esercizio", chapterName, "«x.importo»", "quota_reversale x join reversale o on o.ente_id = x.ente_id and o.id = x.reversale_id " + ofAssessment},
	"ordine_relazione":     {"''", "o.esercizio", "''", "«x.importo»", "ordine_relazione x join mandato o on o.ente_id = x.ente_id and o.id = x.mandato_id"},
	"provvisorio":          {"x.tipo", "x.anno", "''", "«x.importo»", "provvisorio_cassa x"},
	"provvisorio_ordine":   {"''", "p.anno", "''", "«x.importo»", "copertura_provvisorio x join provvisorio_cassa p on p.ente_id = x.ente_id and p.id = x.provvisorio_id"},
	"giornale_cassa":       {"x.segno", "x.esercizio", "''", "«x.importo»", "giornale_cassa x"},
	"scrittura":            {"x.stato", "x.esercizio", "''", "(select sum(«m.dare») from movimento_contabile m where m.ente_id = x.ente_id and m.scrittura_id = x.id)", "scrittura x"},
	"scrittura_movimento":  {"s.stato", "s.esercizio", "''", "«x.dare» + «x.avere»", "movimento_contabile x join scrittura s on s.ente_id = x.ente_id and s.id = x.scrittura_id"},
	"transazione_pagopa":   {"''", "substr(cast(x.pagata_il as varchar(19)), 1, 4)", "''", "«x.importo»", "transazione_pagopa x"},
	"trasferimento_pagopa": {"''", "substr(cast(p.pagata_il as varchar(19)), 1, 4)", "''", "«x.importo»", "trasferimento_pagopa x join transazione_pagopa p on p.ente_id = x.ente_id and p.id = x.transazione_id"},
	"flusso_pagopa":        {"''", "p.anno", "''", "«x.importo»", "flusso_pagopa x join provvisorio_cassa p on p.ente_id = x.ente_id and p.id = x.provvisorio_id"},
	"flusso_pagopa_riga":   {"''", "p.anno", "''", "«x.importo»", "pagamento_flusso x join flusso_pagopa f on f.ente_id = x.ente_id and f.id = x.flusso_id join provvisorio_cassa p on p.ente_id = f.ente_id and p.id = f.provvisorio_id"},
	"tefa":                 {"case when x.distinta then 'S' else 'I' end", "substr(cast(x.data as varchar(10)), 1, 4)", "''", "«x.base»", "riversamento_tefa x"},
	"progetto_pnrr":        {"''", "0", "''", "«x.totale_impegnato»", "progetto_pnrr x"},
	"movimento_pnrr":       {"''", "x.esercizio", "''", "«x.importo»", "movimento_pnrr x"},
}

// checkTruth compares every total of the truth with the target's own.
func checkTruth(t *testing.T, target *place, truth city.Truth) {
	t.Helper()
	want, got := map[string]string{}, map[string]string{}
	for _, total := range truth.Totals {
		group := fmt.Sprintf("%s|%s|%d|%s", total.Type, total.State, total.Year, total.Chapter)
		want[group] = fmt.Sprintf("%d|%s", total.Count, centsOf(t, total.Amount))
	}
	for kind := range truth.Types {
		if _, asked := targetTotals[kind]; !asked {
			t.Errorf("the target is not asked for %s", kind)
		}
	}
	for kind, q := range targetTotals {
		query := amountOfQuery.ReplaceAllStringFunc(
			fmt.Sprintf("select %s, %s, %s, count(*), sum(%s) from %s group by 1, 2, 3", q.state, q.year, q.chapter, q.cents, q.from),
			func(amount string) string { return fmt.Sprintf(target.cents, strings.Trim(amount, "«»")) })
		for _, line := range target.lines(t, query) {
			values := strings.Split(line, "|")
			got[kind+"|"+strings.Join(values[:3], "|")] = strings.Join(values[3:], "|")
		}
	}
	for group, figures := range want {
		if got[group] != figures {
			t.Errorf("%s: the target has %s, want %s", group, got[group], figures)
		}
	}
	for group, figures := range got {
		if _, is := want[group]; !is {
			t.Errorf("%s: the target has %s, and the truth nothing", group, figures)
		}
	}
}

// centsOf is an exact amount in cents.
func centsOf(t *testing.T, amount string) string {
	t.Helper()
	r, ok := new(big.Rat).SetString(amount)
	if !ok || !r.Mul(r, big.NewRat(100, 1)).IsInt() {
		t.Fatalf("%q is no amount", amount)
	}
	return r.Num().String()
}

// checkTEFA computes the TEFA of every group once more, with rational numbers
// and from the suite's own tables.
func checkTEFA(t *testing.T, legacy *sql.DB, target *place) {
	t.Helper()
	source := &place{db: legacy}
	groups := source.lines(t, `
		select substr(p.DTPAG, 7, 4) || '-' || substr(p.DTPAG, 4, 2) || '-' || substr(p.DTPAG, 1, 2), p.ANNRIF, p.TIPVER = 'S', e.ALIQ, e.CREDITO, count(*),
		       sum(case p.TIPVER when 'I' then cast(p.IMPPAG as integer) else (select sum(cast(f.IMPTRA as integer)) from PAG_TRASF f
		           where f.IUV = p.IUV and f.CFENTE = p.CFENTE and f.IDRICE = p.IDRICE and f.CATEG = '0201102IM') end)
		from PAG_TRANS p join PAG_TEFA e on e.DTVERS = substr(p.DTPAG, 1, 10) and e.CODTRI = p.CODTRI and e.ANNRIF = p.ANNRIF and e.TIPVER = p.TIPVER
		group by 1, 2, 3, 4, 5`)
	var want []string
	for _, group := range groups {
		v := strings.Split(group, "|")
		rate, credit := rational(t, v[3]), rational(t, strings.Replace(v[4], ",", ".", 1))
		base := new(big.Rat).Mul(rational(t, v[6]), big.NewRat(1, 100))
		gross := new(big.Rat).Set(base)
		if v[2] == "0" {
			gross.Mul(base, rate).Quo(gross, new(big.Rat).Add(rate, big.NewRat(100, 1)))
		}
		gross = halfUp(gross, 5)
		commission := halfUp(new(big.Rat).Mul(gross, big.NewRat(3, 1000)), 5)
		net := new(big.Rat).Sub(new(big.Rat).Sub(gross, credit), commission)
		paid := halfUp(net, 2)
		want = append(want, strings.Join([]string{v[0], v[1], v[2], v[5], base.FloatString(2), gross.FloatString(5), commission.FloatString(5),
			net.FloatString(5), paid.FloatString(2), new(big.Rat).Sub(net, paid).FloatString(5)}, "|"))
	}
	got := target.lines(t, `select data, anno_riferimento, distinta, transazioni, base, lordo, commissione, netto, importo_riversato, residuo_arrotondamento from riversamento_tefa`)
	for i, line := range got { // the driver reads a date as a moment, and a boolean as a word
		day, rest, _ := strings.Cut(line, "|")
		got[i] = strings.NewReplacer("|true|", "|1|", "|false|", "|0|").Replace(day[:10] + "|" + rest)
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) == 0 || !slices.Equal(want, got) {
		t.Errorf("TEFA in the target is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func rational(t *testing.T, text string) *big.Rat {
	t.Helper()
	if text == "" {
		return new(big.Rat)
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return r
}

// halfUp rounds to a number of decimals, halves away from zero.
func halfUp(r *big.Rat, decimals int) *big.Rat {
	rounded, _ := new(big.Rat).SetString(r.FloatString(decimals))
	return rounded
}

// TestMunicipalDirt: of dirty accounts exactly the defects are found, by kind
// and document: nothing is missed, nothing else is accused, and the bridges
// close for what is rejected, too.
func TestMunicipalDirt(t *testing.T) {
	for _, way := range []struct {
		source string
		seed   uint64
	}{{"sqlite", 1}, {"sqlite", 2}, {"files", 3}} {
		t.Run(fmt.Sprintf("%s, seed %d", way.source, way.seed), func(t *testing.T) {
			t.Parallel()
			p, truth, _ := newCity(t, way.source, sqlitePlace(t), city.Options{Documents: cityDocuments, Seed: way.seed, Dirt: city.EvenDirt(0.01)})
			p.run(t, exitFindings, "rehearse")
			checkDefects(t, p, truth)
			checkBreaks(t, p, truth)
			r := p.report(t)
			if len(r.Differences) > 0 {
				t.Errorf("differences %v", r.Differences)
			}
			for _, b := range r.Bridges {
				if !b.Closes {
					t.Errorf("the bridge of %s, %s does not close: %+v", b.Entity, b.Measure, b)
				}
			}
		})
	}
}

// checkDefects compares what was found in rows with the defects put there.
// What was rejected, or warned of, only for what it depends on is no finding;
// nor is what refers to a row that was not even read, because of a defect.
func checkDefects(t *testing.T, p *project, truth city.Truth) {
	t.Helper()
	want, unread := map[string]bool{}, map[string]bool{}
	for _, d := range truth.Defects {
		switch {
		case d.Finding == finding.RaggedRow || d.Finding == finding.BadEncoding:
			unread[d.Row] = true
		case d.Finding != "":
			want[fmt.Sprintf("%s %s %s", d.Finding, d.Table, d.Row)] = true
		}
	}
	if len(want) < 10 {
		t.Fatalf("the accounts have no more than %d defects in rows", len(want))
	}
	got := map[string]bool{}
	for _, row := range rowsOfFiles(t, filepath.Join(p.newestRun(t), "rejects", "*.csv")) {
		switch kind := finding.Kind(row["kind"]); {
		case kind == "", kind == finding.DependsOn, kind == finding.SameDocument: // "": a list of unmapped values
		case kind == finding.RaggedRow || kind == finding.BadEncoding: // it has no key: counted below
		case kind == finding.Orphan && unread[row["value"]]:
		default:
			got[fmt.Sprintf("%s %s %s", kind, row["dataset"], suiteKey(row["entity"], row["key"]))] = true
		}
	}
	compareFound(t, got, want)
	unreadable := int64(0)
	for _, d := range p.report(t).Datasets {
		unreadable += d.Unreadable
	}
	if unreadable != int64(len(unread)) {
		t.Errorf("%d rows were not read, want %d", unreadable, len(unread))
	}
	t.Logf("%d defects, %d findings in rows, %d rows not read", len(truth.Defects), len(got), len(unread))
}

func compareFound(t *testing.T, got, want map[string]bool) {
	t.Helper()
	for defect := range want {
		if !got[defect] {
			t.Errorf("missed: %s", defect)
		}
	}
	for found := range got {
		if !want[found] {
			t.Errorf("accused: %s", found)
		}
	}
}

// suiteKey is the natural key of an entity as the suite has it: with the letter
// that tells apart two document types of one table, and a head's sub 0.
func suiteKey(entity, key string) string {
	switch entity {
	case "impegno", "accertamento":
		key += "/0"
	}
	switch entity {
	case "impegno", "sub_impegno":
		return "I/" + key
	case "accertamento", "sub_accertamento":
		return "A/" + key
	case "mandato", "quota_mandato":
		return "M/" + key
	case "reversale", "quota_reversale":
		return "R/" + key
	}
	return key
}

// rowsOfFiles reads CSV files with a header.
func rowsOfFiles(t *testing.T, pattern string) []map[string]string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no files, %v", pattern, err)
	}
	var all []map[string]string
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(file).ReadAll()
		file.Close()
		if err != nil || len(records) == 0 {
			t.Fatalf("%s: %v", path, err)
		}
		for _, record := range records[1:] {
			row := map[string]string{}
			for i, name := range records[0] {
				row[name] = record[i]
			}
			all = append(all, row)
		}
	}
	return all
}

// rulesOf are the rules that tell a broken balance: each of them does.
var rulesOf = map[city.Balance]map[string]func(key string) string{
	city.EntryBalance:     {"dare_avere": same},
	city.YearBalance:      {"dare_avere_esercizio": same},
	city.DocumentQuotas:   {"quote_documento": same, "quote_nota_credito": same},
	city.OrderQuotas:      {"quote_mandato": with("M/", ""), "quote_reversale": with("R/", "")},
	city.SubCeiling:       {"sub_impegni": with("I/", ""), "sub_accertamenti": with("A/", "")},
	city.LiquidationTotal: {"liquidazioni_impegno": same},
	city.PaymentTotal:     {"mandati_liquidazione": same},
	city.TransferTotal:    {"trasferimenti_transazione": same},
	city.FlowNumber:       {"numero_pagamenti_flusso": same},
	city.FlowTotal:        {"importo_flusso": same},
	city.FlowItem:         {"provvisorio_flusso": same},
	city.ResidueCarry: {"riporto_impegno": with("I/", "/0"), "riporto_sub_impegno": with("I/", ""),
		"riporto_accertamento": with("A/", "/0"), "riporto_sub_accertamento": with("A/", "")},
	city.ChapterOpening:  {"rendiconto_residui_iniziali_uscita": spent, "rendiconto_residui_iniziali_entrata": same},
	city.ChapterRevision: {"rendiconto_riaccertamento_uscita": spent, "rendiconto_riaccertamento_entrata": same},
	city.CashCarry:       {"riporto_saldo_cassa": same},
	city.CashMonth:       {"saldo_cassa": same, "giornale_cassa": same},
	city.OrderNumbers:    {"numerazione_mandato": with("M/", ""), "numerazione_reversale": with("R/", "")},
	city.EntryNumbers:    {"numerazione_scrittura": same},
}

// How the truth writes the group of a rule's violation.
func same(key string) string { return key }

func with(before, after string) func(string) string {
	return func(key string) string { return before + key + after }
}

func spent(key string) string { return strings.Replace(key, "/U/", "/S/", 1) }

// checkBreaks compares the violations of rules with the balances broken on
// purpose, by their groups and by how much each is off. Several defects in one
// group are off by their sum.
func checkBreaks(t *testing.T, p *project, truth city.Truth) {
	t.Helper()
	off := map[string]*big.Rat{} // by balance and group
	for _, d := range truth.Defects {
		for _, b := range d.Breaks {
			group := string(b.Balance) + " " + b.Key
			if off[group] == nil {
				off[group] = new(big.Rat)
			}
			off[group].Add(off[group], rational(t, b.Difference))
		}
	}
	want, got := map[string]bool{}, map[string]bool{}
	for group, difference := range off {
		if difference.Sign() != 0 {
			want[group+" off by "+difference.Abs(difference).FloatString(2)] = true
		}
	}
	for _, row := range rowsOfFiles(t, filepath.Join(p.newestRun(t), "findings", "rules.csv")) {
		for _, violation := range violationsOf(t, row) {
			got[violation] = true
		}
	}
	compareFound(t, got, want)
	t.Logf("%d balances broken", len(want))
}

// violationsOf writes a rule's violation as the truth does: one balance, or one
// for each number that is missing.
func violationsOf(t *testing.T, row map[string]string) []string {
	t.Helper()
	for balance, rules := range rulesOf {
		written, is := rules[row["rule"]]
		if !is {
			continue
		}
		if row["kind"] != "sequence" {
			difference := rational(t, row["difference"])
			return []string{fmt.Sprintf("%s %s off by %s", balance, written(row["key"]), difference.Abs(difference).FloatString(2))}
		}
		var missing []string
		first, last, several := strings.Cut(row["value"], "–")
		if !several {
			last = first
		}
		for n := number(t, first); n <= number(t, last); n++ {
			missing = append(missing, fmt.Sprintf("%s %s off by 1.00", balance, written(fmt.Sprintf("%s/%d", row["key"], n))))
		}
		return missing
	}
	return []string{fmt.Sprintf("rule %s: %s, %s", row["rule"], row["key"], row["difference"])}
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
