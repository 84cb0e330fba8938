package sqltarget

import (
	"context"
	"encoding/json"

	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/load/schema"
)

const postgresColumns = `
	select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as declared,
	       t.typname as kind, a.atttypmod as modifier, a.attnotnull as required,
	       (a.atthasdef or a.attidentity <> '') as defaulted,
	       (a.attgenerated <> '' or a.attidentity = 'a') as generated
	from pg_class c
	join pg_namespace n on n.oid = c.relnamespace
	join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
	join pg_type at on at.oid = a.atttypid
	join pg_type t on t.oid = case when at.typtype = 'd' then at.typbasetype else at.oid end
	where n.nspname = $1 and c.relkind in ('r', 'p')
	order by c.relname, a.attnum`

const postgresKeys = `
	select c.relname as table, k.contype as kind,
	       (select json_agg(a.attname order by u.place) from unnest(k.conkey) with ordinality u(attnum, place)
	          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum)::text as columns,
	       coalesce(f.relname, '') as referenced,
	       coalesce((select json_agg(a.attname order by u.place) from unnest(k.confkey) with ordinality u(attnum, place)
	          join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum)::text, 'null') as references
	from pg_constraint k
	join pg_class c on c.oid = k.conrelid
	join pg_namespace n on n.oid = c.relnamespace
	left join pg_class f on f.oid = k.confrelid
	where n.nspname = $1 and c.relkind in ('r', 'p') and k.contype in ('p', 'u', 'f')
	order by c.relname, k.contype, k.conname`

func (p *postgres) tables(ctx context.Context, db *sqlx.DB) ([]schema.Table, error) {
	var columns []struct {
		Table     string `db:"table"`
		Column    string `db:"column"`
		Declared  string `db:"declared"`
		Kind      string `db:"kind"`
		Modifier  int    `db:"modifier"`
		Required  bool   `db:"required"`
		Defaulted bool   `db:"defaulted"`
		Generated bool   `db:"generated"`
	}
	if err := db.SelectContext(ctx, &columns, postgresColumns, p.schema); err != nil {
		return nil, err
	}
	var tables []schema.Table
	for _, c := range columns {
		if len(tables) == 0 || tables[len(tables)-1].Name != c.Table {
			tables = append(tables, schema.Table{Name: c.Table})
		}
		column := postgresType(c.Kind, c.Modifier)
		column.Name, column.Declared = c.Column, c.Declared
		column.Required, column.Default, column.Generated = c.Required, c.Defaulted || c.Generated, c.Generated
		table := &tables[len(tables)-1]
		table.Columns = append(table.Columns, column)
	}
	return tables, p.addKeys(ctx, db, tables)
}

func (p *postgres) addKeys(ctx context.Context, db *sqlx.DB, tables []schema.Table) error {
	var keys []struct {
		Table      string `db:"table"`
		Kind       string `db:"kind"`
		Columns    string `db:"columns"`
		Referenced string `db:"referenced"`
		References string `db:"references"`
	}
	if err := db.SelectContext(ctx, &keys, postgresKeys, p.schema); err != nil {
		return err
	}
	for _, k := range keys {
		var columns, references []string
		if err := json.Unmarshal([]byte(k.Columns), &columns); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(k.References), &references); err != nil {
			return err
		}
		for i := range tables {
			if tables[i].Name != k.Table {
				continue
			}
			switch k.Kind {
			case "p":
				tables[i].PrimaryKey = columns
			case "u":
				tables[i].Unique = append(tables[i].Unique, columns)
			case "f":
				tables[i].ForeignKeys = append(tables[i].ForeignKeys,
					schema.ForeignKey{Columns: columns, Table: k.Referenced, References: references})
			}
		}
	}
	return nil
}

// postgresType gives the family and size of a type by its catalogue name.
func postgresType(name string, modifier int) schema.Column {
	const headerSize = 4 // the modifier counts it with the length
	switch name {
	case "int2":
		return schema.Column{Type: schema.Integer, Bits: 16}
	case "int4":
		return schema.Column{Type: schema.Integer, Bits: 32}
	case "int8":
		return schema.Column{Type: schema.Integer, Bits: 64}
	case "numeric":
		if modifier < headerSize {
			return schema.Column{Type: schema.Decimal}
		}
		packed := modifier - headerSize
		return schema.Column{Type: schema.Decimal, Precision: packed >> 16, Scale: packed & 0xffff}
	case "varchar", "bpchar":
		if modifier < headerSize {
			return schema.Column{Type: schema.Text}
		}
		return schema.Column{Type: schema.Text, Length: modifier - headerSize}
	case "text", "citext", "name":
		return schema.Column{Type: schema.Text}
	case "bool":
		return schema.Column{Type: schema.Boolean}
	case "date":
		return schema.Column{Type: schema.Date}
	case "timestamp", "timestamptz":
		return schema.Column{Type: schema.Timestamp}
	case "uuid":
		return schema.Column{Type: schema.UUID}
	case "json", "jsonb":
		return schema.Column{Type: schema.JSON}
	case "float4", "float8":
		return schema.Column{Type: schema.Float}
	}
	return schema.Column{Type: schema.Other}
}
