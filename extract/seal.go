package extract

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/engine"
)

// readBackBytes bounds the memory of the engine that only reads files back.
const readBackBytes = 512 << 20

// seal compares all figures and, when they agree, writes the manifest.
func (x *extraction) seal(ctx context.Context) (*snapshot.Manifest, error) {
	e, closeEngine, err := x.engine(ctx)
	if err != nil {
		return nil, err
	}
	defer closeEngine()
	m := &snapshot.Manifest{Tool: "travaso " + x.Version, Source: x.Description, Moment: x.source.Moment()}
	for _, d := range x.datasets {
		sealed, err := x.compared(ctx, e, d)
		if err != nil {
			return nil, err
		}
		m.Datasets = append(m.Datasets, sealed)
		x.events.send(Event{Kind: Compared, Dataset: d.Dataset, Rows: sealed.Files.Rows, Rejected: sealed.Rejected})
	}
	if err := m.Write(x.Folder); err != nil {
		return nil, err
	}
	if err := m.RemoveProofs(x.Folder); err != nil {
		return nil, fmt.Errorf("tidy up after the seal: %w", err)
	}
	x.tellSealed(m)
	return m, nil
}

// engine gives the engine that reads back, and what closes it.
func (x *extraction) engine(ctx context.Context) (*engine.Engine, func() error, error) {
	if x.Engine != nil {
		return x.Engine, func() error { return nil }, nil
	}
	e, err := engine.Open(ctx, engine.Options{Folders: []string{x.Folder}, MemoryBytes: readBackBytes})
	if err != nil {
		return nil, nil, err
	}
	return e, e.Close, nil
}

// compared makes the pair assertion on a dataset and gives its entry in the manifest.
func (x *extraction) compared(ctx context.Context, e *engine.Engine, d *dataset) (snapshot.Dataset, error) {
	sealed := snapshot.Dataset{
		Name: d.Dataset, Origin: d.Origin, Fingerprint: d.fingerprint, Columns: d.Columns, Parts: d.parts,
	}
	folder, err := filepath.Abs(x.Folder)
	if err != nil {
		return sealed, err
	}
	written, err := writtenTotals(d)
	if err != nil {
		return sealed, err
	}
	sealed.Rejected = written.rejected
	if sealed.Files, err = readBack(ctx, e, d, written, sealed.Paths(folder)); err != nil {
		return sealed, err
	}
	if sealed.RejectedSums, err = compare(d, sealed.Files, sealed.Rejected); err != nil {
		return sealed, err
	}
	sealed.Source = d.figures
	sealed.RejectedFile, err = snapshot.GatherRejected(x.Folder, d.Dataset, d.parts)
	return sealed, err
}

func (x *extraction) tellSealed(m *snapshot.Manifest) {
	event := Event{Kind: Sealed}
	for _, d := range m.Datasets {
		event.Rows += d.Files.Rows
		event.Rejected += d.Rejected
	}
	x.events.send(event)
}
