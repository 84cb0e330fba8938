package report

import (
	"cmp"
	"fmt"

	"github.com/travaso/travaso/validate/finding"
)

// Language is one that the page and the summary can be written in.
type Language string

// English is the only one so far; another is another function beside english.
const English Language = "en"

// texts is every word of the page and of the summary in one language. Data
// (document types, fields, states) keep their own.
type texts struct {
	Language Language

	Title, Skip, Contents                string
	Go, NoGo, GoSentence, NoGoSentence   string
	Ahead, AheadSentence                 string
	UnfinishedSentence, AcceptedSentence string
	Failed, FailedSentence               string
	Criterion, Found, Accepted, Outcome  string
	Holds, Fails                         string
	RunFacts, RunID, Kind                string
	Started, Finished, Host, ToolVersion string
	Source, Target, ReadAt               string
	Identity, PeakMemory                 string
	Notes, Files, Where                  string

	Documents, DocumentsLead                     string
	DocumentType, Extracted, Excluded, Rejected  string
	Staged, Loaded, NotLoaded, Amount, Total     string
	Entity                                       string
	Bridge, BridgeLead, Stop, Difference, Lost   string
	Differences, NoDifferences, DifferencesLead  string
	Between, Measure, Expected, Actual           string
	Rules, RulesLead, Rule, RuleKind, Severity   string
	Groups, Findings, NoFindings, SampleOf       string
	Key, Field, Value, Detail, Origin, DocsOf    string
	Rejects, RejectsLead, NoRejects, Reason      string
	Rows, Money, Examples                        string
	Dependants, DependantsLead                   string
	Warnings, WarningsLead                       string
	Unmapped, UnmappedLead, Crosswalk            string
	Datasets, DatasetsLead, Dataset              string
	AtSource, InSnapshot, Unreadable, Ignored    string
	Derived                                      string
	Controls, ControlsLead                       string
	Totals, TotalsLead                           string
	Timings, Stage, Done, Elapsed, Rate          string
	ShownHere                                    string
	ShownOf, Masked, Unmasked, MadeBy, NoneAtAll string
	UnreadableValues, RulesHold, Beyond          string
	CheckedNothing, WithTable                    string
	ExcludedWhy, ExcludedLead                    string
}

// english holds the texts.
func english() texts {
	return texts{
		Language: English,
		Title:    "Migration report", Skip: "Skip to the report", Contents: "Contents",
		Go: "GO", NoGo: "NO-GO",
		AcceptedSentence:   "Every total reconciles; the plan accepts errors found by rules: %s. What was rejected is within what it accepts.",
		GoSentence:         "Everything reconciles, and what was rejected is within what the plan accepts.",
		NoGoSentence:       "Not to be loaded, or not to be relied on, before what is marked below is settled.",
		Ahead:              "GO, before the load",
		AheadSentence:      "Verdict before the load: nothing is loaded yet. The cutover writes this anew when it ends, travaso report at any time.",
		UnfinishedSentence: "Verdict before the load goes on: what is in the target is not complete, or not verified. The cutover writes this anew when it ends, travaso report at any time.",
		Failed:             "FAILED",
		FailedSentence:     "The run did not come to its end: what is in the target is not complete, or not verified. The figures below are from before the load.",
		Criterion:          "Criterion", Found: "Found", Accepted: "Accepted up to", Outcome: "Outcome",
		Holds: "holds", Fails: "does not hold",
		RunFacts: "The run", RunID: "Run", Kind: "Command",
		Started: "Started", Finished: "Finished", Host: "Host", ToolVersion: "travaso",
		Source: "Source", Target: "Target", ReadAt: "Source read at",
		Identity: "Identity", PeakMemory: "Peak memory",
		Notes: "Notes", Files: "Files of the run", Where: "Where",

		Documents: "Document types", DocumentsLead: "A document is a header with all its lines: it is migrated whole or not at all.",
		DocumentType: "Document type", Extracted: "Extracted", Excluded: "Excluded", Rejected: "Rejected",
		Staged: "Staged", Loaded: "Loaded", NotLoaded: "not loaded", Amount: "Amount", Total: "All",
		Entity: "Entity",
		Bridge: "Balance bridge", BridgeLead: "From the source to the target, to the cent: what was excluded and what was rejected is the bridge between the two.",
		Stop: "Stop", Difference: "Difference", Lost: "Unaccounted for",
		Differences: "What does not reconcile", NoDifferences: "Every figure is equal at every stop.",
		DifferencesLead: "Two figures that must be equal are not. This is never acceptable, whatever the plan says.",
		Between:         "Between", Measure: "Measure", Expected: "Expected", Actual: "Actual",
		Rules: "Balance rules", RulesLead: "Every rule is computed over what is going to be loaded; all violations are counted.",
		Rule: "Rule", RuleKind: "Kind", Severity: "Severity", Groups: "Compared",
		Findings: "Findings", NoFindings: "none", SampleOf: "the first %s of %s",
		Key: "Key", Field: "Field", Value: "Value", Detail: "Detail", Origin: "Where in the source", DocsOf: "Documents",
		Rejects: "Rejected, by cause", RejectsLead: "What to repair, in the mapping or at the source. A document that fails in several ways is in several lines.",
		NoRejects: "Nothing was rejected.", Reason: "Cause", Rows: "Rows", Money: "Money", Examples: "Examples",
		Dependants: "Rejected for what they depend on", DependantsLead: "Nothing is wrong with these: they follow when the causes above are repaired.",
		Warnings: "Warnings", WarningsLead: "The documents went on; somebody should know.",
		Unmapped: "Unmapped values", UnmappedLead: "Values that a crosswalk does not know, by the money that waits for them.", Crosswalk: "Crosswalk",
		Datasets: "Rows of the source", DatasetsLead: "Every row is staged, rejected or excluded: counted, not subtracted.", Dataset: "Dataset",
		AtSource: "At the source", InSnapshot: "In the snapshot", Unreadable: "Unreadable", Ignored: "ignored by the plan",
		Derived:  "used by queries that do not keep rows apart: not followed row by row",
		Controls: "Control totals", ControlsLead: "The same totals by group.",
		Totals: "Totals at every stop", TotalsLead: "Rows and money of every entity at every stop.",
		Timings: "Timings", Stage: "Stage", Done: "Done", Elapsed: "Time", Rate: "Per second",
		ShownHere: "The first %s of %s are shown; report.html has more, report.json all.",
		ShownOf:   "The first %s of %s are shown; all of them are in report.json.",
		Masked:    "Personal data are masked on this page. The run folder holds them whole.",
		Unmasked:  "This page shows personal data: handle it as such.",
		MadeBy:    "Made by travaso %s. Amounts are exact.", NoneAtAll: "None.",
		Beyond: "and %s more", CheckedNothing: "nothing to look at", WithTable: "with its table",
		ExcludedWhy: "Excluded, by reason", ExcludedLead: "Left out on purpose: the mapping gives the reason.",
		RulesHold:        "%s of %s rules hold.",
		UnreadableValues: "%s values could not be read and are in no sum",
	}
}

