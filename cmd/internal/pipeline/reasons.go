package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/travaso/travaso/cmd/internal/report"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate/finding"
)

// The problems found while mapping are in one Parquet file; what they cost in
// documents and money is in the rejected rows. Both are joined in the engine,
// so that a run with many findings costs no memory here.

// createProblems makes the table reasons.problems: every finding with its
// document and, where that is rejected, the document's amount.
func (r *Run) createProblems(ctx context.Context, documents []report.Document) error {
	findings := filepath.Join(r.Folder, staged.RejectsFolder, "findings.parquet")
	places, amounts := []string{"select null::varchar as dataset, null::bigint as part, null::bigint as \"row\", null::varchar as entity, null::uuid as document where false"},
		[]string{"select null::uuid as document, null::decimal(38,2) as amount where false"}
	for _, d := range documents {
		for _, e := range d.Entities {
			file := filepath.Join(r.Folder, staged.RejectsFolder, e.Name+".parquet")
			if _, err := os.Stat(file); err != nil {
				continue // nothing of the entity was rejected
			}
			from := engine.ReadParquet(file)
			places = append(places, fmt.Sprintf("select _dataset, _part, _row, %s, _document from %s", engine.Literal(e.Name), from))
			if _, has := e.Source.Sums[d.Amount]; has && amountEntity(d) == e.Name {
				amounts = append(amounts, fmt.Sprintf("select _document, sum(%s) from %s where _status = 'rejected' group by 1", engine.Quote(d.Amount), from))
			}
		}
	}
	return r.engine.Exec(ctx, fmt.Sprintf(`
		create schema if not exists reasons;
		create or replace table reasons.problems as
		with places as (%s), amounts as (%s)
		select f.*, coalesce(cast(p.document as varchar), f.entity || f.key) as subject, a.amount
		from %s f
		left join (select distinct * from places) p
		  on p.dataset = f.dataset and p.part = f.part and p."row" = f."row" and p.entity = f.entity
		left join amounts a on a.document = p.document`,
		strings.Join(places, " union all "), strings.Join(amounts, " union all "), engine.ReadParquet(findings)))
}

// stray counts the rejected rows that belong to no document.
func (r *Run) stray(ctx context.Context, documents []report.Document) (rows int64, err error) {
	for _, d := range documents {
		for _, e := range d.Entities {
			file := filepath.Join(r.Folder, staged.RejectsFolder, e.Name+".parquet")
			if _, err := os.Stat(file); err != nil {
				continue // nothing of the entity was rejected
			}
			var found int64
			query := "select count(*) from " + engine.ReadParquet(file) + " where _status = 'rejected' and _document is null"
			if err := r.engine.QueryRow(ctx, query).Scan(&found); err != nil {
				return 0, fmt.Errorf("count rejected rows of no document in %s: %w", file, err)
			}
			rows += found
		}
	}
	return rows, nil
}

// amountEntity is the entity whose column stands for the document's amount:
// the first, head before lines, that has it.
func amountEntity(d report.Document) string {
	for _, e := range d.Entities {
		if _, has := e.Source.Sums[d.Amount]; has {
			return e.Name
		}
	}
	return ""
}

// forDependants are the kinds of findings that only follow from another.
const forDependants = "kind in ('" + string(finding.DependsOn) + "', '" + string(finding.SameDocument) + "')"

// reasons gathers the problems by kind and field, the costliest first. The
// detail tells reasons apart only where it is one of a few words: that of a check.
func (r *Run) reasons(ctx context.Context, where string) ([]report.Reason, error) {
	const detail = "case when kind = '" + string(finding.CheckFailed) + "' then coalesce(detail, '') else '' end"
	rows, err := r.engine.Query(ctx, `
		with subjects as (
			select kind, coalesce(document, '') as document, coalesce(entity, '') as entity, coalesce(dataset, '') as dataset,
			       coalesce(field, '') as field, `+detail+` as reason, subject, count(*) as rows, any_value(amount) as amount
			from reasons.problems where `+where+` group by all
		)
		select kind, document, entity, dataset, field, reason, count(*), cast(sum(rows) as bigint), coalesce(cast(sum(amount) as varchar), '')
		from subjects group by all order by sum(amount) desc nulls last, count(*) desc, 1, 2, 3, 4, 5, 6`)
	if err != nil {
		return nil, fmt.Errorf("gather reasons: %w", err)
	}
	defer rows.Close()
	reasons := []report.Reason{}
	for rows.Next() {
		var reason report.Reason
		if err := rows.Scan(&reason.Kind, &reason.Document, &reason.Entity, &reason.Dataset, &reason.Field, &reason.Detail,
			&reason.Documents, &reason.Rows, &reason.Money); err != nil {
			return nil, err
		}
		reasons = append(reasons, reason)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range reasons {
		if reasons[i].Examples, err = r.examples(ctx, where, reasons[i]); err != nil {
			return nil, err
		}
	}
	return reasons, nil
}

// examples are the first problems of a reason.
func (r *Run) examples(ctx context.Context, where string, reason report.Reason) ([]finding.Finding, error) {
	rows, err := r.engine.Query(ctx, fmt.Sprintf(`
		select kind, severity, coalesce(document, ''), coalesce(entity, ''), coalesce(key, ''), coalesce(field, ''),
		       coalesce(value, ''), coalesce(detail, ''), coalesce(dataset, ''), coalesce(part, 0), coalesce("row", 0)
		from reasons.problems
		where %s and kind = ? and coalesce(document, '') = ? and coalesce(entity, '') = ? and coalesce(dataset, '') = ? and coalesce(field, '') = ?
		  and (? = '' or detail = ?)
		order by key, dataset, part, "row" limit %d`, where, report.ExampleLimit),
		string(reason.Kind), reason.Document, reason.Entity, reason.Dataset, reason.Field, reason.Detail, reason.Detail)
	if err != nil {
		return nil, fmt.Errorf("gather examples: %w", err)
	}
	defer rows.Close()
	var examples []finding.Finding
	for rows.Next() {
		var f finding.Finding
		if err := rows.Scan(&f.Kind, &f.Severity, &f.Document, &f.Entity, &f.Key, &f.Field, &f.Value, &f.Detail, &f.Dataset, &f.Part, &f.Row); err != nil {
			return nil, err
		}
		examples = append(examples, f)
	}
	return examples, rows.Err()
}

// unmapped ranks the values that a crosswalk does not know by what they block.
func (r *Run) unmapped(ctx context.Context) ([]report.Unmapped, error) {
	rows, err := r.engine.Query(ctx, `
		with subjects as (
			select document, entity, field, coalesce(value, '') as value, subject, count(*) as rows, any_value(amount) as amount
			from reasons.problems where kind = '`+string(finding.Unmapped)+`' group by all
		)
		select document, entity, field, value, cast(sum(rows) as bigint), count(*), coalesce(cast(sum(amount) as varchar), '')
		from subjects group by all order by sum(amount) desc nulls last, count(*) desc, 1, 2, 3, 4`)
	if err != nil {
		return nil, fmt.Errorf("rank unmapped values: %w", err)
	}
	defer rows.Close()
	var values []report.Unmapped
	for rows.Next() {
		var u report.Unmapped
		if err := rows.Scan(&u.Document, &u.Entity, &u.Field, &u.Value, &u.Rows, &u.Documents, &u.Money); err != nil {
			return nil, err
		}
		if _, e, ok := r.m.Set.Entity(u.Entity); ok {
			if f, ok := e.Field(u.Field); ok {
				u.Crosswalk = f.Crosswalk
			}
		}
		values = append(values, u)
	}
	return values, rows.Err()
}
