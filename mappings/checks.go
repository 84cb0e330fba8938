package mappings

import (
	_ "embed"
	"regexp"
	"slices"
)

// Checks are SQL macros for the embedded engine, one per check of a field:
// check_<name>(text) is NULL where the text is a valid code or there is none
// (NULL or ”), else the reason: "form" where it has not the characters and
// length of such a code, "wrong check character", "wrong check digit", "wrong
// check digits" or "wrong CIN" where the form is right and the check is not.
//
//go:embed checks.sql
var Checks string

// CheckNames are the checks that a field may ask for, in alphabetical order.
func CheckNames() []string {
	var names []string
	for _, parts := range regexp.MustCompile(`macro check_(\w+)\(code\)`).FindAllStringSubmatch(Checks, -1) {
		names = append(names, parts[1])
	}
	slices.Sort(names)
	return names
}
