package mappings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/mappings/yamlfile"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// SourceTable is a dataset as the source describes it.
type SourceTable struct {
	Dataset string
	Columns []snapshot.Column // without the hidden ones
}

// Check holds the mappings against the columns of the source and the tables of
// the target, before any row moves, and returns them resolved (see Resolve).
// Every SQL expression is bound by the engine to the columns it will run over.
// The error is a yamlfile.Mistakes of all that is wrong, or the engine's own.
//
// For as long as it runs, eng holds empty views named after the datasets; they
// replace what had these names. The macros of Checks stay.
func (s *Set) Check(ctx context.Context, eng *engine.Engine, sources []SourceTable, target []schema.Table) (resolved []Mapping, err error) {
	c := checker{ctx: ctx, eng: eng, set: s, sources: sources}
	resolved, err = s.Resolve(target)
	if err != nil && !errors.As(err, &c.mistakes) {
		return nil, err
	}
	defer func() {
		if forgetErr := c.forget(); err == nil {
			err = forgetErr
		}
	}()
	if err := c.declare(); err != nil {
		return nil, err
	}
	for _, m := range resolved {
		for _, e := range m.Entities {
			c.entity(m, e)
		}
	}
	if c.broken != nil {
		return nil, c.broken
	}
	return resolved, c.mistakes.Err()
}

// checker binds mappings to a source.
type checker struct {
	ctx      context.Context
	eng      *engine.Engine
	set      *Set
	sources  []SourceTable
	unstable []string // functions that do not always give the same
	mistakes yamlfile.Mistakes
	broken   error // the engine's, where it is not the mappings that are wrong
}

func (c *checker) fail(m Mapping, path, what, why, remedy string) {
	if c.set.unresolved(m, path) {
		return
	}
	c.mistakes = append(c.mistakes, c.set.Mistake(m, path, what, why, remedy))
}

// declare makes what expressions may name: the datasets, without rows, and the checks.
func (c *checker) declare() error {
	statements := []string{Checks}
	for _, s := range c.sources {
		columns := []string{
			"null::varchar as " + staged.DatasetColumn, "null::bigint as " + staged.PartColumn, "null::bigint as " + staged.RowColumn,
		}
		for _, column := range s.Columns {
			columns = append(columns, "null::"+column.SQLType()+" as "+engine.Quote(column.Name))
		}
		statements = append(statements, "create or replace view "+engine.Quote(s.Dataset)+" as select "+strings.Join(columns, ", ")+" where false")
	}
	for _, statement := range statements {
		if err := c.eng.Exec(c.ctx, statement); err != nil {
			return fmt.Errorf("check mappings: %w", err)
		}
	}
	return c.readUnstable()
}

// readUnstable asks the engine which functions give another value each time,
// or each run.
func (c *checker) readUnstable() error {
	rows, err := c.eng.Query(c.ctx, "select distinct function_name from duckdb_functions() where stability <> 'CONSISTENT'")
	if err != nil {
		return fmt.Errorf("check mappings: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return fmt.Errorf("check mappings: %w", err)
		}
		c.unstable = append(c.unstable, name)
	}
	return rows.Err()
}

// forget removes what declare made.
func (c *checker) forget() error {
	for _, s := range c.sources {
		if err := c.eng.Exec(context.WithoutCancel(c.ctx), "drop view if exists "+engine.Quote(s.Dataset)); err != nil {
			return fmt.Errorf("check mappings: %w", err)
		}
	}
	return nil
}

// rows are the rows an entity is made from: one relation per dataset, or that
// of its query.
type rows struct {
	sql     string // to stand after "from"
	columns []engine.Column
	origin  string // as people name it
}

func (c *checker) entity(m Mapping, e Entity) {
	relations := c.relations(m, e)
	if len(relations) == 0 {
		return
	}
	at := entityPath(e)
	if e.Where != "" {
		c.condition(m, at+".where", e.Where, relations)
	}
	for i, x := range e.Exclude {
		c.condition(m, fmt.Sprintf("%s.exclude[%d].when", at, i), x.When, relations)
	}
	for i, part := range e.Key {
		c.expression(m, fmt.Sprintf("%s.key[%d]", at, i), part, relations)
	}
	for _, f := range e.Fields {
		c.field(m, e, f, relations)
	}
	if e.State != "" {
		c.expression(m, at+".state", e.State, []rows{fieldRows(e)})
	}
}

// relations are what the entity's rows are read from; none where that is wrong.
func (c *checker) relations(m Mapping, e Entity) []rows {
	at := entityPath(e) + ".from"
	ok := true
	var relations []rows
	for i, name := range e.From {
		j := slices.IndexFunc(c.sources, func(s SourceTable) bool { return strings.EqualFold(s.Dataset, name) })
		if j < 0 {
			ok = false
			c.fail(m, fmt.Sprintf("%s[%d]", at, i), fmt.Sprintf("unknown dataset %q", name), "the source has none of that name", yamlfile.Suggestion(name, c.datasetNames()))
			continue
		}
		columns, err := c.eng.Columns(c.ctx, "select * from "+engine.Quote(name))
		if err != nil {
			c.broken = fmt.Errorf("check mappings: dataset %s: %w", name, err)
			return nil
		}
		relations = append(relations, rows{sql: engine.Quote(name), columns: columns, origin: "dataset " + name})
	}
	if e.Query != "" {
		query, bound := c.query(m, e)
		return sliceOf(query, ok && bound)
	}
	if ok {
		c.oneShape(m, e)
	}
	return relations
}

func sliceOf(r rows, ok bool) []rows {
	if !ok {
		return nil
	}
	return []rows{r}
}

