package transform

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// entity is one table's worth of a document type, compiled.
type entity struct {
	spec     mappings.Entity
	name     string
	table    string
	target   schema.Table
	document *document
	ordinal  int // place in the document
	parent   *entity

	source   string            // SQL: the rows it is made from
	followed bool              // each of them is one row of one dataset
	used     []string          // datasets that its query reads, by name
	kept     []string          // those of them, or of From, whose rows its rows are
	families map[string]family // of the columns of source, by name in lower case
	where    *expression
	excludes []expression
	key      []expression
	fields   []*field

	idName     string // the name that its ids are made from
	idField    string // its first id field, "" where it has none
	referenced bool   // another entity, a child or itself refers to it

	triedSQL, keysSQL, rowsSQL, totalsSQL string
}

// The columns that the statements make beside those of the target and the
// hidden ones of the staged files.
const (
	idColumn         = "_id"         // UUID: made from the natural key
	excludedColumn   = "_excluded"   // Text: why the row is left out, NULL when it is not
	errorsColumn     = "_errors"     // list of problems that reject the row, NULL when there are none
	warningsColumn   = "_warnings"   // list of problems that do not
	unreadableColumn = "_unreadable" // list of money fields that are there and could not be read
)

// entity compiles one entity: the shape of its source, then its key, its
// conditions and its fields.
func (c *compiler) entity(e *entity) {
	if !c.source(e) || !c.distinctNames(e) {
		return
	}
	if e.spec.Where != "" {
		x := c.expression(e, "where", e.spec.Where)
		e.where = &x
	}
	for i, x := range e.spec.Exclude {
		e.excludes = append(e.excludes, c.expression(e, fmt.Sprintf("exclude %d", i+1), x.When))
	}
	if len(e.spec.Key) == 0 {
		c.mistake(e, "", fmt.Errorf("no key: name the columns that tell one row from another"))
	}
	for _, k := range e.spec.Key {
		e.key = append(e.key, c.expression(e, "key", k))
	}
	for _, f := range e.spec.Fields {
		e.fields = append(e.fields, c.field(e, f))
	}
	c.parent(e)
}

// parent finds the entity that this one hangs on, and the field that says so.
func (c *compiler) parent(e *entity) {
	if e.spec.Parent == "" {
		if e.ordinal > 0 {
			c.mistake(e, "", fmt.Errorf("no parent: only the first entity of a document type is its head"))
		}
		return
	}
	at := slices.IndexFunc(e.document.entities, func(p *entity) bool { return p.name == e.spec.Parent })
	if at < 0 || at >= e.ordinal {
		c.mistake(e, "", fmt.Errorf("parent %s is no earlier entity of document %s", e.spec.Parent, e.document.name))
		return
	}
	e.parent = e.document.entities[at]
	for _, f := range e.fields {
		if f.spec.Ref == e.parent.name {
			if f.warns() {
				c.mistake(e, f.spec.Name, fmt.Errorf("the reference to the parent cannot warn: a line without its document goes nowhere"))
			}
			f.toParent = true
			return
		}
	}
	c.mistake(e, "", fmt.Errorf("no field refers to the parent: add one with ref: %s", e.parent.name))
}

// source compiles where the rows come from.
func (c *compiler) source(e *entity) bool {
	switch {
	case e.spec.Query != "":
		tree, err := parse(c.ctx, c.eng, e.spec.Query)
		if err != nil {
			c.mistake(e, "", fmt.Errorf("query: %w", err))
			return false
		}
		for _, t := range tablesOf(tree) {
			if d, ok := c.datasets[strings.ToLower(t)]; ok {
				e.used = append(e.used, d.Name)
			}
		}
		e.source = strings.TrimRight(strings.TrimSpace(e.spec.Query), "; \n")
	case len(e.spec.From) > 0:
		selects := make([]string, len(e.spec.From))
		for i, name := range e.spec.From {
			if _, ok := c.datasets[strings.ToLower(name)]; !ok {
				c.mistake(e, "", fmt.Errorf("dataset %s is not in the source", name))
				return false
			}
			selects[i] = "select * from " + engine.Quote(name)
		}
		e.kept = e.spec.From
		e.source = strings.Join(selects, "\nunion all by name\n")
	default:
		c.mistake(e, "", fmt.Errorf("no source: say from or query"))
		return false
	}
	return c.describe(e)
}

