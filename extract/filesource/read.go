package filesource

import (
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/validate/finding"
)

// Read gives the rows of one chunk to the sink, in the order of the file, and
// those that are none to its Reject. The number of a row is that of its first
// line in the file, whose first line (the header) is 1.
//
// The bytes and the lines must be those of the survey: an error at the end of
// a chunk means that what the sink was given is not to be kept.
func (s *Source) Read(ctx context.Context, name string, chunk snapshot.Chunk, sink snapshot.Sink) error {
	d, v, err := s.surveyed(ctx, name)
	if err != nil {
		return err
	}
	if chunk.Part < 0 || chunk.Part >= len(v.parts) || chunk != v.chunk(chunk.Part) {
		return fmt.Errorf("dataset %s: chunk %d (%s from %s to %s) is not one of its chunks: its files have changed since the chunk was made, extract them afresh",
			name, chunk.Part, chunk.Origin, chunk.From, chunk.To)
	}
	if err := s.readPart(ctx, d.layout, v.parts[chunk.Part], chunk.Part, sink); err != nil {
		return fmt.Errorf("dataset %s: %w", name, err)
	}
	return nil
}

func (s *Source) readPart(ctx context.Context, l layout, p part, number int, sink snapshot.Sink) error {
	t, err := openText(s.folder, p.file.name, nil)
	if err != nil {
		return err
	}
	defer t.Close()
	if err := p.file.unchanged(t.file); err != nil {
		return err
	}
	section, err := t.section(p.from, p.to)
	if err != nil {
		return err
	}
	checked := &checkedReader{ctx: ctx, source: section}
	lines := newLineReader(checked, p.file.ends, p.line)
	r := &reading{
		layout: l, part: number, file: p.file.name, columns: p.file.columns, lines: lines, left: p.lines, sink: sink,
		splitter: splitter{delimiter: l.delimiter, trim: l.trim},
		values:   make([]any, len(p.file.columns)),
	}
	if l.quoting == quotingNone {
		err = r.plain()
	} else {
		err = r.standard()
	}
	if err == nil {
		err = r.onlyEmptyLinesLeft()
	}
	if err != nil {
		return err
	}
	if checked.crc != p.crc {
		return fmt.Errorf("file %s changed while it was in use: bytes %d to %d are not those that were surveyed: start again when nothing writes to it", p.file.name, p.from, p.to)
	}
	return p.file.unchanged(t.file)
}

// checkedReader sums what is read, and stops when the context ends.
type checkedReader struct {
	ctx    context.Context
	source io.Reader
	crc    uint32
}

func (r *checkedReader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.source.Read(b)
	r.crc = crc32.Update(r.crc, crc32.MakeTable(crc32.Castagnoli), b[:n])
	return n, err
}

// reading is the state of the reading of one chunk.
type reading struct {
	layout
	part    int
	file    string
	columns []string
	lines   *lineReader
	left    int64 // lines that the survey counted and that were not yet read
	sink    snapshot.Sink

	splitter splitter
	scratch  []byte
	values   []any
	held     heldLines
}

// plain reads a chunk in which every line is a row.
func (r *reading) plain() error {
	for r.left > 0 {
		l, err := r.nextLine()
		if err != nil {
			return err
		}
		if l.overlong() {
			err = r.rejectOverlong(l)
		} else {
			text, bad, scratch := r.charset.decode(l.text, r.scratch)
			r.scratch = scratch
			err = r.take(l.number, r.splitter.plain(text), bad, l.text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) nextLine() (line, error) {
	l, err := r.lines.next()
	if err == io.EOF {
		return line{}, fmt.Errorf("file %s changed while it was in use: it has %d %s fewer than were counted", r.file, r.left, plural(int(r.left), "line"))
	}
	r.left--
	return l, err
}

// take gives the sink a row that was split, or rejects it.
func (r *reading) take(number int64, fields []string, bad *fault, raw []byte) error {
	switch {
	case bad != nil:
		return r.reject(number, finding.BadEncoding, r.badEncoding(bad, raw), raw)
	case len(fields) != len(r.columns):
		return r.reject(number, finding.RaggedRow, r.ragged(len(fields), raw), raw)
	}
	for i, field := range fields {
		// Putting a string into an interface allocates; columns of accounts
		// repeat their values, and then the last row's will do.
		if before, ok := r.values[i].(string); !ok || before != field {
			r.values[i] = field
		}
	}
	return r.sink.Row(number, r.values)
}

func (r *reading) reject(number int64, kind finding.Kind, reason string, raw []byte) error {
	raw = raw[:min(len(raw), snapshot.RawLimit)]
	return r.sink.Reject(snapshot.RejectedRow{
		Part: r.part, Row: number, Code: string(kind), Reason: reason, Raw: append([]byte{}, raw...),
	})
}

func (r *reading) rejectOverlong(l line) error {
	return r.reject(l.number, finding.RaggedRow,
		fmt.Sprintf("is longer than %d MiB, the most a line may have: a line end is missing", lineLimit>>20), l.text)
}

// badEncoding names the column of the first byte that is not in the encoding.
func (r *reading) badEncoding(bad *fault, raw []byte) string {
	before, _, _ := r.charset.decode(raw[:bad.at], nil)
	split := splitter{delimiter: r.delimiter}
	column := len(split.plain(before))
	if r.quoting == quotingStandard {
		column = split.columnAtEnd(before)
	}
	more := ""
	if bad.more > 0 {
		more = fmt.Sprintf(" and %d more", bad.more)
	}
	return fmt.Sprintf("byte 0x%02X in %s%s: not %s; is the encoding right?", bad.value, r.column(column), more, r.charset.name)
}

func (r *reading) ragged(fields int, raw []byte) string {
	if len(raw) == 0 {
		return "is empty; " + r.expectedFields()
	}
	return fmt.Sprintf("has %d %s, %s; is the delimiter right?", fields, plural(fields, "field"), r.expectedFields())
}

func (r *reading) expectedFields() string {
	if r.layout.columns != nil {
		return strconv.Itoa(len(r.columns)) + " columns are named"
	}
	return "the header has " + strconv.Itoa(len(r.columns))
}

// column names a column, by its number from 1, in the words of the header.
func (r *reading) column(number int) string {
	if number > len(r.columns) {
		return fmt.Sprintf("column %d", number)
	}
	return fmt.Sprintf("column %d (%s)", number, r.columns[number-1])
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// onlyEmptyLinesLeft reads on to the end of the chunk, where the survey found
// nothing but line ends.
func (r *reading) onlyEmptyLinesLeft() error {
	for {
		l, err := r.lines.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if r.lines.ends.lastContent(l.text) >= 0 {
			return fmt.Errorf("file %s changed while it was in use: line %d was not there when the lines were counted", r.file, l.number)
		}
	}
}