// oneShape: datasets taken together have their columns in the same types.
func (c *checker) oneShape(m Mapping, e Entity) {
	type seen struct{ kind, dataset string }
	columns := map[string]seen{}
	for i, name := range e.From {
		source := c.sources[slices.IndexFunc(c.sources, func(s SourceTable) bool { return strings.EqualFold(s.Dataset, name) })]
		for _, column := range source.Columns {
			kind := string(column.Type)
			if column.Number {
				kind = "number"
			}
			first, again := columns[strings.ToLower(column.Name)]
			if again && first.kind != kind {
				c.fail(m, fmt.Sprintf("%s.from[%d]", entityPath(e), i), fmt.Sprintf("column %s is %s in %s and %s in %s", column.Name, first.kind, first.dataset, kind, name),
					"rows taken together have one type", "bring them together in a query")
				continue
			}
			columns[strings.ToLower(column.Name)] = seen{kind, name}
		}
	}
}

func (c *checker) datasetNames() []string {
	var names []string
	for _, s := range c.sources {
		names = append(names, s.Dataset)
	}
	return names
}

// field binds what a field reads.
func (c *checker) field(m Mapping, e Entity, f Field, relations []rows) {
	at := fieldPath(e, f)
	switch {
	case f.From != "":
		for _, r := range relations {
			column, ok := findColumn(r.columns, f.From)
			if !ok {
				c.fail(m, at+".from", fmt.Sprintf("unknown column %q", f.From), r.origin+" has none of that name", yamlfile.Suggestion(f.From, visible(r.columns)))
				return
			}
			c.convertible(m, at+".from", f, column.Type)
		}
	case f.SQL != "":
		if kind, ok := c.expression(m, at+".sql", f.SQL, relations); ok {
			c.convertible(m, at+".sql", f, kind)
		}
	case f.Ref != "":
		for i, part := range f.Key {
			c.expression(m, fmt.Sprintf("%s.key[%d]", at, i), part, relations)
		}
	}
	c.formats(m, at, f)
}

// findColumn finds a column as the engine does: whatever its case.
func findColumn(columns []engine.Column, name string) (engine.Column, bool) {
	i := slices.IndexFunc(columns, func(c engine.Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return engine.Column{}, false
	}
	return columns[i], true
}

// visible are the names of the columns that are the source's own.
func visible(columns []engine.Column) []string {
	var names []string
	for _, c := range columns {
		if !slices.Contains(hiddenColumns(), c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

// convertible: a value of the engine's type can become one of the field's.
func (c *checker) convertible(m Mapping, path string, f Field, kind string) {
	if !slices.Contains(Types(), f.As) {
		return // told already
	}
	base, _, _ := strings.Cut(kind, "(")
	integer := strings.HasSuffix(base, "INT") || base == "INTEGER"
	number := integer || base == "DECIMAL"
	time := base == "DATE" || strings.HasPrefix(base, "TIMESTAMP")
	fits := true
	switch {
	case strings.HasSuffix(kind, "]"), strings.HasPrefix(kind, "STRUCT("), strings.HasPrefix(kind, "MAP("), strings.HasPrefix(kind, "UNION("), base == "BLOB", base == "INTERVAL", base == "BIT":
		c.fail(m, path, fmt.Sprintf("value of type %s", kind), "a field holds one plain value", "take one part of it, or cast it")
		return
	case base == "FLOAT" || base == "DOUBLE":
		if isNumber(f.As) {
			c.fail(m, path, "value that is a floating point number", "it is not exact", "cast its parts to decimal")
			return
		}
	case base == "VARCHAR", base == "JSON", f.As == Text, f.As == Code, f.Crosswalk != "", base == `"NULL"`, base == "NULL":
	case isNumber(f.As):
		fits = number
	case isTime(f.As):
		fits = time || integer
	case f.As == Boolean:
		fits = base == "BOOLEAN" || integer
	case f.As == UUID:
		fits = base == "UUID"
	case f.As == JSON:
		fits = false
	}
	if !fits {
		c.fail(m, path, fmt.Sprintf("value of type %s for %s", strings.ToLower(kind), f.As), "one cannot become the other", "cast it in sql, or correct as")
	}
}

// formats asks the engine about the patterns of dates.
func (c *checker) formats(m Mapping, at string, f Field) {
	if !isTime(f.As) {
		return
	}
	for i, pattern := range f.Format {
		if _, err := c.eng.Columns(c.ctx, "select strptime('', "+engine.Literal(pattern)+")"); err != nil {
			c.fail(m, fmt.Sprintf("%s.format[%d]", at, i), fmt.Sprintf("wrong format %q for %s", pattern, f.As), said(err), "as in '%d/%m/%Y' or '%Y-%m-%d %H:%M:%S'")
		}
	}
}

// fieldRows is the relation of an entity's own fields, over which its state is written.
func fieldRows(e Entity) rows {
	r := rows{origin: "entity " + e.Name}
	var columns []string
	for _, f := range e.Fields {
		kind := "varchar"
		switch f.As {
		case Integer:
			kind = "bigint"
		case Money, Decimal:
			kind = fmt.Sprintf("decimal(%d,%d)", max(f.Precision, 1), f.Scale)
		case Date, Timestamp, Boolean, UUID:
			kind = f.As
		}
		columns = append(columns, "null::"+kind+" as "+engine.Quote(f.Name))
		r.columns = append(r.columns, engine.Column{Name: f.Name, Type: kind})
	}
	r.sql = "(select " + strings.Join(columns, ", ") + ")"
	return r
}
