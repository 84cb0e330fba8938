package sealed

import (
	"fmt"
	"path/filepath"
)

// Record is what is kept of a sealed file, to find out later whether it is
// still the same.
type Record struct {
	// Path is relative to a folder that is known, with forward slashes.
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // hexadecimal
}

// Verify reads the file again. The error names a file that is missing or is
// not what was sealed.
func (r Record) Verify(folder string) error {
	path := filepath.Join(folder, filepath.FromSlash(r.Path))
	bytes, sum, err := Digest(path)
	if err != nil {
		return fmt.Errorf("verify what was sealed: %w: restore it, or begin a new run", err)
	}
	if bytes != r.Bytes || sum != r.SHA256 {
		return fmt.Errorf("%s: changed since it was sealed (%d bytes, sha-256 %.12s…; sealed with %d, %.12s…): restore it, or begin a new run",
			path, bytes, sum, r.Bytes, r.SHA256)
	}
	return nil
}
