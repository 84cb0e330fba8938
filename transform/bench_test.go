package transform

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
)

// BenchmarkRun transforms 490,000 documents and 2,000,000 lines of text, which
// the engine makes in a few chunks, and prints documents per second. With
// TRAVASO_PROFILE set it prints how long each statement takes.
func BenchmarkRun(b *testing.B) {
	const documents, lines = 490_000, 2_000_000
	folder := b.TempDir()
	eng, err := engine.Open(b.Context(), engine.Options{Folders: []string{folder}, Spill: filepath.Join(folder, "spill"), Threads: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer eng.Close()
	in := bulk(b, eng, folder, documents, lines)
	p, err := Compile(b.Context(), eng, in)
	if err != nil {
		b.Fatal(err)
	}
	o := Options{RunFolder: filepath.Join(folder, "run")}
	if os.Getenv("TRAVASO_PROFILE") != "" {
		o.Timing = func(step string, took time.Duration) { fmt.Printf("%8.3fs  %s\n", took.Seconds(), step) }
	}
	b.ResetTimer()
	for b.Loop() {
		m, err := Run(b.Context(), eng, p, o)
		if err != nil {
			b.Fatal(err)
		}
		if d := m.Documents[2]; d.Staged+d.Rejected != documents || d.Rejected == 0 || d.Rejected > documents/100 {
			b.Fatalf("%d staged + %d rejected are not %d, or not nearly all are staged", d.Staged, d.Rejected, documents)
		}
	}
	b.ReportMetric(float64(documents)*float64(b.N)/b.Elapsed().Seconds(), "documents/s")
	b.ReportMetric(float64(documents+lines)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// bulk makes chapters, subjects, commitments and their lines, with some errors.
func bulk(b *testing.B, eng *engine.Engine, folder string, documents, lines int64) Input {
	b.Helper()
	in := Input{Migration: "bulk", Crosswalks: map[string]mappings.Crosswalk{
		"stato": {Rows: []mappings.CrosswalkRow{{Old: "P", New: "provvisorio"}, {Old: "D", New: "definitivo"}, {Old: "A", New: "annullato"}}},
	}}
	add := func(name string, rows int64, columns []string, query string) {
		d := Dataset{Name: name, Rows: rows}
		for _, c := range columns {
			d.Columns = append(d.Columns, snapshot.Column{Name: c, Type: snapshot.Text})
		}
		const chunk = 250_000
		for part := int64(0); part*chunk < rows; part++ {
			path := filepath.Join(folder, fmt.Sprintf("%s-%d.parquet", name, part))
			d.Files = append(d.Files, path)
			err := eng.Exec(b.Context(), fmt.Sprintf("copy (select %s, cast(%d as bigint) as _part, i - %d as _row from range(%d, %d) as r(i)) to %s (format parquet)",
				query, part, part*chunk-2, part*chunk, min(rows, (part+1)*chunk), engine.Literal(path)))
			if err != nil {
				b.Fatal(err)
			}
		}
		in.Datasets = append(in.Datasets, d)
	}
	add("capitoli", 5_000, []string{"NUMERO", "DESCRIZIONE", "STANZIAMENTO"},
		`cast(i as varchar) as "NUMERO", concat('Capitolo ', i) as "DESCRIZIONE", concat(i * 17, ',5') as "STANZIAMENTO"`)
	add("soggetti", 50_000, []string{"CODICE", "NOME"}, `cast(i as varchar) as "CODICE", concat('Soggetto numero ', i) as "NOME"`)
	add("impegni", documents, []string{"ANNO", "NUMERO", "CAPITOLO", "SOGGETTO", "STATO", "DATA", "IMPORTO", "DESCRIZIONE"},
		`cast(2010 + i % 10 as varchar) as "ANNO", cast(i as varchar) as "NUMERO", cast(i % 5000 as varchar) as "CAPITOLO", cast(case when i % 1000 = 7 then 99999 else i % 50000 end as varchar) as "SOGGETTO",
		 substr('PDA', 1 + i % 3, 1) as "STATO", strftime(date '2015-01-01' + cast(i % 365 as integer), '%d/%m/%Y') as "DATA",
		 concat(i % 100000, ',', lpad(cast(i % 100 as varchar), 2, '0')) as "IMPORTO", concat(' Impegno di spesa numero ', i, ' ') as "DESCRIZIONE"`)
	add("righe", lines, []string{"ANNO", "NUMERO", "RIGA", "SOGGETTO", "IMPORTO", "DATA", "CAUSALE"},
		fmt.Sprintf(`cast(2010 + (i %% %[1]d) %% 10 as varchar) as "ANNO", cast(i %% %[1]d as varchar) as "NUMERO", cast(i // %[1]d as varchar) as "RIGA", cast(i %% 50000 as varchar) as "SOGGETTO",
		 concat(i %% 30000, ',', lpad(cast(i %% 100 as varchar), 2, '0')) as "IMPORTO", strftime(date '2015-01-01' + cast(i %% 365 as integer), '%%Y-%%m-%%d') as "DATA", concat('Causale della riga ', i) as "CAUSALE"`, documents))
	in.Mappings = []mappings.Mapping{
		{Document: "capitolo", Entities: []mappings.Entity{{Name: "capitolo", From: []string{"capitoli"}, Key: []string{"NUMERO"}, Fields: []mappings.Field{
			{Name: "id", ID: "capitolo"}, {Name: "numero", From: "NUMERO", As: "integer"}, {Name: "descrizione", From: "DESCRIZIONE", Length: 200}, {Name: "stanziamento", From: "STANZIAMENTO", As: "money", Format: []string{"it"}}}}}},
		{Document: "soggetto", Entities: []mappings.Entity{{Name: "soggetto", From: []string{"soggetti"}, Key: []string{"CODICE"}, Fields: []mappings.Field{
			{Name: "id", ID: "soggetto"}, {Name: "codice", From: "CODICE"}, {Name: "nome", From: "NOME", Required: true}}}}},
		{Document: "impegno", Entities: []mappings.Entity{
			{Name: "impegno", From: []string{"impegni"}, Key: []string{"ANNO", "NUMERO"}, Fields: []mappings.Field{
				{Name: "ente_id", SQL: "'30'", As: "integer"}, {Name: "id", ID: "impegno"}, {Name: "anno", From: "ANNO", As: "integer", Bits: 16}, {Name: "numero", From: "NUMERO", As: "integer", Bits: 32},
				{Name: "capitolo_id", Ref: "capitolo", Key: []string{"CAPITOLO"}}, {Name: "soggetto_id", Ref: "soggetto", Key: []string{"SOGGETTO"}, Absent: []string{"", "0"}},
				{Name: "stato", From: "STATO", Crosswalk: "stato", Required: true}, {Name: "data", From: "DATA", As: "date", Format: []string{"%Y-%m-%d", "%d/%m/%Y"}},
				{Name: "importo", From: "IMPORTO", As: "money", Format: []string{"it"}, Required: true}, {Name: "descrizione", From: "DESCRIZIONE", Trim: true, Length: 500}}},
			{Name: "riga", Parent: "impegno", From: []string{"righe"}, Key: []string{"ANNO", "NUMERO", "RIGA"}, Fields: []mappings.Field{
				{Name: "ente_id", SQL: "'30'", As: "integer"}, {Name: "id", ID: "riga"}, {Name: "impegno_id", Ref: "impegno", Key: []string{"ANNO", "NUMERO"}}, {Name: "riga", From: "RIGA", As: "integer", Bits: 16},
				{Name: "soggetto_id", Ref: "soggetto", Key: []string{"SOGGETTO"}, Absent: []string{"", "0"}},
				{Name: "importo", From: "IMPORTO", As: "money", Format: []string{"it"}, Required: true}, {Name: "data", From: "DATA", As: "date"}, {Name: "causale", From: "CAUSALE", Length: 200}}},
		}},
	}
	return in
}
