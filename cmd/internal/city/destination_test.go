package city

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"golang.org/x/text/encoding/charmap"

	"github.com/travaso/travaso/load/sqltarget/testserver"
)

// inDatabase gives the digest of every table, its rows by record number and
// its values as text.
func inDatabase(t *testing.T, db *sql.DB, quote string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	for _, table := range Tables() {
		var names []string
		for _, c := range table.Columns {
			names = append(names, quote+c.Name+quote)
		}
		digest := sha256.New()
		for _, row := range rowsOf(t, db, fmt.Sprintf("select %s from %s order by 1", strings.Join(names, ", "), quote+table.Name+quote)) {
			for i := range row {
				if row[i] == "∅" {
					row[i] = ""
				}
			}
			fmt.Fprintln(digest, strings.Join(row, "\t"))
		}
		sums[table.Name] = fmt.Sprintf("%x", digest.Sum(nil))
	}
	return sums
}

// inFiles gives the same of text files.
func inFiles(t *testing.T, folder string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	for _, table := range Tables() {
		raw, err := os.ReadFile(filepath.Join(folder, table.Name+".TXT"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
		if err != nil {
			t.Fatal(err)
		}
		header, rows, _ := bytes.Cut(text, []byte("\r\n"))
		if !strings.HasPrefix(string(header), RecordNumber+"\t"+table.Columns[1].Name) {
			t.Errorf("%s: header %q", table.Name, header)
		}
		sums[table.Name] = fmt.Sprintf("%x", sha256.Sum256(bytes.ReplaceAll(rows, []byte("\r\n"), []byte("\n"))))
	}
	return sums
}

// Every destination holds the same, with defects that all of them can hold.
func TestDestinationsHoldTheSame(t *testing.T) {
	dirt := EvenDirt(0.01)
	delete(dirt, NULByte)
	for _, kind := range textKinds() {
		delete(dirt, kind)
	}
	o := Options{Documents: 8_000, Seed: 11, Dirt: dirt}
	db, _ := made(t, o)
	want := inDatabase(t, db, `"`)
	compare := func(t *testing.T, got map[string]string) {
		t.Helper()
		for name, sum := range want {
			if got[name] != sum {
				t.Errorf("%s is not the same as in SQLite", name)
			}
		}
	}
	t.Run("text", func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), "city")
		if _, err := Write(t.Context(), TextFiles(folder), o); err != nil {
			t.Fatal(err)
		}
		compare(t, inFiles(t, folder))
	})
	for _, server := range []struct {
		name, driver, quote string
		dsn                 func(testing.TB) string
		destination         func(string) Destination
	}{
		{"postgres", "pgx", `"`, testserver.Postgres, Postgres},
		{"mariadb", "mysql", "`", testserver.MariaDB, MySQL},
	} {
		t.Run(server.name, func(t *testing.T) {
			dsn := server.dsn(t)
			if _, err := Write(t.Context(), server.destination(dsn), o); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open(server.driver, dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			compare(t, inDatabase(t, db, server.quote))
			if _, err := Write(t.Context(), server.destination(dsn), o); err == nil {
				t.Error("the tables were there and were written over")
			}
			compare(t, inDatabase(t, db, server.quote))
		})
	}
}

// What fails half way leaves no tables, no files, and the same can be written
// after it.
func TestFailureLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	failure := errors.New("half way")
	for name, again := range map[string]func(*testing.T) func() Destination{
		"sqlite": func(*testing.T) func() Destination {
			return func() Destination { return SQLite(filepath.Join(folder, "city.db")) }
		},
		"text": func(*testing.T) func() Destination {
			return func() Destination { return TextFiles(filepath.Join(folder, "city")) }
		},
		"postgres": func(t *testing.T) func() Destination {
			dsn := testserver.Postgres(t)
			return func() Destination { return Postgres(dsn) }
		},
		"mariadb": func(t *testing.T) func() Destination {
			dsn := testserver.MariaDB(t)
			return func() Destination { return MySQL(dsn) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			destination := again(t)
			err := writeTo(t.Context(), destination(), func(ctx context.Context, out *output) error {
				suite := newSuite(Options{Documents: LeastDocuments}, out, holding{}, &Truth{Tables: map[string]int64{}})
				suite.makeSubjects()
				for _, table := range out.tables {
					table.flush()
				}
				return failure
			})
			if !errors.Is(err, failure) {
				t.Fatalf("%v, want the failure", err)
			}
			if _, err := Write(t.Context(), destination(), Options{Documents: LeastDocuments}); err != nil {
				t.Errorf("after the failure: %v", err)
			}
		})
	}
}

// MariaDB and the files hold NUL bytes, and the files defects of lines.
func TestDefectsArriveInText(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "city")
	truth, err := Write(t.Context(), TextFiles(folder), Options{Documents: 8_000, Seed: 1, Dirt: Dirt{RaggedRow: 0.05, BadEncoding: 0.05, NULByte: 0.01, StrayQuote: 0.01}})
	if err != nil {
		t.Fatal(err)
	}
	count := func(table string, has func(line []byte) bool) (lines int) {
		text, err := os.ReadFile(filepath.Join(folder, table+".TXT"))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range bytes.Split(text, []byte("\r\n")) {
			if has(line) {
				lines++
			}
		}
		return lines
	}
	columns := 0
	for _, table := range Tables() {
		if table.Name == "ANA_SOGG" {
			columns = len(table.Columns)
		}
	}
	kinds := truth.ByKind()
	got := map[DefectKind]int{
		RaggedRow:   count("ANA_SOGG", func(line []byte) bool { return bytes.Count(line, []byte("\t")) == columns }),
		BadEncoding: count("ANA_SOGG", func(line []byte) bool { return bytes.IndexByte(line, 0x81) >= 0 }),
		NULByte: count("IVA_DOCTES", func(line []byte) bool { return bytes.IndexByte(line, 0) >= 0 }) +
			count("COG_PNTES", func(line []byte) bool { return bytes.IndexByte(line, 0) >= 0 }),
		StrayQuote: count("IVA_DOCTES", func(line []byte) bool { return bytes.HasSuffix(line, []byte(`LOTTO "2`)) }),
	}
	for kind, lines := range got {
		if lines == 0 || lines != len(kinds[kind]) {
			t.Errorf("%s: %d lines, %d in the truth", kind, lines, len(kinds[kind]))
		}
	}
}
