package snapshot

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/xitongsys/parquet-go-source/local"
	parquetreader "github.com/xitongsys/parquet-go/reader"
)

// What was measured, on 4 cores shared with others, 10 columns × 1 M rows
// (2 amounts, 2 integers, 5 texts, 1 date), one goroutine reading:
//
//	Reader, file of the Writer                        3.5 M rows/s
//	Reader, file of the engine (dictionaries, uuid)   4.1 M rows/s
//	parquet-go's column reader, file of the Writer    1.6 M rows/s
//	Writer, reading back included                     1.0 to 1.2 M rows/s
//
// Tried and left: parquet-go's column reader (slower, takes a file that was cut
// off for NULLs, panics on damage); flushes of 16 MiB and row groups of 24 MiB
// instead of 8 and 16 (the same speed within the noise, half as much memory again).
const benchmarkRows = 1_000_000

func benchmarkColumns() []Column {
	return []Column{
		{Name: "esercizio", Type: Integer}, {Name: "numero", Type: Integer},
		{Name: "importo", Type: Decimal, Precision: 15, Scale: 2}, {Name: "pagato", Type: Decimal, Precision: 15, Scale: 2},
		{Name: "stato", Type: Text}, {Name: "descrizione", Type: Text}, {Name: "codice", Type: Text},
		{Name: "cup", Type: Text}, {Name: "soggetto", Type: Text}, {Name: "data", Type: Date},
	}
}

// benchmarkData is made before the clock starts: a source makes its own values.
func benchmarkData() [][]any {
	rows := make([][]any, 10_000)
	for n := range rows {
		i := int64(n)
		row := []any{2016 + i%4, i, i * 7919 % 1_000_000_00, i * 31 % 1_000_00, "DPN"[i%3 : i%3+1],
			fmt.Sprintf("liquidazione fattura numero %d del fornitore", i), fmt.Sprintf("%011d", i*7), nil, fmt.Sprint(i % 2053), int32(16000 + i%800)}
		if i%9 == 0 {
			row[7] = fmt.Sprintf("B%02dJ%011d", i%100, i)
		}
		rows[n] = row
	}
	return rows
}

func writeBenchmark(b *testing.B, folder string, data [][]any) string {
	b.Helper()
	w, err := NewWriter(folder, "d", 0, benchmarkColumns())
	if err != nil {
		b.Fatal(err)
	}
	for i := range int64(benchmarkRows) {
		if err := w.Append(i+1, data[i%int64(len(data))]); err != nil {
			b.Fatal(err)
		}
	}
	file, err := w.Close()
	if err != nil {
		b.Fatal(err)
	}
	return filepath.Join(folder, file.Path)
}

func reportRows(b *testing.B) {
	b.ReportMetric(float64(benchmarkRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWriter(b *testing.B) {
	data := benchmarkData()
	for b.Loop() {
		writeBenchmark(b, b.TempDir(), data)
	}
	reportRows(b)
}

func BenchmarkReader(b *testing.B) {
	written := writeBenchmark(b, b.TempDir(), benchmarkData())
	files := map[string]string{
		"written": written,
		"copied":  copied(b, `select 2016 + i % 4 as esercizio, i as numero, (i * 7919 % 100000000 / 100)::decimal(15,2) as importo, (i * 31 % 100000 / 100)::decimal(15,2) as pagato, 'DPN'[i % 3 + 1] as stato, 'liquidazione fattura numero ' || i || ' del fornitore' as descrizione, md5(i::varchar)::uuid as id, case when i % 9 = 0 then 'B01J' || i end as cup, (i % 2053)::varchar as soggetto, date '2013-10-22' + (i % 800)::int as data from range(1000000) t(i)`, ""),
	}
	for name, path := range files {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := OpenFile(path)
				if err != nil {
					b.Fatal(err)
				}
				rows := 0
				for {
					row, err := r.Next()
					if err != nil {
						b.Fatal(err)
					}
					if row == nil {
						break
					}
					rows++
				}
				r.Close()
				if rows != benchmarkRows {
					b.Fatalf("%d rows", rows)
				}
			}
			reportRows(b)
		})
	}
}

// BenchmarkLibraryReader is what Reader would be over parquet-go's own.
func BenchmarkLibraryReader(b *testing.B) {
	path := writeBenchmark(b, b.TempDir(), benchmarkData())
	for b.Loop() {
		file, err := local.NewLocalFileReader(path)
		if err != nil {
			b.Fatal(err)
		}
		r, err := parquetreader.NewParquetColumnReader(file, 1)
		if err != nil {
			b.Fatal(err)
		}
		for left := benchmarkRows; left > 0; left -= batchRows {
			for c := range benchmarkColumns() {
				if _, _, _, err := r.ReadColumnByIndex(int64(c), batchRows); err != nil {
					b.Fatal(err)
				}
			}
		}
		r.ReadStop()
		file.Close()
	}
	reportRows(b)
}
