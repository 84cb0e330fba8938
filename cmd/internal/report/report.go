// Package report is what a run tells the people who decide on it: the verdict,
// and every figure behind it, as JSON, as one self-contained HTML page and as a
// summary for the terminal.
//
// A Report is filled by the pipeline, then Reckon draws the balances and the
// verdict from it, then it is written. Money is exact decimal text throughout.
//
// Personal data: report.json holds values as they are (it is 0600 and lies
// beside the rejects, which hold them too); the page and the terminal, which
// are passed around, mask them (see mask.go) unless told otherwise.
package report

import (
	"time"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate"
	"github.com/travaso/travaso/validate/finding"
	"github.com/travaso/travaso/validate/reconcile"
)

// Version is that of the format of report.json. It is raised when a field
// changes its meaning or goes; new fields may come without it.
const Version = 1

// The limits of what a report holds or shows of long lists; where one is
// reached the count of the whole is shown beside it.
const (
	SampleLimit  = validate.SampleLimit // findings of one rule
	ExampleLimit = 5                    // findings of one reason
	shownRows    = 200                  // rows of one table of the page: unmapped values, control totals, reasons
)

// Report is one run, told.
type Report struct {
	Version int     `json:"version"`
	Run     Run     `json:"run"`
	Verdict Verdict `json:"verdict"`

	Documents []Document `json:"documents"` // in load order
	Datasets  []Dataset  `json:"datasets"`
	Rules     []Rule     `json:"rules"`
	Controls  []Control  `json:"controls,omitempty"`

	// Rejects are the causes; Dependants were rejected only for what another
	// row or document had (depends_on, same_document); Warnings went on.
	Rejects    []Reason   `json:"rejects"`
	Dependants []Reason   `json:"dependants,omitempty"`
	Warnings   []Reason   `json:"warnings,omitempty"`
	Unmapped   []Unmapped `json:"unmapped,omitempty"` // by money, then documents
	// Stray are the rejected rows that belong to no document: lines whose header
	// is not there.
	Stray int64 `json:"stray,omitempty"`

	// Target are the target's own totals by table, less what was there before;
	// nil where nothing was loaded.
	Target map[string]staged.Totals `json:"target,omitempty"`

	Timings []Timing `json:"timings"`
	Files   []File   `json:"files"`

	// Bridges and Differences are drawn by Reckon. A bridge of an entity that
	// shares its table with another ends at staged; those of tables go on.
	Bridges      []reconcile.Bridge `json:"bridges"`
	TableBridges []reconcile.Bridge `json:"table_bridges,omitempty"`
	Differences  []Difference       `json:"differences"` // none when everything reconciles
}

// Run says which run it was and what it was made of.
type Run struct {
	ID          string    `json:"id"`
	Kind        string    `json:"kind"` // the command: rehearse, cutover, demo, …
	Migration   string    `json:"migration"`
	Started     time.Time `json:"started"`
	Finished    time.Time `json:"finished"`
	ToolVersion string    `json:"tool_version"`
	Host        string    `json:"host"`
	// Source and Target in an engineer's words, without secrets.
	Source string `json:"source"`
	Target string `json:"target,omitempty"`
	// Identity is the digest over snapshot, mappings, rules and settings: two
	// runs with the same one migrate the same content.
	Identity string `json:"identity"`
	Snapshot string `json:"snapshot"` // digests
	Mappings string `json:"mappings"`
	Rules    string `json:"rules"`
	// Moment is when, and how, the source was read.
	Moment          snapshot.Moment `json:"moment"`
	PeakMemoryBytes int64           `json:"peak_memory_bytes,omitempty"`
	// Load says how far a run that goes into its target has come there, and
	// Failure why it came no further.
	Load    LoadState `json:"load,omitempty"`
	Failure string    `json:"failure,omitempty"`
	// Notes are sentences for people: a float column taken by its shortest
	// decimal, constraints deferred, a second run that changed nothing.
	Notes []string `json:"notes,omitempty"`
}

// LoadState is how far a load has come; "" of a run that loads nothing.
type LoadState string

