package filesource

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// readHeader finds where the rows begin and the names of the columns. The
// start is what was already read of the text after a byte order mark.
func (f *file) readHeader(t *text, start []byte, l layout) error {
	lines := newLineReader(io.MultiReader(bytes.NewReader(start), t), f.ends, 1)
	for range l.skipLines {
		if _, err := lines.next(); err == io.EOF {
			return refused("file %s has fewer lines than the %d of skip_lines", f.name, l.skipLines)
		} else if err != nil {
			return err
		}
	}
	if l.columns != nil {
		f.columns = l.columns
		f.body += lines.offset
		f.bodyLine = lines.number
		return f.checkFirstLine(lines, l)
	}
	fields, err := f.headerFields(lines, l)
	if err != nil {
		return err
	}
	f.columns = fields
	f.body += lines.offset
	f.bodyLine = lines.number
	return f.checkHeader(l)
}

// headerFields reads the header as one record.
func (f *file) headerFields(lines *lineReader, l layout) ([]string, error) {
	s := splitter{delimiter: l.delimiter, trim: l.trim}
	var scratch []byte
	for first := true; ; first = false {
		header, err := lines.next()
		switch {
		case err == io.EOF && first:
			return nil, refused("file %s is empty: it has no header line; name the columns with columns if it has none by design", f.name)
		case err == io.EOF:
			return nil, refused("header of %s: a quote is opened and never closed: is quoting: none meant?", f.name)
		case err != nil:
			return nil, err
		case header.overlong():
			return nil, refused("header of %s is longer than %d MiB: is it a text file, with lines?", f.name, lineLimit>>20)
		}
		decoded, bad, room := l.charset.decode(header.text, scratch)
		scratch = room
		if bad != nil {
			return nil, refused("header of %s: byte 0x%02X at place %d is not in %s: is the encoding right?", f.name, bad.value, bad.at+1, l.charset.name)
		}
		if l.quoting == quotingNone {
			return slices.Clone(s.plain(decoded)), nil
		}
		ending, _, _ := l.charset.decode(header.ending, nil)
		switch s.quoted(decoded, ending, first) {
		case recordComplete:
			return slices.Clone(s.fields), nil
		case recordStray:
			if other, many := otherDelimiter(decoded, l.delimiter); many > 1 && !strings.Contains(decoded, l.delimiter) {
				return nil, refused("header of %s has no delimiter %s; with delimiter %s it would have %d columns: set delimiter: %s",
					f.name, delimiterName(l.delimiter), delimiterName(other), many, delimiterName(other))
			}
			return nil, refused("header of %s: column %d has a quote where quoting: standard does not allow it: is quoting: none meant?", f.name, len(s.fields)+1)
		}
	}
}

func (f *file) checkHeader(l layout) error {
	if len(f.columns) == 1 {
		if other, many := otherDelimiter(f.columns[0], l.delimiter); many > 1 {
			return refused("header of %s has 1 column; with delimiter %s it would have %d: set delimiter: %s", f.name, delimiterName(other), many, delimiterName(other))
		}
	}
	for i, name := range f.columns {
		if f.ends.first != f.ends.cr && strings.Contains(strings.ReplaceAll(name, "\r\n", ""), "\r") {
			return refused("header of %s: column %d holds a carriage return: some lines end with it alone and others do not, so make them all end alike", f.name, i+1)
		}
	}
	if l.quoting == quotingNone && allQuoted(f.columns) {
		return refused("header of %s has its names in quotes: set quoting: standard", f.name)
	}
	if err := checkNames(f.columns); err != nil {
		return refused("header of %s: %w", f.name, err)
	}
	return nil
}

// checkFirstLine looks whether the columns that the plan names are there, in a
// file without a header, if only another delimiter were set.
func (f *file) checkFirstLine(lines *lineReader, l layout) error {
	first, err := lines.next()
	if err == io.EOF {
		return nil
	}
	if err != nil {
		return err
	}
	decoded, _, _ := l.charset.decode(first.text, nil)
	if strings.Contains(decoded, l.delimiter) || len(l.columns) == 1 {
		return nil
	}
	if other, many := otherDelimiter(decoded, l.delimiter); many == len(l.columns) {
		return refused("first line of %s has 1 column; with delimiter %s it would have the %d that are named: set delimiter: %s",
			f.name, delimiterName(other), many, delimiterName(other))
	}
	return nil
}

// otherDelimiter is the usual delimiter that would split a line into the most
// columns.
func otherDelimiter(line, delimiter string) (best string, columns int) {
	for _, d := range []string{"\t", ";", ",", "|"} {
		if n := strings.Count(line, d) + 1; d != delimiter && n > columns {
			best, columns = d, n
		}
	}
	return best, columns
}

func allQuoted(names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		return len(name) < 2 || name[0] != '"' || name[len(name)-1] != '"'
	})
}

// sameHeaders refuses files of one dataset that do not have the same columns
// in the same order, and says which differ.
func sameHeaders(files []*file) error {
	first := files[0]
	for _, f := range files[1:] {
		if slices.Equal(first.columns, f.columns) {
			continue
		}
		missing := without(first.columns, f.columns)
		extra := without(f.columns, first.columns)
		switch {
		case len(missing)+len(extra) > 0:
			return refused("headers of %s and %s differ: only the first has [%s], only the second has [%s]: give them to different datasets, or mend the files",
				first.name, f.name, strings.Join(missing, ", "), strings.Join(extra, ", "))
		default:
			i := firstDifference(first.columns, f.columns)
			return refused("headers of %s and %s have the same columns in another order: column %d is %s in the first, %s in the second: give them to different datasets, or mend the files",
				first.name, f.name, i+1, first.columns[i], f.columns[i])
		}
	}
	return nil
}

// without is the names that the others do not have.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

func firstDifference(a, b []string) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return len(a)
}
