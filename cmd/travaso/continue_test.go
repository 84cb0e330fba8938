package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCutoverIsNotContinuedElsewhere: what a cutover has read is never brought
// into another target, taken for another source, or kept once it was refused.
func TestCutoverIsNotContinuedElsewhere(t *testing.T) {
	t.Parallel()
	p := &project{folder: t.TempDir()}
	p.run(t, exitDone, "demo", "--prepare", "--dirt", "--in", ".", "--documents", "500")
	p.run(t, exitFindings, "cutover")

	p.edit(t, "travaso.yaml", `rejected_documents: 1`, `errors: 1, unreadable_amounts: 1, rejected_documents: 2`)
	says(t, p.run(t, exitDone, "cutover").stderr, "was refused: a new run begins")
	first := p.newestRun(t)
	if says(t, p.run(t, exitDone, "cutover").stderr, "is finished already: the source is not read again; to migrate what changed since, give --fresh", "nothing was written"); p.newestRun(t) != first {
		t.Error("a second cutover began a new run")
	}
	elsewhere := &project{folder: filepath.Dir(p.folder)}
	plan := filepath.Join(filepath.Base(p.folder), "travaso.yaml")
	if says(t, elsewhere.run(t, exitDone, "cutover", plan).stderr, "is finished already"); p.newestRun(t) != first {
		t.Error("from another folder a cutover began a new run")
	}

	p.edit(t, "travaso.yaml", "dsn: target.db", "dsn: another.db")
	says(t, p.run(t, exitDone, "cutover").stderr, "went into another target: a new run begins", "hold the rows and sums that are staged")
	if _, err := os.Stat(p.path("another.db")); err != nil {
		t.Error(err)
	}
	legacy, err := os.ReadFile(p.path("legacy.db"))
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, "copy.db", string(legacy))
	p.edit(t, "travaso.yaml", "dsn: legacy.db", "dsn: copy.db")
	says(t, p.run(t, exitDone, "cutover").stderr, "read another source: a new run begins", "hold the rows and sums that are staged")
	p.edit(t, "travaso.yaml", "dsn: copy.db", "dsn: copy.db, readers: 1")
	says(t, p.run(t, exitDone, "cutover").stderr, "read another source: a new run begins", "hold the rows and sums that are staged")
}
