package filesource

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
)

// discard is a sink that looks at every value, as a writer would, and keeps
// nothing.
type discard struct{ rows, bytes int64 }

func (d *discard) Row(_ int64, values []any) error {
	d.rows++
	for _, v := range values {
		d.bytes += int64(len(v.(string)))
	}
	return nil
}

func (d *discard) Reject(rejected snapshot.RejectedRow) error {
	return fmt.Errorf("line %d: %s", rejected.Row, rejected.Reason)
}

// export is the text of commitments as a legacy system writes them: many
// columns, few of them long, most of them like those of the row before.
func export(columns, rows int, quote string) string {
	var text strings.Builder
	for i := range columns {
		fmt.Fprintf(&text, "%sCOLUMN_%d%s\t", quote, i, quote)
	}
	header := strings.TrimSuffix(text.String(), "\t") + "\r\n"
	text.Reset()
	text.WriteString(header)
	for row := range rows {
		for i := range columns {
			if i > 0 {
				text.WriteByte('\t')
			}
			text.WriteString(quote)
			switch i % 10 {
			case 0:
				fmt.Fprintf(&text, "%d", row)
			case 1, 2:
				text.WriteString("2016")
			case 3:
				fmt.Fprintf(&text, "%d,%d", row*7919%100000, row%100)
			case 4:
				fmt.Fprintf(&text, "Fornitura di energia elettrica %d", row%1000)
			case 5:
				text.WriteString("N")
			}
			text.WriteString(quote)
		}
		text.WriteString("\r\n")
	}
	return text.String()
}

func BenchmarkRead(b *testing.B) {
	for _, c := range []struct {
		name          string
		columns, rows int
		format        Format
		quote         string
		chunkBytes    int64
	}{
		{"none/10 columns", 10, 500_000, Format{Delimiter: "tab", Encoding: "cp1252"}, "", chunkBytes},
		{"none/58 columns", 58, 150_000, Format{Delimiter: "tab", Encoding: "cp1252"}, "", chunkBytes},
		{"none/58 columns/4 readers", 58, 150_000, Format{Delimiter: "tab", Encoding: "cp1252"}, "", 8 << 20},
		{"standard/58 columns, no quotes", 58, 150_000, Format{Delimiter: "tab", Quoting: "standard"}, "", chunkBytes},
		{"standard/58 columns, all quoted", 58, 150_000, Format{Delimiter: "tab", Quoting: "standard"}, `"`, chunkBytes},
	} {
		b.Run(c.name, func(b *testing.B) {
			text := export(c.columns, c.rows, c.quote)
			s := written(b, Dataset{Format: c.format}, map[string]string{"a": text})
			s.chunkBytes = c.chunkBytes
			shape, err := s.Shape(b.Context(), "d")
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				readInParallel(b, s, shape, 4)
			}
			b.ReportMetric(float64(c.rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func readInParallel(b *testing.B, s *Source, shape snapshot.Shape, readers int) {
	chunks := make(chan snapshot.Chunk)
	var group sync.WaitGroup
	for range readers {
		group.Go(func() {
			for chunk := range chunks {
				if err := s.Read(b.Context(), shape.Dataset, chunk, &discard{}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, chunk := range shape.Chunks {
		chunks <- chunk
	}
	close(chunks)
	group.Wait()
}

// BenchmarkSurvey is the pass over the file before the first row is read.
func BenchmarkSurvey(b *testing.B) {
	text := export(58, 150_000, "")
	s := written(b, Dataset{Format: Format{Delimiter: "tab", Encoding: "cp1252"}}, map[string]string{"a": text})
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := s.surveyFiles(b.Context(), s.datasets["d"].layout); err != nil {
			b.Fatal(err)
		}
	}
}
