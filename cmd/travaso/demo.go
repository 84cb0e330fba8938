package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/travaso/travaso/cmd/internal/legacy"
	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/extract/sealed"
)

func newDemoCommand() *cli.Command {
	return &cli.Command{
		Name:      "demo",
		Usage:     "make a small legacy database and migrate it: no server, no configuration",
		UsageText: "travaso demo\n   travaso demo --documents 20000 --dirt --prepare",
		Description: "Makes a synthetic legacy database, a plan for it and, by that plan, a cutover into an SQLite target.\n" +
			"   The same seed and number of documents always give the same database.",
		ArgsUsage: " ",
		Flags: []cli.Flag{
			&cli.PathFlag{Name: "in", Value: "travaso-demo", Usage: "the folder to make it in; an earlier demo there is replaced, unless somebody changed it"},
			&cli.IntFlag{Name: "documents", Value: legacy.DefaultDocuments, Usage: "how many documents of all types together, 500 or more"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "what the figures are drawn from"},
			&cli.BoolFlag{Name: "dirt", Usage: "put defects into the data, some of which the plan does not accept"},
			&cli.BoolFlag{Name: "prepare", Usage: "make the database and the plan, and run nothing"},
			jsonFlag, memoryFlag,
		},
		Action: runDemo,
	}
}

// leastDocuments have room for all the defects, whatever the seed.
const leastDocuments = 500

func runDemo(c *cli.Context) error {
	if c.NArg() > 0 {
		return errUsage{fmt.Errorf("demo takes no arguments, only options")}
	}
	if documents := c.Int("documents"); documents < leastDocuments {
		return errUsage{fmt.Errorf("--documents %d: a demo needs %d or more, to have room for its defects", documents, leastDocuments)}
	}
	folder := c.Path("in")
	if err := clearDemo(folder); err != nil {
		return err
	}
	plan := filepath.Join(folder, demoPlanAs)
	if err := prepareDemo(c, folder, plan); err != nil {
		return err
	}
	if c.Bool("prepare") {
		p := &printer{w: c.App.Writer}
		p.line("legacy database  %s", filepath.Join(folder, "legacy.db"))
		p.line("plan             %s", plan)
		p.line("go on with       travaso plan %s", plan)
		return p.err
	}
	s, err := settings(c)
	if err != nil {
		return err
	}
	return cutOverDemo(c, plan, s)
}

func cutOverDemo(c *cli.Context, path string, s pipeline.Settings) error {
	plan, err := pipeline.LoadPlan(path)
	if err != nil {
		return err
	}
	m, err := pipeline.Prepare(c.Context, plan, true)
	if err != nil {
		return err
	}
	r, err := m.Start(c.Context, pipeline.Cutover, true, s)
	if err != nil {
		return err
	}
	return during(c, r, func(ctx context.Context, r *pipeline.Run) error {
		rep, err := r.Cutover(ctx)
		if err := errors.Join(printReport(c, rep), err); err != nil || c.Bool(jsonFlag.Name) {
			return err
		}
		p := &printer{w: c.App.Writer}
		p.line("")
		p.line("target  %s", plan.Target.DSN)
		p.line("report  %s", filepath.Join(r.Folder, "report.html"))
		return p.err
	})
}

// demoMark is in every demo's folder, so that nothing else is ever replaced.
// It holds the digests of what the demo made, so that nothing that was changed
// is replaced either; it is empty while they are being made.
const demoMark = ".travaso-demo"

// The files that a demo makes by itself, and those that its cutover leaves.
const (
	demoSource = "legacy.db"
	demoPlanAs = "travaso.yaml"
	demoTarget = "target.db"
	demoRuns   = "runs"
)

// clearDemo removes an earlier demo, and refuses to remove anything else.
func clearDemo(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	mark, err := os.ReadFile(filepath.Join(folder, demoMark))
	if err != nil {
		return fmt.Errorf("folder %s holds something else than a demo: give another with --in", folder)
	}
	made := map[string]string{}
	if len(mark) > 0 {
		if err := json.Unmarshal(mark, &made); err != nil {
			return fmt.Errorf("%s: %w: remove folder %s, or give another with --in", demoMark, err, folder)
		}
	}
	others, err := notOfDemo(folder, entries, made)
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return fmt.Errorf("folder %s holds what the demo did not make: %s: give another folder with --in, or remove it", folder, strings.Join(others, ", "))
	}
	return os.RemoveAll(folder)
}

// notOfDemo lists what of a demo's folder somebody else put there or changed.
func notOfDemo(folder string, entries []os.DirEntry, made map[string]string) ([]string, error) {
	var others []string
	for _, e := range entries {
		name := e.Name()
		switch {
		case name == demoMark, name == demoRuns, strings.HasPrefix(name, demoTarget), strings.HasPrefix(name, demoSource+"-"):
		case made[name] != "":
			_, digest, err := sealed.Digest(filepath.Join(folder, name))
			if err != nil {
				return nil, err
			}
			if digest != made[name] {
				others = append(others, name+" (changed)")
			}
		case len(made) == 0 && (name == demoSource || name == demoPlanAs): // it was killed in the making
		default:
			others = append(others, name)
		}
	}
	return others, nil
}

// markDemo notes the digests of what the demo has made.
func markDemo(folder string) error {
	made := map[string]string{}
	for _, name := range []string{demoSource, demoPlanAs} {
		_, digest, err := sealed.Digest(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		made[name] = digest
	}
	return sealed.WriteJSON(filepath.Join(folder, demoMark), made)
}

// prepareDemo makes the legacy database and the plan for it.
func prepareDemo(c *cli.Context, folder, plan string) error {
	if err := sealed.WriteFile(filepath.Join(folder, demoMark), nil); err != nil {
		return err
	}
	dirt := legacy.Dirt{WrongIBANs: 3, LostZeros: 2, OrphanChapters: 1}
	if c.Bool("dirt") {
		dirt = legacy.Handful()
	}
	truth, err := legacy.Write(c.Context, filepath.Join(folder, demoSource), legacy.Options{
		Seed: c.Uint64("seed"), Documents: c.Int("documents"), Dirt: dirt,
	})
	if err != nil {
		return err
	}
	orphan := ""
	for _, d := range truth.Defects {
		if d.Chapter == "" && d.Amount != "" {
			orphan = d.Amount
		}
	}
	if err := sealed.WriteFile(plan, fmt.Appendf(nil, demoPlan, legacy.Ente, orphan)); err != nil {
		return err
	}
	return markDemo(folder)
}

// demoPlan is the plan of the demo: the constant, and the amount of the one
// commitment whose chapter is missing.
const demoPlan = `# A migration from the legacy database beside this file into an SQLite target.
migration: demo
pack: unica
constants: {ente_id: "%s"}

source:
  database: {driver: sqlite, dsn: legacy.db}

target: {driver: sqlite, dsn: target.db}

# One commitment of the legacy database names a chapter that does not exist: it
# is rejected, and the plan says that this is accepted.
accept: {rejected_documents: 1, rejected_money: "%s"}
`
