package sqltarget

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/load/sqltarget/testserver"
	"github.com/travaso/travaso/load/targettest"
)

func openTarget(t testing.TB, config Config) *Target {
	t.Helper()
	target, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { target.Close() })
	return target
}

func openDatabase(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func execOn(db *sql.DB) func(*testing.T, string) {
	return func(t *testing.T, statements string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statements); err != nil {
			t.Fatalf("%s: %v", statements, err)
		}
	}
}

func tryOn(db *sql.DB) func(*testing.T, string) error {
	return func(t *testing.T, statements string) error {
		_, err := db.ExecContext(t.Context(), statements)
		return err
	}
}

func queryOn(db *sql.DB) func(*testing.T, string) []string {
	return func(t *testing.T, query string) []string {
		t.Helper()
		rows, err := db.QueryContext(t.Context(), query)
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
			texts := make([]string, len(values))
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
}

func sqliteSubject(t *testing.T) targettest.Subject {
	path := filepath.Join(t.TempDir(), "target.db")
	db := openDatabase(t, "sqlite3", path)
	return targettest.Subject{
		Open: func(t *testing.T, constraints string) targettest.Target {
			return openTarget(t, Config{Driver: SQLite, DSN: path, Constraints: constraints})
		},
		Exec:  execOn(db),
		Try:   tryOn(db),
		Query: queryOn(db),
		Catalogue: func(t *testing.T) []string {
			return queryOn(db)(t, `select type, name, tbl_name, sql from sqlite_master where tbl_name not like 'travaso%' and name not like 'sqlite_stat%' order by 1, 2`)
		},
	}
}

const postgresCatalogue = `
	select 'constraint', conrelid::regclass, conname, contype, pg_get_constraintdef(oid), convalidated, condeferrable,
	       coalesce(obj_description(oid, 'pg_constraint'), '')
	from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text not like 'travaso%'
	union all
	select 'index', indrelid::regclass, indexrelid::regclass::text, '', pg_get_indexdef(indexrelid), indisvalid, indisclustered,
	       coalesce(obj_description(indexrelid, 'pg_class'), '')
	from pg_index where indrelid::regclass::text not like 'travaso%' and indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
	order by 1, 2, 3`

func postgresSubject(t *testing.T) targettest.Subject {
	dsn := testserver.Postgres(t)
	db := openDatabase(t, "pgx", dsn)
	return targettest.Subject{
		Open: func(t *testing.T, constraints string) targettest.Target {
			return openTarget(t, Config{Driver: Postgres, DSN: dsn, Constraints: constraints})
		},
		Exec:  execOn(db),
		Try:   tryOn(db),
		Query: queryOn(db),
		Catalogue: func(t *testing.T) []string {
			return queryOn(db)(t, postgresCatalogue)
		},
		Break: func(t *testing.T) {
			queryOn(db)(t, `select pg_terminate_backend(pid)::text from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
		},
	}
}

// subjects runs a test on each kind of target.
func subjects(t *testing.T, test func(t *testing.T, fresh func(*testing.T) targettest.Subject)) {
	for name, fresh := range map[string]func(*testing.T) targettest.Subject{"sqlite": sqliteSubject, "postgres": postgresSubject} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh)
		})
	}
}

func TestConformance(t *testing.T) {
	subjects(t, targettest.Run)
}

// migrationOf announces what is staged.
func migrationOf(s *targettest.Staged) batch.Migration {
	return batch.Migration{Name: s.Manifest().Migration, Run: "run-1", Types: s.Manifest().Documents, Scope: targettest.Scope()}
}
