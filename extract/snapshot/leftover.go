package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Sweep removes from a folder what an unfinished extraction left, but for the
// parts that are kept, by dataset. It says how many chunks that were complete
// were given up, by dataset. A file that no extraction writes is an error, and
// then nothing is removed: the folder may be somebody's.
func Sweep(folder string, keep map[string][]Part) (givenUp map[string]int, err error) {
	kept := map[string]bool{}
	for dataset, parts := range keep {
		for _, p := range parts {
			kept[p.File.Path] = true
			kept[proofPath(dataset, p.Part)] = true
			if p.Rejected > 0 {
				kept[partRejectedPath(dataset, p.Part)] = true
			}
		}
	}
	paths, err := leftovers(folder)
	if err != nil {
		return nil, err
	}
	givenUp = map[string]int{}
	for _, path := range paths {
		if kept[path] {
			continue
		}
		if err := os.Remove(filepath.Join(folder, filepath.FromSlash(path))); err != nil {
			return nil, err
		}
		if strings.HasSuffix(path, ".json") {
			givenUp[filepath.Dir(path)]++
		}
	}
	return givenUp, nil
}

// leftovers are the files that extractions write, relative to the folder.
func leftovers(folder string) ([]string, error) {
	written := regexp.MustCompile(`^(manifest\.json\.tmp|[^/]+/(part-\d{5,}\.(parquet|json|rejected\.jsonl)|rejected\.jsonl)(\.tmp)?)$`)
	var paths []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == folder {
			return fs.SkipAll
		}
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		if !written.MatchString(relative) {
			return fmt.Errorf("%s: not a file of a snapshot: extract into an empty folder", path)
		}
		paths = append(paths, relative)
		return nil
	})
	return paths, err
}
