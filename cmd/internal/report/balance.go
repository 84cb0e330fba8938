package report

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate/reconcile"
)

// The measures that are not money columns.
const (
	Rows      = reconcile.Rows
	Documents = "documents"
)

// Difference is a place where two figures that must be equal are not.
type Difference struct {
	// Between names the two stops, as in "staged → target".
	Between string `json:"between"`
	reconcile.Difference
}

// Figures gives the two figures for people.
func (d Difference) Figures() (expected, actual string) {
	return figure(d.Measure, d.Expected), figure(d.Measure, d.Actual)
}

// The places where two stops meet.
const (
	sourceToSnapshot = "source → snapshot"
	snapshotToStaged = "snapshot → staged + rejected + excluded"
	stagedToTarget   = "staged → target"
)

// Reckon draws Bridges, Differences and the Verdict from the figures. It is
// called once all of them are in, and again if any changed. Its error is a
// figure that is no figure.
func (r *Report) Reckon(accept Accept) error {
	r.Version = Version
	b := &books{report: r, sharing: r.sharing(), bridges: []reconcile.Bridge{}, differences: []Difference{}}
	for _, d := range r.Datasets {
		b.dataset(d)
	}
	for i := range r.Documents {
		b.document(&r.Documents[i])
	}
	b.tables()
	for _, c := range r.Controls {
		b.control(c)
	}
	r.Bridges, r.TableBridges, r.Differences = b.bridges, b.tableBridges, b.differences
	b.judge(accept)
	return errors.Join(b.errs...)
}

// sharing counts the entities of each table.
func (r *Report) sharing() map[string]int {
	entities := map[string]int{}
	for _, d := range r.Documents {
		for _, e := range d.Entities {
			entities[e.Table]++
		}
	}
	return entities
}

// books collects bridges, differences and what is no figure.
type books struct {
	report       *Report
	sharing      map[string]int // entities by table
	bridges      []reconcile.Bridge
	tableBridges []reconcile.Bridge
	differences  []Difference
	errs         []error
}

func (b *books) fail(err error) { b.errs = append(b.errs, fmt.Errorf("report: %w", err)) }

// figure reads a figure; an empty one is zero.
func (b *books) figure(where, measure, figure string) *big.Rat {
	if figure == "" {
		return new(big.Rat)
	}
	parsed, err := parse(figure)
	if err != nil {
		b.fail(fmt.Errorf("%s of %s: %w", measure, where, err))
		return new(big.Rat)
	}
	return parsed
}

// differ notes a difference.
func (b *books) differ(between string, d reconcile.Difference) {
	b.differences = append(b.differences, Difference{Between: between, Difference: d})
}

// counts compares two counts.
func (b *books) counts(where, measure, between string, expected, actual int64) {
	if expected != actual {
		b.differ(between, reconcile.Difference{
			Entity: where, Measure: measure, Expected: strconv.FormatInt(expected, 10), Actual: strconv.FormatInt(actual, 10),
			Difference: strconv.FormatInt(actual-expected, 10),
		})
	}
}

// dataset compares the source's own word with the snapshot, and the snapshot
// with where its rows went.
func (b *books) dataset(d Dataset) {
	b.counts(d.Name, Rows, sourceToSnapshot, d.Source.Rows, d.Snapshot.Rows+d.Unreadable)
	b.sums(d)
	if d.Ignored == "" && !d.Derived {
		b.counts(d.Name, Rows, snapshotToStaged, d.Snapshot.Rows, d.Staged+d.Rejected+d.Excluded)
	}
}

// sums compares those columns that the source itself can sum: a file cannot.
func (b *books) sums(d Dataset) {
	own := func(figures snapshot.Figures) []reconcile.Totals {
		sums := maps.Clone(figures.Sums)
		maps.DeleteFunc(sums, func(column, _ string) bool { _, has := d.Source.Sums[column]; return !has })
		return []reconcile.Totals{{Entity: d.Name, Sums: sums}}
	}
	read := own(d.Snapshot)
	if len(d.RejectedSums) > 0 {
		read = append(read, own(snapshot.Figures{Sums: d.RejectedSums})...)
	}
	b.compare(sourceToSnapshot, own(d.Source), read)
}

func (b *books) compare(between string, expected, actual []reconcile.Totals) {
	differences, err := reconcile.Compare(expected, actual)
	if err != nil {
		b.fail(err)
	}
	for _, d := range differences {
		b.differ(between, d)
	}
}

