package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/travaso/travaso/cmd/internal/progress"
	"github.com/travaso/travaso/cmd/internal/report"
	"github.com/travaso/travaso/extract/sealed"
	"github.com/travaso/travaso/load/sqltarget"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate/reconcile"
)

// Verification is what the target itself says it holds of this migration.
type Verification struct {
	Target string    `json:"target"`
	At     time.Time `json:"at"`
	// Tables are the target's own totals, less what was there before the migration.
	Tables map[string]staged.Totals `json:"tables"`
	// Shared are the target's own row counts of entities that share a table and
	// are told apart by a constant column (tipo = 'U').
	Shared map[string]int64 `json:"shared,omitempty"`
	// Differences from what is staged are none when the totals reconcile.
	Differences []reconcile.Difference `json:"differences"`
}

// Verify asks the target for its totals by its own SQL and compares them with
// the staged ones, after it has verified every file behind them. Totals that
// differ are ErrUnbalanced, and all of them are named.
func (r *Run) Verify(ctx context.Context) (*Verification, error) {
	if _, err := r.verifiedSnapshot(ctx); err != nil {
		return nil, err
	}
	manifest, err := r.verifiedStaged(ctx)
	if err != nil {
		return nil, err
	}
	if _, loaded := r.journal.Last(eventLoaded); !loaded {
		return nil, fmt.Errorf("run %s: nothing was loaded: run travaso load or cutover first", r.ID)
	}
	began := time.Now()
	target, err := sqltarget.Open(ctx, r.m.Plan.Target.Config)
	if err != nil {
		return nil, err
	}
	defer target.Close()
	v := &Verification{Target: target.Name(), At: time.Now().UTC(), Tables: map[string]staged.Totals{}, Differences: []reconcile.Difference{}}
	if err := r.askTotals(ctx, target, manifest, v); err != nil {
		return nil, err
	}
	if err := v.compare(manifest); err != nil {
		return nil, err
	}
	if err := sealed.WriteJSON(r.path("verification.json"), v); err != nil {
		return nil, err
	}
	timing := report.Timing{Stage: "verify", Unit: string(progress.Rows), ElapsedMS: time.Since(began).Milliseconds()}
	for _, totals := range v.Tables {
		timing.Done += totals.Rows
	}
	if err := r.end(eventVerified, digestOf(v), timing); err != nil {
		return nil, err
	}
	if len(v.Differences) > 0 {
		return v, fmt.Errorf("%w: %s; do not open the target to users, and compare the tables with staged/ in %s", ErrUnbalanced, v.words(), r.Folder)
	}
	r.settings.Bar.Say(fmt.Sprintf("verify  %s of %s %s the rows and sums that are staged", counted(int64(len(v.Tables)), "table"), target.Name(), holds(len(v.Tables))))
	return v, nil
}

func (r *Run) askTotals(ctx context.Context, target *sqltarget.Target, manifest *staged.Manifest, v *Verification) error {
	var entities []staged.Entity
	for _, d := range manifest.Documents {
		entities = append(entities, d.Entities...)
	}
	totals, err := target.Totals(ctx, entities, r.m.Scope)
	if err != nil {
		return err
	}
	baseline, err := target.Baseline(ctx, manifest.Migration)
	if err != nil {
		return err
	}
	for table, total := range totals {
		if v.Tables[table], err = sqltarget.Subtract(total, baseline[table]); err != nil {
			return fmt.Errorf("totals of table %s: %w", table, err)
		}
	}
	return r.askShared(ctx, target, entities, baseline, v)
}

// askShared counts the rows of each entity that shares its table with another.
// Rows that were there before the migration cannot be told apart, so then it
// counts nothing.
func (r *Run) askShared(ctx context.Context, target *sqltarget.Target, entities []staged.Entity, baseline map[string]staged.Totals, v *Verification) error {
	users := map[string]int{}
	for _, e := range entities {
		users[e.Table]++
	}
	v.Shared = map[string]int64{}
	for _, e := range entities {
		_, mapped, _ := r.m.Set.Entity(e.Name)
		scope := constantColumns(mapped)
		if users[e.Table] < 2 || len(scope) == 0 || baseline[e.Table].Rows > 0 {
			continue
		}
		maps.Copy(scope, r.m.Scope)
		totals, err := target.Totals(ctx, []staged.Entity{e}, scope)
		if err != nil {
			return err
		}
		v.Shared[e.Name] = totals[e.Table].Rows
	}
	return nil
}

var textLiteral = regexp.MustCompile(`^'([^']*)'$`)

// constantColumns are the columns for which a mapping writes one text.
func constantColumns(e mappings.Entity) map[string]string {
	columns := map[string]string{}
	for _, f := range e.Fields {
		if text := textLiteral.FindStringSubmatch(strings.TrimSpace(f.SQL)); text != nil {
			columns[f.Name] = text[1]
		}
	}
	return columns
}

// compare finds every figure in which the target differs from what is staged.
func (v *Verification) compare(manifest *staged.Manifest) error {
	var expected, actual []reconcile.Totals
	for _, t := range reconcile.OfTables(*manifest) {
		if t.Stop == reconcile.Staged {
			expected = append(expected, t)
		}
	}
	for table, totals := range v.Tables {
		actual = append(actual, reconcile.Totals{Stop: reconcile.Target, Entity: table, Rows: totals.Rows, Sums: totals.Sums})
	}
	differences, err := reconcile.Compare(expected, actual)
	if err != nil {
		return fmt.Errorf("compare staged and target: %w", err)
	}
	v.Differences = append(v.Differences, differences...)
	return nil
}

// words says all differences on one line.
func (v *Verification) words() string {
	texts := make([]string, len(v.Differences))
	for i, d := range v.Differences {
		texts[i] = fmt.Sprintf("table %s, %s: %s staged, %s in the target", d.Entity, d.Measure, d.Expected, d.Actual)
	}
	return strings.Join(texts, "; ")
}

// forgetVerification takes back what an earlier Verify found.
func (r *Run) forgetVerification() error {
	if err := os.Remove(r.path("verification.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget the earlier verification: %w", err)
	}
	return nil
}

// verification reads what Verify found, nil where it did not run.
func (r *Run) verification() (*Verification, error) {
	text, err := os.ReadFile(r.path("verification.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := &Verification{}
	if err := json.Unmarshal(text, v); err != nil {
		return nil, fmt.Errorf("%s: %w: run travaso verify again", r.path("verification.json"), err)
	}
	event, done, err := r.done(eventVerified)
	if err != nil {
		return nil, err
	}
	if !done || event.Digest != digestOf(v) {
		return nil, fmt.Errorf("%s is not what the journal tells of: run travaso verify again", r.path("verification.json"))
	}
	return v, nil
}

func (r *Run) path(name string) string { return filepath.Join(r.Folder, name) }

// holds is the verb of so many tables.
func holds(tables int) string {
	if tables == 1 {
		return "holds"
	}
	return "hold"
}
