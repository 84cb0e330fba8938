package load_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/travaso/travaso/load"
	"github.com/travaso/travaso/load/sqltarget"
	"github.com/travaso/travaso/load/targettest"
)

// The environment by which a test process becomes the one that is killed.
const (
	victimDriver      = "TRAVASO_TEST_VICTIM_DRIVER"
	victimDSN         = "TRAVASO_TEST_VICTIM_DSN"
	victimConstraints = "TRAVASO_TEST_VICTIM_CONSTRAINTS"
)

// killedLedger is large enough for a load of it to be killed in its middle.
func killedLedger() *targettest.Staged { return targettest.Ledger("run-1", 3000, 16) }

// TestVictim is not a test of its own: it is the load that TestKill kills.
func TestVictim(t *testing.T) {
	config := sqltarget.Config{Driver: os.Getenv(victimDriver), DSN: os.Getenv(victimDSN), Constraints: os.Getenv(victimConstraints)}
	if config.Driver == "" {
		t.Skip("is run by TestKill, in a process of its own")
	}
	target, err := sqltarget.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	o := options("run-1")
	o.Progress = func(p load.Progress) { fmt.Println("PROGRESS", p.Stage, p.Batches) }
	if _, err := load.Load(t.Context(), target, killedLedger(), o); err != nil {
		t.Fatal(err)
	}
}

// TestKill kills a load, again and again, at random moments of each of its
// stages. What stands in the target in the end is what an uninterrupted load
// leaves: rows, constraints and journal.
func TestKill(t *testing.T) {
	onEach(t, func(t *testing.T, config sqltarget.Config) {
		target := open(t, config)
		killed, took := 0, map[string]int{}
		finished := false
		for try := 0; killed < 6 && !finished; try++ {
			var stage string
			stage, finished = runVictim(t, config, []string{load.Preparing, load.Applying, load.Applying, load.Restoring}[try%4])
			if !finished {
				killed++
				took[stage]++
			}
		}
		if killed < 2 {
			t.Fatalf("the load was killed only %d times", killed)
		}
		t.Logf("killed %d times: %v", killed, took)
		mustLoad(t, target, killedLedger(), "run-1")
		fresh := open(t, targets[config.Driver](t))
		mustLoad(t, fresh, killedLedger(), "run-1")
		sameContent(t, digests(t, fresh), digests(t, target))
		if again := mustLoad(t, target, killedLedger(), "run-1"); again.Changed() {
			t.Errorf("a load after the last one changed something: %+v", again)
		}
	})
}

// runVictim loads in a process of its own and kills it shortly after it told
// of a stage. It gives the last stage it told of.
func runVictim(t *testing.T, config sqltarget.Config, killAt string) (stage string, finished bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	victim := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestVictim$", "-test.v")
	victim.Env = append(os.Environ(), victimDriver+"="+config.Driver, victimDSN+"="+config.DSN, victimConstraints+"="+config.Constraints)
	output, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	armed := false
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		var batches int
		if _, err := fmt.Sscanf(lines.Text(), "PROGRESS %s %d", &stage, &batches); err != nil || armed || stage != killAt {
			continue
		}
		armed = true
		time.AfterFunc(time.Duration(rand.IntN(40_000))*time.Microsecond, func() { victim.Process.Signal(syscall.SIGKILL) })
	}
	err = victim.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return stage, true
	case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
		return stage, false
	}
	t.Fatalf("the victim failed by itself: %v\n%s", err, said.String())
	return "", false
}
