package sqltarget

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/load/schema"
)

// constraints lists the indexes that are not unique: all others are part of
// their table. Foreign keys wait by not being checked.
func (s *sqlite) constraints(ctx context.Context, tx *transaction, tables []string, _ bool) ([]constraint, error) {
	var constraints []constraint
	for _, table := range tables {
		var indexes []struct {
			Name string `db:"name"`
			DDL  string `db:"sql"`
		}
		err := tx.selectAll(ctx, &indexes, `select m.name, m.sql from sqlite_master m join pragma_index_list(?) l on l.name = m.name
			where m.type = 'index' and m.sql is not null and l."unique" = 0 order by m.name`, table)
		if err != nil {
			return nil, err
		}
		for _, index := range indexes {
			constraints = append(constraints, constraint{Table: table, Name: index.Name, Kind: plainIndex, DDL: index.DDL,
				Extras: "[]", Columns: "{}", drop: "drop index " + quote(index.Name)})
		}
	}
	return constraints, nil
}

// restore builds the indexes and then checks every foreign key of the tables.
func (s *sqlite) restore(ctx context.Context, db *sqlx.DB, waiting []constraint, tables []schema.Table) error {
	for _, c := range waiting {
		if err := s.restoreIndex(ctx, db, c); err != nil {
			return s.explain(err, fmt.Sprintf("restore index %s of table %s", c.Name, c.Table))
		}
	}
	tx, err := s.begin(ctx, db, reading)
	if err != nil {
		return err
	}
	defer tx.rollback()
	broken, err := s.brokenKeys(ctx, tx, tables)
	if err != nil {
		return err
	}
	if len(broken) > 0 {
		return &Error{Target: s.name(), Reason: strings.Join(broken, "; "), violation: foreignKeyViolation,
			Remedy: "correct the mapping or add a rule that rejects such documents, and load again"}
	}
	return nil
}

func (s *sqlite) restoreIndex(ctx context.Context, db *sqlx.DB, c constraint) error {
	tx, err := s.begin(ctx, db, unchecked)
	if err != nil {
		return err
	}
	defer tx.rollback()
	var there bool
	if err := tx.get(ctx, &there, `select exists(select 1 from sqlite_master where type = 'index' and name = ?)`, c.Name); err != nil {
		return err
	}
	if !there {
		if _, err := tx.exec(ctx, c.DDL); err != nil {
			return err
		}
	}
	if _, err := tx.exec(ctx, `delete from `+constraintTable+` where "table" = ? and name = ?`, c.Table, c.Name); err != nil {
		return err
	}
	return tx.commit(ctx)
}

// brokenKeys says of each table which rows refer to what is not there, by
// their keys.
func (s *sqlite) brokenKeys(ctx context.Context, tx *transaction, tables []schema.Table) ([]string, error) {
	var sentences []string
	for _, table := range tables {
		var broken []struct {
			Parent string        `db:"parent"`
			Total  int64         `db:"total"`
			Row    sql.NullInt64 `db:"row"` // one of them; NULL in tables without rowid
		}
		err := tx.selectAll(ctx, &broken, `select parent, count(*) as total, min(rowid) as row from pragma_foreign_key_check(?) group by parent, fkid order by parent, fkid`, table.Name)
		if err != nil {
			return nil, err
		}
		for _, b := range broken {
			sentence := fmt.Sprintf("%d rows of %s refer to what is not in %s", b.Total, table.Name, b.Parent)
			if b.Row.Valid && len(table.PrimaryKey) > 0 {
				var key string
				if err := tx.get(ctx, &key, fmt.Sprintf("select %s from %s where rowid = ?", joined(table.PrimaryKey), quote(table.Name)), b.Row.Int64); err != nil {
					return nil, err
				}
				sentence += ", the first with key " + key
			}
			sentences = append(sentences, sentence)
		}
	}
	return sentences, nil
}

// joined writes the columns of a key as one text.
func joined(columns []string) string {
	texts := make([]string, len(columns))
	for i, c := range columns {
		texts[i] = "cast(" + quote(c) + " as text)"
	}
	return strings.Join(texts, " || '/' || ")
}
