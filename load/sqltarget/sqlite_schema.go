package sqltarget

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/load/schema"
)

// SchemaOf reads the shape of the tables that a DDL text declares, in order of
// name, without a target: the text is run in a SQLite in memory.
func SchemaOf(ctx context.Context, ddl string) ([]schema.Table, error) {
	db, err := sqlx.Open("sqlite3", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection has a memory of its own
	statements, err := splitStatements(ddl)
	if err != nil {
		return nil, fmt.Errorf("ddl: %w", err)
	}
	for _, s := range statements {
		if s.is("comment", "on") {
			continue // SQLite has none
		}
		if _, err := db.ExecContext(ctx, s.text()); err != nil {
			return nil, fmt.Errorf("ddl: %w", ddlError(ctx, db, s, err))
		}
	}
	tables, err := (&sqlite{}).tables(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("ddl: %w", err)
	}
	return tables, nil
}

func (s *sqlite) tables(ctx context.Context, db *sqlx.DB) ([]schema.Table, error) {
	var names []string
	if err := db.SelectContext(ctx, &names, `select name from sqlite_master where type = 'table' and name not like 'sqlite\_%' escape '\' order by name`); err != nil {
		return nil, err
	}
	tables := make([]schema.Table, len(names))
	for i, name := range names {
		table, err := s.tableShape(ctx, db, name)
		if err != nil {
			return nil, err
		}
		tables[i] = table
	}
	for i := range tables {
		completeReferences(&tables[i], tables)
	}
	return tables, nil
}

func (s *sqlite) tableShape(ctx context.Context, db *sqlx.DB, name string) (schema.Table, error) {
	table := schema.Table{Name: name}
	var columns []struct {
		Name     string `db:"name"`
		Declared string `db:"type"`
		Required bool   `db:"required"`
		Default  bool   `db:"defaulted"`
		Key      int    `db:"pk"` // place in the primary key, from 1
		Hidden   int    `db:"hidden"`
	}
	const generatedVirtual, generatedStored = 2, 3
	err := db.SelectContext(ctx, &columns, `select name, type, "notnull" as required, dflt_value is not null as defaulted, pk, hidden from pragma_table_xinfo(?)`, name)
	if err != nil {
		return table, err
	}
	key := map[int]string{}
	for _, c := range columns {
		column := sqliteType(c.Declared)
		column.Name, column.Declared = c.Name, c.Declared
		column.Generated = c.Hidden == generatedVirtual || c.Hidden == generatedStored
		column.Required, column.Default = c.Required, c.Default || column.Generated
		table.Columns = append(table.Columns, column)
		if c.Key > 0 {
			key[c.Key] = c.Name
		}
	}
	for place := 1; place <= len(key); place++ {
		table.PrimaryKey = append(table.PrimaryKey, key[place])
	}
	for i := range table.Columns {
		if slices.Contains(table.PrimaryKey, table.Columns[i].Name) {
			table.Columns[i].Required = true // as every other database has it
		}
	}
	if err := s.addUnique(ctx, db, &table); err != nil {
		return table, err
	}
	return table, s.addForeignKeys(ctx, db, &table)
}

func (s *sqlite) addUnique(ctx context.Context, db *sqlx.DB, table *schema.Table) error {
	var indexes []string
	if err := db.SelectContext(ctx, &indexes, `select name from pragma_index_list(?) where origin = 'u' order by seq desc`, table.Name); err != nil {
		return err
	}
	for _, index := range indexes {
		var columns []string
		if err := db.SelectContext(ctx, &columns, `select name from pragma_index_info(?) order by seqno`, index); err != nil {
			return err
		}
		table.Unique = append(table.Unique, columns)
	}
	return nil
}

func (s *sqlite) addForeignKeys(ctx context.Context, db *sqlx.DB, table *schema.Table) error {
	var keys []struct {
		ID   int     `db:"id"`
		To   string  `db:"table"`
		From string  `db:"from"`
		Ref  *string `db:"to"` // NULL: the primary key
	}
	if err := db.SelectContext(ctx, &keys, `select id, "table", "from", "to" from pragma_foreign_key_list(?) order by id desc, seq`, table.Name); err != nil {
		return err
	}
	last := -1
	for _, k := range keys {
		if k.ID != last {
			table.ForeignKeys = append(table.ForeignKeys, schema.ForeignKey{Table: k.To})
			last = k.ID
		}
		key := &table.ForeignKeys[len(table.ForeignKeys)-1]
		key.Columns = append(key.Columns, k.From)
		if k.Ref != nil {
			key.References = append(key.References, *k.Ref)
		}
	}
	return nil
}

// completeReferences names the columns of a foreign key that only names its table.
func completeReferences(table *schema.Table, tables []schema.Table) {
	for i, key := range table.ForeignKeys {
		if referenced, ok := schema.Find(tables, key.Table); ok && len(key.References) == 0 {
			table.ForeignKeys[i].References = referenced.PrimaryKey
		}
	}
}

var declaredType = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z_ ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$`)

// sqliteType reads the family and size from the declared type, of which SQLite
// itself takes no notice.
func sqliteType(declared string) schema.Column {
	m := declaredType.FindStringSubmatch(declared)
	if m == nil {
		return schema.Column{Type: schema.Other}
	}
	first, _ := strconv.Atoi(m[2])
	second, _ := strconv.Atoi(m[3])
	switch strings.Join(strings.Fields(strings.ToLower(m[1])), " ") {
	case "text", "clob":
		return schema.Column{Type: schema.Text}
	case "varchar", "character varying", "char", "character", "nvarchar":
		return schema.Column{Type: schema.Text, Length: first}
	case "smallint", "int2":
		return schema.Column{Type: schema.Integer, Bits: 16}
	case "integer", "int", "int4":
		return schema.Column{Type: schema.Integer, Bits: 32}
	case "bigint", "int8":
		return schema.Column{Type: schema.Integer, Bits: 64}
	case decimalText, "numeric", "decimal":
		return schema.Column{Type: schema.Decimal, Precision: first, Scale: second}
	case "boolean", "bool":
		return schema.Column{Type: schema.Boolean}
	case "date":
		return schema.Column{Type: schema.Date}
	case "timestamp", "datetime":
		return schema.Column{Type: schema.Timestamp}
	case "uuid":
		return schema.Column{Type: schema.UUID}
	case "json", "jsonb":
		return schema.Column{Type: schema.JSON}
	case "real", "float", "double", "double precision":
		return schema.Column{Type: schema.Float}
	}
	return schema.Column{Type: schema.Other}
}

// sqliteAffinity is what SQLite makes of a declared type, by its own rules in
// their order.
func sqliteAffinity(declared string) string {
	upper := strings.ToUpper(declared)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(upper, w) })
	}
	switch {
	case has("INT"):
		return "INTEGER"
	case has("CHAR", "CLOB", "TEXT"):
		return "TEXT"
	case has("BLOB"), upper == "":
		return "BLOB"
	case has("REAL", "FLOA", "DOUB"):
		return "REAL"
	}
	return "NUMERIC"
}
