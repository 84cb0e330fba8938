package city

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/travaso/travaso/load/sqltarget/testserver"
)

// BenchmarkWrite makes 49,000 documents, or $TRAVASO_CITY_DOCUMENTS, and
// $TRAVASO_CITY_PAYMENTS besides, in each destination.
func BenchmarkWrite(b *testing.B) {
	documents, payments := number(b, "TRAVASO_CITY_DOCUMENTS", 49_000), number(b, "TRAVASO_CITY_PAYMENTS", 0)
	for name, destination := range map[string]func(b *testing.B) Destination{
		"nowhere":  func(*testing.B) Destination { return &nowhere{} },
		"sqlite":   func(b *testing.B) Destination { return SQLite(filepath.Join(b.TempDir(), "city.db")) },
		"text":     func(b *testing.B) Destination { return TextFiles(filepath.Join(b.TempDir(), "city")) },
		"postgres": func(b *testing.B) Destination { return Postgres(testserver.Postgres(b)) },
		"mariadb":  func(b *testing.B) Destination { return MySQL(testserver.MariaDB(b)) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				d := destination(b)
				start := time.Now()
				truth, err := Write(b.Context(), d, Options{Documents: documents, Payments: payments, Seed: 1})
				if err != nil {
					b.Fatal(err)
				}
				rows := int64(0)
				for _, n := range truth.Tables {
					rows += n
				}
				b.ReportMetric(float64(documents)/time.Since(start).Seconds(), "documents/s")
				b.ReportMetric(float64(rows), "rows")
			}
			var usage syscall.Rusage
			if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(usage.Maxrss)/1024, "peak-MiB-so-far")
		})
	}
}

// number is that of an environment variable.
func number(b *testing.B, variable string, otherwise int) int {
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatalf("$%s: %v", variable, err)
	}
	return n
}
