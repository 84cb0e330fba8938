package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/transform/staged"
)

// Target is what a load needs of a target; sqltarget.Target is one.
type Target interface {
	// Name names it for people, without secrets.
	Name() string
	// Writers is how many batches are worth applying at once.
	Writers() int
	// Lock takes the target for one load. lost tells when it is gone before its
	// time; it may be nil.
	Lock(ctx context.Context, migration string) (lost <-chan error, unlock func() error, err error)
	// Prepare announces the migration and learns what is in already.
	Prepare(ctx context.Context, m batch.Migration) (*batch.Prepared, error)
	// Apply brings in one batch, or all of a type as one: both rows and journal,
	// or neither.
	Apply(ctx context.Context, batches ...batch.Batch) (batch.Result, error)
	// Finish restores and checks what waited for the end.
	Finish(ctx context.Context) (restored int, err error)
}

// Staged are the documents that a transformation made.
type Staged interface {
	Manifest() *staged.Manifest
	// Batch opens one part of a document type.
	Batch(document string, part int) (batch.Batch, error)
}

// Options say how to load.
type Options struct {
	// Run is the identity of what is loaded: the digest of snapshot, mappings,
	// rules and settings.
	Run string
	// Scope are the constant columns that tell this migration's rows from
	// others' (ente_id = 30).
	Scope map[string]string
	// Workers is how many batches are applied at once; 0 leaves it to the target.
	Workers int
	// Progress, where set, is told of each step, from one goroutine at a time.
	Progress func(Progress)
	// Journal, where set, is told of each batch after the target has it, from
	// one goroutine at a time. Its error ends the load.
	Journal func(Applied) error
}

// Progress is how far a load is. Batches that were in already count as done.
type Progress struct {
	// Stage is one of the stages below.
	Stage string
	// Document is the type of the last batch.
	Document       string
	Documents      int64 // done
	TotalDocuments int64
	Batches        int
	TotalBatches   int
}

// The stages of a load.
const (
	Preparing = "prepare"
	Applying  = "apply"
	Deleting  = "delete"
	Restoring = "restore" // constraints and statistics
)

// Applied is one batch that is in the target, for the run's own journal.
type Applied struct {
	Document string        `json:"document"`
	Part     int           `json:"part"`
	Parts    int           `json:"parts"` // > 0 where all parts were applied as one
	Digest   string        `json:"digest"`
	Result   batch.Result  `json:"result"`
	Elapsed  time.Duration `json:"elapsed_ns"`
}

// Load brings the target to hold exactly the staged documents. What it returns
// beside an error is what was done until then.
func Load(ctx context.Context, target Target, source Staged, o Options) (*Result, error) {
	manifest := source.Manifest()
	if err := check(manifest, o); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	lock, err := retry(ctx, func() (lock lock, err error) {
		lock.lost, lock.unlock, err = target.Lock(ctx, manifest.Migration)
		return lock, err
	})
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	watched := lock.watch(ctx, cancel)
	l := &loading{target: target, source: source, manifest: manifest, options: o, result: newResult(manifest)}
	err = l.run(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(err, cause) {
		err = errors.Join(cause, err) // that the lock was lost says more than what broke because of it
	}
	cancel(nil)
	<-watched
	if unlockErr := lock.unlock(); err == nil && unlockErr != nil {
		err = fmt.Errorf("load: give back the lock of the target: %w", unlockErr)
	}
	return l.result, err
}

// check refuses what could not be loaded rightly.
func check(manifest *staged.Manifest, o Options) error {
	if manifest.Migration == "" {
		return fmt.Errorf("load: the staged manifest names no migration: transform again")
	}
	if o.Run == "" {
		return fmt.Errorf("load: no run given")
	}
	for _, d := range manifest.Documents {
		if d.Parts < 1 || len(d.Batches) != d.Parts {
			return fmt.Errorf("load: %s has %d batches of %d in the staged manifest: transform again", d.Name, len(d.Batches), d.Parts)
		}
		for i, b := range d.Batches {
			if b.Part != i || b.Digest == "" {
				return fmt.Errorf("load: batch %d of %s is not whole in the staged manifest: transform again", i, d.Name)
			}
		}
	}
	return nil
}

// lock is the lock of a target.
type lock struct {
	lost   <-chan error
	unlock func() error
}

// watch ends the load when the lock is lost. The channel closes when it no
// longer watches.
func (l lock) watch(ctx context.Context, cancel context.CancelCauseFunc) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case err := <-l.lost:
			cancel(fmt.Errorf("load: %w", err))
		case <-ctx.Done():
		}
	}()
	return done
}