// in gives the texts in a language.
func in(language Language) (texts, error) {
	switch cmp.Or(language, English) {
	case English:
		return english(), nil
	}
	return texts{}, fmt.Errorf("report: no texts in language %q: there is %q", language, English)
}

// title gives a name for people: in the language, else in any, else the name.
func (t texts) title(titles map[string]string, name string) string {
	return cmp.Or(titles[string(t.Language)], titles[string(English)], titles["it"], name)
}

// criterion gives a criterion in words.
func (t texts) criterion(code string) string {
	switch code {
	case ByTotals:
		return "Totals that differ between stops"
	case ByDocuments:
		return "Documents rejected, and rows of no known document"
	case ByMoney:
		return "Money of rejected documents"
	case ByUnreadable:
		return "Unreadable amounts of rejected documents"
	case ByErrors:
		return "Errors found by rules"
	}
	return code
}

// SeverityName gives a severity in words.
func (t texts) SeverityName(s finding.Severity) string {
	if s == finding.Warning {
		return "warning"
	}
	return "error"
}

// KindName gives a kind of finding in words.
func (t texts) KindName(k finding.Kind) string {
	switch k {
	case finding.RaggedRow:
		return "more or fewer fields than the header"
	case finding.BadEncoding:
		return "bytes that are not in the declared encoding"
	case finding.StrayQuote:
		return "a quote where none may stand"
	case finding.BadNumber:
		return "not a number"
	case finding.TooManyDecimals:
		return "more decimals than the target keeps"
	case finding.OutOfRange:
		return "does not fit the target column"
	case finding.BadDate:
		return "not a date"
	case finding.BadBoolean:
		return "not a yes or no"
	case finding.BadUUID:
		return "not a UUID"
	case finding.BadJSON:
		return "not JSON"
	case finding.BadCode:
		return "characters outside the code's alphabet"
	case finding.BadText:
		return "the expression failed on it"
	case finding.NULByte:
		return "a NUL byte in text"
	case finding.TooLong:
		return "longer than the target column"
	case finding.Required:
		return "empty, and the target requires it"
	case finding.Unmapped:
		return "not in the crosswalk"
	case finding.Orphan:
		return "refers to a document that is not there"
	case finding.DuplicateKey:
		return "its key stands more than once"
	case finding.CheckFailed:
		return "the code's check failed"
	case finding.DependsOn:
		return "refers to a rejected or excluded document"
	case finding.SameDocument:
		return "another row of its document was rejected"
	case finding.Unclaimed:
		return "no mapping takes the row"
	case finding.Broken:
		return "the rule does not hold"
	}
	return visible(string(k))
}
