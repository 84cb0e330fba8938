package pipeline

import (
	"fmt"
	"strings"

	"github.com/travaso/travaso/cmd/internal/report"
)

// Judge is nil when the run may go on to the target, else an error that is
// ErrFindings or ErrUnbalanced, with what stands in the way.
func Judge(rep *report.Report) error {
	if len(rep.Differences) > 0 {
		d := rep.Differences[0]
		expected, actual := d.Figures()
		return fmt.Errorf("%w: %d differences, the first: %s, %s of %s: %s expected, %s found; the report lists them all",
			ErrUnbalanced, len(rep.Differences), d.Between, d.Measure, d.Entity, expected, actual)
	}
	var reasons []string
	for _, c := range rep.Verdict.Criteria {
		if !c.Holds {
			found, accepted := c.Figures()
			reasons = append(reasons, fmt.Sprintf("%s %s, accepted %s", strings.ReplaceAll(c.Code, "_", " "), found, accepted))
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s; %s, or raise accept: in the plan", ErrFindings, strings.Join(reasons, "; "), remedy(Kind(rep.Run.Kind)))
}

// remedy says how to go on.
func remedy(kind Kind) string {
	switch kind {
	case Cutover:
		return "mend the mappings or the source and cut over again"
	case Manual:
		return "mend the mappings or the source and extract again"
	}
	return "mend the mappings or the source and rehearse again"
}
