package snapshot

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameLimit bounds the bytes of a dataset's name, which is also a folder's.
const nameLimit = 200

// CheckDataset says what is wrong with the name of a dataset: it is the name
// of a folder, of a view of the engine, and part of the pattern by which the
// engine finds files.
func CheckDataset(name string) error {
	reason := ""
	switch {
	case name == "":
		reason = "is empty"
	case len(name) > nameLimit:
		reason = fmt.Sprintf("is longer than %d bytes", nameLimit)
	case !utf8.ValidString(name):
		reason = "is not valid UTF-8"
	case strings.HasPrefix(name, "."):
		reason = "begins with a dot"
	case strings.ContainsAny(name, `/\*?[]{}"'=`):
		reason = `holds one of / \ * ? [ ] { } " ' =`
	case strings.ContainsFunc(name, unicode.IsControl):
		reason = "holds a control character"
	case strings.EqualFold(name, manifestName):
		reason = "is that of the manifest"
	default:
		return nil
	}
	return fmt.Errorf("dataset %q: the name %s: give it another in the plan", name, reason)
}

// checkColumns says what is wrong with the columns of a dataset.
func checkColumns(dataset string, columns []Column) error {
	if len(columns) == 0 {
		return fmt.Errorf("dataset %s: no columns", dataset)
	}
	seen := map[string]string{lowerASCII(PartColumn): PartColumn, lowerASCII(RowColumn): RowColumn}
	for i, c := range columns {
		if err := checkColumn(c); err != nil {
			return fmt.Errorf("dataset %s: column %d %q: %w", dataset, i+1, c.Name, err)
		}
		lower := lowerASCII(c.Name)
		if other, taken := seen[lower]; taken {
			return fmt.Errorf("dataset %s: column %d %q: SQL cannot tell it from column %q: name the columns in the plan", dataset, i+1, c.Name, other)
		}
		seen[lower] = c.Name
	}
	return nil
}

func checkColumn(c Column) error {
	switch {
	case c.Name == "":
		return fmt.Errorf("the name is empty: name the columns in the plan")
	case !utf8.ValidString(c.Name):
		return fmt.Errorf("the name is not valid UTF-8: declare the source's encoding")
	case strings.ContainsRune(c.Name, 0):
		return fmt.Errorf("the name holds a NUL, which SQL cannot quote: name the columns in the plan")
	case c.Number && c.Type != Text:
		return fmt.Errorf("number is for text columns, not for %s", c.Type)
	}
	switch c.Type {
	case Text, Integer, Date, Timestamp, Boolean:
		return nil
	case Decimal:
		if c.Precision < 1 || c.Precision > 18 || c.Scale < 0 || c.Scale > c.Precision {
			return fmt.Errorf("decimal(%d,%d) does not fit: precision is 1 to 18, scale 0 to precision", c.Precision, c.Scale)
		}
		return nil
	}
	return fmt.Errorf("type %q cannot be written into a snapshot", c.Type)
}

// lowerASCII folds names as the engine does: only the 26 letters.
func lowerASCII(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, name)
}
