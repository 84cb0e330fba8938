package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The lengths, in characters, of a value as shown and of its whole in a title.
const (
	shownLength = 60
	titleLength = 2000
)

// visible makes what would not be seen seen: control characters as their
// pictures (␀), bytes that are no UTF-8 and marks that reorder text as ⟨…⟩.
func visible(value string) string {
	var out strings.Builder
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRuneInString(value[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, "⟨%02X⟩", value[i])
		case r < 0x20:
			out.WriteRune('␀' + r)
		case r == 0x7f:
			out.WriteRune('␡')
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			fmt.Fprintf(&out, "⟨U+%04X⟩", r)
		default:
			out.WriteRune(r)
		}
		i += size
	}
	return out.String()
}

// shorten cuts a text to a number of characters, and says that it did.
func shorten(text string, length int) (short string, cut bool) {
	runes := []rune(text)
	if len(runes) <= length {
		return text, false
	}
	return string(runes[:length-1]) + "…", true
}

// datum is a value from the data, ready to be shown.
type datum struct {
	Text  string
	Title string // the whole, where Text is not
}

func show(value string) datum {
	whole := visible(value)
	short, cut := shorten(whole, shownLength)
	if !cut {
		return datum{Text: short}
	}
	title, _ := shorten(whole, titleLength)
	return datum{Text: short, Title: title}
}
