package sqltarget

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/load/schema"
)

// addWaiting gives the tables the keys that wait for the end of a load that
// was interrupted: they are the tables' all the same, and who resumes it, or
// looks at the target meanwhile, must find them.
func (t *Target) addWaiting(ctx context.Context, tables []schema.Table) error {
	if _, ok := schema.Find(tables, constraintTable); !ok {
		return nil
	}
	var waiting []constraint
	err := t.db.SelectContext(ctx, &waiting, `select ordinal, "table", name, kind, ddl, extras, columns, added from `+
		t.dialect.table(constraintTable)+` order by ordinal`)
	if err != nil {
		return err
	}
	for _, c := range waiting {
		at := slices.IndexFunc(tables, func(table schema.Table) bool { return table.Name == c.Table })
		if at < 0 || c.Added == 1 { // added: the database tells of it itself
			continue
		}
		var keys keyColumns
		if err := json.Unmarshal([]byte(c.Columns), &keys); err != nil {
			return fmt.Errorf("the columns of %s in %s are damaged: %w", c.Name, constraintTable, err)
		}
		addKey(&tables[at], c.Kind, keys, tables)
	}
	return nil
}

// addKey adds a key to a table that does not have it.
func addKey(table *schema.Table, kind string, keys keyColumns, tables []schema.Table) {
	same := func(columns []string) bool { return slices.Equal(columns, keys.Columns) }
	switch kind {
	case primaryKey:
		table.PrimaryKey = keys.Columns
	case uniqueKey:
		if !slices.ContainsFunc(table.Unique, same) {
			table.Unique = append(table.Unique, keys.Columns)
		}
	case foreignKey:
		key := schema.ForeignKey{Columns: keys.Columns, References: keys.References}
		for _, other := range tables { // the journal writes it as SQL, with its schema
			if strings.HasSuffix(keys.Table, "."+other.Name) || strings.HasSuffix(keys.Table, "."+quote(other.Name)) {
				key.Table = other.Name
			}
		}
		table.ForeignKeys = append(table.ForeignKeys, key)
	}
}
