// Package pipeline is a migration from its plan to its report: the order of
// the stages, what each leaves in the run folder, and how a run goes on after
// an interruption.
//
// A run is a folder. Each stage leaves its result there, sealed, and then one
// event in the journal; a stage whose event is there is not done again, but
// its files are verified before the next stage trusts them.
package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/travaso/travaso/cmd/internal/journal"
	"github.com/travaso/travaso/cmd/internal/progress"
	"github.com/travaso/travaso/cmd/internal/report"
	"github.com/travaso/travaso/extract/sealed"
	"github.com/travaso/travaso/transform"
	"github.com/travaso/travaso/transform/engine"
)

// Errors that decide the exit code.
var (
	// ErrFindings: more was found than the plan accepts; nothing was loaded.
	ErrFindings = errors.New("findings beyond what the plan accepts")
	// ErrUnbalanced: totals do not reconcile.
	ErrUnbalanced = errors.New("totals do not reconcile")
	// ErrNoRun: the run that was asked for is not there.
	ErrNoRun = errors.New("no run")
)

// Kind is what a run is for.
type Kind string

// The kinds of runs. A finished cutover is still gone on with by its command;
// a rehearsal without its report, and an extraction that is not sealed, by theirs.
const (
	Rehearsal Kind = "rehearse"
	Cutover   Kind = "cutover"
	Manual    Kind = "manual" // stage by stage, begun by extract
)

// Settings are what the command line adds to a plan.
type Settings struct {
	Version string
	Bar     progress.Bar
	// MemoryBytes overrides the plan's bound when it is not 0.
	MemoryBytes int64
	// Unmasked shows personal data whole in the report.
	Unmasked bool
}

// Run is one run under way: its folder, locked, and its journal.
type Run struct {
	ID       string
	Kind     Kind
	Folder   string
	Started  time.Time
	Resumed  bool
	Notes    []string
	m        *Migration
	settings Settings
	journal  *journal.Journal
	engine   *engine.Engine
	unlock   func() error
	// ahead is true while the verdict before the load is reported.
	ahead bool
	// compiled is the mappings for columns of this digest; nil before.
	compiled    *transform.Program
	compiledFor string
}

// The events of the journal, in their order.
const (
	eventBegun       = "begun"
	eventResumed     = "resumed"
	eventExtracted   = "extracted"
	eventTransformed = "transformed"
	eventValidated   = "validated"
	eventLoading     = "loading"
	eventApplied     = "applied"
	eventLoaded      = "loaded"
	eventVerified    = "verified"
	eventReported    = "reported"
	eventFailed      = "failed"
)

// begun is the payload of the first event.
type begun struct {
	Run       string `json:"run"`
	Kind      Kind   `json:"kind"`
	Migration string `json:"migration"`
	// Plan is the digest of mappings, rules and settings.
	Plan string `json:"plan"`
	// Source is the digest of the source's settings, without secrets, and
	// Target the target's name: of another source, or into another target, a
	// run is not continued.
	Source  string `json:"source"`
	Target  string `json:"target"`
	Version string `json:"version"`
	Host    string `json:"host"`
	User    string `json:"user,omitempty"`
}

// stageEvent is the payload of the event that ends a stage.
type stageEvent struct {
	// Digest identifies what the stage made.
	Digest string `json:"digest"`
	// Seal is the SHA-256 of the manifest that the stage left, where it left
	// one: that, unlike the digest, is of everything that the manifest says.
	Seal   string        `json:"seal,omitempty"`
	Timing report.Timing `json:"timing"`
}

