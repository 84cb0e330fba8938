package mappings

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/travaso/travaso/mappings/yamlfile"
)

// readCrosswalks reads crosswalks/*.csv; a folder without them is fine.
func (l *loader) readCrosswalks() error {
	folder := path.Join(l.folder, "crosswalks")
	entries, err := fs.ReadDir(l.fsys, folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name, isCSV := strings.CutSuffix(entry.Name(), ".csv")
		if entry.IsDir() || !isCSV {
			continue
		}
		shown := path.Join(folder, entry.Name())
		text, err := fs.ReadFile(l.fsys, shown)
		if err != nil {
			return err
		}
		crosswalk, mistakes := readCrosswalk(shown, text)
		crosswalk.Name = name
		l.set.Crosswalks[name] = crosswalk
		l.mistakes = append(l.mistakes, mistakes...)
	}
	return nil
}

// readCrosswalk reads a CSV in UTF-8 of the columns old, new and, if you like,
// note, between commas or semicolons. Every line is one: none is a comment.
func readCrosswalk(name string, text []byte) (Crosswalk, yamlfile.Mistakes) {
	c := crosswalkReader{Crosswalk: Crosswalk{File: name}, lines: map[string]int{}}
	content := strings.TrimPrefix(string(text), "\ufeff")
	c.text = content
	for i, line := range strings.Split(content, "\n") {
		if !utf8.ValidString(line) {
			c.fail(i+1, 1, "bytes that are not UTF-8", "", "save the file as UTF-8")
			return c.Crosswalk, c.mistakes
		}
	}
	reader := csv.NewReader(strings.NewReader(content))
	reader.FieldsPerRecord = -1
	if header, _, _ := strings.Cut(content, "\n"); !strings.Contains(header, ",") && strings.Contains(header, ";") {
		reader.Comma = ';'
	}
	if c.header(reader) {
		c.rows(reader)
	}
	return c.Crosswalk, c.mistakes
}

type crosswalkReader struct {
	Crosswalk
	text     string
	width    int            // columns, by the header
	lines    map[string]int // by old value
	mistakes yamlfile.Mistakes
}

// fail tells a mistake in a line, at its byte number column.
func (c *crosswalkReader) fail(line, column int, what, why, remedy string) {
	at := yamlfile.Position{Line: line, Column: column}
	if lines := strings.Split(c.text, "\n"); line <= len(lines) && column-1 <= len(lines[line-1]) {
		at.Column = utf8.RuneCountInString(lines[line-1][:column-1]) + 1
	}
	c.mistakes = append(c.mistakes, yamlfile.Mistake{File: c.File, Line: at.Line, Column: at.Column,
		What: what, Why: why, Remedy: remedy, Excerpt: yamlfile.Excerpt(c.text, at)})
}

func (c *crosswalkReader) header(reader *csv.Reader) bool {
	header, err := reader.Read()
	if err == nil && (slices.Equal(header, []string{"old", "new"}) || slices.Equal(header, []string{"old", "new", "note"})) {
		c.width = len(header)
		return true
	}
	c.fail(1, 1, "no crosswalk", "the first line must name the columns", `write "old,new" or "old,new,note"`)
	return false
}

func (c *crosswalkReader) rows(reader *csv.Reader) {
	for {
		record, err := reader.Read()
		if err == io.EOF {
			return
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			c.fail(wrong.Line, max(wrong.Column, 1), "not CSV", wrong.Err.Error(), `put the value in quotes and double the quotes in it`)
			continue
		}
		c.row(reader, record)
	}
}

// counted is a number with its noun: "1 column", "4 columns".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// widthRemedy is what to do about a line of another number of columns.
func (c *crosswalkReader) widthRemedy(columns int) string {
	switch {
	case columns < 2:
		return "write the new value behind the old one"
	case columns == 3 && c.width == 2:
		return `quote a value that holds the separator, or write the header "old,new,note"`
	}
	return "quote a value that holds the separator"
}

func (c *crosswalkReader) row(reader *csv.Reader, record []string) {
	line, _ := reader.FieldPos(0)
	if len(record) < 2 || len(record) > c.width {
		c.fail(line, 1, counted(len(record), "column"), fmt.Sprintf("the header has %d", c.width), c.widthRemedy(len(record)))
		return
	}
	row := CrosswalkRow{Old: strings.TrimSpace(record[0]), New: strings.TrimSpace(record[1])}
	if len(record) > 2 {
		row.Note = record[2]
	}
	first, twice := c.lines[row.Old]
	switch {
	case row.Old == "":
		c.fail(line, 1, "old value is empty", "an empty value means absent and is never looked up", "remove the line")
	case twice:
		c.fail(line, 1, fmt.Sprintf("old value %q a second time", row.Old), fmt.Sprintf("it is in line %d already", first), "remove one of them")
	case row.New == "":
		_, column := reader.FieldPos(1)
		c.fail(line, column, fmt.Sprintf("new value of %q is empty", row.Old), "nothing may be lost silently",
			`fill it in, remove the line, or list the old value under "absent" of the field`)
	default:
		c.Rows = append(c.Rows, row)
	}
	c.lines[row.Old] = line
}
