// Package sourcetest is what every source must do, as tests: complete chunks,
// exact values, true figures, one moment. A source's own tests call Run.
package sourcetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/travaso/travaso/extract/snapshot"
)

// Source is what is tested: the interface that extract reads from.
type Source interface {
	Datasets(ctx context.Context) ([]string, error)
	Shape(ctx context.Context, dataset string) (snapshot.Shape, error)
	Read(ctx context.Context, dataset string, chunk snapshot.Chunk, sink snapshot.Sink) error
	Figures(ctx context.Context, dataset string) (snapshot.Figures, error)
	Moment() snapshot.Moment
	Close() error
}

// Writer is implemented by a Source made for a test whose place others can
// write to while it is read. Insert adds rows, or fails because the source
// keeps writers out.
type Writer interface {
	Insert(rows [][]any) error
}

// Fixture is a dataset that a test asks for.
type Fixture struct {
	Dataset string
	Columns []Column
	// Rows hold nil or the canonical text of a value (see Column).
	Rows [][]any
	// Deleted rows are to be inserted among Rows (at the odd places) and deleted again.
	Deleted [][]any
	// ChunkRows and Readers are to be passed to the source.
	ChunkRows int
	Readers   int
}

// Column is a column of a fixture. Texts of its values, by kind: 42 (Integer),
// -12.50 (Decimal), 2015-01-31 (Date), 2015-01-31 10:20:30.123456 (Timestamp),
// true (Boolean), anything (Text).
type Column struct {
	Name      string
	Kind      snapshot.Type
	Precision int // of a Decimal
	Scale     int
}

// Run tests a source; open makes a place with the fixture in it and opens it.
// The place and the source are to be removed by t.Cleanup.
func Run(t *testing.T, open func(t *testing.T, f Fixture) Source) {
	t.Run("values", func(t *testing.T) { testValues(t, open) })
	t.Run("chunks", func(t *testing.T) { testChunks(t, open) })
	t.Run("moment", func(t *testing.T) { testMoment(t, open) })
	t.Run("unknown dataset", func(t *testing.T) { testUnknown(t, open) })
	t.Run("cancelled", func(t *testing.T) { testCancelled(t, open) })
	t.Run("failing sink", func(t *testing.T) { testFailingSink(t, open) })
}

// Movements is a fixture like the tables of a legacy system, with n rows.
func Movements(n int) Fixture {
	f := Fixture{Dataset: "movimenti", Columns: []Column{
		{Name: "id", Kind: snapshot.Integer},
		{Name: "esercizio", Kind: snapshot.Integer},
		{Name: "capitolo", Kind: snapshot.Integer},
		{Name: "importo", Kind: snapshot.Decimal, Precision: 15, Scale: 2},
		{Name: "importo_cassa", Kind: snapshot.Decimal, Precision: 15, Scale: 2},
		{Name: "emissione", Kind: snapshot.Date},
		{Name: "registrato", Kind: snapshot.Timestamp},
		{Name: "stato", Kind: snapshot.Text},
		{Name: "descrizione", Kind: snapshot.Text},
		{Name: "soggetto", Kind: snapshot.Text},
	}}
	day := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		cents := int64(i)*7919%10_000_000 - 50_000
		sign := ""
		if cents < 0 {
			sign, cents = "-", -cents
		}
		f.Rows = append(f.Rows, []any{
			fmt.Sprint(i + 1), "2015", fmt.Sprint(i % 941),
			fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100), fmt.Sprintf("%d.00", i%1000),
			day.AddDate(0, 0, i%365).Format(time.DateOnly), day.Add(time.Duration(i) * time.Second).Format(time.DateTime),
			"NDP"[i%3 : i%3+1], fmt.Sprintf("Impegno di spesa n. %d per forniture", i), fmt.Sprintf("SOG%06d", i%2053),
		})
	}
	return f
}

func testValues(t *testing.T, open func(*testing.T, Fixture) Source) {
	f := Fixture{Dataset: "valori", Readers: 2, ChunkRows: 1000, Columns: []Column{
		{Name: "id", Kind: snapshot.Integer},
		{Name: "numero", Kind: snapshot.Integer},
		{Name: "importo", Kind: snapshot.Decimal, Precision: 15, Scale: 2},
		{Name: "ampio", Kind: snapshot.Decimal, Precision: 30, Scale: 10},
		{Name: "data", Kind: snapshot.Date},
		{Name: "momento", Kind: snapshot.Timestamp},
		{Name: "attivo", Kind: snapshot.Boolean},
		{Name: "Testo", Kind: snapshot.Text},
	}}
	f.Rows = [][]any{
		{"1", "0", "0", "0", "1970-01-01", "1970-01-01 00:00:00", "true", ""},
		{"2", "-9223372036854775808", "-9999999999999.99", "-12345678901234567890.1234567891", "1900-02-28", "1899-12-31 23:59:59.999999", "false", "  spaces kept  "},
		{"3", "9223372036854775807", "9999999999999.99", "12345678901234567890.0000000001", "2400-02-29", "2038-01-19 03:14:08", nil, "àèìòù € 中文 🙂"},
		{"4", "9223372036854775807", "0.01", "0.1", "2015-12-31", "2015-12-31 00:00:00.5", "true", "tab\tquote\" ' back\\slash\r\nline"},
		{"5", nil, nil, nil, nil, nil, nil, nil},
		{"6", "1", "-0.01", "-0.1", "0001-01-01", "1000-01-01 00:00:00", "false", "NULL"},
		{"7", "7", "1843.1", "3100", "9999-12-31", "9999-12-31 23:59:59", "true", strings.Repeat("lungo ", 2000)},
	}
	source := open(t, f)
	got := extract(t, source, f)
	checkRows(t, f, got)
	checkFigures(t, source, f, got)
}

