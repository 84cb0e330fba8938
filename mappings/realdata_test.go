package mappings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/extract/sourcetest"
	"github.com/travaso/travaso/mappings"
)

// readReal reads the file of the pattern: tab-separated, cp1252, no quoting.
func readReal(t *testing.T, pattern string) (header []string, rows [][]string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(filepath.Join(sourcetest.Realdata(t), "vercelli"), pattern))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%s: %d files, want one (%v)", pattern, len(paths), err)
	}
	raw, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		fields := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
		if header == nil {
			header = fields
			continue
		}
		rows = append(rows, fields)
	}
	return header, rows
}

// realColumn gives the values of one column.
func realColumn(t *testing.T, pattern, name string) []string {
	t.Helper()
	header, rows := readReal(t, pattern)
	for i, column := range header {
		if column != name {
			continue
		}
		values := make([]string, len(rows))
		for j, row := range rows {
			values[j] = row[i]
		}
		return values
	}
	t.Fatalf("%s has no column %s", pattern, name)
	return nil
}

// realSources are the datasets of the UNICA pack as the real files have them.
func realSources(t *testing.T) []mappings.SourceTable {
	t.Helper()
	var sources []mappings.SourceTable
	for dataset, pattern := range map[string]string{
		"capitoli_uscita": "*migr_capitolo_uscita_gest*", "capitoli_entrata": "*migr_capitolo_entrata_gest*",
		"soggetti": "*migr_soggetto*", "modpag": "*migr_modpag*",
		"impegni": "*migr_impegno_[0-9]*", "impegni_pluriennali": "*migr_impegno_pluriennali*",
		"accertamenti": "*migr_accertamento_[0-9]*", "accertamenti_pluriennali": "*migr_accertamento_pluriennali*",
	} {
		header, _ := readReal(t, pattern)
		source := mappings.SourceTable{Dataset: dataset}
		for _, name := range header {
			source.Columns = append(source.Columns, snapshot.Column{Name: name, Type: snapshot.Text})
		}
		sources = append(sources, source)
	}
	return sources
}
