package pipeline

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/travaso/travaso/cmd/internal/journal"
)

// A line that a loss of power left unfinished is cut off, and says nothing of
// how far the run is.
func TestStatusAfterATornLine(t *testing.T) {
	runs := t.TempDir()
	folder := filepath.Join(runs, "run")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(do func(*journal.Journal)) {
		j, err := journal.Open(folder)
		if err != nil {
			t.Fatal(err)
		}
		do(j)
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	write(func(j *journal.Journal) {
		if _, err := j.Append(eventBegun, begun{Run: "run", Kind: Cutover}); err != nil {
			t.Fatal(err)
		}
		if _, err := j.Append(eventExtracted, stageEvent{}); err != nil {
			t.Fatal(err)
		}
	})
	file, err := os.OpenFile(filepath.Join(folder, journal.File), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"seq":3,"at":"2026`); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	write(func(j *journal.Journal) {
		if _, ok := j.Last(journal.TornEvent); !ok {
			t.Fatal("the journal does not tell of the torn line")
		}
	})
	s, err := StatusOf(runs, "run")
	if err != nil {
		t.Fatal(err)
	}
	if s.Stage != eventExtracted || s.State != eventExtracted {
		t.Errorf("stage %q, state %q, want %q", s.Stage, s.State, eventExtracted)
	}
}
