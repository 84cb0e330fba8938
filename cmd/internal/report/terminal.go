package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/travaso/travaso/validate/finding"
)

// The width of a terminal that does not tell, and the smallest that is used.
const (
	usualWidth    = 100
	smallestWidth = 40
)

// WriteTerminal writes a summary of width characters: the verdict, the document
// types, what the rules found, what was rejected, and where the files are. It
// has no colours and no control characters, whatever the data hold.
func (r *Report) WriteTerminal(w io.Writer, width int, o Options) error {
	words, err := in(o.Language)
	if err != nil {
		return err
	}
	if width <= 0 {
		width = usualWidth
	}
	s := &summary{page: page{Report: r, T: words, options: o}, width: max(width, smallestWidth)}
	s.documents()
	s.differences()
	s.rules()
	s.reasons(words.Rejects, r.Rejects)
	s.reasons(words.Dependants, r.Dependants)
	s.unmapped()
	s.reasons(words.Warnings, r.Warnings)
	s.notes()
	s.files()
	s.verdict()
	_, err = io.WriteString(w, s.text.String())
	return err
}

// summary is the text under way.
type summary struct {
	page
	width int
	text  strings.Builder
}

// shownLines bounds each list of the summary; the page has the rest.
const shownLines = 20

// verdict comes last: it is what is still on the screen.
func (s *summary) verdict() {
	said := s.Decision()
	s.heading(said.Word)
	s.line(said.Sentence)
	if s.Run.Failure != "" {
		s.line(visible(s.Run.Failure))
	}
	var rows [][]string
	for _, c := range s.Criteria() {
		outcome := s.T.Holds
		if !c.Holds {
			outcome = s.T.Fails
		}
		rows = append(rows, []string{c.Name, c.Found, "≤ " + c.Accepted, outcome})
	}
	s.table(nil, rows, 1, 2)
}

func (s *summary) documents() {
	s.heading(s.T.Documents)
	rows := [][]string{}
	for _, d := range s.Documents {
		loaded := s.T.NotLoaded
		if d.Loaded != nil {
			loaded = count(*d.Loaded)
		}
		amount := ""
		if e, found := d.amountEntity(); found {
			amount = money(e.Staged.Sums[d.Amount])
		}
		rows = append(rows, []string{
			visible(s.Name(d.Title, d.Name)), count(d.Extracted), count(d.Excluded), count(d.Rejected), count(d.Staged), loaded, amount, visible(d.Amount),
		})
	}
	s.table([]string{s.T.DocumentType, s.T.Extracted, s.T.Excluded, s.T.Rejected, s.T.Staged, s.T.Loaded, s.T.Amount, ""}, rows, 1, 2, 3, 4, 5, 6)
}

func (s *summary) differences() {
	if len(s.Differences) == 0 {
		return
	}
	s.heading(s.T.Differences)
	var rows [][]string
	for _, d := range s.Differences[:min(len(s.Differences), shownLines)] {
		rows = append(rows, []string{show(place(d)).Text, d.Between, figure(d.Measure, d.Difference.Difference)})
	}
	s.table(nil, rows, 2)
	s.more(len(s.Differences))
}

func (s *summary) rules() {
	var rows [][]string
	held := 0
	for _, rule := range s.Rules {
		if rule.Violations == 0 {
			held++
			continue
		}
		rows = append(rows, []string{count(rule.Violations), s.T.SeverityName(rule.Severity), visible(s.Name(rule.Title, rule.ID))})
	}
	s.heading(s.T.Rules)
	s.line(fmt.Sprintf(s.T.RulesHold, count(int64(held)), count(int64(len(s.Rules)))))
	s.table(nil, rows, 0)
}

func (s *summary) reasons(title string, reasons []Reason) {
	if len(reasons) == 0 {
		return
	}
	s.heading(title)
	var rows [][]string
	for _, r := range reasons[:min(len(reasons), shownLines)] {
		cause := s.T.KindName(r.Kind)
		if r.Detail != "" {
			cause += ": " + show(r.Detail).Text
		}
		rows = append(rows, []string{count(r.Rows), show(s.Place(r)).Text, cause, s.example(r)})
	}
	s.table(nil, rows, 0)
	s.more(len(reasons))
}

