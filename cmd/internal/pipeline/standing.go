package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/travaso/travaso/cmd/internal/report"
)

// A report says what holds when it is written: of a run that goes into its
// target, whether that is before the load, after a failed one, or at the end.

// standing says how far the run has come into its target, and why no further.
func (r *Run) standing(v *Verification) (state report.LoadState, failure string) {
	loading, begun := r.journal.Last(eventLoading)
	loaded, ended := r.journal.Last(eventLoaded)
	switch {
	case r.Kind == Rehearsal:
		return "", ""
	case !begun:
		return report.LoadAhead, ""
	case r.ahead:
		return report.LoadUnfinished, ""
	case !ended || loaded.Seq < loading.Seq:
		return report.LoadFailed, "load: it did not end; run the same command again"
	case v == nil:
		return report.LoadFailed, "verify: the target was not verified after the load; run travaso verify"
	}
	return report.LoadDone, ""
}

// failedAt says in the report that the run failed at a stage after it, so that
// no report of a failed run says go. The figures stay those from before: to
// gather them again may be what failed, or was interrupted.
func (r *Run) failedAt(stage string, cause error) error {
	rep, err := report.Read(r.path(report.JSONFile))
	if errors.Is(err, fs.ErrNotExist) {
		return cause
	}
	if err != nil {
		return fmt.Errorf("%w; and the report cannot say so: %v", cause, err)
	}
	why := cause.Error()
	if errors.Is(cause, context.Canceled) {
		why = "interrupted; the same command goes on"
	}
	rep.Fail(fmt.Sprintf("%s: %s", stage, why))
	if err := r.write(rep); err != nil {
		return fmt.Errorf("%w; and the report cannot say so: %v", cause, err)
	}
	return cause
}

// Finished says that the run has loaded and verified everything.
func (r *Run) Finished() bool {
	v, err := r.verification()
	if err != nil || v == nil || len(v.Differences) > 0 {
		return false
	}
	state, _ := r.standing(v)
	return state == report.LoadDone
}
