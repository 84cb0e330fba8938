package transform

import (
	"io/fs"
	"path/filepath"

	"github.com/travaso/travaso/extract/sealed"
)

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
