package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/travaso/travaso/extract/sealed"
)

// Verify reads every file of the snapshot again, several at a time, and
// refuses a folder in which a byte was changed, a file is missing, or there is
// one that the manifest does not know.
func (m *Manifest) Verify(ctx context.Context, folder string) error {
	files := m.Files()
	found := make([]error, len(files))
	readers, ctx := errgroup.WithContext(ctx)
	readers.SetLimit(runtime.GOMAXPROCS(0))
	for i, file := range files {
		readers.Go(func() error {
			if ctx.Err() == nil {
				found[i] = file.verify(folder)
			}
			return ctx.Err()
		})
	}
	if err := readers.Wait(); err != nil {
		return fmt.Errorf("verify snapshot %s: %w", folder, err)
	}
	foreign, err := m.foreignFiles(folder)
	if err != nil {
		return fmt.Errorf("verify snapshot %s: %w", folder, err)
	}
	for _, path := range foreign {
		found = append(found, fmt.Errorf("%s: not in the manifest: remove it", filepath.Join(folder, path)))
	}
	found = slices.DeleteFunc(found, func(err error) bool { return err == nil })
	switch len(found) {
	case 0:
		return nil
	case 1:
		return found[0]
	}
	return fmt.Errorf("%w (and %d other files)", found[0], len(found)-1)
}

// verify compares a file with its entry in the manifest.
func (f File) verify(folder string) error {
	path := filepath.Join(folder, filepath.FromSlash(f.Path))
	const remedy = "restore it, or extract again into an empty folder"
	bytes, sum, err := sealed.Digest(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: missing from the snapshot: %s", path, remedy)
	case err != nil:
		return err
	case bytes != f.Bytes:
		return fmt.Errorf("%s: %d bytes, sealed with %d: it was changed: %s", path, bytes, f.Bytes, remedy)
	case sum != f.SHA256:
		return fmt.Errorf("%s: changed since it was sealed (sha-256 %.12s…, sealed %.12s…): %s", path, sum, f.SHA256, remedy)
	}
	return nil
}

// foreignFiles are the files of the folder that the manifest does not know.
// What an extraction leaves when it is killed right after the seal is known.
func (m *Manifest) foreignFiles(folder string) ([]string, error) {
	known := map[string]bool{manifestName: true}
	for _, f := range m.Files() {
		known[f.Path] = true
	}
	for _, d := range m.Datasets {
		for _, p := range d.Parts {
			known[proofPath(d.Name, p.Part)] = true
			known[partRejectedPath(d.Name, p.Part)] = true
		}
	}
	var foreign []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		if !known[filepath.ToSlash(relative)] {
			foreign = append(foreign, relative)
		}
		return nil
	})
	return foreign, err
}

// RemoveProofs removes what only an unfinished extraction needs. It is called
// after the seal.
func (m *Manifest) RemoveProofs(folder string) error {
	for _, d := range m.Datasets {
		for _, p := range d.Parts {
			for _, path := range []string{proofPath(d.Name, p.Part), partRejectedPath(d.Name, p.Part)} {
				if err := os.Remove(filepath.Join(folder, filepath.FromSlash(path))); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
		}
	}
	return nil
}

func rejectedPath(dataset string) string { return dataset + "/rejected.jsonl" }

func partRejectedPath(dataset string, part int) string {
	return strings.TrimSuffix(PartPath(dataset, part), ".parquet") + ".rejected.jsonl"
}

func proofPath(dataset string, part int) string {
	return strings.TrimSuffix(PartPath(dataset, part), ".parquet") + ".json"
}
