package transform

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/travaso/travaso/extract/sealed"
)

// seal brings a file that the engine wrote to the disk, makes it private, and
// gives its size and SHA-256.
func seal(path string) (bytes int64, digest string, err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, "", fmt.Errorf("seal: %w", err)
	}
	defer file.Close()
	if err := file.Chmod(0o600); err != nil {
		return 0, "", fmt.Errorf("seal: %w", err)
	}
	hash := sha256.New()
	if bytes, err = io.Copy(hash, file); err != nil {
		return 0, "", fmt.Errorf("seal %s: %w", path, err)
	}
	if err := file.Sync(); err != nil {
		return 0, "", fmt.Errorf("seal %s: %w", path, err)
	}
	return bytes, hex.EncodeToString(hash.Sum(nil)), nil
}

// syncFolders brings the names in a folder and in those below it to the disk:
// without it a file may be gone after a power cut, and its seal still there.
func syncFolders(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		return sealed.SyncFolder(path)
	})
}
