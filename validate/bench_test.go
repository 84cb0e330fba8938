package validate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate"
)

const (
	benchDocuments = 490_000
	benchLines     = 2_000_000
)

// BenchmarkLinesAgainstHeaders checks Σ lines = header of 490,000 documents
// with 2,000,000 lines: where all hold, where some do not, and where none does.
func BenchmarkLinesAgainstHeaders(b *testing.B) {
	run := b.TempDir()
	eng := openEngine(b, run)
	manifest := manyDocuments(b, eng, run)
	for _, c := range []struct {
		name, sum  string
		violations int64
	}{
		{"all hold", "importo", 0},
		{"a thousand broken", "case when numero % 490 = 0 then importo + 0.03 else importo end", 1000},
		{"all broken", "importo + 0.01", benchDocuments},
	} {
		text := fmt.Sprintf("rules: [{id: quote, kind: balance, left: {from: testata, sum: %q, by: id}, right: {from: riga, sum: importo, by: testata_id}}]", c.sum)
		rules, err := validate.LoadRules(fstest.MapFS{"rules.yaml": {Data: []byte(text)}}, "rules.yaml", nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				result, err := validate.Run(b.Context(), eng, rules, run, manifest, nil)
				if err != nil {
					b.Fatal(err)
				}
				if r := result.Rules[0]; r.Rows != benchDocuments+benchLines || r.Violations != c.violations {
					b.Fatalf("checked %d rows and found %d violations", r.Rows, r.Violations)
				}
			}
			b.ReportMetric(float64(benchDocuments+benchLines)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// manyDocuments writes documents in 16 batches, as the transformation does.
func manyDocuments(b *testing.B, eng *engine.Engine, run string) staged.Manifest {
	b.Helper()
	const batches = 16
	d := staged.Document{Name: "testata", Parts: batches, Entities: []staged.Entity{
		{Name: "testata", Columns: []staged.Column{{Name: "id", Type: "uuid"}, {Name: "numero", Type: "integer"}, {Name: "importo", Type: "money", Precision: 15, Scale: 2}}},
		{Name: "riga", Columns: []staged.Column{{Name: "testata_id", Type: "uuid"}, {Name: "importo", Type: "money", Precision: 15, Scale: 2}}},
	}}
	statements := []string{
		fmt.Sprintf("create table righe as select i %% %d as numero, i as riga from range(%d) t(i)", benchDocuments, benchLines),
		"create table riga0 as select numero, riga, md5(cast(numero as varchar))::uuid as testata_id, cast((riga * 7919) % 1000003 - 1000 as decimal(15,2)) as importo from righe",
		"create table testata0 as select numero, any_value(testata_id) as id, cast(sum(importo) as decimal(15,2)) as importo from riga0 group by numero",
	}
	for _, s := range statements {
		if err := eng.Exec(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
	for i := range batches {
		batch := staged.Batch{Part: i}
		for _, f := range []struct{ entity, query string }{
			{"testata", "select id, numero, importo, id as _document, '2016/' || numero as _key, 'd' as _dataset, 0 as _part, numero as _row from testata0"},
			{"riga", "select testata_id, importo, testata_id as _document, '2016/' || numero || '/' || riga as _key, 'd' as _dataset, 0 as _part, riga as _row from riga0"},
		} {
			path := fmt.Sprintf("staged/testata/%s/_batch=%02d/data.parquet", f.entity, i)
			if err := os.MkdirAll(filepath.Dir(filepath.Join(run, path)), 0o700); err != nil {
				b.Fatal(err)
			}
			if err := eng.Exec(b.Context(), fmt.Sprintf("copy (%s where numero %% %d = %d) to '%s' (format parquet)", f.query, batches, i, filepath.Join(run, path))); err != nil {
				b.Fatal(err)
			}
			batch.Files = append(batch.Files, staged.File{Entity: f.entity, Path: path, Rows: 1})
		}
		d.Batches = append(d.Batches, batch)
	}
	for _, s := range []string{"drop table righe", "drop table riga0", "drop table testata0"} {
		if err := eng.Exec(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
	return staged.Manifest{Documents: []staged.Document{d}}
}
