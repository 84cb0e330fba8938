package city

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Destination is where the accounts are written: SQLite, Postgres, MySQL or
// TextFiles.
type Destination interface {
	// open makes the tables, which must not be there yet.
	open(ctx context.Context, tables []Table) error
	// workers are what rows are written by, at the same time.
	workers(ctx context.Context) ([]worker, error)
	// close makes what was written final, or removes it where it is not whole.
	close(ctx context.Context, whole bool) error
	// holds tells which defects of text the destination can hold.
	holds() holding
	// String names it without secrets.
	String() string
}

// worker writes batches, in the order in which they come.
type worker interface {
	write(ctx context.Context, b *batch) error
	// finish ends the work; commit is false where something failed.
	finish(ctx context.Context, commit bool) error
}

// holding are the defects that not every destination can hold.
type holding struct {
	nulBytes bool // NUL in a text
	lines    bool // lines with a separator too many, bytes that are not in the encoding
}

// writeTo lets fill make rows and the destination's workers write them.
func writeTo(ctx context.Context, d Destination, fill func(context.Context, *output) error) (err error) {
	tables := Tables()
	if err := d.open(ctx, tables); err != nil {
		return err
	}
	defer func() { // also after a cancellation
		err = errors.Join(err, d.close(context.WithoutCancel(ctx), err == nil))
	}()
	workers, err := d.workers(ctx)
	if err != nil {
		return errors.Join(err, finishAll(ctx, workers, false))
	}
	err = run(ctx, workers, tables, fill)
	return errors.Join(err, finishAll(context.WithoutCancel(ctx), workers, err == nil))
}

func finishAll(ctx context.Context, workers []worker, commit bool) error {
	errs := make([]error, len(workers))
	var all sync.WaitGroup
	for i, w := range workers {
		all.Go(func() { errs[i] = w.finish(ctx, commit) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// run gives each worker a queue; the first failure stops all.
func run(ctx context.Context, workers []worker, tables []Table, fill func(context.Context, *output) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	queues := make([]chan *batch, len(workers))
	for i := range queues {
		queues[i] = make(chan *batch, 8)
	}
	out := newOutput(ctx, tables, queues)
	var all sync.WaitGroup
	for i, w := range workers {
		all.Go(func() {
			for b := range queues[i] {
				if ctx.Err() == nil {
					if err := w.write(ctx, b); err != nil {
						stop(fmt.Errorf("table %s: %w", tables[b.table].Name, err))
					}
				}
				out.release(b)
			}
		})
	}
	if err := fill(ctx, out); err != nil {
		stop(err)
	}
	out.finish()
	all.Wait()
	return context.Cause(ctx)
}

// createTable writes a table's definition, with the record number as its key
// or without.
func createTable(t Table, quote string, withKey bool) string {
	var definition strings.Builder
	fmt.Fprintf(&definition, "create table %s (", quote+t.Name+quote)
	for i, column := range t.Columns {
		kind := column.Type
		if !withKey {
			kind = strings.TrimSuffix(kind, " primary key")
		}
		if i > 0 {
			definition.WriteString(", ")
		}
		fmt.Fprintf(&definition, "%s %s", quote+column.Name+quote, kind)
	}
	return definition.String() + ")"
}
