package mappings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/mappings/yamlfile"
)

// disagreement is what does not go together within one field.
type disagreement struct {
	key               string // of the field
	what, why, remedy string
}

// formatMistake tells a format that is none of the field's type.
func formatMistake(f Field) (disagreement, bool) {
	wrong := func(why, remedy string) (disagreement, bool) {
		return disagreement{"format", fmt.Sprintf("wrong format %s for %s", quoted(f.Format), f.As), why, remedy}, true
	}
	switch {
	case len(f.Format) == 0:
	case isNumber(f.As):
		if len(f.Format) > 1 {
			return wrong("a number has one format", "keep one of them")
		}
		if !slices.Contains(NumberFormats(), f.Format[0]) {
			return wrong("", yamlfile.Suggestion(f.Format[0], NumberFormats()))
		}
		if f.As == Integer && f.Format[0] == "cents" {
			return wrong("cents are amounts", "write as: money")
		}
	case isTime(f.As):
		for _, pattern := range f.Format {
			if !strings.Contains(pattern, "%") {
				return wrong("a date's format is a strptime pattern", "as in '%d/%m/%Y'")
			}
			if strings.Contains(strings.ToLower(pattern), "%z") {
				return wrong("a time zone is not read: it would move the day", "cut it off in sql, as in left(X, 19)")
			}
		}
	case f.As == Boolean:
		for _, texts := range f.Format {
			if yes, no, ok := strings.Cut(texts, "/"); !ok || yes == no || strings.Contains(no, "/") {
				return wrong("a boolean's format is the text of true, a slash, the text of false", "as in S/N")
			}
		}
	case slices.Contains(Types(), f.As):
		return wrong("this type has no formats", "remove it")
	}
	return disagreement{}, false
}

// disagreements tells what a field of a known type may not ask for. A field
// whose type is not known has none.
func disagreements(f Field) []disagreement {
	var found []disagreement
	if !slices.Contains(Types(), f.As) {
		return nil
	}
	if f.OnFail == OnFailWarn && isNumber(f.As) {
		found = append(found, disagreement{"on_fail", fmt.Sprintf("on_fail: warn on %s", f.As), "an amount or number that cannot be read must not become nothing", "remove it"})
	}
	if f.Round == RoundHalfUp && f.As != Money && f.As != Decimal {
		found = append(found, disagreement{"round", fmt.Sprintf("round on %s", f.As), "only money and decimal are rounded", "remove it"})
	}
	if f.Check != "" && f.As != Text && f.As != Code {
		found = append(found, disagreement{"check", fmt.Sprintf("check on %s", f.As), "checks are for codes", "write as: code"})
	}
	if f.NUL == NULRemove && f.As != Text && f.As != Code && f.As != JSON {
		found = append(found, disagreement{"nul", fmt.Sprintf("nul: remove on %s", f.As), "only texts hold NUL bytes", "remove it"})
	}
	return found
}

func quoted(texts []string) string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = fmt.Sprintf("%q", text)
	}
	return strings.Join(shown, ", ")
}
