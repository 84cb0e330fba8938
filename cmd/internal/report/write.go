package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/travaso/travaso/extract/sealed"
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
	return sealed.WriteWith(path, func(w io.Writer) error {
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
	return sealed.WriteWith(path, func(w io.Writer) error { return r.html(w, o) })
}
