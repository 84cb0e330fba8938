package load

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/travaso/travaso/load/batch"
)

// applyAll applies every batch that is not in: type after type in load order,
// as rows of a later type refer to those of an earlier one; where the
// constraints wait, all at once. It returns the groups that are to be applied
// again, in load order: rows that others still referred to wait for deletion.
func (l *loading) applyAll(ctx context.Context) ([]group, error) {
	l.report.stage(Applying)
	var waves [][]group
	for _, kind := range l.prepared.Types {
		waves = append(waves, l.groups(kind))
	}
	if l.prepared.Deferred {
		waves = [][]group{slices.Concat(waves...)}
	}
	var postponed []group
	for _, wave := range waves {
		again, err := l.applyWave(ctx, wave)
		if err != nil {
			return nil, err
		}
		postponed = append(postponed, again...)
	}
	return postponed, nil
}

// applyWave applies groups in parallel. The first error stops it; the batches
// in flight are rolled back or are in.
func (l *loading) applyWave(ctx context.Context, wave []group) ([]group, error) {
	var mu sync.Mutex
	postponed := make([]bool, len(wave))
	workers, inner := errgroup.WithContext(ctx)
	workers.SetLimit(l.workers())
	for i, g := range wave {
		if inner.Err() != nil {
			break // hand out nothing more
		}
		workers.Go(func() error {
			result, err := l.applyGroup(inner, g)
			if err != nil {
				return err
			}
			mu.Lock()
			postponed[i] = result.Postponed > 0
			mu.Unlock()
			return nil
		})
	}
	err := workers.Wait()
	if err == nil {
		err = context.Cause(ctx) // stopped from outside, before all were handed out
	}
	if err != nil {
		return nil, err
	}
	var again []group
	for i, g := range wave {
		if postponed[i] {
			again = append(again, g)
		}
	}
	return again, nil
}

func (l *loading) workers() int {
	if l.options.Workers > 0 {
		return l.options.Workers
	}
	return max(1, l.target.Writers())
}

// applyGroup applies one group. Where the connection was lost, or the database
// undid the work for another's sake, it is tried again: the journal of the
// target tells whether the first try is in.
func (l *loading) applyGroup(ctx context.Context, g group) (batch.Result, error) {
	started := time.Now()
	result, err := retry(ctx, func() (batch.Result, error) {
		batches, err := l.open(g)
		if err != nil {
			return batch.Result{}, err
		}
		return l.target.Apply(ctx, batches...)
	})
	if err != nil {
		return result, fmt.Errorf("load: %w", err)
	}
	return result, l.report.applied(g, result, time.Since(started))
}

// deleteAll deletes what could not be deleted before because rows of other
// documents still referred to it, and the documents of types that are no
// longer staged: in reverse load order, until all is gone or no more will go.
func (l *loading) deleteAll(ctx context.Context, postponed []group) error {
	left := postponed
	for _, kind := range l.prepared.Retired {
		left = append(left, group{kind: kind, retired: true})
	}
	if len(left) == 0 {
		return nil
	}
	l.report.stage(Deleting)
	for len(left) > 0 {
		var again []group
		var blocker string
		for _, g := range slices.Backward(left) {
			result, err := l.applyGroup(ctx, g)
			if err != nil {
				return err
			}
			if result.Postponed > 0 {
				again, blocker = append(again, g), result.Blocker
			}
		}
		if len(again) == len(left) {
			return fmt.Errorf("load: target %s: %d batches hold documents that are no longer staged and cannot be deleted, as rows that are not of this migration refer to them (%s): delete those rows first, and run the same command again",
				l.target.Name(), len(again), blocker)
		}
		slices.Reverse(again)
		left = again
	}
	return nil
}
