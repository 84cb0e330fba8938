package yamlfile

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Mistake is one thing wrong in a file that people write.
type Mistake struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // from 1
	Column int    `json:"column"` // from 1, in characters
	What   string `json:"what"`   // what is wrong, as in `unknown key "form"`
	Why    string `json:"why,omitempty"`
	Remedy string `json:"remedy,omitempty"`
	// Excerpt is the line, with its number, and below it a caret under the
	// column. Passwords in it are masked. Empty where there is no such line.
	Excerpt string `json:"excerpt,omitempty"`
}

// Error is the mistake as `file:line:column: what (why); remedy` and, below it, the excerpt.
func (m Mistake) Error() string {
	var b strings.Builder
	b.WriteString(m.Heading())
	if m.Excerpt != "" {
		b.WriteString("\n" + m.Excerpt)
	}
	return b.String()
}

// Heading is the mistake as one line, without the excerpt.
func (m Mistake) Heading() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s", m.File, m.Line, m.Column, m.What)
	if m.Why != "" {
		fmt.Fprintf(&b, " (%s)", m.Why)
	}
	if m.Remedy != "" {
		fmt.Fprintf(&b, "; %s", m.Remedy)
	}
	return b.String()
}

// Mistakes are all the mistakes found in one reading, of one file or many.
type Mistakes []Mistake

// Error is every mistake, one below the other.
func (m Mistakes) Error() string {
	texts := make([]string, len(m))
	for i, mistake := range m {
		texts[i] = mistake.Error()
	}
	return strings.Join(texts, "\n")
}

// Err is nil where there are no mistakes, else the mistakes, sorted.
func (m Mistakes) Err() error {
	if len(m) == 0 {
		return nil
	}
	return m.Sorted()
}

// Sorted is the mistakes by file, line and column, each said once.
func (m Mistakes) Sorted() Mistakes {
	sorted := slices.Clone(m)
	slices.SortStableFunc(sorted, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(sorted)
}

// excerptWidth bounds the shown part of a long line, in characters.
const excerptWidth = 120

// Excerpt shows the line of a place in a text, with its number, and a caret
// under the column. Passwords in the line are masked; it is "" where there is
// no such line.
func Excerpt(text string, at Position) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return excerpt(lines, at)
}

func excerpt(lines []string, at Position) string {
	if at.Line < 1 || at.Line > len(lines) {
		return ""
	}
	line := []rune(strings.ToValidUTF8(lines[at.Line-1], "\ufffd"))
	column := min(max(at.Column, 1), len(line)+1)
	whole := masked(string(line))
	before := masked(string(line[:column-1]))
	if !strings.HasPrefix(whole, before) { // the place is inside a password
		before = ""
	}
	head, tail := []rune(before), []rune(whole[len(before):])
	if cut := len(head) - excerptWidth/2; cut > 0 && len(head)+len(tail) > excerptWidth {
		head = append([]rune("…"), head[cut:]...)
	}
	if room := max(excerptWidth-len(head), excerptWidth/2); len(tail) > room {
		tail = append(tail[:room:room], '…')
	}
	margin := fmt.Sprintf("%6d | ", at.Line)
	indent := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(head))
	return margin + string(head) + string(tail) + "\n" + strings.Repeat(" ", len(margin)-2) + "| " + indent + "^"
}

var (
	// user:password@host, in a URL or in a driver's own form
	passwordInAddress = regexp.MustCompile(`:[^\s"']*@`)
	// password=…, pwd: …
	passwordByName = regexp.MustCompile(`(?i)(\b\w*(?:password|passwd|pwd|secret|token)\b["']?\s*[=:]\s*)([^\s;&"'$][^\s;&"']*|["'][^"'$][^"']*)`)
)

// masked hides what looks like a password: an excerpt may end up in a log.
func masked(line string) string {
	line = passwordInAddress.ReplaceAllString(line, ":***@")
	return passwordByName.ReplaceAllString(line, "${1}***")
}
