package extract

import (
	"path/filepath"
	"testing"

	"github.com/travaso/travaso/extract/filesource"
	"github.com/travaso/travaso/extract/sourcetest"
	"github.com/travaso/travaso/transform/engine"
)

// TestVercelli extracts the files of a real municipality, and finds in the
// snapshot the rows and the sums that its README gives.
func TestVercelli(t *testing.T) {
	source, err := filesource.New(filesource.Config{
		Folder: filepath.Join(sourcetest.Realdata(t), "vercelli"),
		Format: filesource.Format{Delimiter: "tab", Encoding: "cp1252"},
		Datasets: map[string]filesource.Dataset{
			"capitoli_uscita": {Files: []string{"comune_vercelli_migr_capitolo_uscita_*.csv"}},
			"impegni":         {Files: []string{"comune_vercelli_migr_impegno_0*.csv"}},
			"accertamenti":    {Files: []string{"comune_vercelli_migr_accertamento_0*.csv"}},
			"soggetti":        {Files: []string{"comune_vercelli_migr_soggetto_*.csv"}},
			"modpag":          {Files: []string{"comune_vercelli_migr_modpag_*.csv"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	folder := t.TempDir()
	e, err := engine.Open(t.Context(), engine.Options{Folders: []string{folder}, MemoryBytes: 256 << 20, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	m, err := Extract(t.Context(), source, Options{Folder: folder, Engine: e, Version: "0.1", Description: "files of Vercelli"})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		dataset string
		rows    int64
		column  string
		sum     string
	}{
		{"capitoli_uscita", 941, "STANZIAMENTO", "174468385.51"},
		{"impegni", 1933, "IMPORTO_ATTUALE", "31109166.05"},
		{"accertamenti", 654, "IMPORTO_ATTUALE", "43116770.72"},
		{"soggetti", 2053, "", ""},
		{"modpag", 3163, "", ""},
	}
	for _, c := range cases {
		d, _ := m.Dataset(c.dataset)
		if d.Files.Rows != c.rows || d.Rejected != 0 {
			t.Errorf("%s: %d rows and %d rejected, want %d and none", c.dataset, d.Files.Rows, d.Rejected, c.rows)
		}
		if c.column == "" {
			continue
		}
		var sum string
		column := engine.Quote(c.column)
		err := e.QueryRow(t.Context(), "select sum(replace("+column+", ',', '.')::decimal(15,2))::varchar from "+engine.ReadParquet(d.Paths(folder)...)+" where "+column+" <> ''").Scan(&sum)
		if err != nil || sum != c.sum {
			t.Errorf("%s: Σ %s is %s, want %s: %v", c.dataset, c.column, sum, c.sum, err)
		}
	}
	if again, err := Extract(t.Context(), source, Options{Folder: t.TempDir()}); err != nil || again.Digest() != m.Digest() {
		t.Errorf("a second extraction has another digest: %v", err)
	}
}