// Start begins a run of a kind in a new folder, or goes on with the newest one
// of that kind and plan that may be continued: an unfinished one or, for a
// cutover, any. With fresh true it always begins a new one.
func (m *Migration) Start(ctx context.Context, kind Kind, fresh bool, settings Settings) (*Run, error) {
	source, err := m.Plan.sourceDigest()
	if err != nil {
		return nil, err
	}
	if !fresh {
		id, why, err := m.continuable(kind, source)
		if err != nil {
			return nil, err
		}
		if why != "" {
			settings.Bar.Say(why + ": a new run begins")
		}
		if id != "" {
			return m.Open(ctx, id, settings)
		}
	}
	started := time.Now().UTC()
	id := fmt.Sprintf("%s-%s-%s", started.Format("20060102-150405.000"), kind, m.Digest()[:8])
	folder := filepath.Join(m.Plan.Runs, id)
	if err := sealed.MakeFolder(folder); err != nil {
		return nil, fmt.Errorf("begin run: %w; check the rights on %s", err, m.Plan.Runs)
	}
	r := &Run{ID: id, Kind: kind, Folder: folder, m: m, settings: settings, Started: started}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	err = r.writePlan()
	if err == nil { // a run that has begun has its plan
		_, err = r.journal.Append(eventBegun, begun{Run: id, Kind: kind, Migration: m.Plan.Migration, Plan: m.Digest(),
			Source: source, Target: m.Plan.targetPlace(), Version: settings.Version, Host: host, User: os.Getenv("USER")})
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Open goes on with a run by its id. A run of other mappings, rules or
// settings than the plan's is refused.
func (m *Migration) Open(ctx context.Context, id string, settings Settings) (*Run, error) {
	first, err := firstEvent(filepath.Join(m.Plan.Runs, id))
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", id, err)
	}
	if first.Plan != m.Digest() {
		return nil, &PlanError{fmt.Errorf("run %s was made by other mappings, rules or settings than those of %s now: begin a new run, or name one of this plan with --run", id, m.Plan.Path)}
	}
	r := &Run{ID: id, Kind: first.Kind, Folder: filepath.Join(m.Plan.Runs, id), m: m, settings: settings, Resumed: true}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	for e := range r.journal.Events() {
		r.Started = e.At
		break
	}
	if _, err := r.journal.Append(eventResumed, struct {
		Version string `json:"version"`
	}{settings.Version}); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// open locks the folder, reads the journal and starts the engine.
func (r *Run) open(ctx context.Context) (err error) {
	if r.unlock, err = journal.Lock(r.Folder); err != nil {
		return err
	}
	if r.journal, err = journal.Open(r.Folder); err != nil {
		return errors.Join(err, r.unlock())
	}
	memory, err := r.m.Plan.MemoryBytes()
	if r.settings.MemoryBytes > 0 {
		memory = r.settings.MemoryBytes
	}
	if err == nil {
		r.engine, err = engine.Open(ctx, engine.Options{
			Folders: []string{r.Folder}, Spill: filepath.Join(r.Folder, "spill"), MemoryBytes: memory,
		})
	}
	if err != nil {
		return errors.Join(err, r.journal.Close(), r.unlock())
	}
	return nil
}

// Close ends the run's hold on its folder. What the run did stays.
func (r *Run) Close() error {
	var errs []error
	if r.engine != nil {
		errs = append(errs, r.engine.Close())
	}
	return errors.Join(append(errs, r.journal.Close(), r.unlock())...)
}

// Failed notes in the journal why a command ended, for status.
func (r *Run) Failed(cause error) error {
	if errors.Is(cause, context.Canceled) {
		cause = errInterrupted
	}
	_, err := r.journal.Append(eventFailed, failure{Error: cause.Error(), State: stateOf(cause)})
	return err
}

// continuable finds the newest run of the kind that the command may go on
// with; why says, where there is one, what stands against it.
func (m *Migration) continuable(kind Kind, source string) (id, why string, err error) {
	ids, err := Runs(m.Plan.Runs)
	if err != nil {
		return "", "", err
	}
	for _, candidate := range ids {
		folder := filepath.Join(m.Plan.Runs, candidate)
		if _, err := journal.Read(folder); err != nil && kind == Cutover && strings.Contains(candidate, "-"+string(kind)+"-") {
			// Passed over, it would be the run that is not gone on with, unseen.
			return "", "", fmt.Errorf("run %s: %w; or begin a new run with cutover --fresh", candidate, err)
		}
		first, err := firstEvent(folder)
		if err != nil || first.Kind != kind || first.Migration != m.Plan.Migration {
			continue
		}
		switch {
		case kind == Rehearsal && reported(folder), kind == Manual && extracted(folder): // done
			return "", "", nil
		case first.Plan != m.Digest():
			return "", "run " + candidate + " was made by other mappings, rules or settings", nil
		case first.Source != source:
			return "", "run " + candidate + " read another source", nil
		case first.Target != m.Plan.targetPlace():
			return "", "run " + candidate + " went into another target", nil
		case refused(folder):
			// What stood in its way may have been mended at the source, which
			// its snapshot would not show.
			return "", "run " + candidate + " was refused", nil
		}
		return candidate, "", nil
	}
	return "", "", nil
}

// extracted says that the snapshot of a run is sealed.
func extracted(folder string) bool {
	events, err := journal.Read(folder)
	return err == nil && slices.ContainsFunc(events, func(e journal.Event) bool { return e.Name == eventExtracted })
}

// refused says that a run's last report was a no-go and nothing was loaded.
func refused(folder string) bool {
	events, err := journal.Read(folder)
	if err != nil {
		return false
	}
	no := false
	for _, e := range events {
		switch e.Name {
		case eventLoading:
			return false
		case eventReported:
			var verdict struct{ Go bool }
			no = e.Decode(&verdict) == nil && !verdict.Go
		}
	}
	return no
}

// Runs lists the runs in a folder, the newest first.
func Runs(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(folder, e.Name(), journal.File)); err == nil {
			ids = append(ids, e.Name())
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(b, a) })
	return ids, nil
}