// The states of a load.
const (
	LoadAhead      LoadState = "ahead"      // the verdict is on what is to be loaded
	LoadUnfinished LoadState = "unfinished" // begun once, and to go on: the verdict is as before it
	LoadFailed     LoadState = "failed"     // in the load or in the verification: never a go
	LoadDone       LoadState = "done"       // and verified
)

// Document is one document type.
type Document struct {
	Name  string            `json:"name"`
	Title map[string]string `json:"title,omitempty"` // by language
	// Counts of documents. Loaded is nil where nothing was loaded, and else the
	// target's own count: given by the pipeline, or that of the head's rows
	// where no other entity shares their table.
	Extracted int64  `json:"extracted"`
	Excluded  int64  `json:"excluded"`
	Rejected  int64  `json:"rejected"`
	Staged    int64  `json:"staged"`
	Loaded    *int64 `json:"loaded,omitempty"`
	// Amount names the money column that stands for the document's amount.
	// Empty: Reckon takes the head's with the largest total, or its lines'.
	Amount   string   `json:"amount,omitempty"`
	Entities []Entity `json:"entities"` // head first
}

// Entity is one table's worth of a document type, at every stop.
type Entity struct {
	Name  string `json:"name"`
	Table string `json:"table"`
	// Source is computed straight from the snapshot, apart from the mapping.
	Source     staged.Totals      `json:"source"`
	Excluded   staged.Totals      `json:"excluded"`
	Exclusions []staged.Exclusion `json:"exclusions,omitempty"` // Excluded by reason
	Rejected   staged.Totals      `json:"rejected"`
	Staged     staged.Totals      `json:"staged"`
}

// Dataset accounts for a dataset of the source: by the source's own word, as
// read back from the snapshot, and where its rows went.
type Dataset struct {
	staged.Dataset
	Origin   string           `json:"origin"`
	Source   snapshot.Figures `json:"source"`
	Snapshot snapshot.Figures `json:"snapshot"`
	// RejectedSums are what the source sums of rows that could not be read.
	RejectedSums map[string]string `json:"rejected_sums,omitempty"`
}

// Rule is one balance rule and what it found.
type Rule struct {
	validate.RuleResult
	// Findings are the first SampleLimit of Violations.
	Findings []finding.Finding `json:"findings,omitempty"`
}

// Reason is all that was found of one kind in one field.
type Reason struct {
	Kind     finding.Kind `json:"kind"`
	Document string       `json:"document,omitempty"`
	Entity   string       `json:"entity,omitempty"`
	Dataset  string       `json:"dataset,omitempty"`
	Field    string       `json:"field,omitempty"`
	// Detail tells reasons of one kind and field apart, as in the name of a check.
	Detail    string `json:"detail,omitempty"`
	Documents int64  `json:"documents"` // distinct ones
	Rows      int64  `json:"rows"`
	// Money is the total amount of those documents; empty where they have none.
	Money    string            `json:"money,omitempty"`
	Examples []finding.Finding `json:"examples,omitempty"` // at most ExampleLimit
}

// Unmapped is a value that its crosswalk does not know.
type Unmapped struct {
	Document  string `json:"document"`
	Entity    string `json:"entity"`
	Field     string `json:"field"`
	Crosswalk string `json:"crosswalk"`
	Value     string `json:"value"`
	Rows      int64  `json:"rows"`
	Documents int64  `json:"documents"`
	Money     string `json:"money,omitempty"`
}

// Control is a table of control totals by group.
type Control struct {
	Title map[string]string `json:"title,omitempty"`
	validate.ControlTotals
}

// Timing is one stage of the run.
type Timing struct {
	Stage           string `json:"stage"`
	Unit            string `json:"unit"`
	Done            int64  `json:"done"`
	ElapsedMS       int64  `json:"elapsed_ms"`
	PerSecond       int64  `json:"per_second,omitempty"`
	PeakMemoryBytes int64  `json:"peak_memory_bytes,omitempty"` // of the process, up to its end
}

// File is a thing the run made, and where it is: a path or, for a target
// database, its name without secrets.
type File struct {
	What string `json:"what"`
	Path string `json:"path"`
}
