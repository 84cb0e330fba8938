package sqltarget

import (
	"fmt"
	"slices"

	"github.com/travaso/travaso/load/batch"
)

// entityRows are the rows of one entity through all batches of a work, those
// whose documents have one of the wanted fates.
type entityRows struct {
	work   *work
	entity int
	batch  int
	rows   batch.Rows // nil before the first batch and after each
}

func (w *work) open(entity int) *entityRows { return &entityRows{work: w, entity: entity} }

// next gives the values of the next row, or nil at the end.
func (r *entityRows) next() ([]any, fate, error) {
	for r.batch < len(r.work.batches) {
		if r.rows == nil {
			rows, err := r.work.batches[r.batch].Rows(r.entity)
			if err != nil {
				return nil, unknown, err
			}
			r.rows = rows
		}
		values, document, err := r.rows.Next()
		if err != nil {
			return nil, unknown, err
		}
		if values == nil {
			if err := r.close(); err != nil {
				return nil, unknown, err
			}
			r.batch++
			continue
		}
		e := r.work.kind.Entities[r.entity]
		if len(values) != len(e.Columns) {
			return nil, unknown, fmt.Errorf("a staged row of %s has %d values for %d columns: transform again", e.Name, len(values), len(e.Columns))
		}
		fate := r.work.diff.fates[document]
		if fate == unknown {
			return nil, unknown, fmt.Errorf("a staged row of %s belongs to document %s, which is not in its batch: transform again", e.Name, appendUUID(nil, document))
		}
		if slices.Contains(r.work.only, fate) {
			return values, fate, nil
		}
	}
	return nil, unknown, nil
}

func (r *entityRows) close() error {
	if r.rows == nil {
		return nil
	}
	err := r.rows.Close()
	r.rows = nil
	return err
}
