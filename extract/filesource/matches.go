package filesource

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// listLimit bounds the names a message lists.
const listLimit = 3

// matches are the names of the files that the globs match, sorted, each once.
// A glob that matches nothing is a mistake, and the message says what is there.
func matches(files fs.ReadDirFS, folder string, globs []string) ([]string, error) {
	var names []string
	for _, glob := range globs {
		found, err := fs.Glob(files, path.Clean(glob))
		if err != nil {
			return nil, fmt.Errorf("files %q: %w", glob, err)
		}
		before := len(names)
		for _, name := range found {
			info, err := fs.Stat(files, name)
			if err != nil {
				return nil, fmt.Errorf("file %s: %w", path.Join(folder, name), err)
			}
			if info.Mode().IsRegular() {
				names = append(names, name)
			}
		}
		if len(names) == before {
			return nil, refused("no file in %s matches %q%s", folder, glob, nearMatches(files, glob))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// nearMatches says which files of the folder the glob may have meant, or else
// what the folder holds.
func nearMatches(files fs.ReadDirFS, glob string) string {
	folder, pattern := path.Split(path.Clean(glob))
	entries, err := files.ReadDir(path.Clean(folder))
	if err != nil {
		return fmt.Sprintf(": there is no folder %s in it", path.Clean(folder))
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() {
			names = append(names, folder+entry.Name())
		}
	}
	distance := func(name string) int {
		return globDistance(strings.ToLower(pattern), strings.ToLower(path.Base(name)))
	}
	near := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return distance(name) > 2+len(pattern)/5 })
	slices.SortStableFunc(near, func(a, b string) int { return cmp.Compare(distance(a), distance(b)) })
	switch {
	case len(near) > 0:
		return "; is it " + strings.Join(near[:min(len(near), listLimit)], " or ") + "?"
	case len(names) == 0:
		return ": there is no file in it"
	case len(names) > listLimit:
		return fmt.Sprintf("; it holds %s and %d more", strings.Join(names[:listLimit], ", "), len(names)-listLimit)
	}
	return "; it holds " + strings.Join(names, ", ")
}

// globDistance is how many characters must be put in, taken out or changed
// until the glob matches the name; * and ? match as they do in a glob.
func globDistance(glob, name string) int {
	above := make([]int, len(name)+1)
	row := make([]int, len(name)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(glob) {
		star := glob[i] == '*'
		row[0] = above[0] + 1
		if star {
			row[0] = above[0]
		}
		for j := range len(name) {
			if star {
				row[j+1] = min(above[j+1], row[j])
				continue
			}
			change := above[j]
			if glob[i] != name[j] && glob[i] != '?' {
				change++
			}
			row[j+1] = min(change, above[j+1]+1, row[j]+1)
		}
		above, row = row, above
	}
	return above[len(name)]
}
