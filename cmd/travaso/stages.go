package main

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/load"
)

// The commands that run one stage each, for those who go step by step.

func newExtractCommand() *cli.Command {
	return &cli.Command{
		Name:      "extract",
		Usage:     "begin a run: read the source into a sealed snapshot",
		UsageText: "travaso extract travaso.yaml",
		Description: "Reads one consistent moment of every dataset in parallel, compares the source's own count and sums\n" +
			"   with those read back from the files, and seals them. Interrupted, the same command goes on. Go on with: travaso transform",
		ArgsUsage: "[travaso.yaml]",
		Flags:     []cli.Flag{jsonFlag, memoryFlag, offlineFlag},
		Action: func(c *cli.Context) error {
			return inNewRun(c, pipeline.Manual, false, func(ctx context.Context, r *pipeline.Run) error {
				manifest, err := r.Extract(ctx)
				if err != nil {
					return err
				}
				if c.Bool(jsonFlag.Name) {
					return printJSON(c.App.Writer, manifest)
				}
				p := &printer{w: c.App.Writer}
				for _, d := range manifest.Datasets {
					p.line("%-28s %9d rows  %d rejected", d.Name, d.Files.Rows, d.Rejected)
				}
				p.line("snapshot %s, sealed in %s", manifest.Digest()[:12], r.Folder)
				return p.err
			})
		},
	}
}

func newTransformCommand() *cli.Command {
	return &cli.Command{
		Name:      "transform",
		Usage:     "turn the snapshot of a run into staged documents",
		UsageText: "travaso transform --run 20260203 travaso.yaml",
		Description: "Every row of the snapshot becomes part of a staged document, of a rejected one, or is excluded with a reason.\n" +
			"   Go on with: travaso validate",
		ArgsUsage: "[travaso.yaml]",
		Flags:     []cli.Flag{runFlag, jsonFlag, memoryFlag, offlineFlag},
		Action: func(c *cli.Context) error {
			return inRun(c, func(ctx context.Context, r *pipeline.Run) error {
				manifest, err := r.Transform(ctx)
				if err != nil {
					return err
				}
				if c.Bool(jsonFlag.Name) {
					return printJSON(c.App.Writer, manifest)
				}
				p := &printer{w: c.App.Writer}
				for _, d := range manifest.Documents {
					p.line("%-28s %9d staged  %d rejected  %d excluded", d.Name, d.Staged, d.Rejected, d.Excluded)
				}
				return p.err
			})
		},
	}
}

func newValidateCommand() *cli.Command {
	return &cli.Command{
		Name:        "validate",
		Usage:       "check the balances of what a run has staged",
		UsageText:   "travaso validate --run 20260203 travaso.yaml",
		Description: "Runs every rule and lists what each found; all findings are in findings/ of the run folder.",
		ArgsUsage:   "[travaso.yaml]",
		Flags:       []cli.Flag{runFlag, jsonFlag, memoryFlag, offlineFlag},
		Action: func(c *cli.Context) error {
			return inRun(c, func(ctx context.Context, r *pipeline.Run) error {
				result, err := r.Validate(ctx)
				if err != nil {
					return err
				}
				if c.Bool(jsonFlag.Name) {
					return printJSON(c.App.Writer, result)
				}
				p := &printer{w: c.App.Writer}
				for _, rule := range result.Rules {
					p.line("%-32s %-8s %-8s %6d found", rule.ID, rule.Kind, rule.Severity, rule.Violations)
				}
				return p.err
			})
		},
	}
}

func newLoadCommand() *cli.Command {
	return &cli.Command{
		Name:      "load",
		Usage:     "bring the staged documents of a run into the target",
		UsageText: "travaso load --run 20260203 travaso.yaml",
		Description: "Loads what validate accepted: each batch in one transaction with its line of the target's journal.\n" +
			"   It may be interrupted at any moment and run again; what is in already is not written twice.",
		ArgsUsage: "[travaso.yaml]",
		Flags:     []cli.Flag{runFlag, jsonFlag, memoryFlag},
		Action: func(c *cli.Context) error {
			return inRun(c, func(ctx context.Context, r *pipeline.Run) error {
				if _, err := r.BeforeLoad(ctx); err != nil {
					return err
				}
				result, err := r.Load(ctx)
				if err != nil {
					return err
				}
				if c.Bool(jsonFlag.Name) {
					return printJSON(c.App.Writer, result)
				}
				return printLoad(c, result)
			})
		},
	}
}

func printLoad(c *cli.Context, result *load.Result) error {
	p := &printer{w: c.App.Writer}
	for _, t := range result.Types {
		p.line("%-28s %9d inserted  %d replaced  %d deleted  %d of %d batches were in already",
			t.Document, t.Inserted, t.Replaced, t.Deleted, t.Unchanged, t.Batches)
	}
	return p.err
}

func newVerifyCommand() *cli.Command {
	return &cli.Command{
		Name:        "verify",
		Usage:       "compare the target's own totals with what a run has staged",
		UsageText:   "travaso verify --run 20260203 travaso.yaml",
		Description: "Also verifies every file of the run against its digest. Totals that differ end with exit code 5.",
		ArgsUsage:   "[travaso.yaml]",
		Flags:       []cli.Flag{runFlag, jsonFlag, memoryFlag},
		Action: func(c *cli.Context) error {
			return inRun(c, func(ctx context.Context, r *pipeline.Run) error {
				v, err := r.Verify(ctx)
				if v != nil && c.Bool(jsonFlag.Name) { // also where totals differ
					return errors.Join(printJSON(c.App.Writer, v), err)
				}
				if err != nil {
					return err
				}
				p := &printer{w: c.App.Writer}
				for _, table := range sortedNames(v.Tables) {
					p.line("%-28s %9d rows", table, v.Tables[table].Rows)
					sums := v.Tables[table].Sums
					for _, column := range sortedNames(sums) {
						p.line("  Σ %-40s %20s", column, sums[column])
					}
				}
				p.line("%s holds the rows and sums that are staged", v.Target)
				return p.err
			})
		},
	}
}
