package pipeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/travaso/travaso/cmd/internal/journal"
	"github.com/travaso/travaso/load"
)

// Status is how far a run is, by its journal alone: it may be asked while the
// run is under way, from another terminal.
type Status struct {
	Run       string    `json:"run"`
	Kind      Kind      `json:"kind"`
	Migration string    `json:"migration"`
	Started   time.Time `json:"started"`
	// Stage is the last one that ended: begun, extracted, transformed,
	// validated, reported, loading, loaded, verified; or "not begun".
	Stage string `json:"stage"`
	// State is the stage, or how the last command ended where it came to no end.
	State string    `json:"state"`
	At    time.Time `json:"at"` // of the last event
	// Target is where the run goes, without secrets.
	Target string `json:"target"`
	// Batches and Documents are those that this run's loads applied.
	Batches   int   `json:"batches"`
	Documents int64 `json:"documents"`
	// Error is why the last command ended, "" where it did not fail.
	Error string `json:"error,omitempty"`
}

// The states of a run whose last command did not come to its end.
const (
	stateFailed       = "failed"
	stateRefused      = "no-go"
	stateUnreconciled = "not reconciled"
	stateInterrupted  = "interrupted"
)

var errInterrupted = errors.New("interrupted")

// failure is the payload of a command's failed end.
type failure struct {
	Error string `json:"error"`
	State string `json:"state"`
}

func stateOf(cause error) string {
	switch {
	case errors.Is(cause, ErrUnbalanced):
		return stateUnreconciled
	case errors.Is(cause, ErrFindings):
		return stateRefused
	case errors.Is(cause, errInterrupted):
		return stateInterrupted
	}
	return stateFailed
}

// notBegun is the stage of a run that was killed before its first event.
const notBegun = "not begun"

// Own reports whether a run is of the plan's migration; one whose journal does
// not tell may be.
func (p *Plan) Own(id string) bool {
	first, err := firstEvent(filepath.Join(p.Runs, id))
	return err != nil || first.Migration == p.Migration
}

// StatusOf reads the journal of a run.
func StatusOf(runs, id string) (Status, error) {
	events, err := journal.Read(filepath.Join(runs, id))
	if err != nil {
		return Status{}, fmt.Errorf("run %s: %w", id, err)
	}
	if len(events) == 0 {
		info, err := os.Stat(filepath.Join(runs, id))
		if err != nil {
			return Status{}, fmt.Errorf("run %s: %w", id, err)
		}
		return Status{Run: id, Stage: notBegun, State: notBegun, Started: info.ModTime(), At: info.ModTime()}, nil
	}
	first, err := firstEvent(filepath.Join(runs, id))
	if err != nil {
		return Status{}, fmt.Errorf("run %s: %w", id, err)
	}
	s := Status{Run: id, Kind: first.Kind, Migration: first.Migration, Target: first.Target, Started: events[0].At}
	for _, e := range events {
		s.At = e.At
		if err := s.take(e); err != nil {
			return s, fmt.Errorf("run %s: %w", id, err)
		}
	}
	return s, nil
}

func (s *Status) take(e journal.Event) error {
	switch e.Name {
	case eventApplied:
		var applied load.Applied
		if err := e.Decode(&applied); err != nil {
			return err
		}
		s.Batches += max(applied.Parts, 1)
		s.Documents += applied.Result.Inserted + applied.Result.Replaced + applied.Result.Deleted
	case eventFailed:
		failed := failure{State: stateFailed}
		if err := e.Decode(&failed); err != nil {
			return err
		}
		s.Error, s.State = failed.Error, failed.State
	case eventResumed:
		s.Error, s.State = "", s.Stage
	case eventReported:
		var verdict struct{ Go bool }
		if err := e.Decode(&verdict); err != nil {
			return err
		}
		s.Stage, s.State, s.Error = e.Name, e.Name, ""
		if !verdict.Go {
			s.State = stateRefused
		}
	case journal.TornEvent: // of the file, not of the run
	default:
		s.Stage, s.State, s.Error = e.Name, e.Name, ""
	}
	return nil
}
