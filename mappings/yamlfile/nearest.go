package yamlfile

import (
	"slices"
	"strings"
)

// Nearest is the known name that was most likely meant by name: differing by
// case, or by few letters for its length. Of equally near ones it is the
// first by alphabet.
func Nearest(name string, known []string) (string, bool) {
	best, bestDistance := "", -1
	for _, candidate := range slices.Sorted(slices.Values(known)) {
		distance := editDistance([]rune(strings.ToLower(name)), []rune(strings.ToLower(candidate)))
		if bestDistance < 0 || distance < bestDistance {
			best, bestDistance = candidate, distance
		}
	}
	limit := max(1, min(len([]rune(name)), len([]rune(best)))/3)
	if len([]rune(name)) < 2 {
		limit = 0
	}
	return best, bestDistance >= 0 && bestDistance <= limit
}

// Suggestion is the remedy for an unknown name: the nearest known one or the
// only one, else all of them.
func Suggestion(name string, known []string) string {
	if nearest, ok := Nearest(name, known); ok {
		return "did you mean " + nearest + "?"
	}
	if len(known) == 0 {
		return ""
	}
	if len(known) == 1 {
		return "the only one is " + known[0]
	}
	const shown = 30
	if len(known) > shown {
		return "use one of " + strings.Join(known[:shown], ", ") + ", …"
	}
	return "use one of " + strings.Join(known, ", ")
}

// editDistance counts insertions, deletions, replacements and swaps of
// neighbours (optimal string alignment).
func editDistance(a, b []rune) int {
	previous2, previous, current := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], previous2[j-2]+1)
			}
		}
		previous2, previous, current = previous, current, previous2
	}
	return previous[len(b)]
}
