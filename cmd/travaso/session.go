package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/cmd/internal/progress"
)

// The flags that several commands share.
var (
	jsonFlag    = &cli.BoolFlag{Name: "json", Usage: "print the result, and progress, as JSON lines"}
	memoryFlag  = &cli.StringFlag{Name: "memory", Usage: "bound the memory of the embedded engine, as in 512MiB (default: the plan's, else 1GiB)"}
	runFlag     = &cli.StringFlag{Name: "run", Usage: "the run, by the beginning of its id (default: the newest)"}
	offlineFlag = &cli.BoolFlag{Name: "without-target", Usage: "do not connect to the target: check against the plan's DDL alone"}
	unmaskFlag  = &cli.BoolFlag{Name: "unmasked", Usage: "show personal data whole in the report; the journal records it"}
)

// planPath is the plan a command works on: its argument, or travaso.yaml here.
func planPath(c *cli.Context) (string, error) {
	switch c.NArg() {
	case 0:
		return "travaso.yaml", nil
	case 1:
		return c.Args().First(), nil
	}
	return "", errUsage{fmt.Errorf("one plan is wanted, not %d arguments", c.NArg())}
}

// prepared loads the plan of a command and all that it names.
func prepared(c *cli.Context) (*pipeline.Migration, error) {
	path, err := planPath(c)
	if err != nil {
		return nil, err
	}
	plan, err := pipeline.LoadPlan(path)
	if err != nil {
		return nil, err
	}
	return pipeline.Prepare(c.Context, plan, !c.Bool(offlineFlag.Name))
}

// settings are what the command line adds to the plan.
func settings(c *cli.Context) (pipeline.Settings, error) {
	mode := progress.Auto
	if c.Bool(jsonFlag.Name) {
		mode = progress.JSON
	}
	s := pipeline.Settings{Version: version(), Bar: progress.New(os.Stderr, mode), Unmasked: c.Bool(unmaskFlag.Name)}
	if size := c.String(memoryFlag.Name); size != "" {
		bytes, err := pipeline.ParseBytes(size)
		if err != nil {
			return s, errUsage{fmt.Errorf("--memory: %w: write it as 512MiB or 2GiB", err)}
		}
		s.MemoryBytes = bytes
	}
	return s, nil
}

// inRun opens the run that --run names and does one thing in it.
func inRun(c *cli.Context, do func(context.Context, *pipeline.Run) error) error {
	m, err := prepared(c)
	if err != nil {
		return err
	}
	s, err := settings(c)
	if err != nil {
		return err
	}
	id, err := m.Plan.Newest(c.String(runFlag.Name))
	if err != nil {
		return err
	}
	r, err := m.Open(c.Context, id, s)
	if err != nil {
		return err
	}
	return during(c, r, do)
}

// inNewRun begins a run, or continues it where its kind is continued, and does
// one thing in it.
func inNewRun(c *cli.Context, kind pipeline.Kind, fresh bool, do func(context.Context, *pipeline.Run) error) error {
	m, err := prepared(c)
	if err != nil {
		return err
	}
	s, err := settings(c)
	if err != nil {
		return err
	}
	r, err := m.Start(c.Context, kind, fresh, s)
	if err != nil {
		return err
	}
	switch {
	case r.Resumed && r.Finished():
		s.Bar.Say("run " + r.ID + " is finished already: the source is not read again; to migrate what changed since, give --fresh")
	case r.Resumed:
		s.Bar.Say("run " + r.ID + " goes on")
	default:
		s.Bar.Say("run " + r.ID)
	}
	return during(c, r, do)
}

// during does something in a run, and notes in its journal why it failed.
func during(c *cli.Context, r *pipeline.Run, do func(context.Context, *pipeline.Run) error) error {
	err := interruption(c.Context, do(c.Context, r))
	if err != nil {
		err = errors.Join(err, r.Failed(err))
	}
	return errors.Join(err, r.Close())
}

// printJSON writes one value as one line of JSON.
func printJSON(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}
