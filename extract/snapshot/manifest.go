package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/travaso/travaso/extract/sealed"
)

// FormatVersion is the version of the folder's format. A folder of another
// version is refused.
const FormatVersion = 1

const manifestName = "manifest.json"

// Manifest is the seal of a snapshot: what was read, from what, when, and the
// digest of every file that holds it.
type Manifest struct {
	Version int `json:"version"` // FormatVersion
	// Tool is the program that wrote it, as in "travaso 0.1.0".
	Tool string `json:"tool"`
	// Source says what was read, without secrets.
	Source   string    `json:"source"`
	Moment   Moment    `json:"moment"`
	Datasets []Dataset `json:"datasets"` // in the order of the source
}

// Dataset is one dataset of a snapshot. Source.Rows = Files.Rows + Rejected.
type Dataset struct {
	Name   string `json:"name"`
	Origin string `json:"origin"`
	// Fingerprint is the digest of the source's state, where it has one.
	Fingerprint string   `json:"fingerprint,omitempty"`
	Columns     []Column `json:"columns"` // without the hidden ones
	// Source are the figures by the source's own word, Files those that the
	// embedded engine read back. Their sums are equal where no row was rejected.
	Source Figures `json:"source"`
	Files  Figures `json:"files"`
	// Rejected counts the rows that could not be read; they are in RejectedFile.
	Rejected     int64 `json:"rejected"`
	RejectedFile *File `json:"rejected_file,omitempty"`
	// RejectedSums are Source − Files, the sums of the rows that were rejected;
	// only where there are such rows and the source can sum.
	RejectedSums map[string]string `json:"rejected_sums,omitempty"`
	Parts        []Part            `json:"parts"`
}

// Part is a chunk that was read, whole.
type Part struct {
	Chunk
	File     File      `json:"file"`
	Contents []Content `json:"contents"`
	// Sums are of the columns that are numbers.
	Sums     map[string]string `json:"sums,omitempty"`
	Rejected int64             `json:"rejected"`
}

// Load reads the manifest of a sealed snapshot. The files are not looked at:
// see Verify. A folder without a manifest gives an error that is fs.ErrNotExist.
func Load(folder string) (*Manifest, error) {
	path := filepath.Join(folder, manifestName)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("snapshot %s: no %s: the extraction was not finished, run it again: %w", folder, manifestName, fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	var version struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(content, &version); err != nil {
		return nil, fmt.Errorf("%s: not a manifest: %w: extract again into an empty folder", path, err)
	}
	if version.Version != FormatVersion {
		return nil, fmt.Errorf("%s: format version %d is unknown here, this program reads version %d: use the program that wrote it, or extract again into an empty folder", path, version.Version, FormatVersion)
	}
	m := new(Manifest)
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(m); err != nil {
		return nil, fmt.Errorf("%s: not a manifest of version %d: %w: extract again into an empty folder", path, FormatVersion, err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("%s: %w: extract again into an empty folder", path, err)
	}
	return m, nil
}

// Write seals the folder: it is the last file written.
func (m *Manifest) Write(folder string) error {
	m.Version = FormatVersion
	if err := m.check(); err != nil {
		return fmt.Errorf("seal %s: %w", folder, err)
	}
	content, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("seal %s: %w", folder, err)
	}
	return sealed.WriteFile(filepath.Join(folder, manifestName), append(content, '\n'))
}

// check says what in the manifest contradicts itself.
func (m *Manifest) check() error {
	seen := map[string]bool{}
	for _, d := range m.Datasets {
		if err := CheckDataset(d.Name); err != nil {
			return err
		}
		if lower := strings.ToLower(d.Name); seen[lower] {
			return fmt.Errorf("dataset %s is there twice", d.Name)
		} else {
			seen[lower] = true
		}
		if err := d.check(); err != nil {
			return fmt.Errorf("dataset %s: %w", d.Name, err)
		}
	}
	return nil
}

func (d Dataset) check() error {
	if err := checkColumns(d.Name, d.Columns); err != nil {
		return err
	}
	var rows, rejected int64
	for i, p := range d.Parts {
		if i > 0 && p.Part <= d.Parts[i-1].Part {
			return fmt.Errorf("part %d comes after part %d", p.Part, d.Parts[i-1].Part)
		}
		if p.File.Path != PartPath(d.Name, p.Part) {
			return fmt.Errorf("part %d is in %q, not in %q", p.Part, p.File.Path, PartPath(d.Name, p.Part))
		}
		rows += p.File.Rows
		rejected += p.Rejected
	}
	switch {
	case len(d.Parts) == 0:
		return errors.New("no part")
	case rows != d.Files.Rows || rejected != d.Rejected || d.Source.Rows != rows+rejected:
		return fmt.Errorf("%d rows in the source are not %d in files and %d rejected", d.Source.Rows, rows, rejected)
	case (d.RejectedFile == nil) != (rejected == 0):
		return fmt.Errorf("%d rejected rows, and their file does not fit that", rejected)
	case d.RejectedFile != nil && (d.RejectedFile.Path != rejectedPath(d.Name) || d.RejectedFile.Rows != rejected):
		return fmt.Errorf("%d rejected rows are not %d in %q", rejected, d.RejectedFile.Rows, d.RejectedFile.Path)
	}
	return nil
}

// Dataset finds a dataset by name.
func (m *Manifest) Dataset(name string) (Dataset, bool) {
	for _, d := range m.Datasets {
		if d.Name == name {
			return d, true
		}
	}
	return Dataset{}, false
}

// Files are all files of the snapshot but the manifest.
func (m *Manifest) Files() []File {
	var files []File
	for _, d := range m.Datasets {
		for _, p := range d.Parts {
			files = append(files, p.File)
		}
		if d.RejectedFile != nil {
			files = append(files, *d.RejectedFile)
		}
	}
	return files
}

// Paths are the Parquet files of a dataset in a snapshot's folder.
func (d Dataset) Paths(folder string) []string {
	paths := make([]string, len(d.Parts))
	for i, p := range d.Parts {
		paths[i] = filepath.Join(folder, filepath.FromSlash(p.File.Path))
	}
	return paths
}

// Digest identifies the content of a snapshot: SHA-256 over the names,
// columns and files (path, rows, SHA-256) of its datasets. It leaves out
// whatever may differ between two extractions of the same rows: when, by which
// program, on which machine, from which path.
func (m *Manifest) Digest() string {
	type dataset struct {
		Name     string
		Columns  []Column
		Files    []File
		Rejected *File
	}
	content := struct {
		Version  int
		Datasets []dataset
	}{Version: m.Version}
	for _, d := range m.Datasets {
		identity := dataset{Name: d.Name, Rejected: d.RejectedFile}
		for _, c := range d.Columns {
			c.Origin, c.Note = "", ""
			identity.Columns = append(identity.Columns, c)
		}
		for _, p := range d.Parts {
			identity.Files = append(identity.Files, p.File)
		}
		content.Datasets = append(content.Datasets, identity)
	}
	text, err := json.Marshal(content)
	if err != nil {
		panic("snapshot: a manifest of plain values cannot be marshalled: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
