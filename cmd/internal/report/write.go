package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The report's names in the run folder.
const (
	JSONFile = "report.json"
	HTMLFile = "report.html"
)

// Options say how a report is shown to people.
type Options struct {
	// Unmasked shows personal data whole.
	Unmasked bool
	Language Language // default English
}

// WriteJSON writes the whole report, values unmasked, in one piece or not at all.
func (r *Report) WriteJSON(path string) error {
	return writeFile(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	})
}

// Read reads a report.json.
func Read(path string) (*Report, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("read report %s: %w", path, err)
	}
	if r.Version != Version {
		return nil, fmt.Errorf("read report %s: it is of version %d and this travaso reads version %d: use the one that wrote it, %q", path, r.Version, Version, r.Run.ToolVersion)
	}
	return &r, nil
}

// WriteHTML writes the page in one piece or not at all.
func (r *Report) WriteHTML(path string, o Options) error {
	return writeFile(path, func(w io.Writer) error { return r.html(w, o) })
}

// writeFile writes a private file: it is there whole after a crash at any
// moment, or as it was before.
func writeFile(path string, write func(io.Writer) error) error {
	if err := replace(path, write); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func replace(path string, write func(io.Writer) error) (err error) {
	folder := filepath.Dir(path)
	file, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	buffered := bufio.NewWriter(file)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	return syncFolder(folder)
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
