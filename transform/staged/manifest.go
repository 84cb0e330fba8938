package staged

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/travaso/travaso/extract/sealed"
)

// FormatVersion is the version of the folder's format.
const FormatVersion = 1

// The names inside a run folder.
const (
	Folder        = "staged"
	RejectsFolder = "rejects"
	ManifestName  = "staged.json"
	FindingsName  = "findings.parquet" // in RejectsFolder: every finding of the mapping
)

// Load reads the manifest of the staged folder of a run. The files are not
// looked at: see Verify. Where nothing is staged, or not all of it, the error
// is fs.ErrNotExist.
func Load(runFolder string) (*Manifest, error) {
	path := filepath.Join(runFolder, Folder, ManifestName)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no %s: the transformation was not finished, run it again: %w", filepath.Dir(path), ManifestName, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("read what is staged: %w", err)
	}
	m := new(Manifest)
	if err := json.Unmarshal(content, m); err != nil {
		return nil, fmt.Errorf("%s: not a manifest: %w: transform again", path, err)
	}
	if m.Version != FormatVersion {
		return nil, fmt.Errorf("%s: format version %d is unknown here, this program reads version %d: transform again", path, m.Version, FormatVersion)
	}
	return m, nil
}

// Write seals the staged folder of a run: it is the last file written.
func (m *Manifest) Write(runFolder string) error {
	folder := filepath.Join(runFolder, Folder)
	if err := sealed.WriteJSON(filepath.Join(folder, ManifestName), m); err != nil {
		return fmt.Errorf("seal %s: %w", folder, err)
	}
	return nil
}

// Document finds a document type by name.
func (m *Manifest) Document(name string) (Document, bool) {
	for _, d := range m.Documents {
		if d.Name == name {
			return d, true
		}
	}
	return Document{}, false
}

// Entity finds an entity of a document type by name.
func (d Document) Entity(name string) (Entity, bool) {
	for _, e := range d.Entities {
		if e.Name == name {
			return e, true
		}
	}
	return Entity{}, false
}
