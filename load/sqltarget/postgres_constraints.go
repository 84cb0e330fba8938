package sqltarget

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// postgresConstraints lists the constraints of the tables $2 in schema $1 that
// can wait: not CHECKs, not what foreign keys of other tables, views or
// replication depend on, nothing of partitioned or inherited tables.
const postgresConstraints = `
	with ours as (
		select c.oid, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = $1 and c.relname = any($2) and c.relkind = 'r' and not c.relispartition
	)
	select o.relname as table, k.conname as name,
	       case k.contype when 'p' then 'primary key' when 'u' then 'unique' when 'x' then 'exclude' else 'foreign key' end as kind,
	       pg_get_constraintdef(k.oid) as definition,
	       coalesce(obj_description(k.oid, 'pg_constraint'), '') as comment,
	       coalesce(obj_description(case when k.contype <> 'f' then k.conindid end, 'pg_class'), '') as index_comment,
	       coalesce(s.spcname, '') as tablespace, coalesce(i.indisclustered, false) as clustered,
	       coalesce((select json_agg(a.attname order by u.place) from unnest(k.conkey) with ordinality u(attnum, place)
	          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum)::text, '[]') as columns,
	       case when k.confrelid <> 0 then format('%I.%I', fn.nspname, f.relname) else '' end as referenced,
	       coalesce((select json_agg(a.attname order by u.place) from unnest(k.confkey) with ordinality u(attnum, place)
	          join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum)::text, '[]') as references
	from ours o
	join pg_constraint k on k.conrelid = o.oid and k.contype in ('p', 'u', 'x', 'f') and k.coninhcount = 0
	left join pg_class f on f.oid = k.confrelid
	left join pg_namespace fn on fn.oid = f.relnamespace
	left join pg_class ic on ic.oid = k.conindid and k.contype <> 'f'
	left join pg_index i on i.indexrelid = ic.oid
	left join pg_tablespace s on s.oid = ic.reltablespace
	where k.contype = 'f' or (
		not coalesce(i.indisreplident, false)
		and not exists (select 1 from pg_constraint x where x.contype = 'f' and x.conindid = k.conindid and x.conrelid not in (select oid from ours))
		and not exists (select 1 from pg_depend d where d.refclassid = 'pg_constraint'::regclass and d.refobjid = k.oid and d.classid = 'pg_rewrite'::regclass))
	order by o.relname, array_position(array['f', 'x', 'u', 'p'], k.contype::text), k.conname`

// postgresIndexes lists the indexes of the tables that belong to no constraint
// and that nothing of the above depends on.
const postgresIndexes = `
	select c.relname as table, ic.relname as name, 'index' as kind, pg_get_indexdef(i.indexrelid) as definition,
	       '' as comment, coalesce(obj_description(i.indexrelid, 'pg_class'), '') as index_comment,
	       coalesce(s.spcname, '') as tablespace, i.indisclustered as clustered,
	       '[]' as columns, '' as referenced, '[]' as references
	from pg_index i
	join pg_class ic on ic.oid = i.indexrelid
	join pg_class c on c.oid = i.indrelid
	join pg_namespace n on n.oid = c.relnamespace
	left join pg_tablespace s on s.oid = ic.reltablespace
	where n.nspname = $1 and c.relname = any($2) and c.relkind = 'r' and not c.relispartition
	  and i.indisvalid and not i.indisreplident
	  and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
	order by c.relname, ic.relname`

type postgresConstraint struct {
	Table        string `db:"table"`
	Name         string `db:"name"`
	Kind         string `db:"kind"`
	Definition   string `db:"definition"`
	Comment      string `db:"comment"`
	IndexComment string `db:"index_comment"`
	Tablespace   string `db:"tablespace"`
	Clustered    bool   `db:"clustered"`
	Columns      string `db:"columns"`
	Referenced   string `db:"referenced"`
	References   string `db:"references"`
}

func (p *postgres) constraints(ctx context.Context, tx *transaction, tables []string, keepPrimary bool) ([]constraint, error) {
	// With an empty search path the catalogue writes all names in full.
	if _, err := tx.exec(ctx, "set local search_path = ''"); err != nil {
		return nil, err
	}
	var found []postgresConstraint
	for _, query := range []string{postgresConstraints, postgresIndexes} {
		var rows []postgresConstraint
		if err := tx.conn.SelectContext(ctx, &rows, query, p.schema, tables); err != nil {
			return nil, err
		}
		found = append(found, rows...)
	}
	if _, err := tx.exec(ctx, "set local search_path = "+quote(p.schema)); err != nil {
		return nil, err
	}
	var constraints []constraint
	for _, f := range found {
		if keepPrimary && f.Kind == primaryKey {
			continue
		}
		c, err := p.constraint(f)
		if err != nil {
			return nil, err
		}
		constraints = append(constraints, c)
	}
	// Foreign keys hold on to unique keys, also of other tables.
	order := []string{foreignKey, exclusion, uniqueKey, primaryKey, plainIndex}
	slices.SortStableFunc(constraints, func(a, b constraint) int {
		return slices.Index(order, a.Kind) - slices.Index(order, b.Kind)
	})
	return constraints, nil
}

// constraint writes the statements that drop and restore it exactly.
func (p *postgres) constraint(f postgresConstraint) (constraint, error) {
	c := constraint{Table: f.Table, Name: f.Name, Kind: f.Kind}
	table, name, index := p.table(f.Table), quote(f.Name), p.table(f.Name)
	if f.Kind == plainIndex {
		c.drop, c.DDL = "drop index "+index, f.Definition
	} else {
		c.drop = fmt.Sprintf("alter table %s drop constraint %s", table, name)
		c.DDL = fmt.Sprintf("alter table %s add constraint %s %s", table, name, f.Definition)
	}
	extras := []string{}
	if f.Tablespace != "" {
		extras = append(extras, fmt.Sprintf("alter index %s set tablespace %s", index, quote(f.Tablespace)))
	}
	if f.Clustered {
		extras = append(extras, fmt.Sprintf("alter table %s cluster on %s", table, name))
	}
	if f.Comment != "" {
		extras = append(extras, fmt.Sprintf("comment on constraint %s on %s is %s", name, table, literal(f.Comment)))
	}
	if f.IndexComment != "" {
		extras = append(extras, fmt.Sprintf("comment on index %s is %s", index, literal(f.IndexComment)))
	}
	text, err := json.Marshal(extras)
	if err != nil {
		return c, err
	}
	c.Extras = string(text)
	keys := keyColumns{Table: f.Referenced}
	if err := json.Unmarshal([]byte(f.Columns), &keys.Columns); err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(f.References), &keys.References); err != nil {
		return c, err
	}
	if text, err = json.Marshal(keys); err != nil {
		return c, err
	}
	c.Columns = string(text)
	return c, nil
}

// notValid ends the definition of a foreign key that is not validated.
const notValid = " NOT VALID"

// isValidated says that a foreign key was valid before it was dropped.
func (c constraint) isValidated() bool { return !strings.HasSuffix(c.DDL, notValid) }
