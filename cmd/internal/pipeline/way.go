package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/travaso/travaso/cmd/internal/report"
)

// Rehearse goes the whole way but for the load, and reports. The report is
// there also when it says no: then the error is what Judge says.
func (r *Run) Rehearse(ctx context.Context) (*report.Report, error) {
	defer r.sayMemory()
	return r.judged(ctx)
}

// judged is the way up to the load, and the verdict on it.
func (r *Run) judged(ctx context.Context) (*report.Report, error) {
	if _, err := r.Extract(ctx); err != nil {
		return nil, err
	}
	if _, err := r.Transform(ctx); err != nil {
		return nil, err
	}
	if _, err := r.Validate(ctx); err != nil {
		return nil, err
	}
	return r.BeforeLoad(ctx)
}

// BeforeLoad reports and judges whether the run may go on to the target. What
// an earlier verification saw there does not count: the target may have been
// mended since, and is asked again after the load.
func (r *Run) BeforeLoad(ctx context.Context) (*report.Report, error) {
	if err := r.forgetVerification(); err != nil {
		return nil, err
	}
	r.ahead = true
	rep, err := r.Report(ctx)
	r.ahead = false
	if err != nil {
		return nil, err
	}
	return rep, Judge(rep)
}

// Cutover goes the whole way. It goes on from wherever it was interrupted, and
// run once more when it is done it changes nothing and says so. Nothing is
// loaded unless the report before the load says go.
func (r *Run) Cutover(ctx context.Context) (*report.Report, error) {
	defer r.sayMemory()
	if rep, err := r.judged(ctx); err != nil {
		return rep, err
	}
	if _, err := r.Load(ctx); err != nil {
		return nil, err
	}
	_, unbalanced := r.Verify(ctx)
	if unbalanced != nil && !errors.Is(unbalanced, ErrUnbalanced) {
		return nil, r.failedAt("verify", unbalanced)
	}
	rep, err := r.Report(ctx) // also of totals that do not reconcile
	if unbalanced != nil || err != nil {
		return rep, errors.Join(unbalanced, err)
	}
	return rep, Judge(rep)
}

// sayMemory tells the most memory that the process has used.
func (r *Run) sayMemory() {
	r.settings.Bar.Say(fmt.Sprintf("memory  %d MiB at most", PeakMemoryBytes()>>20))
}
