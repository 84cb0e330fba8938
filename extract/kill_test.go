package extract

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/travaso/travaso/extract/snapshot"
)

// killedFolder names, in the environment, the folder of the process that is killed.
const killedFolder = "TRAVASO_TEST_KILLED_FOLDER"

// longLedger has chunks enough that a kill hits an extraction at any of its steps.
func longLedger() fakeFiles {
	s := &fakeSource{fingerprint: "1", rows: map[string][][]any{}, figures: map[string]snapshot.Figures{}, shapes: map[string]snapshot.Shape{}}
	for _, dataset := range []string{"accertamenti", "impegni"} {
		shape := snapshot.Shape{Dataset: dataset, Columns: []snapshot.Column{{Name: "N", Type: snapshot.Integer}, {Name: "T", Type: snapshot.Text}}}
		for part := range 12 {
			shape.Chunks = append(shape.Chunks, snapshot.Chunk{Part: part, Origin: dataset})
			rows := make([][]any, 0, 2000)
			for n := range 2000 {
				rows = append(rows, []any{int64(n), fmt.Sprint("riga ", n)})
			}
			rows[part] = nil
			s.rows[fmt.Sprintf("%s/%d", dataset, part)] = rows
		}
		s.shapes[dataset] = shape
		s.figures[dataset] = snapshot.Figures{Rows: 24000, Sums: map[string]string{"N": "23987934"}} // rejected: 0 + 1 + … + 11
	}
	s.before = func(_ string, _ int, row int64) error {
		if row == 1000 {
			time.Sleep(15 * time.Millisecond)
		}
		return nil
	}
	return fakeFiles{s}
}

// TestProcessToBeKilled is not a test: it is the process that TestKilled kills.
func TestProcessToBeKilled(t *testing.T) {
	folder := os.Getenv(killedFolder)
	if folder == "" {
		t.Skip("skipped: TestKilled runs it")
	}
	if _, err := Extract(t.Context(), longLedger(), Options{Folder: folder, Readers: 2}); err != nil {
		t.Fatal(err)
	}
}

// TestKilled kills an extraction (SIGKILL) at many moments, one after the
// other in one folder, and compares what comes out with an uninterrupted one.
func TestKilled(t *testing.T) {
	want, err := Extract(t.Context(), longLedger(), Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	folder, kills := t.TempDir(), 0
	for attempt := 0; ; attempt++ {
		if attempt == 200 {
			t.Fatal("200 attempts did not finish")
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcessToBeKilled$")
		cmd.Env = append(os.Environ(), killedFolder+"="+folder)
		var output strings.Builder
		cmd.Stdout, cmd.Stderr = &output, &output
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Later attempts get more time, so that a slow machine comes to an end too.
		patience := time.Duration(30+3*attempt)*time.Millisecond + rand.N(40*time.Millisecond)
		killer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
		err := cmd.Wait()
		killer.Stop()
		if err == nil {
			break
		}
		if !strings.Contains(err.Error(), "killed") {
			t.Fatalf("after %d kills: %v: %s", kills, err, output.String())
		}
		kills++
	}
	m, err := snapshot.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(t.Context(), folder); err != nil {
		t.Error(err)
	}
	if m.Digest() != want.Digest() {
		t.Errorf("after %d kills the digest is %s, want %s", kills, m.Digest(), want.Digest())
	}
	if kills == 0 {
		t.Error("the process was never killed")
	}
	t.Logf("%d kills", kills)
}
