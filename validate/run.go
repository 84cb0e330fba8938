package validate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate/finding"
)

// Statement is a rule as the engine runs it.
type Statement struct {
	Rule string // its id
	SQL  string
}

// SQL compiles each rule to the statement that finds its violations: every
// expression is bound to the columns of the shape, before there is any data.
// The error is a yamlfile.Mistakes that holds all that does not fit, each with
// its place and remedy.
func (r *Rules) SQL(ctx context.Context, eng *engine.Engine, shape Shape) (statements []Statement, err error) {
	closeViews, err := shape.open(ctx, eng, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeViews()) }()
	compiled, err := r.statements(ctx, eng, shape)
	if err != nil {
		return nil, err
	}
	for i, rule := range r.List {
		statements = append(statements, Statement{Rule: rule.ID, SQL: compiled[i].sql})
	}
	return statements, nil
}

// Run runs all rules over the staged documents of a run folder and the
// datasets behind them. Violations are findings, not errors: all of them are
// written to FindingsParquet and FindingsCSV in the run folder.
func Run(ctx context.Context, eng *engine.Engine, rules *Rules, runFolder string, manifest staged.Manifest, datasets []Dataset) (result *Result, err error) {
	shape := Shape{Documents: manifest.Documents, Datasets: datasets}
	closeViews, err := shape.open(ctx, eng, runFolder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeViews()) }()
	compiled, err := rules.statements(ctx, eng, shape)
	if err != nil {
		return nil, err
	}
	if err := eng.Exec(ctx, createFindings); err != nil {
		return nil, fmt.Errorf("prepare findings: %w", err)
	}
	result = &Result{}
	for i, rule := range rules.List {
		r := runner{eng: eng, shape: shape, number: i, rule: rule, statement: compiled[i]}
		if err := r.run(ctx, result); err != nil {
			return nil, fmt.Errorf("rule %s: %w", rule.ID, explained(err))
		}
	}
	if result.Files, err = writeFindings(ctx, eng, runFolder); err != nil {
		return nil, fmt.Errorf("write findings: %w", err)
	}
	return result, nil
}

// explained adds the remedy to the engine's word on a sum it cannot hold.
func explained(err error) error {
	if text := err.Error(); strings.Contains(text, "Out of Range Error") || strings.Contains(text, "Could not cast value") {
		return fmt.Errorf("an amount exceeds %d digits; correct the amounts, or sum smaller groups: %w", maxDigits, err)
	}
	return err
}

// runner runs one rule.
type runner struct {
	eng       *engine.Engine
	shape     Shape
	number    int
	rule      Rule
	statement statement
}

func (r runner) run(ctx context.Context, result *Result) error {
	begin := time.Now()
	if err := r.eng.Exec(ctx, fmt.Sprintf(`create or replace table %[1]s.outcome as
		select * replace (%[1]s.figure(expected) as expected, %[1]s.figure(actual) as actual, %[1]s.figure(difference) as difference)
		from (%[2]s)`, workSchema, r.statement.sql)); err != nil {
		return err
	}
	summary, err := r.summary(ctx)
	if err != nil {
		return err
	}
	if summary.Violations > 0 {
		if err := r.keep(ctx); err != nil {
			return err
		}
		sample, err := r.sample(ctx)
		if err != nil {
			return err
		}
		result.Findings = append(result.Findings, sample...)
	}
	if r.rule.Kind == Control {
		totals, err := r.controlTotals(ctx)
		if err != nil {
			return err
		}
		result.Controls = append(result.Controls, totals)
	}
	summary.ElapsedMS = time.Since(begin).Milliseconds()
	result.Rules = append(result.Rules, summary)
	if r.rule.Severity == finding.Error {
		result.Errors += summary.Violations
	} else {
		result.Warnings += summary.Violations
	}
	return nil
}

// summary reads what the rule looked at and how much of it is wrong.
func (r runner) summary(ctx context.Context) (RuleResult, error) {
	s := RuleResult{ID: r.rule.ID, Title: r.rule.Title, Kind: r.rule.Kind, Severity: r.rule.Severity}
	err := r.eng.QueryRow(ctx, fmt.Sprintf(`
		select coalesce(cast(any_value(groups) as bigint), %[1]d), coalesce(cast(any_value(rows) as bigint), %[1]d),
		       count(*) filter (violation),
		       coalesce(%[2]s.figure(any_value(total_expected)), ''), coalesce(%[2]s.figure(any_value(total_actual)), '')
		from %[2]s.outcome`, Uncounted, workSchema)).
		Scan(&s.Groups, &s.Rows, &s.Violations, &s.Expected, &s.Actual)
	s.CheckedNothing = s.Rows == 0
	return s, err
}

