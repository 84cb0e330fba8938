package transform

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"path/filepath"
	"strings"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// totals fills in the figures of an entity: those of the source straight from
// the snapshot, those of the rejected and excluded rows, and those of the
// staged ones as read back from the files written. They must agree.
func (r *run) totals(ctx context.Context, e *entity, m *staged.Entity, files []string) error {
	var err error
	if m.Source, err = r.sourceTotals(ctx, e); err != nil {
		return err
	}
	byStatus, residue, err := r.judgedTotals(ctx, e)
	if err != nil {
		return err
	}
	m.Rejected, m.Excluded = byStatus["rejected"], byStatus["excluded"]
	if m.Staged, err = r.stagedTotals(ctx, e, files); err != nil {
		return err
	}
	m.Staged.Residue = residue
	if m.Exclusions, err = r.exclusions(ctx, e); err != nil {
		return err
	}
	return reconcile(e, m)
}

// sourceTotals runs the statement over the snapshot that knows nothing of the
// mapping's joins.
func (r *run) sourceTotals(ctx context.Context, e *entity) (staged.Totals, error) {
	defer r.time(e.place() + ": totals at the source")()
	money := e.money()
	var t figures
	into := []any{&t.Rows}
	sums, residues, unreadable := make([]sql.NullString, len(money)), make([]sql.NullString, len(money)), make([]int64, len(money))
	for i := range money {
		into = append(into, &sums[i], &residues[i], &unreadable[i])
	}
	if err := r.eng.QueryRow(ctx, e.totalsSQL).Scan(into...); err != nil {
		return t.Totals, fmt.Errorf("%s: totals at the source: %w", e.place(), r.explain(err))
	}
	for i, f := range money {
		t.set(f, sums[i], residues[i], unreadable[i])
	}
	return t.Totals, nil
}

// figures are totals that are being filled in.
type figures struct{ staged.Totals }

// set notes the figures of one money column.
func (t *figures) set(f *field, sum, residue sql.NullString, unreadable int64) {
	name := f.column.Name
	if t.Sums == nil {
		t.Sums = map[string]string{}
	}
	t.Sums[name] = zeroWhenNull(sum, f.column.Scale)
	if f.residue != "" {
		if t.Residue == nil {
			t.Residue = map[string]string{}
		}
		t.Residue[name] = shortest(zeroWhenNull(residue, 0))
	}
	if unreadable > 0 {
		if t.Unreadable == nil {
			t.Unreadable = map[string]int64{}
		}
		t.Unreadable[name] = unreadable
	}
}

// zeroWhenNull is a sum with the decimals of its column, also over no rows.
func zeroWhenNull(sum sql.NullString, scale int) string {
	switch {
	case sum.Valid:
		return sum.String
	case scale == 0:
		return "0"
	}
	return "0." + strings.Repeat("0", scale)
}

// shortest drops the zeros at the end of a fraction.
func shortest(number string) string {
	if !strings.Contains(number, ".") {
		return number
	}
	return strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
}

