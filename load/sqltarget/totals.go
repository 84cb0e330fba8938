package sqltarget

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/transform/staged"
)

// Totals adds up, by the target's own SQL and in one moment of it, the tables
// of the entities: the rows within the scope, and the exact sum of each money
// column. The result is by table, as entities may share one.
func (t *Target) Totals(ctx context.Context, entities []staged.Entity, scope map[string]string) (map[string]staged.Totals, error) {
	tables, err := t.Schema(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := t.dialect.begin(ctx, t.db, reading)
	if err != nil {
		return nil, t.dialect.explain(err, "add up")
	}
	defer tx.rollback()
	totals := map[string]staged.Totals{}
	for name, columns := range moneyByTable(entities) {
		table, ok := schema.Find(tables, name)
		if !ok {
			return nil, &Error{Target: t.Name(), Reason: "no table " + name, Remedy: "create the tables from the DDL"}
		}
		byGroup, err := t.tableTotals(ctx, tx, table, columns, scope, "")
		if err != nil {
			return nil, t.dialect.explain(err, "add up "+name)
		}
		totals[name] = byGroup[""]
	}
	return totals, nil
}

// TotalsBy is Totals of one entity's table, for each value of a column (a
// state); NULL is the value "".
func (t *Target) TotalsBy(ctx context.Context, entity staged.Entity, group string, scope map[string]string) (map[string]staged.Totals, error) {
	tables, err := t.Schema(ctx)
	if err != nil {
		return nil, err
	}
	table, ok := schema.Find(tables, entity.Table)
	if _, has := table.Column(group); !ok || !has {
		return nil, &Error{Target: t.Name(), Reason: "no column " + entity.Table + "." + group}
	}
	tx, err := t.dialect.begin(ctx, t.db, reading)
	if err != nil {
		return nil, t.dialect.explain(err, "add up")
	}
	defer tx.rollback()
	totals, err := t.tableTotals(ctx, tx, table, moneyByTable([]staged.Entity{entity})[entity.Table], scope, group)
	if err != nil {
		return nil, t.dialect.explain(err, "add up "+entity.Table)
	}
	return totals, nil
}

// Baseline gives the totals by table from before the migration's first load,
// of all decimal columns: what Totals finds now, less these, is what the
// migration put there. It is empty where nothing was ever loaded.
func (t *Target) Baseline(ctx context.Context, migration string) (map[string]staged.Totals, error) {
	tables, err := t.dialect.tables(ctx, t.db)
	if err != nil {
		return nil, t.dialect.explain(err, "read its journal")
	}
	if _, ok := schema.Find(tables, migrationTable); !ok {
		return map[string]staged.Totals{}, nil
	}
	var texts []string
	err = t.db.SelectContext(ctx, &texts, t.db.Rebind(`select baseline from `+t.dialect.table(migrationTable)+` where migration = ?`), migration)
	if err != nil {
		return nil, t.dialect.explain(err, "read its journal")
	}
	baseline := map[string]staged.Totals{}
	for _, text := range texts {
		if err := json.Unmarshal([]byte(text), &baseline); err != nil {
			return nil, fmt.Errorf("target %s: the totals in %s are damaged: %w", t.Name(), migrationTable, err)
		}
	}
	return baseline, nil
}

// Subtract gives total − baseline, for the sums that total has.
func Subtract(total, baseline staged.Totals) (staged.Totals, error) {
	difference := staged.Totals{Rows: total.Rows - baseline.Rows}
	for column, sum := range total.Sums {
		from, err := parseDecimal(sum)
		if err != nil {
			return difference, err
		}
		scale := from.scale
		if before, ok := baseline.Sums[column]; ok {
			less, err := parseDecimal(before)
			if err != nil {
				return difference, err
			}
			from = from.minus(less)
		}
		if difference.Sums == nil {
			difference.Sums = map[string]string{}
		}
		difference.Sums[column] = from.text(scale)
	}
	return difference, nil
}

// moneyByTable gives the money columns of each table that the entities load.
func moneyByTable(entities []staged.Entity) map[string][]column {
	byTable := map[string][]column{}
	for _, e := range entities {
		columns := byTable[e.Table]
		for _, c := range e.Columns {
			if isMoney(c) && !slices.ContainsFunc(columns, func(has column) bool { return has.Name == c.Name }) {
				columns = append(columns, column{Column: c, scale: c.Scale})
			}
		}
		byTable[e.Table] = columns
	}
	return byTable
}

// moneyColumns are all decimal columns of a table.
func moneyColumns(table schema.Table) []column {
	var columns []column
	for _, c := range table.Columns {
		if c.Type == schema.Decimal {
			columns = append(columns, column{Column: staged.Column{Name: c.Name, Type: "decimal", Scale: c.Scale}, scale: c.Scale})
		}
	}
	return columns
}

// tableTotals adds up a table, for each value of the group column if there is one.
func (t *Target) tableTotals(ctx context.Context, tx *transaction, table schema.Table, columns []column, scope map[string]string, group string) (map[string]staged.Totals, error) {
	query, args, parts := t.totalsQuery(table, columns, scope, group)
	rows, err := tx.conn.QueryContext(ctx, tx.conn.Rebind(query), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	totals := map[string]staged.Totals{}
	for rows.Next() {
		var value string
		total := staged.Totals{}
		texts := make([]string, 0, len(columns)*3)
		scan := []any{&value, &total.Rows}
		for _, p := range parts {
			for range p {
				texts = append(texts, "")
				scan = append(scan, &texts[len(texts)-1])
			}
		}
		if err := rows.Scan(scan...); err != nil {
			return nil, err
		}
		for i, c := range columns {
			sum, err := addParts(table.Name+"."+c.Name, parts[i], texts[:len(parts[i])])
			if err != nil {
				return nil, err
			}
			texts = texts[len(parts[i]):]
			if total.Sums == nil {
				total.Sums = map[string]string{}
			}
			total.Sums[c.Name] = sum.text(c.scale)
		}
		totals[value] = total
	}
	return totals, rows.Err()
}

func (t *Target) totalsQuery(table schema.Table, columns []column, scope map[string]string, group string) (query string, args []any, parts [][]part) {
	by := "''"
	if group != "" {
		by = fmt.Sprintf("coalesce(cast(%s as text), '')", quote(group))
	}
	terms := []string{by, "count(*)"}
	for _, c := range columns {
		declared, _ := table.Column(c.Name)
		p := t.dialect.sum(declared, c.scale)
		parts = append(parts, p)
		for _, part := range p {
			terms = append(terms, "cast(coalesce("+part.sql+", 0) as text)")
		}
	}
	query = "select " + strings.Join(terms, ", ") + " from " + t.dialect.table(table.Name)
	conditions, args := scopeConditions(table, scope)
	if len(conditions) > 0 {
		query += " where " + strings.Join(conditions, " and ")
	}
	if group != "" {
		query += " group by 1"
	}
	return query, args, parts
}

// scopeConditions are those of the constants whose column the table has.
func scopeConditions(table schema.Table, scope map[string]string) (conditions []string, args []any) {
	for _, name := range slices.Sorted(maps.Keys(scope)) {
		if _, ok := table.Column(name); ok {
			conditions = append(conditions, quote(name)+" = ?")
			args = append(args, scope[name])
		}
	}
	return conditions, args
}

func addParts(name string, parts []part, texts []string) (decimal, error) {
	sum := decimal{}
	for i, p := range parts {
		value, err := parseDecimal(texts[i])
		if err != nil {
			return sum, fmt.Errorf("sum of %s: %w", name, err)
		}
		if p.malformed {
			if !value.isZero() {
				return sum, fmt.Errorf("%s values of %s are not decimals of its form, written by something else than travaso: correct them", texts[i], name)
			}
			continue
		}
		sum = sum.plus(value.shifted(p.exponent))
	}
	return sum, nil
}
