package transform

import (
	"fmt"
	"strings"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate/finding"
)

// statement is SQL with what it is for.
type statement struct{ purpose, sql string }

// rejection are the statements that decide which documents of a type are
// rejected, once all its rows are converted.
func (d *document) rejection() []statement {
	var all []statement
	for _, e := range d.entities {
		all = append(all, statement{"Natural keys of " + e.name + " that several rows have: nobody knows which one is right", fmt.Sprintf(
			"create table %s as\nselect %s as id, count(*) as copies\nfrom %s\nwhere %s is null\ngroup by %s\nhaving count(*) > 1",
			duplicatesTable(e.name), idColumn, convertedTable(e.name), excludedColumn, idColumn)})
	}
	links := d.links()
	if links != "" {
		all = append(all, statement{"Documents of this type that need another one of it", "create table " + linksTable(d.name) + " as\n" + links})
	}
	all = append(all, statement{"Rejected documents: an error in any row, and all that need a rejected one", "create table " + rejectedTable(d.name) + " as\n" + d.rejected(links != "")})
	return append(all, d.detach()...)
}

// rejected is the query of the rejected documents.
func (d *document) rejected(linked bool) string {
	var own []string
	for _, e := range d.entities {
		table := convertedTable(e.name)
		own = append(own,
			fmt.Sprintf("select %s as document from %s where %s is not null", staged.DocumentColumn, table, errorsColumn),
			fmt.Sprintf("select %s from %s as _rows semi join %s as _twice on _twice.id = %s where %s is null", staged.DocumentColumn, table, duplicatesTable(e.name), idColumn, excludedColumn))
	}
	ownQuery := "select distinct document from (\n  " + strings.Join(own, "\n  union all\n  ") + "\n)\nwhere document is not null"
	if !linked {
		return ownQuery
	}
	return fmt.Sprintf("with recursive gone as (\n%s\n  union\n  select l.document from %s as l join gone on gone.document = l.needs\n)\nselect document from gone",
		indented(ownQuery, "  "), linksTable(d.name))
}

// links is the query of the references inside the type that must not dangle.
func (d *document) links() string {
	var all []string
	for _, e := range d.entities {
		for _, f := range e.siblings() {
			if !f.warns() {
				all = append(all, fmt.Sprintf("select %s as document, %s as needs from %s where %s is not null and %s is null",
					staged.DocumentColumn, engine.Quote(f.needs()), convertedTable(e.name), engine.Quote(f.needs()), excludedColumn))
			}
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "select distinct document, needs from (\n  " + strings.Join(all, "\n  union all\n  ") + "\n)\nwhere document is not null"
}

// detach empties the references that only warn and whose document is rejected.
func (d *document) detach() []statement {
	var all []statement
	for _, e := range d.entities {
		for _, f := range e.siblings() {
			if !f.warns() {
				continue
			}
			all = append(all, statement{f.spec.Name + " of " + e.name + " may be empty: those whose document is rejected are", fmt.Sprintf(
				"update %s set %s = null, %s = list_append(coalesce(%s, []), {'kind': %s, 'field': %s, 'value': _wanted_key, 'detail': %s})\nfrom %s\nwhere _wanted_id = %s and %s is not null and %s is null",
				convertedTable(e.name), engine.Quote(f.spec.Name), warningsColumn, warningsColumn,
				kindLiteral(finding.DependsOn), engine.Literal(f.spec.Name), engine.Literal("this "+f.to.name+" is rejected"),
				f.to.wanted(), engine.Quote(f.spec.Name), engine.Quote(f.needs()), excludedColumn)})
		}
	}
	return all
}

// wanted is a relation of the ids and natural keys of the rows of an entity
// whose document is rejected.
func (e *entity) wanted() string {
	return fmt.Sprintf("(select %s as _wanted_id, min(%s) as _wanted_key from %s as _rows semi join %s as _gone on _gone.document = %s group by %s) as _wanted",
		idColumn, staged.KeyColumn, convertedTable(e.name), rejectedTable(e.document.name), staged.DocumentColumn, idColumn)
}

// standing is the SQL of a converted row's status, where _gone is the rejected
// document it belongs to, if any.
const standing = "case when " + excludedColumn + " is not null then 'excluded' when " + staged.DocumentColumn + " is null or _gone.document is not null then 'rejected' else 'staged' end"

// withStanding joins the converted rows of an entity with the rejected documents.
func (e *entity) withStanding() string {
	return fmt.Sprintf("%s as _rows left join %s as _gone on _gone.document = %s", convertedTable(e.name), rejectedTable(e.document.name), staged.DocumentColumn)
}

// onlyStaged is the FROM and WHERE of the rows that are staged.
func (e *entity) onlyStaged() string {
	return fmt.Sprintf("%s as _rows anti join %s as _gone on _gone.document = %s\nwhere %s is null and %s is not null",
		convertedTable(e.name), rejectedTable(e.document.name), staged.DocumentColumn, excludedColumn, staged.DocumentColumn)
}

// finalKeys gives the keys of an entity their status, for the document types
// that come later.
func (e *entity) finalKeys() string {
	return fmt.Sprintf(`create or replace table %s as
select k.*, case when k.excluded is not null then 'excluded' when k.document is null or _gone.document is not null then 'rejected' else 'staged' end as status
from %s as k left join %s as _gone on _gone.document = k.document`, keysTable(e.name), keysTable(e.name), rejectedTable(e.document.name))
}
