package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/travaso/travaso/cmd/internal/progress"
	"github.com/travaso/travaso/cmd/internal/report"
	"github.com/travaso/travaso/extract/sealed"
	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/validate"
)

// Validate runs the rules over what is staged. Done before, its result is read.
func (r *Run) Validate(ctx context.Context) (*validate.Result, error) {
	if event, done, err := r.done(eventValidated); done || err != nil {
		if err != nil {
			return nil, err
		}
		return r.readValidation(event.Digest)
	}
	read, err := r.verifiedSnapshot(ctx)
	if err != nil {
		return nil, err
	}
	manifest, err := r.verifiedStaged(ctx)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	result, err := validate.Run(ctx, r.engine, r.m.Rules, r.Folder, *manifest, r.datasets(read))
	if err != nil {
		return nil, err
	}
	timing := report.Timing{Stage: "validate", Unit: string(progress.Documents), ElapsedMS: time.Since(began).Milliseconds()}
	for _, d := range manifest.Documents {
		timing.Done += d.Staged
	}
	if timing.ElapsedMS > 0 {
		timing.PerSecond = timing.Done * 1000 / timing.ElapsedMS
	}
	r.settings.Bar.Say(fmt.Sprintf("validate  %s, %s, %s", counted(int64(len(result.Rules)), "rule"), counted(int64(result.Errors), "error"), counted(int64(result.Warnings), "warning")))
	if err := sealed.WriteJSON(r.validationPath(), result); err != nil {
		return nil, err
	}
	return result, r.end(eventValidated, digestOf(result), timing)
}

func (r *Run) validationPath() string { return filepath.Join(r.Folder, "findings", "validation.json") }

// datasets are those of the snapshot as the rules see them.
func (r *Run) datasets(read *snapshot.Manifest) []validate.Dataset {
	datasets := make([]validate.Dataset, len(read.Datasets))
	for i, d := range read.Datasets {
		datasets[i] = validate.Dataset{Name: d.Name, Columns: d.Columns, Files: d.Paths(r.snapshotFolder())}
	}
	return datasets
}

func (r *Run) readValidation(digest string) (*validate.Result, error) {
	text, err := os.ReadFile(r.validationPath())
	if err != nil {
		return nil, fmt.Errorf("read the result of the rules: %w; begin a new run", err)
	}
	result := &validate.Result{}
	if err := json.Unmarshal(text, result); err != nil {
		return nil, fmt.Errorf("%s: %w; begin a new run", r.validationPath(), err)
	}
	if digestOf(result) != digest {
		return nil, fmt.Errorf("%s was changed after it was written: its digest is not the one in the journal; begin a new run", r.validationPath())
	}
	for _, file := range result.Files {
		if err := file.Verify(r.Folder); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// counted is a number with its noun: "1 rule", "23 rules".
func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
