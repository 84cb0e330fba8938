package sqlsource_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/travaso/travaso/extract/sourcetest"
	"github.com/travaso/travaso/extract/sqlsource"
)

// BenchmarkRead reads a table of 10 columns whole, by one reader and by four,
// and says how many rows a second that is. "shape" and "figures" are the passes
// before and after.
func BenchmarkRead(b *testing.B) {
	const rows = 200_000
	f := sourcetest.Movements(rows)
	for _, d := range databases {
		if d.setup != nil {
			continue
		}
		s := d.start(b)
		s.db.SetMaxOpenConns(1)
		s.createTable(b, f)
		s.exec(b, "begin")
		s.fill(b, f)
		s.exec(b, "commit")
		for _, readers := range []int{1, 4} {
			b.Run(fmt.Sprintf("%s/%d readers", d.driver, readers), func(b *testing.B) {
				for b.Loop() {
					b.StopTimer() // until the table is described
					source := s.open(b, sqlsource.Config{Readers: readers, ChunkRows: rows / 8})
					if got := readConcurrently(b, source, f.Dataset); got != rows {
						b.Fatalf("%d rows", got)
					}
					source.Close()
				}
				b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
		for name, pass := range map[string]func(*sqlsource.Source) error{
			"shape":   func(s *sqlsource.Source) error { _, err := s.Shape(b.Context(), f.Dataset); return err },
			"figures": func(s *sqlsource.Source) error { _, err := s.Figures(b.Context(), f.Dataset); return err },
		} {
			b.Run(d.driver+"/"+name, func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					source := s.open(b, sqlsource.Config{Readers: 1})
					if name == "figures" {
						if _, err := source.Shape(b.Context(), f.Dataset); err != nil {
							b.Fatal(err)
						}
					}
					b.StartTimer()
					if err := pass(source); err != nil {
						b.Fatal(err)
					}
					source.Close()
				}
				b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

func readConcurrently(b *testing.B, source *sqlsource.Source, dataset string) int {
	shape, err := source.Shape(b.Context(), dataset)
	if err != nil {
		b.Fatal(err)
	}
	b.StartTimer()
	counts := make([]int, len(shape.Chunks))
	var wg sync.WaitGroup
	for i, chunk := range shape.Chunks {
		wg.Go(func() {
			if err := source.Read(b.Context(), dataset, chunk, rowFunc(func() error { counts[i]++; return nil })); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}
