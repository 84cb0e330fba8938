package pipeline

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/travaso/travaso/cmd/internal/progress"
	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform"
	"github.com/travaso/travaso/transform/staged"
)

// Transform turns the run's snapshot into staged documents. Done before, the
// staged files are verified instead.
func (r *Run) Transform(ctx context.Context) (*staged.Manifest, error) {
	if _, done, err := r.done(eventTransformed); done || err != nil {
		if err != nil {
			return nil, err
		}
		return r.verifiedStaged(ctx)
	}
	read, err := r.verifiedSnapshot(ctx)
	if err != nil {
		return nil, err
	}
	program, err := r.program(ctx, read)
	if err != nil {
		return nil, err
	}
	stage := r.settings.Bar.Stage("transform", 0, progress.Documents)
	done := map[string]int64{}
	manifest, err := transform.Run(ctx, r.engine, program, transform.Options{
		RunFolder: r.Folder,
		Progress: func(document string, so, _ int64) {
			stage.Add(so - done[document])
			done[document] = so
		},
	})
	outcome := stage.Done()
	if err == nil {
		err = r.checkScope(ctx, manifest)
	}
	if err != nil {
		return nil, err
	}
	return manifest, r.endSealed(eventTransformed, stagedDigest(manifest), r.stagedManifest(), timingOf(outcome))
}

// program is the mappings compiled over the files of the snapshot. What was
// compiled before the extraction serves where the columns are the same.
func (r *Run) program(ctx context.Context, read *snapshot.Manifest) (*transform.Program, error) {
	if err := r.compile(ctx, shapesOf(read)); err != nil {
		return nil, err
	}
	ignored := map[string]string{}
	for _, i := range r.m.Plan.Ignore {
		ignored[i.Dataset] = i.Reason
	}
	datasets, err := transform.Datasets(read, r.snapshotFolder(), ignored)
	if err != nil {
		return nil, err
	}
	return r.compiled.Over(read.Digest(), datasets), nil
}

// compile checks and compiles mappings and rules against the columns of the
// source, unless that was done for the same columns.
func (r *Run) compile(ctx context.Context, sources []mappings.SourceTable) error {
	columns := digestOf(sources)
	if r.compiled != nil && r.compiledFor == columns {
		return nil
	}
	program, _, err := r.m.Check(ctx, r.engine, sources)
	if err != nil {
		return err
	}
	r.compiled, r.compiledFor = program, columns
	return nil
}

// stagedDigest is over the content of every document type, not over files.
func stagedDigest(m *staged.Manifest) string {
	digests := make([]string, 0, 2*len(m.Documents))
	for _, d := range m.Documents {
		digests = append(digests, d.Name, d.Digest)
	}
	return digestOf(digests)
}

func (r *Run) verifiedStaged(ctx context.Context) (*staged.Manifest, error) {
	event, done, err := r.done(eventTransformed)
	if err != nil {
		return nil, err
	}
	if !done {
		return nil, fmt.Errorf("run %s: nothing was transformed: run travaso transform first", r.ID)
	}
	if err := event.checkSeal(r.stagedManifest(), "begin a new run"); err != nil {
		return nil, err
	}
	manifest, err := staged.Load(r.Folder)
	if err != nil {
		return nil, err
	}
	return manifest, manifest.Verify(r.Folder)
}

func (r *Run) stagedManifest() string {
	return filepath.Join(r.Folder, staged.Folder, staged.ManifestName)
}