// example is one value of a reason and its place, or the place alone.
func (s *summary) example(r Reason) string {
	for _, f := range r.Examples {
		if f.Value != "" {
			return "“" + s.Value(f).Text + "” " + s.Origin(f).Text
		}
	}
	if len(r.Examples) > 0 {
		return s.Origin(r.Examples[0]).Text
	}
	return ""
}

func (s *summary) unmapped() {
	if len(s.Unmapped) == 0 {
		return
	}
	s.heading(s.T.Unmapped)
	var rows [][]string
	for _, u := range s.Unmapped[:min(len(s.Unmapped), shownLines)] {
		place := s.Place(Reason{Kind: finding.Unmapped, Entity: u.Entity, Field: u.Field})
		rows = append(rows, []string{count(u.Rows), show(place).Text, "“" + s.UnmappedValue(u).Text + "”", money(u.Money)})
	}
	s.table(nil, rows, 0, 3)
	s.more(len(s.Unmapped))
}

func (s *summary) notes() {
	if len(s.Run.Notes) == 0 {
		return
	}
	s.heading(s.T.Notes)
	for _, note := range s.Run.Notes[:min(len(s.Run.Notes), shownLines)] {
		s.line(visible(note))
	}
	s.more(len(s.Run.Notes))
}

func (s *summary) files() {
	if len(s.Files) == 0 {
		return
	}
	s.heading(s.T.Files)
	var whats [][]string
	for _, f := range s.Files {
		whats = append(whats, []string{visible(f.What)})
	}
	for i, f := range s.Files { // a path is never cut: somebody is going to copy it
		fmt.Fprintf(&s.text, "  %-*s  %s\n", widthsOf(whats)[0], whats[i][0], visible(f.Path))
	}
}

func (s *summary) heading(text string) {
	if s.text.Len() > 0 {
		s.text.WriteByte('\n')
	}
	s.line(text)
}

// more tells how many lines of a list are not shown.
func (s *summary) more(total int) {
	if total > shownLines {
		s.line(fmt.Sprintf(s.T.ShownHere, count(shownLines), count(int64(total))))
	}
}

// line writes a sentence, broken at words where the width is short.
func (s *summary) line(text string) {
	length := 0
	for i, word := range strings.Fields(text) {
		size := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case length+1+size > s.width:
			s.text.WriteByte('\n')
			length = 0
		default:
			s.text.WriteByte(' ')
			length++
		}
		s.text.WriteString(word)
		length += size
	}
	s.text.WriteByte('\n')
}

// narrowest is how far a column of text gives way.
const narrowest = 12

// table writes rows under a head (or none), the columns of those numbers to
// the right. Columns of text give way where the width is short; figures never
// do, rather is a line too long: a figure cut off is a wrong figure.
func (s *summary) table(head []string, rows [][]string, right ...int) {
	if head != nil {
		rows = append([][]string{head}, rows...)
	}
	if len(rows) == 0 {
		return
	}
	widths := widthsOf(rows)
	s.giveWay(widths, right)
	for _, row := range rows {
		var line strings.Builder
		for column, cell := range row {
			cell, _ = shorten(cell, widths[column])
			padding := strings.Repeat(" ", widths[column]-utf8.RuneCountInString(cell))
			if slices.Contains(right, column) {
				cell = padding + cell
			} else {
				cell += padding
			}
			line.WriteString("  " + cell)
		}
		s.text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

func widthsOf(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for column, cell := range row {
			widths[column] = max(widths[column], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

// giveWay narrows the widest columns of text until the line fits, or they
// cannot be narrowed any more.
func (s *summary) giveWay(widths, right []int) {
	over := 2*len(widths) - s.width
	for _, width := range widths {
		over += width
	}
	for ; over > 0; over-- {
		widest := -1
		for column, width := range widths {
			if !slices.Contains(right, column) && width > narrowest && (widest < 0 || width > widths[widest]) {
				widest = column
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}
