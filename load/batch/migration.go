package batch

import "github.com/travaso/travaso/transform/staged"

// Migration is what a load tells its target before the first batch.
type Migration struct {
	Name string
	Run  string
	// Types are the document types in load order, with their batches.
	Types []staged.Document
	// Scope are the columns that hold one constant in every row of this
	// migration (ente_id = 30), by which its rows are told from those of others
	// in the same tables. A table without such a column is not bounded by it.
	Scope map[string]string
}

// Prepared is what the target answers: what it already holds of the
// migration, and how the batches must come.
type Prepared struct {
	// Deferred says that the constraints of the tables wait until Finish: the
	// batches may then come in any order.
	Deferred bool
	// Constraints counts those that wait.
	Constraints int
	// Applied gives the digest of each batch that is in, by type and part; only
	// of types whose number of batches is still the same.
	Applied map[string]map[int]string
	// Whole are the types whose batches must come together, in one call of
	// Apply: their documents refer to one another across batches under
	// constraints that do not wait, or they were applied in another number of
	// batches before.
	Whole map[string]bool
	// Types are those of the migration in load order; an entity that an earlier
	// run loaded and this one no longer has stands behind the others, to be emptied.
	Types []staged.Document
	// Retired are types of earlier runs that are in the target and no longer
	// staged, in their load order: their documents are to be deleted.
	Retired []staged.Document
}

// IsApplied says whether the target holds exactly this batch already.
func (p *Prepared) IsApplied(document string, part staged.Batch) bool {
	digest, ok := p.Applied[document][part.Part]
	return ok && part.Digest != "" && digest == part.Digest
}
