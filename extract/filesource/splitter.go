package filesource

import "strings"

// splitter splits decoded lines into fields. Fields are parts of the line's
// own text wherever they can be.
//
// encoding/csv is not used for quoting: standard: after a stray quote it can
// neither say on which line the record began nor go on at the line after it,
// an unterminated quote makes it read the rest of the file as one field, and
// it turns the CRLF inside a field into LF and drops empty lines.
type splitter struct {
	delimiter string
	trim      bool

	fields []string // of the record so far
	open   bool     // the last line ended inside a quoted field
	text   []byte   // of that field so far
	stray  string   // what is wrong with the quote that was met
}

// plain splits a line in which a quote is an ordinary character. The fields
// are valid until the next call.
func (s *splitter) plain(line string) []string {
	s.fields = s.fields[:0]
	if len(s.delimiter) == 1 {
		for delimiter := s.delimiter[0]; ; {
			i := strings.IndexByte(line, delimiter)
			if i < 0 {
				break
			}
			s.add(line[:i])
			line = line[i+1:]
		}
	} else {
		for before, after, found := strings.Cut(line, s.delimiter); found; before, after, found = strings.Cut(line, s.delimiter) {
			s.add(before)
			line = after
		}
	}
	s.add(line)
	return s.fields
}

func (s *splitter) add(field string) {
	if s.trim {
		field = strings.Trim(field, " \t")
	}
	s.fields = append(s.fields, field)
}

// recordState is how a record stands after a line of it.
type recordState int

const (
	recordComplete recordState = iota
	recordOpen                 // the next line belongs to it too
	recordStray                // a quote stands where it may not
)

// quoted splits a line by RFC 4180. A record whose quoted field runs over the
// line's end stays open: give the next line with first false. Of a stray record
// the fields before the one with the quote are there.
func (s *splitter) quoted(line, ending string, first bool) recordState {
	if first {
		s.fields, s.open, s.text = s.fields[:0], false, s.text[:0]
		if strings.IndexByte(line, '"') < 0 {
			s.plain(line)
			return recordComplete
		}
	}
	for {
		if s.open || strings.HasPrefix(line, `"`) {
			if !s.open {
				line = line[1:]
			}
			after, state := s.quotedField(line, ending)
			if state != recordComplete || after == "" {
				return state
			}
			line = after[len(s.delimiter):]
			continue
		}
		field, after, more := strings.Cut(line, s.delimiter)
		if strings.IndexByte(field, '"') >= 0 {
			s.stray = "has a quote in the middle of a field that is not quoted"
			return recordStray
		}
		s.add(field)
		if !more {
			return recordComplete
		}
		line = after
	}
}

// quotedField takes the rest of a quoted field from the line, and gives what
// is after its closing quote: nothing, or a delimiter and more.
func (s *splitter) quotedField(line, ending string) (after string, state recordState) {
	s.open = true
	for {
		i := strings.IndexByte(line, '"')
		if i < 0 {
			s.text = append(append(s.text, line...), ending...)
			return "", recordOpen
		}
		after := line[i+1:]
		switch {
		case strings.HasPrefix(after, `"`):
			s.text = append(s.text, line[:i+1]...)
			line = after[1:]
		case after == "" || strings.HasPrefix(after, s.delimiter):
			s.closeField(line[:i])
			return after, recordComplete
		default:
			s.stray = "has a quote that closes it before its end"
			return "", recordStray
		}
	}
}

// closeField adds a quoted field that ends with this text.
func (s *splitter) closeField(last string) {
	s.open = false
	if len(s.text) > 0 {
		last = string(append(s.text, last...))
		s.text = s.text[:0]
	}
	s.add(last)
}

// columnAtEnd is the number of the column in which this start of a record ends.
func (s *splitter) columnAtEnd(start string) int {
	if s.quoted(start, "", true) == recordComplete {
		return len(s.fields)
	}
	return len(s.fields) + 1
}
