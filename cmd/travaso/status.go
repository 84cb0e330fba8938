package main

import (
	"errors"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/travaso/travaso/cmd/internal/pipeline"
)

func newStatusCommand() *cli.Command {
	return &cli.Command{
		Name:        "status",
		Usage:       "tell how far the runs of a plan are",
		UsageText:   "travaso status travaso.yaml",
		Description: "Reads the journals alone: it may be asked while a run is under way, from another terminal.",
		ArgsUsage:   "[travaso.yaml]",
		Flags:       []cli.Flag{runFlag, jsonFlag},
		Action:      runStatus,
	}
}

func runStatus(c *cli.Context) error {
	path, err := planPath(c)
	if err != nil {
		return err
	}
	plan, err := pipeline.LoadPlan(path)
	if err != nil {
		return err
	}
	ids, err := runsAsked(c, plan)
	if err != nil {
		return err
	}
	p := &printer{w: c.App.Writer}
	if len(ids) == 0 && !c.Bool(jsonFlag.Name) {
		p.line("no run of migration %s yet: begin one with travaso rehearse %s", plan.Migration, plan.Path)
	}
	var unreadable []error // they do not hide the others
	for _, id := range ids {
		s, err := pipeline.StatusOf(plan.Runs, id)
		if err != nil {
			unreadable = append(unreadable, err)
			continue
		}
		if c.Bool(jsonFlag.Name) {
			if err := printJSON(c.App.Writer, s); err != nil {
				return err
			}
			continue
		}
		p.line("%s  %-15s %s", s.Run, s.State, s.At.Local().Format(time.DateTime))
		if s.Stage != s.State && s.Stage != "" {
			p.line("  the last stage that ended: %s", s.Stage)
		}
		if s.Target != "" {
			p.line("  %s of %s into %s", s.Kind, s.Migration, s.Target)
		}
		if s.Batches > 0 {
			p.line("  %s, %s applied", counted(s.Batches, "batch"), counted(s.Documents, "document"))
		}
		if s.Error != "" {
			p.line("  ended: %s", s.Error)
		}
	}
	return errors.Join(append(unreadable, p.err)...)
}

// runsAsked are the runs of the plan's migration: the one that --run names, or all.
func runsAsked(c *cli.Context, plan *pipeline.Plan) ([]string, error) {
	if c.String(runFlag.Name) == "" {
		ids, err := pipeline.Runs(plan.Runs)
		return slices.DeleteFunc(ids, func(id string) bool { return !plan.Own(id) }), err
	}
	id, err := plan.Newest(c.String(runFlag.Name))
	return []string{id}, err
}