// describe learns the columns of the source and whether its rows can be followed.
func (c *compiler) describe(e *entity) bool {
	columns, err := c.eng.Columns(c.ctx, e.source)
	if err != nil {
		c.mistake(e, "", fmt.Errorf("query: %s", firstLine(err.Error())))
		return false
	}
	e.families = map[string]family{}
	for _, column := range columns {
		e.families[strings.ToLower(column.Name)] = familyOf(column.Type)
	}
	e.followed = true
	for _, hidden := range []string{staged.DatasetColumn, staged.PartColumn, staged.RowColumn} {
		if _, ok := e.families[hidden]; !ok {
			e.followed = false
		}
	}
	if e.spec.Query != "" {
		return c.keep(e)
	}
	first := map[string]string{} // column → the dataset that has it first
	ok := true
	for _, name := range e.spec.From {
		d := c.datasets[strings.ToLower(name)]
		for _, column := range d.Columns {
			lower := strings.ToLower(column.Name)
			f := datasetFamily(column.Type, column.Number)
			if other, seen := first[lower]; seen && e.families[lower] != f {
				c.mistake(e, "", fmt.Errorf("column %s is %s in dataset %s and %s in %s: bring them together in a query", column.Name, familyName(e.families[lower]), other, familyName(f), name))
				ok = false
			}
			first[lower], e.families[lower] = name, f
		}
	}
	return ok
}

// partName is what the steps of a statement call the parts of a field, of the
// key and of the row.
var partName = regexp.MustCompile(`^(.+)\.(raw|in|value|new|known|walk|to|check|residue|id|document|gone|status|excluded|try[0-9]*|[0-9]+)$`)

// distinctNames refuses columns of the source that are called as a part of a
// field is: the statement would take the one for the other.
func (c *compiler) distinctNames(e *entity) bool {
	taken := []string{"row", "key", "where", "exclude"}
	for _, f := range e.spec.Fields {
		taken = append(taken, strings.ToLower(f.Name))
	}
	ok := true
	for _, name := range slices.Sorted(maps.Keys(e.families)) {
		if parts := partName.FindStringSubmatch(name); parts != nil && slices.Contains(taken, parts[1]) {
			c.mistake(e, "", fmt.Errorf("column %q of the source: the statements made from the mapping call a part of %s so: give it another name in a query, as in select * rename (%s as other) from …", name, parts[1], engine.Quote(name)))
			ok = false
		}
	}
	return ok
}

// keep finds the datasets whose rows the rows of a query are, apart from those
// it only looks things up in: each in turn gets a part of another type, and the
// query is asked whether its own part has changed. Rows of these that the query
// drops are unclaimed, also where it drops all of them.
func (c *compiler) keep(e *entity) bool {
	if !e.followed {
		return true
	}
	for _, name := range e.used {
		d := c.datasets[strings.ToLower(name)]
		marked := fmt.Sprintf("create or replace view %[1]s as select * replace (cast(null as hugeint) as %[2]s) from (%[3]s)",
			engine.Quote(name), staged.PartColumn, d.rows(nil))
		if err := c.eng.Exec(c.ctx, marked); err != nil {
			c.mistake(e, "", fmt.Errorf("query: %s", firstLine(err.Error())))
			return false
		}
		columns, err := c.eng.Columns(c.ctx, e.source)
		at := slices.IndexFunc(columns, func(column engine.Column) bool { return strings.EqualFold(column.Name, staged.PartColumn) })
		if err != nil || columns[at].Type == "HUGEINT" {
			e.kept = append(e.kept, d.Name)
		}
		if err := c.eng.Exec(c.ctx, d.view(nil)); err != nil {
			c.mistake(e, "", fmt.Errorf("query: %s", firstLine(err.Error())))
			return false
		}
	}
	if len(e.kept) == 0 { // it casts its part: what it keeps cannot be told
		e.kept = e.used
	}
	return true
}