// Newest is the newest run of a plan, or the one whose id begins with prefix.
func (p *Plan) Newest(prefix string) (string, error) {
	ids, err := Runs(p.Runs)
	if err != nil {
		return "", err
	}
	for _, id := range ids {
		first, err := firstEvent(filepath.Join(p.Runs, id))
		if err == nil && first.Migration == p.Migration && strings.HasPrefix(id, prefix) {
			return id, nil
		}
	}
	if prefix != "" {
		return "", fmt.Errorf("%w %s in %s: travaso status lists the runs there are", ErrNoRun, prefix, p.Runs)
	}
	return "", fmt.Errorf("%w of migration %s in %s: begin one with travaso rehearse %s", ErrNoRun, p.Migration, p.Runs, p.Path)
}

func firstEvent(folder string) (begun, error) {
	events, err := journal.Read(folder)
	if err != nil {
		return begun{}, err
	}
	var first begun
	if len(events) == 0 || events[0].Name != eventBegun {
		return first, errors.New("its journal does not say how it began: remove the folder")
	}
	return first, events[0].Decode(&first)
}

func reported(folder string) bool {
	events, err := journal.Read(folder)
	return err == nil && slices.ContainsFunc(events, func(e journal.Event) bool { return e.Name == eventReported })
}

// done gives the event of a stage that is done already.
func (r *Run) done(event string) (stageEvent, bool, error) {
	var payload stageEvent
	e, ok := r.journal.Last(event)
	if !ok {
		return payload, false, nil
	}
	return payload, true, e.Decode(&payload)
}

// end notes the end of a stage.
func (r *Run) end(event, digest string, timing report.Timing) error {
	return r.endSealed(event, digest, "", timing)
}

// endSealed notes the end of a stage that left a manifest.
func (r *Run) endSealed(event, digest, manifest string, timing report.Timing) (err error) {
	payload := stageEvent{Digest: digest, Timing: timing}
	payload.Timing.PeakMemoryBytes = PeakMemoryBytes()
	if manifest != "" {
		if _, payload.Seal, err = sealed.Digest(manifest); err != nil {
			return err
		}
	}
	_, err = r.journal.Append(event, payload)
	return err
}

// checkSeal refuses a manifest that is not the one that its stage left.
func (e stageEvent) checkSeal(manifest, remedy string) error {
	_, sum, err := sealed.Digest(manifest)
	if err != nil {
		return fmt.Errorf("%w; %s", err, remedy)
	}
	if sum != e.Seal {
		return fmt.Errorf("%s was changed after it was sealed: its digest is not the one in the journal; restore it, or %s", manifest, remedy)
	}
	return nil
}

func timingOf(o progress.Outcome) report.Timing {
	return report.Timing{Stage: o.Stage, Unit: string(o.Unit), Done: o.Done, ElapsedMS: o.Elapsed.Milliseconds(), PerSecond: o.PerSecond}
}

// PeakMemoryBytes is the largest resident memory of this process so far.
func PeakMemoryBytes() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return usage.Maxrss * 1024 // Linux counts in KiB
}

// writePlan keeps the plan as it was resolved, without its secrets: the
// configurations hide them when they are written.
func (r *Run) writePlan() error {
	return sealed.WriteJSON(filepath.Join(r.Folder, "plan.json"), r.m.Plan)
}
