package filesource

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/validate/finding"
)

// Bounds of one record with quoted fields. A quote that is not closed within
// them is taken for a stray one, so that it cannot swallow the rest of a file.
const (
	recordLines = 1000
	recordBytes = 1 << 20
)

// rowsInQuote is the number of columns from which a record over several lines
// is looked at for whole rows in its quotes: with fewer, ordinary text may
// happen to have as many delimiters as a row.
const rowsInQuote = 8

const noneMeant = "; is quoting: none meant?"

// heldLines are lines that were read ahead for a record over several lines.
// When it comes out wrong, those after its first are read again.
type heldLines struct {
	lines []heldLine
	next  int // the first of them that is to be read
}

type heldLine struct {
	line
	decoded string
	bad     *fault
}

// standard reads a chunk by RFC 4180. When a record over several lines does not
// come out right nobody knows where it should have ended: its first line is
// rejected, and the lines after it are read again, each as a new start.
func (r *reading) standard() error {
	for r.left > 0 || r.held.next < len(r.held.lines) {
		first, err := r.nextHeldOrRead()
		if err != nil {
			return err
		}
		if first.overlong() {
			err = r.rejectOverlong(first.line)
		} else {
			err = r.record(first)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nextHeldOrRead gives the next line; one that was not held before is valid
// only until the next call.
func (r *reading) nextHeldOrRead() (heldLine, error) {
	if h := &r.held; h.next < len(h.lines) {
		h.next++
		return h.lines[h.next-1], nil
	}
	l, err := r.nextLine()
	if err != nil {
		return heldLine{}, err
	}
	text, bad, scratch := r.charset.decode(l.text, r.scratch)
	r.scratch = scratch
	return heldLine{line: l, decoded: text, bad: bad}, nil
}

// record takes or rejects the record that begins with this line.
func (r *reading) record(first heldLine) error {
	switch r.splitter.quoted(first.decoded, r.ending(first), true) {
	case recordComplete:
		return r.take(first.number, r.splitter.fields, first.bad, first.text)
	case recordStray:
		return r.reject(first.number, finding.StrayQuote, r.strayColumn()+noneMeant, first.text)
	}
	r.holdFirst(first)
	start := r.held.next - 1
	kind, reason, err := r.extend(start)
	if err != nil {
		return err
	}
	lines := r.held.lines[start:r.held.next]
	if reason != "" {
		r.held.next = start + 1
		return r.reject(first.number, kind, reason, lines[0].text)
	}
	raw, bad := joined(lines)
	return r.take(first.number, r.splitter.fields, bad, raw)
}

// holdFirst keeps the line that was read last, unless it is kept already, and
// now and then drops those that are done with.
func (r *reading) holdFirst(first heldLine) {
	h := &r.held
	if h.next > 0 && h.lines[h.next-1].number == first.number {
		if h.next > recordLines {
			h.lines, h.next = slices.Delete(h.lines, 0, h.next-1), 1
		}
		return
	}
	h.lines, h.next = append(h.lines[:0], first.kept()), 1
}

// extend reads on until the open record is complete, or cannot be: then the
// reason says why.
func (r *reading) extend(start int) (kind finding.Kind, reason string, err error) {
	size := 0
	for {
		if r.held.next-start >= recordLines || size >= recordBytes {
			return finding.StrayQuote, r.unclosed(fmt.Sprintf("within %d lines or %d MiB", recordLines, recordBytes>>20)), nil
		}
		if r.left == 0 && r.held.next == len(r.held.lines) {
			return finding.StrayQuote, r.unclosed("before the end of the file"), nil
		}
		l, err := r.nextToHold()
		if err != nil {
			return "", "", err
		}
		if l.overlong() {
			return finding.StrayQuote, r.unclosed("before a line that is too long to be read"), nil
		}
		size += len(l.text)
		switch r.splitter.quoted(l.decoded, r.ending(l), false) {
		case recordStray:
			return finding.StrayQuote, fmt.Sprintf("runs on to line %d, where %s%s", l.number, r.strayColumn(), noneMeant), nil
		case recordComplete:
			kind, reason = r.mistrusted(r.held.lines[start:r.held.next])
			return kind, reason, nil
		}
	}
}

// nextToHold gives the next line, held from now on.
func (r *reading) nextToHold() (heldLine, error) {
	h := &r.held
	if h.next == len(h.lines) {
		l, err := r.nextHeldOrRead()
		if err != nil {
			return heldLine{}, err
		}
		h.lines = append(h.lines, l.kept())
	}
	h.next++
	return h.lines[h.next-1], nil
}

// mistrusted says why a record over several lines that is well formed is
// still not taken: two stray quotes, lines apart, make one too.
func (r *reading) mistrusted(lines []heldLine) (finding.Kind, string) {
	if len(r.splitter.fields) != len(r.columns) {
		return finding.RaggedRow, fmt.Sprintf("runs on to line %d in quotes and has %d %s, %s%s",
			lines[len(lines)-1].number, len(r.splitter.fields), plural(len(r.splitter.fields), "field"), r.expectedFields(), noneMeant)
	}
	if len(r.columns) < rowsInQuote {
		return "", ""
	}
	for _, l := range lines {
		if strings.Count(l.decoded, r.delimiter) != len(r.columns)-1 {
			return "", ""
		}
	}
	return finding.StrayQuote, fmt.Sprintf("runs on to line %d in quotes, but each of its %d lines has the %d fields of a row%s",
		lines[len(lines)-1].number, len(lines), len(r.columns), noneMeant)
}

// strayColumn says what is wrong with the quote that the splitter met.
func (r *reading) strayColumn() string {
	return r.column(len(r.splitter.fields)+1) + " " + r.splitter.stray
}

func (r *reading) unclosed(bound string) string {
	return r.column(len(r.splitter.fields)+1) + " opens a quote that is not closed " + bound + noneMeant
}

func (r *reading) ending(l heldLine) string {
	if r.charset.ascii {
		return string(l.ending)
	}
	ending, _, _ := r.charset.decode(l.ending, nil)
	return ending
}

// kept is the line with bytes of its own.
func (l heldLine) kept() heldLine {
	l.text, l.ending = bytes.Clone(l.text), bytes.Clone(l.ending)
	return l
}

// joined is the bytes of a record over several lines, and the first fault in
// them.
func joined(lines []heldLine) (raw []byte, bad *fault) {
	for i, l := range lines {
		if l.bad != nil {
			if bad == nil {
				bad = &fault{at: len(raw) + l.bad.at, value: l.bad.value, more: -1}
			}
			bad.more += 1 + l.bad.more
		}
		raw = append(raw, l.text...)
		if i < len(lines)-1 {
			raw = append(raw, l.ending...)
		}
	}
	return raw, bad
}
