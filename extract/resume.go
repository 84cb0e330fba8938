package extract

import (
	"context"
	"fmt"
	"slices"

	"github.com/travaso/travaso/extract/snapshot"
)

// resume keeps the chunks that an interrupted extraction finished, where the
// source proves that it is still the same, and removes all else it left.
func (x *extraction) resume() error {
	keep := map[string][]snapshot.Part{}
	for _, d := range x.datasets {
		for i, chunk := range d.Chunks {
			part, ok, err := snapshot.LoadProof(x.Folder, d.Dataset, d.fingerprint, d.Columns, chunk)
			if err != nil {
				return fmt.Errorf("dataset %s: %w", d.Dataset, err)
			}
			if ok {
				d.parts[i], d.done[i] = part, true
				keep[d.Dataset] = append(keep[d.Dataset], part)
			}
		}
	}
	givenUp, err := snapshot.Sweep(x.Folder, keep)
	if err != nil {
		return err
	}
	x.tellResumed(givenUp)
	return nil
}

func (x *extraction) tellResumed(givenUp map[string]int) {
	reason := "the database has gone on since the interruption and its moment cannot be had again: all is read afresh"
	if _, ok := x.source.(Fingerprinter); ok {
		reason = "the source is no longer what it was, or the files were damaged: it is read afresh"
	}
	for _, d := range x.datasets {
		if n := givenUp[d.Dataset]; n > 0 {
			x.events.send(Event{Kind: Restarted, Dataset: d.Dataset, Chunks: n, Message: reason})
		}
		for i, part := range d.parts {
			if d.done[i] {
				x.events.send(Event{Kind: Kept, Dataset: d.Dataset, Part: part.Part, Rows: part.File.Rows, Rejected: part.Rejected})
			}
		}
	}
}

// reuse checks that a snapshot that is sealed already is whole, and is what
// this source would give, as far as the source can prove it.
func (x *extraction) reuse(ctx context.Context, m *snapshot.Manifest) error {
	if err := m.RemoveProofs(x.Folder); err != nil {
		return err
	}
	if err := m.Verify(ctx, x.Folder); err != nil {
		return err
	}
	const remedy = "extract into another folder"
	if len(m.Datasets) != len(x.datasets) {
		return fmt.Errorf("%s: sealed with %d datasets, the source has %d: %s", x.Folder, len(m.Datasets), len(x.datasets), remedy)
	}
	for i, d := range x.datasets {
		sealed := m.Datasets[i]
		switch {
		case sealed.Name != d.Dataset:
			return fmt.Errorf("%s: sealed with dataset %s, not with %s: %s", x.Folder, sealed.Name, d.Dataset, remedy)
		case !slices.Equal(sealed.Columns, d.Columns) || sealed.Fingerprint != d.fingerprint:
			return fmt.Errorf("%s: dataset %s has changed since it was sealed: %s", x.Folder, d.Dataset, remedy)
		}
	}
	x.tellSealed(m)
	return nil
}
