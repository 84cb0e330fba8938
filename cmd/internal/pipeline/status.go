package pipeline

import (
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
	// validated, reported, loading, loaded, verified; or notBegun.
	Stage string    `json:"stage"`
	At    time.Time `json:"at"` // of the last event
	// Batches and Documents are those that this run's loads applied.
	Batches   int   `json:"batches"`
	Documents int64 `json:"documents"`
	// Error is why the last command ended, "" where it did not fail.
	Error string `json:"error,omitempty"`
}

// notBegun is the stage of a run that was killed before its first event.
const notBegun = "not begun"

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
		return Status{Run: id, Stage: notBegun, Started: info.ModTime(), At: info.ModTime()}, nil
	}
	first, err := firstEvent(filepath.Join(runs, id))
	if err != nil {
		return Status{}, fmt.Errorf("run %s: %w", id, err)
	}
	s := Status{Run: id, Kind: first.Kind, Migration: first.Migration, Started: events[0].At}
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
		var failed struct {
			Error string `json:"error"`
		}
		if err := e.Decode(&failed); err != nil {
			return err
		}
		s.Error = failed.Error
	case eventResumed:
		s.Error = ""
	default:
		s.Stage, s.Error = e.Name, ""
	}
	return nil
}