// createFindings makes the table that gathers the violations of all rules.
const createFindings = `
create table ` + workSchema + `.findings (
  number integer, rank bigint, rule varchar, kind varchar, severity varchar, entity varchar,
  key varchar, field varchar, value varchar, detail varchar, expected varchar, actual varchar, difference varchar,
  document_count bigint, documents varchar[])`

func (r runner) keep(ctx context.Context) error {
	return r.eng.Exec(ctx, fmt.Sprintf(`
		insert into %[1]s.findings
		select %[2]d, rank, %[3]s, %[4]s, %[5]s, nullif(%[6]s, ''), key, field, value, detail, expected, actual, difference, document_count, documents
		from %[1]s.outcome where violation`,
		workSchema, r.number, engine.Literal(r.rule.ID), engine.Literal(string(r.rule.Kind)),
		engine.Literal(string(r.rule.Severity)), engine.Literal(r.statement.entity)))
}

// separator keeps documents apart on their way out of the engine; no natural
// key can hold it, since NUL bytes are never staged.
const separator = "\x00"

// sample reads the violations with the largest differences.
func (r runner) sample(ctx context.Context) (findings []finding.Finding, err error) {
	rows, err := r.eng.Query(ctx, fmt.Sprintf(`
		select coalesce(key, ''), coalesce(field, ''), coalesce(value, ''), coalesce(detail, ''),
		       coalesce(expected, ''), coalesce(actual, ''), coalesce(difference, ''),
		       coalesce(array_to_string(documents, chr(0)), ''), coalesce(document_count, 0)
		from %s.outcome where violation order by rank limit %d`, workSchema, SampleLimit))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		f := finding.Finding{Kind: finding.Broken, Severity: r.rule.Severity, Rule: r.rule.ID}
		f.Document, f.Entity, f.Dataset = r.shape.origin(r.statement.entity)
		var documents string
		if err := rows.Scan(&f.Key, &f.Field, &f.Value, &f.Detail, &f.Expected, &f.Actual, &f.Difference, &documents, &f.DocumentCount); err != nil {
			return nil, err
		}
		if documents != "" {
			f.Documents = strings.Split(documents, separator)
		}
		findings = append(findings, f)
	}
	return findings, rows.Err()
}

// controlTotals reads the whole table of a control.
func (r runner) controlTotals(ctx context.Context) (totals ControlTotals, err error) {
	totals = ControlTotals{Rule: r.rule.ID, By: r.statement.by}
	rows, err := r.eng.Query(ctx, fmt.Sprintf(`
		select coalesce(array_to_string(group_values, chr(0)), ''), whole, measure, coalesce(%[1]s.figure(source), ''),
		       %[1]s.figure(staged), %[1]s.figure(rejected), %[1]s.figure(excluded), coalesce(%[1]s.figure(difference), '')
		from (%[2]s) order by whole desc, group_values, number`, workSchema, r.statement.totals))
	if err != nil {
		return totals, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var row ControlRow
		var group string
		if err := rows.Scan(&group, &row.Whole, &row.Measure, &row.Source, &row.Staged, &row.Rejected, &row.Excluded, &row.Difference); err != nil {
			return totals, err
		}
		if !row.Whole {
			row.Group = strings.Split(group, separator)
		}
		totals.Rows = append(totals.Rows, row)
	}
	return totals, rows.Err()
}

// origin tells what a rule's rows are: the document type and entity, or the dataset.
func (s Shape) origin(label string) (document, entity, dataset string) {
	if name, ok := strings.CutPrefix(label, sourceSchema+"."); ok {
		return "", "", name
	}
	name := strings.TrimPrefix(label, rejectedSchema+".")
	for _, d := range s.Documents {
		for _, e := range d.Entities {
			if e.Name == name {
				return d.Name, e.Name, ""
			}
		}
	}
	return "", "", ""
}
