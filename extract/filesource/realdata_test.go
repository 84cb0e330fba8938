package filesource

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/travaso/travaso/extract/sourcetest"
	"github.com/travaso/travaso/validate/finding"
)

var vercelli = map[string]struct {
	file    string
	columns int
	rows    int
}{
	"capitoli_uscita":          {"comune_vercelli_migr_capitolo_uscita_gest_03022016.csv", 59, 941},
	"capitoli_entrata":         {"comune_vercelli_migr_capitolo_entrata_gest_03022016.csv", 54, 348},
	"impegni":                  {"comune_vercelli_migr_impegno_03022016.csv", 58, 1933},
	"accertamenti":             {"comune_vercelli_migr_accertamento_03022016.csv", 51, 654},
	"soggetti":                 {"comune_vercelli_migr_soggetto_03022016.csv", 45, 2053},
	"modpag":                   {"comune_vercelli_migr_modpag_03022016.csv", 28, 3163},
	"impegni_pluriennali":      {"comune_di_vercelli_migr_impegno_pluriennali_16022016.csv", 58, 260},
	"accertamenti_pluriennali": {"comune_di_vercelli_migr_accertamento_pluriennali_17022016.csv", 51, 81},
}

func vercelliConfig(folder, quoting string) Config {
	config := Config{
		Folder:   filepath.Join(folder, "vercelli"),
		Format:   Format{Delimiter: "tab", Encoding: "cp1252", Quoting: quoting},
		Datasets: map[string]Dataset{},
	}
	for name, v := range vercelli {
		config.Datasets[name] = Dataset{Files: []string{v.file}}
	}
	return config
}

func TestVercelliWithoutQuoting(t *testing.T) {
	s := opened(t, vercelliConfig(sourcetest.Realdata(t), "none"))
	for name, want := range vercelli {
		shape, all, err := readAll(t, s, name)
		if err != nil {
			t.Error(err)
			continue
		}
		figures, err := s.Figures(t.Context(), name)
		if err != nil {
			t.Error(err)
		}
		if len(shape.Columns) != want.columns || len(all.rows) != want.rows || len(all.rejects) != 0 || figures.Rows != int64(want.rows) {
			t.Errorf("%s: %d columns, %d rows, %d rejects, figures %d; expected %d columns, %d rows, no reject",
				name, len(shape.Columns), len(all.rows), len(all.rejects), figures.Rows, want.columns, want.rows)
		}
	}
}

// With the wrong quoting many rows are rejected, but none may vanish or merge
// with another: each of these files has one row a line.
func TestVercelliWithStandardQuotingLosesNothing(t *testing.T) {
	folder := sourcetest.Realdata(t)
	s := opened(t, vercelliConfig(folder, "standard"))
	stray := 0
	for name, want := range vercelli {
		_, all, err := readAll(t, s, name)
		if err != nil {
			t.Error(err)
			continue
		}
		figures, err := s.Figures(t.Context(), name)
		if err != nil {
			t.Error(err)
		}
		if len(all.inOrder) != want.rows || figures.Rows != int64(want.rows) {
			t.Errorf("%s: %d rows and %d rejects, figures %d, of %d lines", name, len(all.rows), len(all.rejects), figures.Rows, want.rows)
		}
		checkRejectsHaveQuotes(t, filepath.Join(folder, "vercelli", want.file), all)
		stray += len(all.rejects)
	}
	if stray == 0 {
		t.Error("no stray quote was found")
	}
}

func checkRejectsHaveQuotes(t *testing.T, path string, all *collected) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(text, []byte("\n"))
	for _, r := range all.rejects {
		line := bytes.TrimSuffix(lines[r.Row-1], []byte("\r"))
		if r.Code != string(finding.StrayQuote) || !bytes.Equal(r.Raw, line) || !bytes.Contains(line, []byte(`"`)) {
			t.Errorf("%s line %d: %s: %s", filepath.Base(path), r.Row, r.Code, r.Reason)
		}
	}
}
