package main

import (
	"context"
	"errors"
	"os"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/cmd/internal/report"
)

func newRehearseCommand() *cli.Command {
	return &cli.Command{
		Name:      "rehearse",
		Usage:     "go the whole way but for the load, and report",
		UsageText: "travaso rehearse travaso.yaml",
		Description: "Extracts, transforms and validates into a new run folder and writes its report: go or no-go against\n" +
			"   what the plan accepts, and every figure behind it. The target is only looked at.\n" +
			"   No-go ends with exit code 3, totals that do not reconcile with 5.",
		ArgsUsage: "[travaso.yaml]",
		Flags:     []cli.Flag{jsonFlag, memoryFlag, unmaskFlag, offlineFlag},
		Action: func(c *cli.Context) error {
			return inNewRun(c, pipeline.Rehearsal, false, func(ctx context.Context, r *pipeline.Run) error {
				rep, err := r.Rehearse(ctx)
				return errors.Join(printReport(c, rep), err)
			})
		},
	}
}

func newCutoverCommand() *cli.Command {
	return &cli.Command{
		Name:      "cutover",
		Usage:     "go the whole way into the target; run again, it goes on where it was",
		UsageText: "travaso cutover travaso.yaml",
		Description: "Extracts, transforms, validates, loads and verifies. Nothing is loaded unless the report says go.\n" +
			"   Interrupted at any moment, the same command goes on; when all is done it changes nothing and says so.\n" +
			"   With other mappings, rules or settings it begins a new run.",
		ArgsUsage: "[travaso.yaml]",
		Flags: []cli.Flag{jsonFlag, memoryFlag, unmaskFlag,
			&cli.BoolFlag{Name: "fresh", Usage: "begin a new run and read the source again, also where one is unfinished"}},
		Action: func(c *cli.Context) error {
			return inNewRun(c, pipeline.Cutover, c.Bool("fresh"), func(ctx context.Context, r *pipeline.Run) error {
				rep, err := r.Cutover(ctx)
				return errors.Join(printReport(c, rep), err)
			})
		},
	}
}

// printReport prints a report as a command's result; there may be none.
func printReport(c *cli.Context, rep *report.Report) error {
	if rep == nil {
		return nil
	}
	if c.Bool(jsonFlag.Name) {
		return printJSON(c.App.Writer, rep)
	}
	return rep.WriteTerminal(c.App.Writer, terminalWidth(), report.Options{Unmasked: c.Bool(unmaskFlag.Name)})
}

// uncut is the width of an output that is no terminal: a file keeps whole lines.
const uncut = 1000

// terminalWidth is how many characters a line of the output may have.
func terminalWidth() int {
	width, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		return uncut
	}
	return width
}
