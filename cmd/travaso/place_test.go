package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/travaso/travaso/load/sqltarget"
	"github.com/travaso/travaso/load/sqltarget/testserver"
)

// place is an empty database for a target, and a way into it that is not the
// program's own.
type place struct {
	config sqltarget.Config
	db     *sql.DB
	// catalogue is a query for all constraints and indexes of the business tables.
	catalogue string
	// cents is SQL for an amount in cents, %s the column.
	cents string
}

// plan is the plan's line of the target; its DSN is in the environment.
func (p *place) plan() string {
	return fmt.Sprintf(`target: {driver: %s, dsn: "${TARGET_DSN}"}`, p.config.Driver)
}

func (p *place) env() string { return "TARGET_DSN=" + p.config.DSN }

// places makes a place of each kind of target.
var places = map[string]func(*testing.T) *place{"sqlite": sqlitePlace, "postgres": postgresPlace}

func sqlitePlace(t *testing.T) *place {
	path := filepath.Join(t.TempDir(), "target.db")
	return &place{
		config:    sqltarget.Config{Driver: sqltarget.SQLite, DSN: path},
		db:        openDatabase(t, "sqlite3", "file:"+path+"?_busy_timeout=5000"),
		catalogue: `select type, name, tbl_name, sql from sqlite_master where tbl_name not like 'travaso%' and name not like 'sqlite_stat%' order by 1, 2`,
		// The target keeps exact amounts as text, always with two decimals.
		cents: `cast(replace(%s, '.', '') as integer)`,
	}
}

func postgresPlace(t *testing.T) *place {
	dsn := testserver.Postgres(t)
	return &place{
		config: sqltarget.Config{Driver: sqltarget.Postgres, DSN: dsn},
		db:     openDatabase(t, "pgx", dsn),
		catalogue: `
			select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) || convalidated
			from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text not like 'travaso%'
			union all
			select 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) || indisvalid
			from pg_index where indrelid::regclass::text not like 'travaso%'
			  and indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
			order by 1, 2, 3`,
		cents: `cast(%s * 100 as bigint)`,
	}
}

func openDatabase(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

var amountOfQuery = regexp.MustCompile("«([^»]*)»")

// ask asks the target for one whole number. In the query «x» stands for the
// column x in cents.
func (p *place) ask(t *testing.T, query string) int64 {
	t.Helper()
	var n sql.NullInt64
	query = amountOfQuery.ReplaceAllStringFunc(query, func(amount string) string {
		return fmt.Sprintf(p.cents, strings.Trim(amount, "«»"))
	})
	if err := p.db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n.Int64
}

// lines gives the rows of a query, each as its values joined by "|".
func (p *place) lines(t *testing.T, query string) []string {
	t.Helper()
	rows, err := p.db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(columns))
		for i, v := range values {
			texts[i] = v.String
			if !v.Valid {
				texts[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(texts, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// contents digests every business table.
func (p *place) contents(t *testing.T) map[string]string {
	t.Helper()
	target, err := sqltarget.Open(t.Context(), p.config)
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	tables, err := target.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	digests := map[string]string{}
	for _, table := range tables {
		if digests[table.Name], err = target.ContentDigest(t.Context(), table.Name); err != nil {
			t.Fatal(err)
		}
	}
	return digests
}
