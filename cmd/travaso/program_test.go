package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/cmd/internal/report"
	"github.com/travaso/travaso/transform/staged"
)

// These tests use the program as its users do: a plan, commands, what they
// print, and the files and databases they leave behind.

// project is a folder with a plan in it, and the environment that the plan names.
type project struct {
	folder string
	env    []string // as NAME=value
}

// newProject writes a plan, travaso.yaml, into a new folder.
func newProject(t *testing.T, plan string, env ...string) *project {
	t.Helper()
	p := &project{folder: t.TempDir(), env: env}
	p.write(t, "travaso.yaml", plan)
	return p
}

func (p *project) path(name string) string { return filepath.Join(p.folder, name) }

func (p *project) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(p.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// outcome is how a command ended and what it said.
type outcome struct {
	code           int
	killed         bool // by SIGKILL
	stdout, stderr string
}

func (o outcome) String() string {
	return fmt.Sprintf("exit code %d (killed: %t)\n%s%s", o.code, o.killed, o.stdout, o.stderr)
}

// process is a command under way.
type process struct {
	cmd            *exec.Cmd
	stdout, stderr strings.Builder
	done           chan error
}

// start starts a command in the project's folder, in a process group of its own.
func (p *project) start(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	started := &process{cmd: exec.CommandContext(ctx, "travaso", args...), done: make(chan error, 1)}
	started.cmd.Dir = p.folder
	started.cmd.Env = append(os.Environ(), p.env...)
	started.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	started.cmd.Stdout, started.cmd.Stderr = &started.stdout, &started.stderr
	if err := started.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { started.done <- started.cmd.Wait() }()
	return started
}

// signal sends a signal to the command and all it has started.
func (s *process) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(-s.cmd.Process.Pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Fatal(err)
	}
}

// wait waits for the end of the command.
func (s *process) wait(t *testing.T) outcome {
	t.Helper()
	return s.outcome(t, <-s.done)
}

func (s *process) outcome(t *testing.T, err error) outcome {
	t.Helper()
	o := outcome{stdout: s.stdout.String(), stderr: s.stderr.String()}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		o.code = exit.ExitCode()
		o.killed = exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
	case err != nil:
		t.Fatal(err)
	}
	return o
}

// run runs a command that must end with an exit code.
func (p *project) run(t *testing.T, code int, args ...string) outcome {
	t.Helper()
	o := p.start(t, args...).wait(t)
	if o.code != code || o.killed {
		t.Fatalf("travaso %s: want exit code %d: %v", strings.Join(args, " "), code, o)
	}
	return o
}

// newestRun is the folder of the newest run.
func (p *project) newestRun(t *testing.T) string {
	t.Helper()
	ids, err := pipeline.Runs(p.path("runs"))
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) == 0 {
		t.Fatalf("there is no run in %s", p.path("runs"))
	}
	return filepath.Join(p.path("runs"), ids[0])
}

func (p *project) runs(t *testing.T) int {
	t.Helper()
	ids, err := pipeline.Runs(p.path("runs"))
	if err != nil {
		t.Fatal(err)
	}
	return len(ids)
}

// report reads report.json of the newest run.
func (p *project) report(t *testing.T) *report.Report {
	t.Helper()
	var r report.Report
	readJSON(t, filepath.Join(p.newestRun(t), "report.json"), &r)
	return &r
}

// staged reads staged.json of the newest run.
func (p *project) staged(t *testing.T) *staged.Manifest {
	t.Helper()
	var m staged.Manifest
	readJSON(t, filepath.Join(p.newestRun(t), staged.Folder, staged.ManifestName), &m)
	return &m
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// says fails the test where a text lacks any of the wanted ones.
func says(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said in:\n%s", want, text)
		}
	}
}
