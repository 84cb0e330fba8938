package sqltarget

import (
	"fmt"
	"path/filepath"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/load/sqltarget/testserver"
	"github.com/travaso/travaso/load/targettest"
	"github.com/travaso/travaso/transform/staged"
)

const (
	benchRows  = 200_000
	benchParts = 8
)

const benchDDL = `create table movimento (
	ente_id integer not null, id uuid not null, esercizio smallint not null, numero bigint not null,
	importo numeric(15,2) not null check (importo >= 0), pagato numeric(15,2), stato varchar(1) not null,
	descrizione text, data_emissione date, aggiornato timestamp, attivo boolean, soggetto_id uuid,
	primary key (ente_id, id), unique (ente_id, esercizio, numero))`

// benchStaged are rows of 12 columns, a document each.
func benchStaged() *targettest.Staged {
	kind := staged.Document{Name: "movimento", Entities: []staged.Entity{{Name: "movimento", Table: "movimento", Key: []string{"ente_id", "id"},
		Columns: []staged.Column{{Name: "ente_id", Type: "integer"}, {Name: "id", Type: "uuid"}, {Name: "esercizio", Type: "integer"},
			{Name: "numero", Type: "integer"}, {Name: "importo", Type: "money", Precision: 15, Scale: 2}, {Name: "pagato", Type: "money", Precision: 15, Scale: 2},
			{Name: "stato", Type: "code"}, {Name: "descrizione", Type: "text"}, {Name: "data_emissione", Type: "date"},
			{Name: "aggiornato", Type: "timestamp"}, {Name: "attivo", Type: "boolean"}, {Name: "soggetto_id", Type: "uuid"}}}}}
	documents := make([]targettest.Document, benchRows)
	for i := range documents {
		id := targettest.ID("movimento", i)
		documents[i] = targettest.Document{ID: id, Rows: [][][]any{{{int64(30), id, int64(2016), int64(i), int64(i) * 137, int64(i), "D",
			fmt.Sprintf("Liquidazione della fattura %d del fornitore\tdi beni", i), int32(16000 + i%3000), int64(i) * 1_000_003, i%2 == 0, id}}}}
	}
	return targettest.NewStaged("bench", "run-1").Add(kind, benchParts, documents...)
}

func BenchmarkApply(b *testing.B) {
	source := benchStaged()
	for name, config := range map[string]func() Config{
		"sqlite":   func() Config { return Config{Driver: SQLite, DSN: filepath.Join(b.TempDir(), "target.db")} },
		"postgres": func() Config { return Config{Driver: Postgres, DSN: testserver.Postgres(b)} },
	} {
		for _, constraints := range []string{Auto, Keep} {
			b.Run(name+"/"+constraints, func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					c := config()
					c.Constraints = constraints
					target := openTarget(b, c)
					if err := target.Create(b.Context(), benchDDL); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					applyAll(b, target, source)
					b.StopTimer()
					target.Close()
					b.StartTimer()
				}
				b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

func applyAll(b *testing.B, target *Target, source *targettest.Staged) {
	kinds := source.Manifest().Documents
	if _, err := target.Prepare(b.Context(), batch.Migration{Name: "bench", Run: "run-1", Types: kinds}); err != nil {
		b.Fatal(err)
	}
	var group errgroup.Group
	group.SetLimit(target.Writers())
	for part := range benchParts {
		group.Go(func() error {
			batch, err := source.Batch("movimento", part)
			if err != nil {
				return err
			}
			_, err = target.Apply(b.Context(), batch)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	if _, err := target.Finish(b.Context()); err != nil {
		b.Fatal(err)
	}
}
