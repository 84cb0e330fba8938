package sqltarget

import (
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/transform/staged"
)

// Names of the temporary tables of one transaction.
const (
	// goneTable holds the ids of the documents whose rows are to go: wholly,
	// or those that are no longer staged.
	goneTable = "travaso_gone"
	// stagedTable and its place: the new rows of the changed documents.
	stagedTable = "travaso_staged_%d"
	// freshColumn says in a staged row that the migration has no such row yet.
	freshColumn = "travaso_fresh"
)

func stagedName(entity int) string { return fmt.Sprintf(stagedTable, entity) }

func columnNames(columns []staged.Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}

// createStaged makes the temporary table of an entity's rows: the types of the
// target's columns, none of its constraints.
func createStaged(table string, place int, e staged.Entity) string {
	return fmt.Sprintf(`create temporary table %s as select %s, 1 as %s from %s where 1 = 0`,
		quote(stagedName(place)), quoteAll(columnNames(e.Columns), ""), quote(freshColumn), table)
}

// indexTemporary makes an index of a temporary table: without it SQLite searches
// the whole of it for each row.
func indexTemporary(table string, columns []string) string {
	return fmt.Sprintf("create index %s on %s (%s)", quote(table+"_key"), quote(table), quoteAll(columns, ""))
}

// insertStaged moves the rows that the target does not hold yet. Those that are
// fresh go in whatever is there: a row with their key is someone else's, and
// must be refused, not taken over.
func insertStaged(table string, place int, e staged.Entity) string {
	columns := columnNames(e.Columns)
	return fmt.Sprintf(`insert into %s (%s) select %s from %s s where s.%s = 1 or not exists (select 1 from %s t where %s)`,
		table, quoteAll(columns, ""), quoteAll(columns, "s."), quote(stagedName(place)), quote(freshColumn),
		table, equal("t", e.Key, "s", e.Key))
}

// updateStaged gives the rows that the target holds their new values; ""
// where the entity is nothing but its key. sets are assignments beside those.
func updateStaged(table string, place int, e staged.Entity, sets []string) string {
	sets = slices.Clone(sets)
	for _, c := range e.Columns {
		if !slices.Contains(e.Key, c.Name) {
			sets = append(sets, fmt.Sprintf("%s = s.%s", quote(c.Name), quote(c.Name)))
		}
	}
	if len(sets) == 0 {
		return ""
	}
	return fmt.Sprintf(`update %s as t set %s from %s s where s.%s = 0 and %s`,
		table, strings.Join(sets, ", "), quote(stagedName(place)), quote(freshColumn), equal("t", e.Key, "s", e.Key))
}

// headOf gives the place of the entity on which the one at place hangs in the end.
func headOf(entities []staged.Entity, place int) int {
	for entities[place].Parent != "" {
		place = entityIndex(entities, entities[place].Parent)
	}
	return place
}

// joinParents joins the table of an entity, called e and its place, with those
// of its parents up to the head.
func joinParents(table func(string) string, entities []staged.Entity, place int) string {
	chain := fmt.Sprintf("%s e%d", table(entities[place].Table), place)
	for at := place; entities[at].Parent != ""; {
		child := entities[at]
		parent := entityIndex(entities, child.Parent)
		chain = fmt.Sprintf("%s join %s e%d on %s", chain, table(entities[parent].Table), parent,
			equal(fmt.Sprintf("e%d", parent), entities[parent].Key, fmt.Sprintf("e%d", at), child.ParentColumns))
		at = parent
	}
	return chain
}

// deleteGone deletes the rows of an entity that belong to the documents in
// goneTable and are not staged: found from the head's id down the parents. What
// another entity of the document stages into the same table stays too.
func deleteGone(table func(string) string, entities []staged.Entity, place int, id string, scope []string) string {
	e := entities[place]
	var conditions []string
	head := fmt.Sprintf("e%d", headOf(entities, place))
	chain := fmt.Sprintf("%s join %s g on g.%s = %s.%s", joinParents(table, entities, place), quote(goneTable), quote("id"), head, quote(id))
	for _, c := range scope {
		conditions = append(conditions, fmt.Sprintf("%s.%s = ?", head, quote(c)))
	}
	for i, other := range entities {
		if other.Table == e.Table {
			conditions = append(conditions, fmt.Sprintf("not exists (select 1 from %s s where %s)",
				quote(stagedName(i)), equal("s", e.Key, fmt.Sprintf("e%d", place), e.Key)))
		}
	}
	return fmt.Sprintf(`delete from %s where (%s) in (select %s from %s where %s)`,
		table(e.Table), quoteAll(e.Key, ""), quoteAll(e.Key, fmt.Sprintf("e%d.", place)),
		chain, strings.Join(conditions, " and "))
}

func entityIndex(entities []staged.Entity, name string) int {
	for i, e := range entities {
		if e.Name == name {
			return i
		}
	}
	return -1
}