// expression compiles one expression of a mapping over the source of e.
func (c *compiler) expression(e *entity, place, sql string) expression {
	x := expression{sql: sql}
	if f, ok := e.families[strings.ToLower(strings.Trim(sql, `"`))]; ok && !strings.ContainsAny(sql, " ()'") {
		x.family = f
		return x
	}
	tree, err := parseExpression(c.ctx, c.eng, sql)
	if err != nil {
		c.mistake(e, place, fmt.Errorf("expression %s: %w", sql, err))
		return x
	}
	columns, err := c.eng.Columns(c.ctx, "select "+enclosed(sql)+" from (\n"+e.source+"\n)")
	if err != nil {
		c.mistake(e, place, fmt.Errorf("expression %s: %s", sql, firstLine(err.Error())))
		return x
	}
	x.family = familyOf(columns[0].Type)
	texts := map[string]bool{}
	for name, f := range e.families {
		texts[name] = f.isText()
	}
	x.tried = canFail(tree, texts) && !hasSubquery(tree)
	if x.tried {
		x.columns = slices.DeleteFunc(columnsOf(tree), func(name string) bool {
			_, ok := e.families[strings.ToLower(name)]
			return !ok // the parameter of a lambda
		})
	}
	return x
}

// staged is the entity as the manifest describes it, without figures.
func (e *entity) staged() staged.Entity {
	s := staged.Entity{Name: e.name, Table: e.table}
	for _, f := range e.fields {
		s.Columns = append(s.Columns, f.column.Column)
	}
	has := func(name string) bool {
		return slices.ContainsFunc(s.Columns, func(c staged.Column) bool { return c.Name == name })
	}
	s.Key = slices.DeleteFunc(slices.Clone(e.target.PrimaryKey), func(name string) bool { return !has(name) })
	if len(s.Key) == 0 && e.idField != "" {
		s.Key = []string{e.idField}
	}
	if e.parent == nil {
		return s
	}
	s.Parent = e.parent.name
	s.ParentColumns = e.parentColumns()
	return s
}

// parentColumns are the columns that hold the parent's key, in its order: by
// the target's foreign key, else those of the same name and the reference.
func (e *entity) parentColumns() []string {
	var link string
	for _, f := range e.fields {
		if f.toParent {
			link = f.column.Name
		}
	}
	key := e.parent.staged().Key
	for _, fk := range e.target.ForeignKeys {
		if fk.Table != e.parent.table || !slices.Contains(fk.Columns, link) {
			continue
		}
		var columns []string
		for _, k := range key {
			if i := slices.Index(fk.References, k); i >= 0 {
				columns = append(columns, fk.Columns[i])
			}
		}
		if len(columns) == len(key) {
			return columns
		}
	}
	var columns []string
	for _, k := range key {
		if k == e.parent.idField {
			columns = append(columns, link)
		} else {
			columns = append(columns, k)
		}
	}
	return columns
}

// money are the fields whose sums are followed from source to target.
func (e *entity) money() []*field {
	var money []*field
	for _, f := range e.fields {
		if f.column.Type == "money" || f.column.Type == "decimal" {
			money = append(money, f)
		}
	}
	return money
}

// siblings are the fields that refer to another document of the same type, or
// to another row of the same document, other than to the parent.
func (e *entity) siblings() []*field {
	return slices.DeleteFunc(slices.Clone(e.fields), func(f *field) bool { return !f.toSibling() })
}
