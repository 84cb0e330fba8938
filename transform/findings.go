package transform

import (
	"fmt"
	"strings"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate/finding"
)

const findingsTable = "results.findings"

// createFindings makes the table of all problems found, one line each.
const createFindings = `create table ` + findingsTable + ` (
  kind varchar, severity varchar, document varchar, entity varchar, "key" varchar, field varchar,
  "value" varchar, detail varchar, dataset varchar, part bigint, "row" bigint
)`

// findingOrder makes the files of findings the same for the same problems.
const findingOrder = `order by document, entity, "key", dataset, part, "row", severity, field, kind, "value", detail`

// findings are the statements that list the problems of an entity's rows, once
// it is known which documents are rejected.
func (e *entity) findings() []statement {
	var all []statement
	for _, list := range []struct {
		column   string
		severity finding.Severity
	}{{errorsColumn, finding.Error}, {warningsColumn, finding.Warning}} {
		all = append(all, statement{"problems of the rows of " + e.name, fmt.Sprintf(
			"insert into %s\nselect _problem.kind, %s, %s, _problem.field, _problem.value, _problem.detail, %s\nfrom (select %s, %s, unnest(%s) as _problem from %s where %s is not null)",
			findingsTable, engine.Literal(string(list.severity)), e.findingSubject(), findingPlace, staged.KeyColumn, findingPlace, list.column, convertedTable(e.name), list.column)})
	}
	all = append(all, statement{"duplicate keys of " + e.name, fmt.Sprintf(
		"insert into %s\nselect %s, 'error', %s, null, %s, concat('the key of ', _twice.copies, ' rows'), %s\nfrom %s as _rows join %s as _twice on _twice.id = %s where %s is null",
		findingsTable, kindLiteral(finding.DuplicateKey), e.findingSubject(), staged.KeyColumn, findingPlace,
		convertedTable(e.name), duplicatesTable(e.name), idColumn, excludedColumn)})
	own := []string{errorsColumn + " is null", "not exists (from " + duplicatesTable(e.name) + " as _twice where _twice.id = " + idColumn + ")"}
	for _, f := range e.siblings() {
		if f.warns() {
			continue
		}
		needs := engine.Quote(f.needs())
		all = append(all, statement{"rows of " + e.name + " that need a rejected " + f.to.document.name, fmt.Sprintf(
			"insert into %s\nselect %s, 'error', %s, %s, _wanted_key, %s, %s\nfrom %s as _rows join %s on _wanted_id = %s where %s is not null and %s is null",
			findingsTable, kindLiteral(finding.DependsOn), e.findingSubject(), engine.Literal(f.spec.Name), engine.Literal("this "+f.to.name+" is rejected"), findingPlace,
			convertedTable(e.name), f.to.wanted(), engine.Quote(f.spec.Name), needs, excludedColumn)})
		own = append(own, fmt.Sprintf("not exists (from %s as _needed where _needed.document = %s)", rejectedTable(e.document.name), needs))
	}
	return append(all, statement{"rows of " + e.name + " that only share a document with a rejected one", fmt.Sprintf(
		"insert into %s\nselect %s, 'error', %s, null, null, 'another row of its document is rejected', %s\nfrom %s as _rows semi join %s as _gone on _gone.document = %s\nwhere %s is null and %s",
		findingsTable, kindLiteral(finding.SameDocument), e.findingSubject(), findingPlace,
		convertedTable(e.name), rejectedTable(e.document.name), staged.DocumentColumn, excludedColumn, strings.Join(own, " and "))})
}

func (e *entity) findingSubject() string {
	return engine.Literal(e.document.name) + ", " + engine.Literal(e.name) + ", " + staged.KeyColumn
}

const findingPlace = staged.DatasetColumn + ", " + staged.PartColumn + ", " + staged.RowColumn

// allFindings are all findings, for the file that holds them.
const allFindings = "from " + findingsTable + " " + findingOrder

// findingsForPeople are the findings that a condition is true for, as cells of a CSV.
func findingsForPeople(where string) string {
	var columns []string
	for _, c := range []string{"severity", "kind", "entity", "key", "field", "value", "detail", "dataset", "part", "row"} {
		name := engine.Quote(c)
		if c != "part" && c != "row" {
			name = engine.Cell(name) + " as " + name
		}
		columns = append(columns, name)
	}
	return fmt.Sprintf("select %s from (from %s where %s %s)", strings.Join(columns, ", "), findingsTable, where, findingOrder)
}

// isUnclaimed is true for the findings of a dataset's rows that no mapping takes.
func isUnclaimed(dataset string) string {
	return "kind = " + kindLiteral(finding.Unclaimed) + " and dataset = " + engine.Literal(dataset)
}
