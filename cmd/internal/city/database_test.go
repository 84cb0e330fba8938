package city

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// registerDriver adds the functions that read amounts to SQLite, once.
var registerDriver = sync.OnceFunc(func() {
	sql.Register("sqlite3_city_test", &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		if err := c.RegisterFunc("cents", func(text any) any { return decimal(text, 2) }, true); err != nil {
			return err
		}
		return c.RegisterFunc("units", func(text any) any { return decimal(text, 5) }, true)
	}})
})

// decimal reads an Italian decimal into units of 10^-scale, NULL where it is none.
func decimal(value any, scale int) any {
	var text string
	switch v := value.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		return nil
	}
	if !regexp.MustCompile(`^-?\d+(,\d+)?$`).MatchString(text) {
		return nil
	}
	whole, fraction, _ := strings.Cut(text, ",")
	if len(fraction) > scale {
		return nil
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", scale-len(fraction)), 10, 64)
	if err != nil {
		return nil
	}
	return n
}

// made writes accounts to a SQLite file and opens it.
func made(t *testing.T, o Options) (*sql.DB, Truth) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "city.db")
	truth, err := Write(t.Context(), SQLite(path), o)
	if err != nil {
		t.Fatal(err)
	}
	registerDriver()
	db, err := sql.Open("sqlite3_city_test", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, table := range Tables() { // the suite has none; without them the balances take a minute
		index := fmt.Sprintf("create index I_%s on %[1]s (%s)", table.Name, strings.Join(table.Key, ", "))
		if _, err := db.ExecContext(t.Context(), index); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.ExecContext(t.Context(), "analyze"); err != nil {
		t.Fatal(err)
	}
	return db, truth
}

// violations gives, for each balance, the groups that do not hold and by how
// many cents.
func violations(t *testing.T, db *sql.DB) map[string]int64 {
	t.Helper()
	found := map[string]int64{}
	for _, b := range balances() {
		for _, row := range rowsOf(t, db, b.sql) {
			off, err := strconv.ParseInt(row[1], 10, 64)
			if err != nil {
				t.Fatalf("%s: %v", b.name, row)
			}
			found[string(b.name)+" "+row[0]] += off
		}
	}
	return found
}

// rowsOf gives all rows as text; NULL is "∅".
func rowsOf(t *testing.T, db *sql.DB, query string) [][]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(columns))
		for i, v := range values {
			row[i] = "∅"
			if v.Valid {
				row[i] = v.String
			}
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	return all
}

func TestCleanAccountsBalance(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			db, truth := made(t, Options{Documents: 12_000, Seed: seed})
			if len(truth.Defects) > 0 {
				t.Errorf("%d defects in clean accounts", len(truth.Defects))
			}
			for group, off := range violations(t, db) {
				t.Errorf("%s: off by %d cents", group, off)
			}
			for name, query := range references() {
				for _, row := range rowsOf(t, db, query) {
					t.Errorf("%s: %v refers to nothing", name, row)
				}
			}
			for _, table := range Tables() {
				query := fmt.Sprintf("select %s, count(*) from %s group by %[1]s having count(*) > 1", strings.Join(table.Key, ", "), table.Name)
				for _, row := range rowsOf(t, db, query) {
					t.Errorf("%s: key %v is there more than once", table.Name, row)
				}
			}
		})
	}
}

// Old codes are those of the crosswalks, in clean accounts.
func TestCodesAreInTheCrosswalks(t *testing.T) {
	db, _ := made(t, Options{Documents: 8_000, Seed: 3})
	lists := Crosswalks()
	for column, list := range map[string]string{
		"FIN_MOVIM.STATO": "stato_movimento", "FIN_LIQUID.STATO": "stato_liquidazione", "IVA_DOCTES.STATO": "stato_documento",
		"TES_ORDTES.STATO": "stato_ordine", "COG_PNTES.STATO": "stato_scrittura", "IVA_DOCTES.TIPDOC": "tipo_documento",
		"IVA_DOCRIG.CODIVA": "codice_iva", "COG_PNTES.CAUSPN": "causale", "COG_PNRIG.CONTO": "conto",
		"FIN_CAPBIL.VOCECO": "piano_dei_conti", "FIN_MOVIM.VOCECO": "piano_dei_conti",
	} {
		table, name, _ := strings.Cut(column, ".")
		known := map[string]bool{}
		for _, code := range lists[list] {
			known[code.Old] = true
		}
		rows := rowsOf(t, db, "select distinct "+name+" from "+table)
		if len(rows) < 2 {
			t.Errorf("%s: only %v", column, rows)
		}
		for _, row := range rows {
			if !known[row[0]] {
				t.Errorf("%s: %q is not in %s", column, row[0], list)
			}
		}
	}
}
