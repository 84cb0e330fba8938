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
		return fmt.Errorf("%w: %d differences, the first: %s, %s of %s: %s expected, %s found; the report lists them all",
			ErrUnbalanced, len(rep.Differences), d.Between, d.Measure, d.Entity, d.Expected, d.Actual)
	}
	var reasons []string
	for _, c := range rep.Verdict.Criteria {
		if !c.Holds {
			reasons = append(reasons, fmt.Sprintf("%s %s, accepted %s", strings.ReplaceAll(c.Code, "_", " "), c.Found, c.Accepted))
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s; mend the source or the mappings, or raise accept: in the plan", ErrFindings, strings.Join(reasons, "; "))
}
