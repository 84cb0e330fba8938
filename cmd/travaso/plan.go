package main

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform"
	"github.com/travaso/travaso/validate"
)

func newPlanCommand() *cli.Command {
	return &cli.Command{
		Name:  "plan",
		Usage: "check a plan against its source and target and print what will be done",
		UsageText: "travaso plan [--sql] [travaso.yaml]\n" +
			"   travaso plan --schema > mapping.schema.json",
		Description: "Reads the plan, its mappings and rules, the source's columns and the target's tables,\n" +
			"   and reports every mistake at once, each with file, line, column, excerpt and remedy.\n" +
			"   No row is read and nothing is written.",
		ArgsUsage: "[travaso.yaml]",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "sql", Usage: "print the SQL of mappings and rules"},
			&cli.BoolFlag{Name: "schema", Usage: "print the JSON Schema of the mapping language"},
			jsonFlag, offlineFlag,
		},
		Action: runPlan,
	}
}

func runPlan(c *cli.Context) error {
	if c.Bool("schema") {
		_, err := c.App.Writer.Write(mappings.Schema())
		return err
	}
	m, err := prepared(c)
	if err != nil {
		return err
	}
	sources, name, err := shapes(c, m)
	if err != nil {
		return err
	}
	program, statements, err := m.CheckAlone(c.Context, sources)
	if err != nil {
		return err
	}
	switch {
	case c.Bool("sql"):
		return printSQL(c.App.Writer, program, statements)
	case c.Bool(jsonFlag.Name):
		return printJSON(c.App.Writer, outlineOf(m, name, sources, program))
	default:
		return outlineOf(m, name, sources, program).print(c.App.Writer)
	}
}

// shapes asks the source what it holds.
func shapes(c *cli.Context, m *pipeline.Migration) ([]mappings.SourceTable, string, error) {
	source, err := m.Plan.OpenSource(c.Context)
	if err != nil {
		return nil, "", err
	}
	defer source.Close()
	tables, err := m.Plan.Shapes(c.Context, source)
	return tables, m.Plan.SourceName(source), err
}

func printSQL(w io.Writer, program *transform.Program, statements []validate.Statement) error {
	if _, err := fmt.Fprintln(w, program.SQL()); err != nil {
		return err
	}
	for _, s := range statements {
		if _, err := fmt.Fprintf(w, "\n-- rule %s\n%s;\n", s.Rule, s.SQL); err != nil {
			return err
		}
	}
	return nil
}

// outline is a plan as it will be done.
type outline struct {
	Migration string            `json:"migration"`
	Source    string            `json:"source"`
	Target    string            `json:"target"`
	Mappings  string            `json:"mappings"`
	Digest    string            `json:"digest"`
	Scope     map[string]string `json:"scope,omitempty"`
	Datasets  []outlineDataset  `json:"datasets"`
	Documents []outlineDocument `json:"documents"` // in load order
	Rules     int               `json:"rules"`
	Accept    pipeline.Accept   `json:"accept"`

	path string // of the plan
}

type outlineDataset struct {
	Name    string `json:"name"`
	Columns int    `json:"columns"`
}

type outlineDocument struct {
	Name     string   `json:"name"`
	Entities []string `json:"entities"` // as "entity → table"
}

func outlineOf(m *pipeline.Migration, source string, sources []mappings.SourceTable, program *transform.Program) outline {
	o := outline{
		Migration: m.Plan.Migration, Source: source, Target: m.Plan.Target.Config.String(), Mappings: m.Plan.MappingName(),
		Digest: m.Digest(), Scope: m.Scope, Rules: len(m.Rules.List), Accept: m.Plan.Accept, path: m.Plan.Path,
	}
	for _, s := range sources {
		o.Datasets = append(o.Datasets, outlineDataset{s.Dataset, len(s.Columns)})
	}
	for _, d := range program.Documents() {
		document := outlineDocument{Name: d.Name}
		for _, e := range d.Entities {
			document.Entities = append(document.Entities, e.Name+" → "+e.Table)
		}
		o.Documents = append(o.Documents, document)
	}
	return o
}

func (o outline) print(w io.Writer) error {
	p := &printer{w: w}
	p.line("migration  %s", o.Migration)
	p.line("source     %s", o.Source)
	p.line("target     %s", o.Target)
	p.line("mappings   %s, digest %s", o.Mappings, o.Digest[:12])
	for _, name := range sortedNames(o.Scope) {
		p.line("scope      rows with %s = %s", name, o.Scope[name])
	}
	p.line("accept     %s, %s of rejected money, %s, %s of rules",
		counted(o.Accept.RejectedDocuments, "rejected document"), orZero(o.Accept.RejectedMoney),
		counted(o.Accept.UnreadableAmounts, "unreadable amount"), counted(o.Accept.Errors, "error"))
	p.line("")
	p.line("extract    %s", counted(len(o.Datasets), "dataset"))
	for _, d := range o.Datasets {
		p.line("             %-28s %3d columns", d.Name, d.Columns)
	}
	p.line("transform  %s, in load order", counted(len(o.Documents), "document type"))
	for _, d := range o.Documents {
		for i, e := range d.Entities {
			if i == 0 {
				p.line("             %s", e)
			} else {
				p.line("               %s", e)
			}
		}
	}
	p.line("validate   %s", counted(o.Rules, "rule"))
	p.line("load       each document type in batches, each batch in one transaction with its line of the target's journal")
	p.line("verify     the target's own totals against the staged ones")
	p.line("")
	p.line("the plan is sound; rehearse it with: travaso rehearse %s", o.path)
	return p.err
}
