package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/travaso/travaso/extract/sourcetest"
)

// legacyTable is one of the real files, as a table of a legacy database would
// hold it.
type legacyTable struct {
	name    string
	columns []legacyColumn
	rows    [][]string
}

type legacyColumn struct {
	name string
	kind columnKind
	size int // characters of the longest text
}

// columnKind is what a column is declared as where the database has types.
type columnKind int

const (
	ofText columnKind = iota
	ofInteger
	ofMoney
	ofDate
	ofMoment
)

// vercelliTables reads the real files, apart from the program's own reader.
func vercelliTables(t *testing.T) []legacyTable {
	t.Helper()
	var tables []legacyTable
	for name, pattern := range map[string]string{
		"capitoli_uscita":          "*_capitolo_uscita_gest_*",
		"capitoli_entrata":         "*_capitolo_entrata_gest_*",
		"soggetti":                 "*_soggetto_*",
		"modpag":                   "*_modpag_*",
		"impegni":                  "*_impegno_0*",
		"impegni_pluriennali":      "*_impegno_pluriennali_*",
		"accertamenti":             "*_accertamento_0*",
		"accertamenti_pluriennali": "*_accertamento_pluriennali_*",
	} {
		paths, err := filepath.Glob(filepath.Join(sourcetest.Realdata(t), "vercelli", pattern))
		if err != nil || len(paths) != 1 {
			t.Fatalf("dataset %s is in %d files: %v", name, len(paths), err)
		}
		tables = append(tables, readLegacyTable(t, name, paths[0]))
	}
	return tables
}

func readLegacyTable(t *testing.T, name, path string) legacyTable {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	table := legacyTable{name: name}
	for _, header := range strings.Split(lines[0], "\t") {
		table.columns = append(table.columns, legacyColumn{name: header})
	}
	for _, line := range lines[1:] {
		table.rows = append(table.rows, strings.Split(line, "\t"))
	}
	for i := range table.columns {
		table.declare(i)
	}
	return table
}

var (
	wholeName   = regexp.MustCompile(`^(ANNO|NUMERO)_|_ID$|^(PLURIENNALE|PARERE_FINANZIARIO)$`)
	wholeNumber = regexp.MustCompile(`^(0|[1-9]\d{0,8})?$`) // a leading zero would be lost in a number
	moneyName   = regexp.MustCompile(`^(STANZIAMENTO|IMPORTO|DICUIIMPEGNATO)`)
	dateName    = regexp.MustCompile(`^DATA_(EMISSIONE|SCADENZA|NASCITA)`)
)

// declare gives a column the type that its engineers would have given it.
func (l *legacyTable) declare(at int) {
	c := &l.columns[at]
	whole := wholeName.MatchString(c.name)
	for _, row := range l.rows {
		c.size = max(c.size, utf8.RuneCountInString(row[at]))
		whole = whole && wholeNumber.MatchString(row[at])
	}
	switch {
	case moneyName.MatchString(c.name):
		c.kind = ofMoney
	case dateName.MatchString(c.name):
		c.kind = ofDate
	case c.name == "DATA_INS":
		c.kind = ofMoment
	case whole:
		c.kind = ofInteger
	}
}

// value writes a text of the files as a value of its column.
func (d dialect) value(c legacyColumn, text string) any {
	switch {
	case d.isText(c):
		return text
	case text == "":
		return nil
	case c.kind == ofMoney:
		return strings.Replace(text, ",", ".", 1)
	case c.kind == ofMoment: // 03/02/2016 10:38:41
		return text[6:10] + "-" + text[3:5] + "-" + text[0:2] + text[10:]
	}
	return text
}

// dialect is how a database of the tests declares and writes.
type dialect struct {
	quote func(name string) string
	types map[columnKind]string // %d the size
	// mark is the n-th parameter of a statement, from 1.
	mark func(n int) string
}

// isText tells a column that holds the text of the files as it is.
func (d dialect) isText(c legacyColumn) bool { return d.types[c.kind] == d.types[ofText] }

// fill makes the table and puts the rows in, 100 in a statement.
func (l *legacyTable) fill(t *testing.T, db *sql.DB, d dialect) {
	t.Helper()
	var definitions []string
	for _, c := range l.columns {
		kind := d.types[c.kind]
		if strings.Contains(kind, "%d") {
			kind = fmt.Sprintf(kind, max(c.size, 1))
		}
		definitions = append(definitions, d.quote(c.name)+" "+kind)
	}
	definitions = append(definitions, "primary key ("+d.quote(l.columns[0].name)+")")
	if _, err := db.ExecContext(t.Context(), "create table "+d.quote(l.name)+" ("+strings.Join(definitions, ", ")+")"); err != nil {
		t.Fatalf("table %s: %v", l.name, err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() // of no effect once committed
	for first := 0; first < len(l.rows); first += 100 {
		var groups []string
		var values []any
		for _, row := range l.rows[first:min(first+100, len(l.rows))] {
			marks := make([]string, len(l.columns))
			for i, c := range l.columns {
				values = append(values, d.value(c, row[i]))
				marks[i] = d.mark(len(values))
			}
			groups = append(groups, "("+strings.Join(marks, ",")+")")
		}
		if _, err := tx.ExecContext(t.Context(), "insert into "+d.quote(l.name)+" values "+strings.Join(groups, ","), values...); err != nil {
			t.Fatalf("table %s: %v", l.name, err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// clear makes the empty texts of a table absent.
func (l *legacyTable) clear(t *testing.T, db *sql.DB, d dialect) {
	t.Helper()
	var settings []string
	for _, c := range l.columns {
		if d.isText(c) { // by its length: MariaDB takes '  ' for equal to ''
			settings = append(settings, fmt.Sprintf("%s = case when length(%[1]s) > 0 then %[1]s end", d.quote(c.name)))
		}
	}
	if _, err := db.ExecContext(t.Context(), "update "+d.quote(l.name)+" set "+strings.Join(settings, ", ")); err != nil {
		t.Fatalf("table %s: %v", l.name, err)
	}
}

func questionMark(int) string { return "?" }
func dollar(n int) string     { return "$" + strconv.Itoa(n) }
