package snapshot

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/travaso/travaso/extract/sealed"
)

// readAll reads a file to its end, or to a limit: damage may claim any number of rows.
func readAll(content []byte) (rows int, err error) {
	r, err := newReader("damaged", bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return 0, err
	}
	for rows < 100_000 {
		row, err := r.Next()
		if row == nil || err != nil {
			return rows, err
		}
		rows++
	}
	return rows, nil
}

// sampleFiles are small files of the Writer and of the engine.
func sampleFiles(t testing.TB) map[string][]byte {
	t.Helper()
	folder := t.TempDir()
	paths := map[string]string{
		"written": filepath.Join(folder, writeRows(t, folder, allTypes(), [][]any{allTypesRows()[0], allTypesRows()[1], allTypesRows()[2]}).Path),
		"copied":  copied(t, "select i % 3 as n, case when i % 5 <> 0 then 'x' || i % 4 end as t, md5(i::varchar)::uuid as id, i % 2 = 0 as b, (i / 7)::decimal(30, 2) as d from range(200) t(i)", ""),
	}
	files := map[string][]byte{}
	for name, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	return files
}

func TestCutFileIsAnError(t *testing.T) {
	for name, content := range sampleFiles(t) {
		for length := range content {
			if rows, err := readAll(content[:length]); err == nil {
				t.Fatalf("%s: cut to %d of %d bytes gives %d rows and no error", name, length, len(content), rows)
			}
		}
	}
}

func TestChangedByteNeverPanics(t *testing.T) {
	for name, content := range sampleFiles(t) {
		for at := range content {
			for _, change := range []byte{0x01, 0x80, 0xff} {
				changed := append([]byte{}, content...)
				changed[at] ^= change
				if _, err := readAll(changed); err != nil && strings.Contains(err.Error(), "library failed") {
					t.Fatalf("%s: byte %d: %v", name, at, err)
				}
			}
		}
	}
}

func FuzzReader(f *testing.F) {
	for _, content := range sampleFiles(f) {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, err := readAll(content); err != nil && strings.Contains(err.Error(), "library failed") {
			t.Error(err)
		}
	})
}

func TestFullDiskIsAnErrorAndLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	if err := os.Mkdir(filepath.Join(folder, "d"), 0o700); err != nil {
		t.Fatal(err)
	}
	full := filepath.Join(folder, "d", "part-00003.parquet"+sealed.TemporarySuffix)
	if err := os.Symlink("/dev/full", full); err != nil {
		t.Fatal(err)
	}
	w, err := NewWriter(folder, "d", 3, []Column{{Name: "a", Type: Text}})
	if err != nil {
		t.Fatal(err)
	}
	for row := range int64(100) {
		if err := w.Append(row, []any{strings.Repeat("x", 1000)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "part-00003.parquet") || !strings.HasSuffix(err.Error(), "free some space and run it again") {
		t.Errorf("error is %v", err)
	}
	if entries, _ := os.ReadDir(filepath.Join(folder, "d")); len(entries) > 0 {
		t.Errorf("%s was left", entries[0].Name())
	}
}

// TestReadingBackCatchesTheLibrary plays a library that loses, changes or
// invents a value after it was appended.
func TestReadingBackCatchesTheLibrary(t *testing.T) {
	columns := []Column{{Name: "a", Type: Text}, {Name: "n", Type: Integer}}
	cases := []struct {
		name  string
		fault func(w *Writer)
		want  string
	}{
		{"a row is lost", func(w *Writer) { w.parquet.Objs = w.parquet.Objs[:2] }, "3 rows were written and 2 came back"},
		{"a value is lost", func(w *Writer) { w.parquet.Objs[1].([]any)[0] = nil }, `column "a": 3 values were written and 2 came back`},
		{"a value is changed", func(w *Writer) { w.parquet.Objs[1].([]any)[0] = "Y" }, `column "a": the values that came back are not those written`},
		{"a number is changed", func(w *Writer) { w.parquet.Objs[1].([]any)[1] = int64(3) }, `column "n": the sum written is 6 and 7 came back`},
		{"two texts are swapped", func(w *Writer) { o := w.parquet.Objs; o[0].([]any)[0], o[1].([]any)[0] = "y", "x" }, "not those written"},
		{"the library panics", func(w *Writer) { w.parquet.Objs[1] = "no row" }, "interface conversion"},
		{"a part is changed", func(w *Writer) { w.parquet.Objs[2].([]any)[2] = int64(9) }, "row 2 is of part 9"},
		{"a row number is changed", func(w *Writer) { w.parquet.Objs[2].([]any)[3] = int64(9) }, "the row numbers that came back are not those written"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if racing && c.name == "the library panics" {
				t.Skip("the library's goroutines set one error variable without a lock when they panic together")
			}
			folder := t.TempDir()
			w, err := NewWriter(folder, "d", 0, columns)
			if err != nil {
				t.Fatal(err)
			}
			for i, text := range []string{"x", "y", "z"} {
				if err := w.Append(int64(i), []any{text, int64(i + 1)}); err != nil {
					t.Fatal(err)
				}
			}
			c.fault(w)
			if _, err := w.Close(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
			if entries, _ := os.ReadDir(filepath.Join(folder, "d")); len(entries) > 0 {
				t.Errorf("%s was left", entries[0].Name())
			}
		})
	}
}
