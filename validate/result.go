package validate

import (
	"github.com/travaso/travaso/extract/sealed"
	"github.com/travaso/travaso/validate/finding"
)

// SampleLimit bounds the findings of one rule in Result.Findings, the largest
// differences first. All of them are in FindingsParquet and FindingsCSV.
const SampleLimit = 100

// The files of the run folder that hold every violation of every rule.
const (
	FindingsParquet = "findings/rules.parquet"
	FindingsCSV     = "findings/rules.csv"
)

// Uncounted says that a rule does not tell what it looked at: a query without "checked".
const Uncounted int64 = -1

// Result is what the rules found.
type Result struct {
	Rules []RuleResult `json:"rules"` // in the order of the file
	// Errors and Warnings are the violations by their rules' severity.
	Errors   int64 `json:"errors"`
	Warnings int64 `json:"warnings"`
	// Findings are at most SampleLimit per rule.
	Findings []finding.Finding `json:"findings"`
	Controls []ControlTotals   `json:"controls"` // whole
	// Files hold all findings; their paths are relative to the run folder.
	Files []sealed.Record `json:"files"`
}

// RuleResult is what one rule found.
type RuleResult struct {
	ID       string            `json:"id"`
	Title    map[string]string `json:"title,omitempty"`
	Kind     Kind              `json:"kind"`
	Severity finding.Severity  `json:"severity"`
	// Groups and Rows are what was looked at, or Uncounted.
	Groups int64 `json:"groups"`
	Rows   int64 `json:"rows"`
	// CheckedNothing: the rule holds because there was no row to look at.
	CheckedNothing bool  `json:"checked_nothing"`
	Violations     int64 `json:"violations"`
	// Expected and Actual are exact totals over all groups, "" where the rule
	// compares no amounts.
	Expected  string `json:"expected,omitempty"`
	Actual    string `json:"actual,omitempty"`
	ElapsedMS int64  `json:"elapsed_ms"`
}

// Holds says that the rule looked and found nothing wrong.
func (r RuleResult) Holds() bool { return r.Violations == 0 && !r.CheckedNothing }

// ControlTotals are the totals of a control at every stop, group by group.
type ControlTotals struct {
	Rule string   `json:"rule"`
	By   []string `json:"by"` // the expressions of the group
	// Rows hold each measure ("rows", then each sum) over all groups, then per group.
	Rows []ControlRow `json:"rows"`
}

// ControlRow is one measure of one group. Amounts are exact decimals.
type ControlRow struct {
	Whole   bool     `json:"whole,omitempty"` // over all groups; Group is nil
	Group   []string `json:"group,omitempty"`
	Measure string   `json:"measure"`
	// Source is "" where the rule does not say how the source is grouped;
	// Difference, what is staged, rejected and excluded less the source, too.
	Source     string `json:"source,omitempty"`
	Staged     string `json:"staged"`
	Rejected   string `json:"rejected"`
	Excluded   string `json:"excluded"`
	Difference string `json:"difference,omitempty"`
}
