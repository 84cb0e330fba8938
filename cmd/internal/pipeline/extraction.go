package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/travaso/travaso/cmd/internal/progress"
	"github.com/travaso/travaso/extract"
	"github.com/travaso/travaso/extract/filesource"
	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/extract/sqlsource"
	"github.com/travaso/travaso/mappings"
)

// OpenSource opens the source of a plan; the caller closes it.
func (p *Plan) OpenSource(ctx context.Context) (extract.Source, error) {
	if p.Source.Files != nil {
		return filesource.New(*p.Source.Files)
	}
	return sqlsource.Open(ctx, *p.Source.Database)
}

// SourceName says what a source is, without secrets.
func (p *Plan) SourceName(source extract.Source) string {
	if named, ok := source.(interface{ Name() string }); ok {
		return named.Name()
	}
	return "files in " + p.Source.Files.Folder
}

// Shapes describes the datasets of a source as mappings see them. What the plan
// says wrong of them is a *PlanError.
func (p *Plan) Shapes(ctx context.Context, source extract.Source) ([]mappings.SourceTable, error) {
	names, err := source.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	var tables []mappings.SourceTable
	var errs []error
	for _, name := range names {
		shape, err := source.Shape(ctx, name)
		if err != nil { // it names the dataset
			errs = append(errs, err)
			continue
		}
		tables = append(tables, mappings.SourceTable{Dataset: name, Columns: shape.Columns})
	}
	if len(errs) > 0 {
		return nil, p.sourceMistakes(errors.Join(errs...))
	}
	return tables, nil
}

// shapesOf describes the datasets of a snapshot.
func shapesOf(s *snapshot.Manifest) []mappings.SourceTable {
	tables := make([]mappings.SourceTable, len(s.Datasets))
	for i, d := range s.Datasets {
		tables[i] = mappings.SourceTable{Dataset: d.Name, Columns: d.Columns}
	}
	return tables
}

func (r *Run) snapshotFolder() string { return filepath.Join(r.Folder, "snapshot") }

func (r *Run) snapshotManifest() string { return filepath.Join(r.snapshotFolder(), "manifest.json") }

// Extract reads the source into the run's snapshot. Done before, its files are
// verified instead: a changed byte is refused with the file's name.
func (r *Run) Extract(ctx context.Context) (*snapshot.Manifest, error) {
	if _, done, err := r.done(eventExtracted); done || err != nil {
		if err != nil {
			return nil, err
		}
		return r.verifiedSnapshot(ctx)
	}
	source, err := r.m.Plan.OpenSource(ctx)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	if err := r.checkBefore(ctx, source); err != nil {
		return nil, err
	}
	stage := r.settings.Bar.Stage("extract", 0, progress.Rows)
	manifest, err := extract.Extract(ctx, source, extract.Options{
		Folder: r.snapshotFolder(), Engine: r.engine, Progress: r.tell(stage),
		Version: r.settings.Version, Description: r.m.Plan.SourceName(source),
	})
	outcome := stage.Done()
	if err != nil {
		return nil, err
	}
	return manifest, r.endSealed(eventExtracted, manifest.Digest(), r.snapshotManifest(), timingOf(outcome))
}

// checkBefore finds what is wrong with mappings and rules before a row moves.
func (r *Run) checkBefore(ctx context.Context, source extract.Source) error {
	shapes, err := r.m.Plan.Shapes(ctx, source)
	if err != nil {
		return err
	}
	return r.compile(ctx, shapes)
}

// tell shows the events of an extraction.
func (r *Run) tell(stage progress.Stage) func(extract.Event) {
	return func(e extract.Event) {
		switch e.Kind {
		case extract.Advanced, extract.Kept:
			stage.Add(e.Rows + e.Rejected)
		case extract.Restarted:
			r.settings.Bar.Say(fmt.Sprintf("extract  %s starts afresh: %s", e.Dataset, e.Message))
		}
	}
}

func (r *Run) verifiedSnapshot(ctx context.Context) (*snapshot.Manifest, error) {
	event, done, err := r.done(eventExtracted)
	if err != nil {
		return nil, err
	}
	if !done {
		return nil, fmt.Errorf("run %s: nothing was extracted: run travaso extract first", r.ID)
	}
	if err := event.checkSeal(r.snapshotManifest(), "extract again into a new run"); err != nil {
		return nil, err
	}
	manifest, err := snapshot.Load(r.snapshotFolder())
	if err != nil {
		return nil, err
	}
	return manifest, manifest.Verify(ctx, r.snapshotFolder())
}
