package main

import (
	"context"
	"errors"

	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/extract"
	"github.com/travaso/travaso/transform"
)

// Exit codes: the one table of them. The README repeats it, kept true by a test.
const (
	exitDone        = 0   // done
	exitFailure     = 1   // a failure: the message says what to do
	exitUsage       = 2   // the plan, what it names (files, mappings, rules, a run) or the command line is wrong: nothing was run
	exitFindings    = 3   // findings beyond what the plan accepts: nothing was loaded
	exitWindow      = 4   // stopped at a safe point because of the window
	exitUnbalanced  = 5   // totals do not reconcile
	exitInterrupted = 130 // interrupted; the same command resumes
)

// exitCode tells the exit code of an error that ended a command.
func exitCode(err error) int {
	var plan *pipeline.PlanError
	var extracted *extract.MismatchError
	var transformed *transform.UnbalancedError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case isUsage(err), errors.As(err, &plan), errors.Is(err, pipeline.ErrNoRun):
		return exitUsage
	case errors.Is(err, pipeline.ErrFindings):
		return exitFindings
	case errors.Is(err, pipeline.ErrUnbalanced), errors.As(err, &extracted), errors.As(err, &transformed):
		return exitUnbalanced
	default:
		return exitFailure
	}
}
