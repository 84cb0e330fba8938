package staged

import (
	"fmt"
	"path/filepath"

	"github.com/travaso/travaso/extract/sealed"
)

// Verify reads every staged file again and compares it with the manifest. The
// error names the first file that is not what was sealed.
func (m *Manifest) Verify(runFolder string) error {
	for _, d := range m.Documents {
		for _, b := range d.Batches {
			for _, f := range b.Files {
				if err := f.verify(runFolder); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (f File) verify(runFolder string) error {
	path := filepath.Join(runFolder, filepath.FromSlash(f.Path))
	bytes, sum, err := sealed.Digest(path)
	if err != nil {
		return fmt.Errorf("verify what is staged: %w: restore it, or begin a new run", err)
	}
	if bytes != f.Bytes || sum != f.SHA256 {
		return fmt.Errorf("%s: changed since it was sealed (%d bytes, sha-256 %.12s…; sealed with %d, %.12s…): restore it, or begin a new run", path, bytes, sum, f.Bytes, f.SHA256)
	}
	return nil
}
