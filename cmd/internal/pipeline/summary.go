package pipeline

import (
	"context"
	"os"
	"time"

	"github.com/travaso/travaso/cmd/internal/report"
	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate"
)

// Report gathers what the run has come to, judges it against what the plan
// accepts, and writes report.json and report.html. The findings beyond what is
// accepted are not an error here: see Judge.
func (r *Run) Report(ctx context.Context) (*report.Report, error) {
	rep, err := r.gather(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.write(rep); err != nil {
		return nil, err
	}
	if err := r.writeUnmapped(rep.Unmapped); err != nil {
		return nil, err
	}
	_, err = r.journal.Append(eventReported, struct {
		Go       bool `json:"go"`
		Unmasked bool `json:"unmasked,omitempty"`
	}{rep.Verdict.Go, r.settings.Unmasked})
	return rep, err
}

func (r *Run) write(rep *report.Report) error {
	if err := rep.WriteJSON(r.path(report.JSONFile)); err != nil {
		return err
	}
	return rep.WriteHTML(r.path(report.HTMLFile), report.Options{Unmasked: r.settings.Unmasked})
}

func (r *Run) gather(ctx context.Context) (*report.Report, error) {
	read, err := r.verifiedSnapshot(ctx)
	if err != nil {
		return nil, err
	}
	manifest, err := r.verifiedStaged(ctx)
	if err != nil {
		return nil, err
	}
	result, err := r.Validate(ctx)
	if err != nil {
		return nil, err
	}
	v, err := r.verification()
	if err != nil {
		return nil, err
	}
	rep := r.assemble(read, manifest, result, v)
	if err := rep.Reckon(r.m.accept()); err != nil { // it says which column is a document's amount
		return nil, err
	}
	if err := r.addReasons(ctx, rep, read); err != nil {
		return nil, err
	}
	if rep.Timings, err = r.timings(); err != nil {
		return nil, err
	}
	return rep, rep.Reckon(r.m.accept())
}

func (m *Migration) accept() report.Accept {
	a := m.Plan.Accept
	return report.Accept{RejectedDocuments: a.RejectedDocuments, RejectedMoney: a.RejectedMoney, UnreadableAmounts: a.UnreadableAmounts, Errors: a.Errors}
}

func (r *Run) assemble(read *snapshot.Manifest, manifest *staged.Manifest, result *validate.Result, v *Verification) *report.Report {
	titles := map[string]map[string]string{}
	for _, m := range r.m.Set.Mappings {
		titles[m.Document] = m.Title
	}
	host, _ := os.Hostname()
	rep := &report.Report{
		Run: report.Run{
			ID: r.ID, Kind: string(r.Kind), Migration: r.m.Plan.Migration, Started: r.Started, Finished: time.Now().UTC(),
			ToolVersion: r.settings.Version, Host: host, Source: read.Source, Target: r.m.Plan.Target.Config.String(),
			Identity: r.m.Identity(read), Snapshot: read.Digest(), Mappings: r.m.Set.Digest(), Rules: r.m.Rules.Digest(),
			Moment: read.Moment, PeakMemoryBytes: PeakMemoryBytes(), Notes: append(r.Notes, columnNotes(read)...),
		},
		Documents: report.DocumentsOf(*manifest, titles), Datasets: report.DatasetsOf(read, *manifest),
		Rules: report.RulesOf(result), Controls: report.ControlsOf(result),
		Files: []report.File{
			{What: "report", Path: r.path("report.html")},
			{What: "rejects", Path: r.path(staged.RejectsFolder)},
			{What: "findings of the rules", Path: r.path(validate.FindingsCSV)},
			{What: "run folder", Path: r.Folder},
		},
	}
	if len(result.Rules) == 0 {
		rep.Run.Notes = append(rep.Run.Notes, "no balance was checked: the mappings come without rules.yaml")
	}
	rep.Run.Load, rep.Run.Failure = r.standing(v)
	for i, m := range rep.Documents {
		mapping, _, _ := r.m.Set.Entity(m.Name)
		rep.Documents[i].Amount = mapping.Amount
	}
	if v != nil {
		rep.Target = v.Tables
		for i, d := range rep.Documents {
			if rows, counted := v.Shared[d.Entities[0].Name]; counted {
				rep.Documents[i].Loaded = &rows
			}
		}
	}
	return rep
}

// columnNotes repeats what the source said of its columns, as of a float.
func columnNotes(read *snapshot.Manifest) []string {
	var notes []string
	for _, d := range read.Datasets {
		for _, c := range d.Columns {
			if c.Note != "" {
				notes = append(notes, d.Name+"."+c.Name+": "+c.Note)
			}
		}
	}
	return notes
}

func (r *Run) addReasons(ctx context.Context, rep *report.Report, read *snapshot.Manifest) (err error) {
	if err := r.createProblems(ctx, rep.Documents); err != nil {
		return err
	}
	if rep.Rejects, err = r.reasons(ctx, "severity = 'error' and not "+forDependants); err != nil {
		return err
	}
	if rep.Dependants, err = r.reasons(ctx, "severity = 'error' and "+forDependants); err != nil {
		return err
	}
	if rep.Warnings, err = r.reasons(ctx, "severity = 'warning'"); err != nil {
		return err
	}
	if r.m.Plan.Source.Files != nil {
		for _, reasons := range [][]report.Reason{rep.Rejects, rep.Dependants, rep.Warnings} {
			locate(reasons, read)
		}
	}
	unreadable, err := r.unreadable(read)
	if err != nil {
		return err
	}
	rep.Rejects = append(unreadable, rep.Rejects...)
	if rep.Stray, err = r.stray(ctx, rep.Documents); err != nil {
		return err
	}
	rep.Unmapped, err = r.unmapped(ctx)
	return err
}

// timings are those of the stages, each as it was last done.
func (r *Run) timings() ([]report.Timing, error) {
	var timings []report.Timing
	for _, event := range []string{eventExtracted, eventTransformed, eventValidated, eventLoaded, eventVerified} {
		payload, done, err := r.done(event)
		if err != nil {
			return nil, err
		}
		if done {
			timings = append(timings, payload.Timing)
		}
	}
	return timings, nil
}