// loading is one load.
type loading struct {
	target   Target
	source   Staged
	manifest *staged.Manifest
	options  Options
	prepared *batch.Prepared
	report   reporter
	result   *Result
}

func (l *loading) run(ctx context.Context) error {
	started := time.Now()
	defer func() { l.result.Elapsed = time.Since(started) }()
	l.report = reporter{options: l.options, result: l.result, progress: l.totals()}
	if err := l.prepare(ctx); err != nil {
		return err
	}
	postponed, err := l.applyAll(ctx)
	if err != nil {
		return err
	}
	if err := l.deleteAll(ctx, postponed); err != nil {
		return err
	}
	return l.finish(ctx)
}

func (l *loading) totals() Progress {
	p := Progress{Stage: Preparing}
	for _, d := range l.manifest.Documents {
		p.TotalBatches += len(d.Batches)
		for _, b := range d.Batches {
			p.TotalDocuments += b.Documents
		}
	}
	return p
}

func (l *loading) prepare(ctx context.Context) error {
	l.report.stage(Preparing)
	prepared, err := retry(ctx, func() (*batch.Prepared, error) {
		return l.target.Prepare(ctx, batch.Migration{Name: l.manifest.Migration, Run: l.options.Run,
			Types: l.manifest.Documents, Scope: l.options.Scope})
	})
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	l.prepared = prepared
	l.result.Deferred = prepared.Deferred
	return nil
}

func (l *loading) finish(ctx context.Context) error {
	l.report.stage(Restoring)
	restored, err := retry(ctx, func() (int, error) { return l.target.Finish(ctx) })
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	l.result.Restored = restored
	l.result.Complete = true
	return nil
}

// groups cuts the document types into what is applied in one transaction, in
// load order: single batches, or all of a type. Batches that are in already
// are left out, and counted.
func (l *loading) groups(kind staged.Document) []group {
	if l.prepared.Whole[kind.Name] {
		whole := group{kind: kind, parts: kind.Batches}
		if l.isApplied(whole) {
			l.report.skip(kind.Name, kind.Batches...)
			return nil
		}
		return []group{whole}
	}
	var groups []group
	for _, part := range kind.Batches {
		if l.prepared.IsApplied(kind.Name, part) {
			l.report.skip(kind.Name, part)
			continue
		}
		groups = append(groups, group{kind: kind, parts: []staged.Batch{part}})
	}
	return groups
}

func (l *loading) isApplied(g group) bool {
	return !slices.ContainsFunc(g.parts, func(part staged.Batch) bool { return !l.prepared.IsApplied(g.kind.Name, part) })
}

// group is what is applied in one transaction.
type group struct {
	kind  staged.Document
	parts []staged.Batch
	// retired: the type is no longer staged, all its documents are to be deleted.
	retired bool
}

// open opens the batches of a group.
func (l *loading) open(g group) ([]batch.Batch, error) {
	if g.retired {
		return []batch.Batch{{Migration: l.manifest.Migration, Run: l.options.Run, Type: g.kind, Rows: noRows}}, nil
	}
	batches := make([]batch.Batch, len(g.parts))
	for i, part := range g.parts {
		b, err := l.source.Batch(g.kind.Name, part.Part)
		if err != nil {
			return nil, err
		}
		b.Migration, b.Run, b.Type, b.Part = l.manifest.Migration, l.options.Run, g.kind, part
		b.Rows = withRetired(b.Rows, len(l.manifestEntities(g.kind.Name)))
		batches[i] = b
	}
	return batches, nil
}

func (l *loading) manifestEntities(document string) []staged.Entity {
	at := slices.IndexFunc(l.manifest.Documents, func(d staged.Document) bool { return d.Name == document })
	return l.manifest.Documents[at].Entities
}

// withRetired gives no rows for the entities that an earlier run loaded and
// this one does not have.
func withRetired(rows func(int) (batch.Rows, error), entities int) func(int) (batch.Rows, error) {
	return func(entity int) (batch.Rows, error) {
		if entity >= entities {
			return noRows(entity)
		}
		return rows(entity)
	}
}

// emptyRows are no rows.
type emptyRows struct{}

func noRows(int) (batch.Rows, error) { return emptyRows{}, nil }

func (emptyRows) Next() ([]any, [16]byte, error) { return nil, [16]byte{}, nil }
func (emptyRows) Close() error                   { return nil }
