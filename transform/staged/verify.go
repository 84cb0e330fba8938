package staged

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	file, err := os.Open(filepath.Join(runFolder, filepath.FromSlash(f.Path)))
	if err != nil {
		return fmt.Errorf("verify what is staged: %w: transform again", err)
	}
	defer file.Close()
	hash := sha256.New()
	bytes, err := io.Copy(hash, file)
	if err != nil {
		return fmt.Errorf("verify %s: %w", f.Path, err)
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); bytes != f.Bytes || sum != f.SHA256 {
		return fmt.Errorf("%s was changed after it was sealed: %d bytes with SHA-256 %s, not %d with %s: transform again", f.Path, bytes, sum, f.Bytes, f.SHA256)
	}
	return nil
}
