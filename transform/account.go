package transform

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate/finding"
)

// What became of a row of a dataset, in the order in which one outweighs
// another when several entities use the row.
const (
	rowRejected = iota
	rowExcluded
	rowStaged
	rowUnclaimed // no entity uses it
	rowForeign   // an entity says it comes from the dataset, and it is not there
)

// createClaims makes the table in which the entities say which rows of a
// dataset they used, and what became of them.
func createClaims(d Dataset) string {
	return "create table " + claimsTable(d.Name) + ` (part bigint, "row" bigint, outcome utinyint)`
}

// claim notes the rows that an entity used.
func (r *run) claim(ctx context.Context, e *entity) error {
	if !e.followed {
		return nil
	}
	for _, d := range r.program.input.Datasets {
		if e.spec.Query == "" && !slices.ContainsFunc(e.spec.From, func(name string) bool { return strings.EqualFold(name, d.Name) }) {
			continue
		}
		err := r.exec(ctx, e.place()+": account for the rows of "+d.Name, fmt.Sprintf("insert into %s\nselect %s, %s, case when %s is not null then %d when %s is null or _gone.document is not null then %d else %d end\nfrom %s\nwhere %s = %s",
			claimsTable(d.Name), staged.PartColumn, staged.RowColumn,
			excludedColumn, rowExcluded, staged.DocumentColumn, rowRejected, rowStaged,
			e.withStanding(), staged.DatasetColumn, engine.Literal(d.Name)))
		if err != nil {
			return err
		}
	}
	return nil
}

// account says what became of every row of a dataset. Rows that nobody uses
// become findings and count as rejected.
func (r *run) account(ctx context.Context, d Dataset) (staged.Dataset, error) {
	a := staged.Dataset{Name: d.Name, Rows: d.Rows, Unreadable: d.Unreadable, Ignored: d.Ignored}
	counts, err := r.outcomes(ctx, d)
	if err != nil {
		return a, fmt.Errorf("account for dataset %s: %w", d.Name, r.explain(err))
	}
	if counts[rowForeign] > 0 {
		return a, fmt.Errorf("account for dataset %s: a query gives %d rows with a %s, %s or %s that the dataset does not have: pass these columns on unchanged",
			d.Name, counts[rowForeign], staged.DatasetColumn, staged.PartColumn, staged.RowColumn)
	}
	claimed := counts[rowRejected] + counts[rowExcluded] + counts[rowStaged]
	if claimed == 0 && d.Ignored == "" && r.program.derives(d.Name) {
		a.Derived = true
		return a, nil
	}
	a.Staged, a.Rejected, a.Excluded = counts[rowStaged], counts[rowRejected], counts[rowExcluded]
	if d.Ignored != "" {
		a.Excluded += counts[rowUnclaimed]
	} else {
		a.Rejected += counts[rowUnclaimed]
		if counts[rowUnclaimed] > 0 {
			if err := r.exec(ctx, "account for dataset "+d.Name, unclaimedFindings(d)); err != nil {
				return a, err
			}
		}
	}
	if a.Rows != a.Staged+a.Rejected+a.Excluded {
		return a, unbalanced("dataset %s: %d rows in the snapshot are not %d staged + %d rejected + %d excluded",
			d.Name, a.Rows, a.Staged, a.Rejected, a.Excluded)
	}
	return a, nil
}

// outcomes counts the rows of a dataset by what became of them.
func (r *run) outcomes(ctx context.Context, d Dataset) ([5]int64, error) {
	defer r.time("account for dataset " + d.Name)()
	var counts [5]int64
	rows, err := r.eng.Query(ctx, fmt.Sprintf(`select case when d.%[1]s is null then %[5]d else coalesce(c.outcome, %[4]d) end as outcome, count(*)
from (select %[1]s, %[2]s from %[3]s) as d
full join (select part, "row", min(outcome) as outcome from %[6]s group by part, "row") as c on c.part = d.%[1]s and c."row" = d.%[2]s
group by 1`, staged.PartColumn, staged.RowColumn, engine.Quote(d.Name), rowUnclaimed, rowForeign, claimsTable(d.Name)))
	if err != nil {
		return counts, err
	}
	defer rows.Close()
	for rows.Next() {
		var outcome int
		var count int64
		if err := rows.Scan(&outcome, &count); err != nil {
			return counts, err
		}
		counts[outcome] = count
	}
	return counts, rows.Err()
}

func unclaimedFindings(d Dataset) string {
	return fmt.Sprintf("insert into %s\nselect %s, 'error', null, null, null, null, null, 'no mapping takes this row', %s, d.%s, d.%s\nfrom %s as d anti join %s as c on c.part = d.%s and c.\"row\" = d.%s",
		findingsTable, kindLiteral(finding.Unclaimed), engine.Literal(d.Name), staged.PartColumn, staged.RowColumn,
		engine.Quote(d.Name), claimsTable(d.Name), staged.PartColumn, staged.RowColumn)
}

// derives says that some entity uses the dataset in a query, or takes it as
// its source without keeping its rows apart, and that none keeps its rows.
func (p *Program) derives(dataset string) bool {
	same := func(name string) bool { return strings.EqualFold(name, dataset) }
	derives := false
	for _, d := range p.documents {
		for _, e := range d.entities {
			if e.followed && slices.ContainsFunc(e.kept, same) {
				return false // those that it does not take are unclaimed
			}
			derives = derives || slices.ContainsFunc(e.used, same) || slices.ContainsFunc(e.spec.From, same)
		}
	}
	return derives
}
