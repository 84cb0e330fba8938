package sqlsource

import (
	"cmp"
	"slices"
	"strings"
)

// nearLimit bounds how many names an error proposes.
const nearLimit = 3

// near names what might have been meant, as the end of an error's sentence.
func near(name string, names []string) string {
	if len(names) == 0 {
		return ": there are no tables: check the database, the schema and the rights of the user"
	}
	wanted := plain(name)
	closest := slices.Clone(names)
	slices.SortStableFunc(closest, func(a, b string) int {
		return cmp.Compare(distance(wanted, plain(a)), distance(wanted, plain(b)))
	})
	closest = closest[:min(nearLimit, len(closest))]
	return ": did you mean " + strings.Join(closest, ", ") + "?"
}

// plain takes from a name what people get wrong: schema, quotes, case.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"`[]", r) {
			return -1
		}
		return r
	}, name)
	return strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
}

// distance is the least number of bytes to insert, delete or replace
// (Levenshtein) to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
