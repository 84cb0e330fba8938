package load

import (
	"slices"
	"sync"
	"time"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/transform/staged"
)

// Result is what a load did.
type Result struct {
	// Types are the document types: those staged in load order, then those that
	// were only deleted.
	Types []TypeResult `json:"types"`
	// Deferred says that constraints waited until the end; Restored counts them.
	Deferred bool `json:"deferred"`
	Restored int  `json:"restored"`
	// Complete says that all is in and checked.
	Complete bool          `json:"complete"`
	Elapsed  time.Duration `json:"elapsed_ns"`
}

// TypeResult is what a load did to the documents of one type.
type TypeResult struct {
	Document string `json:"document"`
	Inserted int64  `json:"inserted"` // documents
	Replaced int64  `json:"replaced"`
	Deleted  int64  `json:"deleted"`
	Rows     int64  `json:"rows"` // written
	// Unchanged counts the batches that the target already held, of Batches.
	Unchanged int `json:"unchanged"`
	Batches   int `json:"batches"`
}

// Total adds up the types.
func (r *Result) Total() TypeResult {
	var total TypeResult
	for _, t := range r.Types {
		total.Inserted += t.Inserted
		total.Replaced += t.Replaced
		total.Deleted += t.Deleted
		total.Rows += t.Rows
		total.Unchanged += t.Unchanged
		total.Batches += t.Batches
	}
	return total
}

// Changed says whether the load wrote any document into the target, or deleted
// any from it.
func (r *Result) Changed() bool {
	total := r.Total()
	return total.Inserted+total.Replaced+total.Deleted+total.Rows > 0
}

func newResult(manifest *staged.Manifest) *Result {
	r := &Result{}
	for _, d := range manifest.Documents {
		r.Types = append(r.Types, TypeResult{Document: d.Name, Batches: len(d.Batches)})
	}
	return r
}

// of gives the result of a type, which it adds where it is new.
func (r *Result) of(document string) *TypeResult {
	at := slices.IndexFunc(r.Types, func(t TypeResult) bool { return t.Document == document })
	if at < 0 {
		r.Types = append(r.Types, TypeResult{Document: document})
		at = len(r.Types) - 1
	}
	return &r.Types[at]
}

// reporter adds to the result what was done, and tells those who want to know,
// one at a time.
type reporter struct {
	mu       sync.Mutex
	options  Options
	result   *Result
	progress Progress
	// deleting: every batch was applied before, only deletions count.
	deleting bool
}

func (r *reporter) stage(stage string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress.Stage = stage
	r.deleting = stage == Deleting
	r.tell()
}

func (r *reporter) tell() {
	if r.options.Progress != nil {
		r.options.Progress(r.progress)
	}
}

// skip counts batches that are in already.
func (r *reporter) skip(document string, parts ...staged.Batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.of(document).Unchanged += len(parts)
	r.done(document, parts)
}

func (r *reporter) done(document string, parts []staged.Batch) {
	r.progress.Document = document
	for _, part := range parts {
		r.progress.Batches++
		r.progress.Documents += part.Documents
	}
	r.tell()
}

// applied counts a group that is in now.
func (r *reporter) applied(g group, result batch.Result, elapsed time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.result.of(g.kind.Name)
	t.Deleted += result.Deleted
	t.Rows += result.Rows
	if !r.deleting {
		t.Inserted += result.Inserted
		t.Replaced += result.Replaced
		if result.Unchanged {
			t.Unchanged += len(g.parts)
		}
		r.done(g.kind.Name, g.parts)
	}
	if r.options.Journal == nil {
		return nil
	}
	entry := Applied{Document: g.kind.Name, Result: result, Elapsed: elapsed}
	if len(g.parts) == 1 {
		entry.Part, entry.Digest = g.parts[0].Part, g.parts[0].Digest
	} else {
		entry.Parts, entry.Digest = len(g.parts), g.kind.Digest
	}
	return r.options.Journal(entry)
}
