package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/travaso/travaso/cmd/internal/pipeline"
)

func newReportCommand() *cli.Command {
	return &cli.Command{
		Name:        "report",
		Usage:       "write the report of a run once more",
		UsageText:   "travaso report --run 20260203 travaso.yaml",
		Description: "Gathers the report from the run folder, whose files are verified, and writes report.json and report.html.",
		ArgsUsage:   "[travaso.yaml]",
		Flags:       []cli.Flag{runFlag, jsonFlag, memoryFlag, unmaskFlag, offlineFlag},
		Action: func(c *cli.Context) error {
			return inRun(c, func(ctx context.Context, r *pipeline.Run) error {
				rep, err := r.Report(ctx)
				if err != nil {
					return err
				}
				return printReport(c, rep)
			})
		},
	}
}