// document draws the bridges of a document type's entities.
func (b *books) document(d *Document) {
	for _, e := range d.Entities {
		if d.Amount == "" {
			d.Amount = b.largest(e)
		}
		totals := reconcile.OfManifest(staged.Manifest{Documents: []staged.Document{{Name: d.Name, Entities: []staged.Entity{{
			Name: e.Name, Table: e.Table, Source: e.Source, Rejected: e.Rejected, Excluded: e.Excluded, Staged: e.Staged,
		}}}}})
		target, alone := b.alone(e)
		if alone {
			totals = append(totals, reconcile.Totals{
				Stop: reconcile.Target, Document: d.Name, Entity: e.Name, Rows: target.Rows, Sums: only(e.Staged.Sums, target.Sums),
			})
		}
		b.bridges = append(b.bridges, b.bridge(totals)...)
		switch head := e.Name == d.Entities[0].Name; {
		case head && alone:
			d.Loaded = &target.Rows // compared as rows already
		case head && d.Loaded != nil:
			b.counts(d.Name, Documents, stagedToTarget, d.Staged, *d.Loaded)
		}
	}
}

// alone gives the target's totals of an entity that has its table to itself.
func (b *books) alone(e Entity) (staged.Totals, bool) {
	return b.report.Target[e.Table], b.report.Target != nil && b.sharing[e.Table] == 1
}

// only keeps the target's sums of what was staged: a table has more columns
// than a mapping fills.
func only(stagedSums, targetSums map[string]string) map[string]string {
	sums := maps.Clone(targetSums)
	maps.DeleteFunc(sums, func(column, _ string) bool { _, has := stagedSums[column]; return !has })
	return sums
}

// tables draws the bridges of tables that entities share.
func (b *books) tables() {
	if b.report.Target == nil {
		return
	}
	for _, table := range slices.Sorted(maps.Keys(b.sharing)) {
		if b.sharing[table] == 1 {
			continue
		}
		target := b.report.Target[table] // of one that is not there: no rows
		totals := b.report.ofTable(table)
		filled := map[string]string{}
		for _, t := range totals {
			maps.Copy(filled, t.Sums)
		}
		totals = append(totals, reconcile.Totals{Stop: reconcile.Target, Entity: table, Rows: target.Rows, Sums: only(filled, target.Sums)})
		b.tableBridges = append(b.tableBridges, b.bridge(totals)...)
	}
}

// ofTable are the totals of all the entities of a table, together.
func (r *Report) ofTable(table string) []reconcile.Totals {
	manifest := staged.Manifest{}
	for _, d := range r.Documents {
		for _, e := range d.Entities {
			if e.Table == table {
				manifest.Documents = append(manifest.Documents, staged.Document{Name: d.Name, Entities: []staged.Entity{{
					Name: e.Name, Table: e.Table, Source: e.Source, Rejected: e.Rejected, Excluded: e.Excluded, Staged: e.Staged,
				}}})
			}
		}
	}
	return reconcile.OfTables(manifest)
}

// bridge builds bridges and notes where one does not close.
func (b *books) bridge(totals []reconcile.Totals) []reconcile.Bridge {
	bridges, err := reconcile.Bridges(totals)
	if err != nil {
		b.fail(err)
		return nil
	}
	for _, x := range bridges {
		if x.Closes {
			continue
		}
		where := reconcile.Difference{Document: x.Document, Entity: x.Entity, State: x.State, Measure: x.Measure}
		noted := false
		if !zero(x.Unaccounted) {
			b.differ(snapshotToStaged, apart(where, x.Source, x.Unaccounted))
			noted = true
		}
		if !zero(x.Unloaded) {
			b.differ(stagedToTarget, apart(where, x.Staged, x.Unloaded))
			noted = true
		}
		if !noted { // a stop has no figure, or unreadable values are in no reject
			where.Expected, where.Actual, where.Difference = x.Source, x.Staged, strconv.FormatInt(-x.UnreadableLost, 10)
			b.differ(snapshotToStaged, where)
		}
	}
	return bridges
}

// apart completes a difference from what was expected and what of it is missing.
func apart(d reconcile.Difference, expected, missing string) reconcile.Difference {
	d.Expected = expected
	if e, err := parse(expected); err == nil {
		m, _ := parse(missing) // was compared with zero before
		d.Actual, d.Difference = text(new(big.Rat).Sub(e, m)), text(m.Neg(m))
	}
	return d
}

// largest names the money column with the largest total at the source; "" where there is none.
func (b *books) largest(e Entity) string {
	name, most := "", new(big.Rat).SetInt64(-1)
	for _, column := range slices.Sorted(maps.Keys(e.Source.Sums)) {
		if total := new(big.Rat).Abs(b.figure(e.Name, column, e.Source.Sums[column])); total.Cmp(most) > 0 {
			name, most = column, total
		}
	}
	return name
}

// control notes the groups of a control whose stops do not add up.
func (b *books) control(c Control) {
	for _, row := range c.Rows {
		if difference := b.figure(c.Rule, row.Measure, row.Difference); difference.Sign() != 0 {
			actual := new(big.Rat).Add(b.figure(c.Rule, row.Measure, row.Source), difference)
			b.differ(snapshotToStaged, reconcile.Difference{
				Entity: c.Rule, State: strings.Join(row.Group, ", "), Measure: row.Measure,
				Expected: row.Source, Actual: text(actual), Difference: text(difference),
			})
		}
	}
}
