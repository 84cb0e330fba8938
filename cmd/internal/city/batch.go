package city

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// batchBytes is about how much text goes to a destination at once.
const batchBytes = 512 << 10

// batch is some rows of one table, every value as text, an empty one for none.
type batch struct {
	table  int // index in Tables
	first  int64
	rows   int
	values []byte
	ends   []int32      // of each value, row by row
	marks  map[int]mark // of rows that only a text file can hold
}

// mark is a defect of a line of text rather than of a value.
type mark byte

const (
	ragged  mark = 'r' // a separator too many
	badByte mark = 'b' // a byte that is not in the encoding
)

// output gathers rows in batches and hands these to the workers of a
// destination. Each table belongs to one worker, so its rows stay in order.
type output struct {
	tables []*tableRows
	queues []chan *batch
	spent  *sync.Pool
	ctx    context.Context // ends when a worker fails
}

func newOutput(ctx context.Context, tables []Table, queues []chan *batch) *output {
	o := &output{queues: queues, ctx: ctx, spent: &sync.Pool{New: func() any { return &batch{} }}}
	for i, table := range tables {
		t := &tableRows{out: o, index: i, columns: len(table.Columns), name: table.Name, position: map[string]int{}}
		for at, column := range table.Columns {
			t.position[column.Name] = at
		}
		o.tables = append(o.tables, t)
	}
	return o
}

func (o *output) named(name string) *tableRows {
	for _, t := range o.tables {
		if t.name == name {
			return t
		}
	}
	panic("no table " + name) // a misspelt name in this package: every test fails
}

// finish hands over what is left and closes the queues.
func (o *output) finish() {
	for _, t := range o.tables {
		t.flush()
	}
	for _, queue := range o.queues {
		close(queue)
	}
}

// tableRows writes the rows of one table, value after value.
type tableRows struct {
	out      *output
	index    int
	name     string
	columns  int
	position map[string]int

	count   int64 // rows so far, also the last record number
	batch   *batch
	begun   int // values of the row under way
	changes []change
}

// change puts another value into a column of the next row.
type change struct {
	column int
	value  string
}

// spoil puts another value into a column of the next row.
func (t *tableRows) spoil(column, value string) {
	at, known := t.position[column]
	if !known {
		panic("no column " + t.name + "." + column)
	}
	t.changes = append(t.changes, change{at, value})
}

// row begins a row.
func (t *tableRows) row() *tableRows {
	if t.batch == nil {
		t.batch = t.out.spent.Get().(*batch)
		t.batch.table, t.batch.first = t.index, t.count
	}
	t.count++
	return t.int(int(t.count))
}

// ended marks the end of a value.
func (t *tableRows) ended() *tableRows {
	b := t.batch
	if len(t.changes) > 0 {
		t.change(b)
	}
	b.ends = append(b.ends, int32(len(b.values)))
	t.begun++
	return t
}

func (t *tableRows) change(b *batch) {
	for _, c := range t.changes {
		if c.column == t.begun {
			start := int32(0)
			if len(b.ends) > 0 {
				start = b.ends[len(b.ends)-1]
			}
			b.values = append(b.values[:start], c.value...)
		}
	}
}

func (t *tableRows) text(parts ...string) *tableRows {
	for _, part := range parts {
		t.batch.values = append(t.batch.values, part...)
	}
	return t.ended()
}

func (t *tableRows) letter(c byte) *tableRows {
	t.batch.values = append(t.batch.values, c)
	return t.ended()
}

func (t *tableRows) int(n int) *tableRows {
	t.batch.values = strconv.AppendInt(t.batch.values, int64(n), 10)
	return t.ended()
}

func (t *tableRows) ints(numbers ...int) *tableRows {
	for _, n := range numbers {
		t.int(n)
	}
	return t
}

// flag writes S or N.
func (t *tableRows) flag(yes bool) *tableRows {
	if yes {
		return t.letter('S')
	}
	return t.letter('N')
}

func (t *tableRows) amount(amounts ...fiction.Cents) *tableRows {
	for _, c := range amounts {
		t.batch.values = c.AppendItalian(t.batch.values)
		t.ended()
	}
	return t
}

// fiveDecimals writes an amount counted in 0.00001.
func (t *tableRows) fiveDecimals(units int64) *tableRows {
	t.batch.values = fiction.AppendItalianDecimal(t.batch.values, units, 5)
	return t.ended()
}

// inCents writes an amount as thirteen digits of cents.
func (t *tableRows) inCents(c fiction.Cents) *tableRows {
	t.batch.values = append(t.batch.values, centsText(c)...)
	return t.ended()
}

func centsText(c fiction.Cents) string { return fmt.Sprintf("%013d", int64(c)) }

// end ends a row.
func (t *tableRows) end() {
	if t.begun != t.columns {
		panic(fmt.Sprintf("table %s has %d columns, a row has %d", t.name, t.columns, t.begun)) // a mistake of this package: every test fails
	}
	t.begun, t.changes = 0, t.changes[:0]
	t.batch.rows++
	if len(t.batch.values) >= batchBytes {
		t.flush()
	}
}

// endTwice ends a row that is there twice.
func (t *tableRows) endTwice() {
	b := t.batch
	start := len(b.ends) - t.columns
	first := int(b.ends[start]) // after the record number
	again := string(b.values[first:])
	lengths := make([]int32, t.columns-1)
	for i := range lengths {
		lengths[i] = b.ends[start+i+1] - b.ends[start+i]
	}
	t.end()
	t.row()
	at := 0
	for _, length := range lengths {
		t.text(again[at : at+int(length)])
		at += int(length)
	}
	t.end()
}

// endMarked ends a row whose line of text has a defect.
func (t *tableRows) endMarked(m mark) {
	if t.batch.marks == nil {
		t.batch.marks = map[int]mark{}
	}
	t.batch.marks[t.batch.rows] = m
	t.end()
}

// flush hands the batch to the table's worker.
func (t *tableRows) flush() {
	if t.batch == nil {
		return
	}
	select {
	case t.out.queues[t.index%len(t.out.queues)] <- t.batch:
	case <-t.out.ctx.Done():
	}
	t.batch = nil
}

// release takes a batch back when it is written.
func (o *output) release(b *batch) {
	b.rows, b.values, b.ends, b.marks = 0, b.values[:0], b.ends[:0], nil
	o.spent.Put(b)
}