// judgedTotals are the totals of the converted rows by status, and the residue
// of those that are staged.
func (r *run) judgedTotals(ctx context.Context, e *entity) (map[string]staged.Totals, map[string]string, error) {
	defer r.time(e.place() + ": totals by status")()
	money := e.money()
	columns := []string{standing + " as _status", "count(*)"}
	for _, f := range money {
		residue := "null"
		if f.residue != "" {
			residue = "sum(" + engine.Quote(residueColumn(f)) + ")"
		}
		columns = append(columns, fmt.Sprintf("cast(sum(%s) as varchar), cast(%s as varchar), count(*) filter (where list_contains(%s, %s))",
			engine.Quote(f.spec.Name), residue, unreadableColumn, engine.Literal(f.spec.Name)))
	}
	rows, err := r.eng.Query(ctx, "select "+strings.Join(columns, ", ")+" from "+e.withStanding()+" group by _status")
	if err != nil {
		return nil, nil, fmt.Errorf("%s: totals by status: %w", e.place(), r.explain(err))
	}
	defer rows.Close()
	byStatus := map[string]staged.Totals{"rejected": e.zeroTotals(), "excluded": e.zeroTotals()}
	residue := e.zeroTotals().Residue
	for rows.Next() {
		var status string
		var t figures
		into := []any{&status, &t.Rows}
		sums, residues, unreadable := make([]sql.NullString, len(money)), make([]sql.NullString, len(money)), make([]int64, len(money))
		for i := range money {
			into = append(into, &sums[i], &residues[i], &unreadable[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, nil, err
		}
		for i, f := range money {
			t.set(f, sums[i], residues[i], unreadable[i])
		}
		if status == "staged" {
			residue = t.Residue
			continue
		}
		byStatus[status] = t.Totals
	}
	return byStatus, residue, rows.Err()
}

// zeroTotals are the totals of no rows.
func (e *entity) zeroTotals() staged.Totals {
	var t figures
	for _, f := range e.money() {
		t.set(f, sql.NullString{}, sql.NullString{}, 0)
	}
	return t.Totals
}

// stagedTotals reads back the files just written.
func (r *run) stagedTotals(ctx context.Context, e *entity, files []string) (staged.Totals, error) {
	if len(files) == 0 {
		return e.zeroTotals(), nil
	}
	defer r.time(e.place() + ": read back what was staged")()
	var t figures
	columns := []string{"count(*)"}
	into := []any{&t.Rows}
	money := e.money()
	sums := make([]sql.NullString, len(money))
	for i, f := range money {
		columns = append(columns, "cast(sum("+engine.Quote(f.spec.Name)+") as varchar)")
		into = append(into, &sums[i])
	}
	full := make([]string, len(files))
	for i, f := range files {
		full[i] = filepath.Join(r.folder, f)
	}
	if err := r.eng.QueryRow(ctx, fmt.Sprintf("select %s from %s", strings.Join(columns, ", "), engine.ReadParquet(full...))).Scan(into...); err != nil {
		return t.Totals, fmt.Errorf("%s: read back what was staged: %w", e.place(), r.explain(err))
	}
	for i, f := range money {
		t.set(f, sums[i], sql.NullString{}, 0)
	}
	t.Residue = nil
	return t.Totals, nil
}

// exclusions are the excluded rows by the mapping's reasons.
func (r *run) exclusions(ctx context.Context, e *entity) ([]staged.Exclusion, error) {
	money := e.money()
	columns := []string{excludedColumn, "count(*)"}
	for _, f := range money {
		columns = append(columns, "cast(sum("+engine.Quote(f.spec.Name)+") as varchar)")
	}
	rows, err := r.eng.Query(ctx, fmt.Sprintf("select %s from %s where %s is not null group by 1 order by 1", strings.Join(columns, ", "), convertedTable(e.name), excludedColumn))
	if err != nil {
		return nil, fmt.Errorf("%s: totals by exclusion: %w", e.place(), r.explain(err))
	}
	defer rows.Close()
	var all []staged.Exclusion
	for rows.Next() {
		var x staged.Exclusion
		var t figures
		into := []any{&x.Reason, &t.Rows}
		sums := make([]sql.NullString, len(money))
		for i := range money {
			into = append(into, &sums[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for i, f := range money {
			t.set(f, sums[i], sql.NullString{}, 0)
		}
		t.Residue = nil
		x.Totals = t.Totals
		all = append(all, x)
	}
	return all, rows.Err()
}

// UnbalancedError says that what was made does not account for what was read:
// a mistake of this program, that must stop the run.
type UnbalancedError struct{ reason string }

func (e *UnbalancedError) Error() string {
	return "internal: " + e.reason + ": please report it, and load nothing"
}

func unbalanced(format string, args ...any) error {
	return &UnbalancedError{fmt.Sprintf(format, args...)}
}

// reconcile proves that nothing was lost between the snapshot and the files.
func reconcile(e *entity, m *staged.Entity) error {
	if m.Source.Rows != m.Staged.Rows+m.Rejected.Rows+m.Excluded.Rows {
		return unbalanced("%s: %d rows at the source are not %d staged + %d rejected + %d excluded",
			e.place(), m.Source.Rows, m.Staged.Rows, m.Rejected.Rows, m.Excluded.Rows)
	}
	for _, f := range e.money() {
		n := f.column.Name
		for _, figure := range []struct {
			what                               string
			source, staged, rejected, excluded string
		}{
			{"", m.Source.Sums[n], m.Staged.Sums[n], m.Rejected.Sums[n], m.Excluded.Sums[n]},
			{"residue of ", m.Source.Residue[n], m.Staged.Residue[n], m.Rejected.Residue[n], m.Excluded.Residue[n]},
		} {
			sum, err := add(figure.staged, figure.rejected, figure.excluded)
			if err != nil {
				return fmt.Errorf("internal: %s: %s: %w", e.place(), n, err)
			}
			source, err := add(figure.source)
			if err != nil {
				return fmt.Errorf("internal: %s: %s: %w", e.place(), n, err)
			}
			if source.Cmp(sum) != 0 {
				return unbalanced("%s: %s%s %s at the source is not %s staged + %s rejected + %s excluded",
					e.place(), figure.what, n, figure.source, figure.staged, figure.rejected, figure.excluded)
			}
		}
		if m.Source.Unreadable[n] != m.Rejected.Unreadable[n]+m.Excluded.Unreadable[n] {
			return unbalanced("%s: %s: %d unreadable values at the source are not %d rejected + %d excluded",
				e.place(), n, m.Source.Unreadable[n], m.Rejected.Unreadable[n], m.Excluded.Unreadable[n])
		}
	}
	return nil
}

// add sums exact decimal texts; "" is 0.
func add(numbers ...string) (*big.Rat, error) {
	total := new(big.Rat)
	for _, n := range numbers {
		if n == "" {
			continue
		}
		r, ok := new(big.Rat).SetString(n)
		if !ok {
			return nil, fmt.Errorf("%q is not a number", n)
		}
		total.Add(total, r)
	}
	return total, nil
}
