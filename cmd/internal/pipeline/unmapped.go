package pipeline

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path"

	"github.com/travaso/travaso/cmd/internal/report"
	"github.com/travaso/travaso/extract/sealed"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate/finding"
)

// writeUnmapped writes, for each crosswalk, the values it lacks, the costliest
// first, as a CSV ready to be filled in and appended to it.
func (r *Run) writeUnmapped(values []report.Unmapped) error {
	lines := map[string][][]string{}
	seen := map[[2]string]bool{}
	for _, u := range values {
		if seen[[2]string{u.Crosswalk, u.Value}] {
			continue // another field of the same crosswalk lacks it too
		}
		seen[[2]string{u.Crosswalk, u.Value}] = true
		note := fmt.Sprintf("documents %d", u.Documents)
		if u.Money != "" {
			note += ", money " + u.Money
		}
		lines[u.Crosswalk] = append(lines[u.Crosswalk], []string{finding.Cell(u.Value), "", note})
	}
	for crosswalk, rows := range lines {
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		if err := w.WriteAll(append([][]string{{"old", "new", "note"}}, rows...)); err != nil {
			return fmt.Errorf("write unmapped values of %s: %w", crosswalk, err)
		}
		if err := sealed.WriteFile(r.path(path.Join(staged.RejectsFolder, "unmapped-"+crosswalk+".csv")), text.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
