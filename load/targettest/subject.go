package targettest

import (
	"context"
	"slices"
	"testing"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/transform/staged"
)

// Target is what the suite asks of a target.
type Target interface {
	Lock(ctx context.Context, migration string) (lost <-chan error, unlock func() error, err error)
	Prepare(ctx context.Context, m batch.Migration) (*batch.Prepared, error)
	Apply(ctx context.Context, batches ...batch.Batch) (batch.Result, error)
	Finish(ctx context.Context) (restored int, err error)
	Schema(ctx context.Context) ([]schema.Table, error)
	Create(ctx context.Context, ddl string) error
	Totals(ctx context.Context, entities []staged.Entity, scope map[string]string) (map[string]staged.Totals, error)
	TotalsBy(ctx context.Context, entity staged.Entity, group string, scope map[string]string) (map[string]staged.Totals, error)
	Baseline(ctx context.Context, migration string) (map[string]staged.Totals, error)
	ContentDigest(ctx context.Context, table string) (string, error)
	Close() error
}

// Subject is one empty database under test, and another way into it than the
// target's own.
type Subject struct {
	// Open opens the target, with constraints auto, defer or keep.
	Open func(t *testing.T, constraints string) Target
	// Exec runs statements.
	Exec func(t *testing.T, statements string)
	// Try runs statements that may be refused.
	Try func(t *testing.T, statements string) error
	// Query gives the rows of a query, each as its values joined by "|".
	Query func(t *testing.T, query string) []string
	// Catalogue describes all constraints and indexes, one a line, sorted.
	Catalogue func(t *testing.T) []string
	// Break ends the connections of the target as if the server had gone; nil
	// where there is no server.
	Break func(t *testing.T)
}

// open opens a target with the ledger's tables in it.
func (s Subject) open(t *testing.T, constraints string) Target {
	t.Helper()
	target := s.Open(t, constraints)
	if err := target.Create(t.Context(), DDL); err != nil {
		t.Fatal(err)
	}
	return target
}

// migration announces what is staged.
func (s *Staged) migration() batch.Migration {
	return batch.Migration{Name: s.manifest.Migration, Run: s.run, Types: s.manifest.Documents, Scope: Scope()}
}

// all gives the batches of a type.
func (s *Staged) all(t *testing.T, kind staged.Document) []batch.Batch {
	t.Helper()
	var batches []batch.Batch
	for part := range kind.Parts {
		b, err := s.Batch(kind.Name, part)
		if err != nil {
			t.Fatal(err)
		}
		b.Type = kind
		empty := b.Rows
		b.Rows = func(entity int) (batch.Rows, error) {
			if entity >= len(s.manifest.Documents[slices.IndexFunc(s.manifest.Documents, func(d staged.Document) bool { return d.Name == kind.Name })].Entities) {
				return &rows{staged: s}, nil
			}
			return empty(entity)
		}
		batches = append(batches, b)
	}
	return batches
}

// load is the plainest load there is: all batches in order, then those that
// were postponed until nothing changes any more. It gives the sum of the results.
func load(t *testing.T, target Target, s *Staged) batch.Result {
	t.Helper()
	sum, err := tryLoad(t, target, s)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func tryLoad(t *testing.T, target Target, s *Staged) (sum batch.Result, err error) {
	t.Helper()
	prepared, err := target.Prepare(t.Context(), s.migration())
	if err != nil {
		return sum, err
	}
	sum.Unchanged = true
	var postponed [][]batch.Batch
	apply := func(batches ...batch.Batch) (batch.Result, error) {
		r, err := target.Apply(t.Context(), batches...)
		sum.Unchanged = sum.Unchanged && r.Unchanged
		if r.Postponed > 0 {
			postponed = append(postponed, batches)
		}
		sum.Deleted += r.Deleted
		return r, err
	}
	for _, kind := range prepared.Types {
		batches := s.all(t, kind)
		cut := slices.Collect(slices.Chunk(batches, 1))
		if prepared.Whole[kind.Name] {
			cut = [][]batch.Batch{batches}
		}
		for _, batches := range cut {
			r, err := apply(batches...)
			if err != nil {
				return sum, err
			}
			sum.Inserted, sum.Replaced = sum.Inserted+r.Inserted, sum.Replaced+r.Replaced
		}
	}
	for _, kind := range slices.Backward(prepared.Retired) {
		b := batch.Batch{Migration: s.manifest.Migration, Run: s.run, Type: kind,
			Rows: func(int) (batch.Rows, error) { return &rows{staged: s}, nil }}
		if _, err := apply(b); err != nil {
			return sum, err
		}
	}
	for range 10 {
		again := postponed
		postponed = nil
		for _, batches := range slices.Backward(again) {
			if _, err := apply(batches...); err != nil {
				return sum, err
			}
		}
	}
	sum.Postponed = int64(len(postponed))
	_, err = target.Finish(t.Context())
	return sum, err
}

// contents digests all tables of the ledger.
func contents(t *testing.T, target Target) map[string]string {
	t.Helper()
	digests := map[string]string{}
	for _, table := range Tables {
		digest, err := target.ContentDigest(t.Context(), table)
		if err != nil {
			t.Fatal(err)
		}
		digests[table] = digest
	}
	return digests
}
