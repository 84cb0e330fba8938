package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/extract"
	"github.com/travaso/travaso/transform"
)

// Totals that do not reconcile are told by the same code wherever on the way
// they are found.
func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, exitDone},
		{errors.New("broken"), exitFailure},
		{errUsage{errors.New("unknown option")}, exitUsage},
		{&pipeline.PlanError{Err: errors.New("unknown key")}, exitUsage},
		{pipeline.ErrNoRun, exitUsage},
		{pipeline.ErrFindings, exitFindings},
		{&extract.MismatchError{Dataset: "impegni", Source: "2", Files: "1"}, exitUnbalanced},
		{&transform.UnbalancedError{}, exitUnbalanced},
		{pipeline.ErrUnbalanced, exitUnbalanced},
		{context.Canceled, exitInterrupted},
		{errors.Join(pipeline.ErrUnbalanced, context.Canceled), exitInterrupted},
	} {
		err := c.err
		if err != nil {
			err = fmt.Errorf("extract: %w", err)
		}
		if got := exitCode(err); got != c.want {
			t.Errorf("%v ends with %d, want %d", c.err, got, c.want)
		}
	}
}
