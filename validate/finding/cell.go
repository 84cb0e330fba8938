package finding

import (
	"regexp"
	"strings"
)

var (
	formula     = regexp.MustCompile(`^\s*[=+@＝＋－＠-]|^[\t\r\n]`)
	plainNumber = regexp.MustCompile(`^[+-]?[0-9]+([.,][0-9]+)*$`)
)

// Cell is a text as a cell of a CSV file for people: one that a spreadsheet
// would run as a formula gets an apostrophe in front, unless it is a plain
// number; a NUL byte is shown as \x00.
func Cell(text string) string {
	if formula.MatchString(text) && !plainNumber.MatchString(text) {
		text = "'" + text
	}
	return strings.ReplaceAll(text, "\x00", `\x00`)
}