func testChunks(t *testing.T, open func(*testing.T, Fixture) Source) {
	for _, n := range []int{0, 1, 2, 99, 100, 101, 5000} {
		t.Run(fmt.Sprintf("%d rows", n), func(t *testing.T) {
			f := Movements(n)
			f.ChunkRows, f.Readers = 100, 3
			source := open(t, f)
			got := extract(t, source, f)
			checkRows(t, f, got)
			checkFigures(t, source, f, got)
		})
	}
	t.Run("with gaps and deleted rows", func(t *testing.T) {
		f := Movements(2000)
		f.ChunkRows, f.Readers = 100, 3
		for i := range f.Rows { // ids: negative, zero, then ever wider gaps
			id := int64(i) - 500
			if id > 0 {
				id *= id * 1_000_000
			}
			f.Rows[i][0] = fmt.Sprint(id)
			if i%2 == 0 {
				gone := slices.Clone(f.Rows[i])
				gone[0] = fmt.Sprint(9_000_000_000_000_000_000 + int64(i))
				f.Deleted = append(f.Deleted, gone)
			}
		}
		source := open(t, f)
		got := extract(t, source, f)
		checkRows(t, f, got)
		checkFigures(t, source, f, got)
	})
}

// testMoment writes while several readers are at work.
func testMoment(t *testing.T, open func(*testing.T, Fixture) Source) {
	f := Movements(3000)
	f.ChunkRows, f.Readers = 200, 3
	source := open(t, f)
	writer, ok := source.(Writer)
	if !ok {
		t.Skip("this source is not written to while it is read")
	}
	moment := source.Moment()
	if moment.At.IsZero() || moment.How == "" || moment.Readers < 1 {
		t.Errorf("the moment does not say when, how and by how many: %+v", moment)
	}
	late := Movements(3100).Rows[3000:]
	written := writer.Insert(late[:50]) == nil // before anything is read
	shape := shapeOf(t, source, f)
	var wg sync.WaitGroup
	wg.Go(func() {
		for _, row := range late[50:] {
			if writer.Insert([][]any{row}) != nil {
				return
			}
		}
	})
	got := readAll(t, source, f, shape)
	wg.Wait()
	checkRows(t, f, got)
	checkFigures(t, source, f, got)
	t.Logf("moment: %s; a writer could write: %v", moment.How, written)
}

func testUnknown(t *testing.T, open func(*testing.T, Fixture) Source) {
	f := Movements(1)
	source := open(t, f)
	_, err := source.Shape(t.Context(), "movimento")
	if err == nil || !strings.Contains(err.Error(), "movimenti") || strings.Contains(err.Error(), "\n") {
		t.Errorf("an unknown dataset must be an error of one line that names the nearest: %v", err)
	}
	if err := source.Read(t.Context(), "movimento", snapshot.Chunk{}, &collector{}); err == nil {
		t.Error("an unknown dataset can be read")
	}
}

func testCancelled(t *testing.T, open func(*testing.T, Fixture) Source) {
	f := Movements(5000)
	f.ChunkRows, f.Readers = 5000, 1
	source := open(t, f)
	shape := shapeOf(t, source, f)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rows := 0
	err := source.Read(ctx, f.Dataset, shape.Chunks[0], sink(func([]any) error {
		if rows++; rows == 10 {
			cancel()
		}
		return ctx.Err()
	}))
	if err == nil || rows > 10 {
		t.Errorf("cancelled after 10 rows: %d rows read, error %v", rows, err)
	}
}

func testFailingSink(t *testing.T, open func(*testing.T, Fixture) Source) {
	f := Movements(300)
	f.ChunkRows, f.Readers = 300, 1
	source := open(t, f)
	shape := shapeOf(t, source, f)
	full := fmt.Errorf("no space left")
	err := source.Read(t.Context(), f.Dataset, shape.Chunks[0], sink(func([]any) error { return full }))
	if err == nil || !strings.Contains(err.Error(), full.Error()) {
		t.Errorf("the sink's error is lost: %v", err)
	}
	checkRows(t, f, readAll(t, source, f, shape)) // the reader is as good as before
}
