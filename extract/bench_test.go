package extract

import (
	"context"
	"fmt"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
)

// repeated is a source of 4 chunks of 500,000 rows of 10 columns.
type repeated struct{ rows [][]any }

const repeatedRows = 500_000

func (repeated) Datasets(context.Context) ([]string, error) { return []string{"d"}, nil }

func (repeated) Shape(context.Context, string) (snapshot.Shape, error) {
	shape := snapshot.Shape{Columns: []snapshot.Column{
		{Name: "importo", Type: snapshot.Decimal, Precision: 15, Scale: 2}, {Name: "numero", Type: snapshot.Integer},
	}}
	for i := range 8 {
		shape.Columns = append(shape.Columns, snapshot.Column{Name: fmt.Sprint("testo", i), Type: snapshot.Text})
	}
	for part := range 4 {
		shape.Chunks = append(shape.Chunks, snapshot.Chunk{Part: part})
	}
	return shape, nil
}

func (r repeated) Read(_ context.Context, _ string, _ snapshot.Chunk, sink snapshot.Sink) error {
	for i := range repeatedRows {
		if err := sink.Row(int64(i), r.rows[i%len(r.rows)]); err != nil {
			return err
		}
	}
	return nil
}

func (repeated) Figures(context.Context, string) (snapshot.Figures, error) {
	return snapshot.Figures{Rows: 4 * repeatedRows, Sums: map[string]string{"importo": "20000", "numero": "2000000"}}, nil
}

func (repeated) Moment() snapshot.Moment { return snapshot.Moment{} }
func (repeated) Close() error            { return nil }

// BenchmarkExtract is everything but the source: writing, reading back value
// for value, the engine's figures, the seal.
func BenchmarkExtract(b *testing.B) {
	var source repeated
	for i := range 1000 {
		row := []any{int64(1), int64(1)}
		for c := range 8 {
			row = append(row, fmt.Sprintf("testo %d della riga %d", c, i))
		}
		source.rows = append(source.rows, row)
	}
	for b.Loop() {
		if _, err := Extract(b.Context(), source, Options{Folder: b.TempDir()}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(4*repeatedRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
