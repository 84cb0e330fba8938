package pipeline

import (
	"context"
	"fmt"

	"github.com/travaso/travaso/cmd/internal/progress"
	"github.com/travaso/travaso/extract/sealed"
	"github.com/travaso/travaso/load"
	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/load/sqltarget"
	"github.com/travaso/travaso/transform/staged"
)

// Load brings the target to hold exactly what is staged. It may be repeated at
// any time: what is in already is not written again.
func (r *Run) Load(ctx context.Context) (*load.Result, error) {
	result, err := r.load(ctx)
	if err != nil {
		return nil, r.failedAt("load", err)
	}
	return result, nil
}

func (r *Run) load(ctx context.Context) (*load.Result, error) {
	read, err := r.verifiedSnapshot(ctx)
	if err != nil {
		return nil, err
	}
	manifest, err := r.verifiedStaged(ctx)
	if err != nil {
		return nil, err
	}
	target, err := sqltarget.Open(ctx, r.m.Plan.Target.Config)
	if err != nil {
		return nil, err
	}
	defer target.Close()
	if r.m.DDL != "" {
		if err := target.Create(ctx, r.m.DDL); err != nil {
			return nil, err
		}
	}
	identity := r.m.Identity(read)
	if _, err := r.journal.Append(eventLoading, map[string]string{"target": target.Name(), "identity": identity}); err != nil {
		return nil, err
	}
	stage := r.settings.Bar.Stage("load", documentsIn(manifest), progress.Documents)
	done := int64(0)
	result, err := load.Load(ctx, target, stagedFolder{r.Folder, manifest}, load.Options{
		Run: identity, Scope: r.m.Scope,
		Progress: func(p load.Progress) {
			stage.Add(p.Documents - done)
			done = p.Documents
			if p.Stage == load.Restoring {
				r.settings.Bar.Say("load  all batches are in; restoring and checking constraints")
			}
		},
		Journal: func(a load.Applied) error {
			_, err := r.journal.Append(eventApplied, a)
			return err
		},
	})
	outcome := stage.Done()
	if err != nil {
		return nil, err
	}
	if err := sealed.WriteJSON(r.path("loading.json"), result); err != nil {
		return nil, err
	}
	if !result.Changed() {
		held := fmt.Sprintf("all %d batches", result.Total().Batches)
		if result.Total().Batches == 1 {
			held = "the one batch"
		}
		r.Notes = append(r.Notes, "nothing was written: the target already held "+held+" of this run")
		r.settings.Bar.Say("load  " + r.Notes[len(r.Notes)-1])
	}
	timing := timingOf(outcome)
	if before, loaded, err := r.done(eventLoaded); err == nil && loaded && !result.Changed() {
		timing = before.Timing // how long it takes to write nothing is of no interest
	}
	return result, r.end(eventLoaded, identity, timing)
}

func documentsIn(m *staged.Manifest) (documents int64) {
	for _, d := range m.Documents {
		documents += d.Staged
	}
	return documents
}

// stagedFolder gives what is staged in a run folder to a load.
type stagedFolder struct {
	folder   string
	manifest *staged.Manifest
}

func (s stagedFolder) Manifest() *staged.Manifest { return s.manifest }

func (s stagedFolder) Batch(document string, part int) (batch.Batch, error) {
	kind, ok := s.manifest.Document(document)
	if !ok {
		return batch.Batch{}, fmt.Errorf("no document type %s is staged in %s", document, s.folder)
	}
	b := batch.Batch{Type: kind, Part: kind.Batches[part]}
	contents, err := staged.Documents(s.folder, kind, b.Part)
	if err != nil {
		return batch.Batch{}, err
	}
	b.Documents = make([]batch.Document, len(contents))
	for i, c := range contents {
		b.Documents[i] = batch.Document(c)
	}
	b.Rows = func(entity int) (batch.Rows, error) {
		return staged.OpenRows(s.folder, kind, b.Part, kind.Entities[entity].Name)
	}
	return b, nil
}
