package sqltarget

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// A check on decimals must mean on SQLite's texts what it means on PostgreSQL's
// numbers: both databases are asked, and must say the same.
func TestCheckMeansTheSame(t *testing.T) {
	cases := []struct {
		check   string
		accepts [][2]string // values of a and b
		refuses [][2]string
	}{
		{"a >= 0", [][2]string{{"0", "0"}, {"9.50", "0"}, {"10.00", "0"}}, [][2]string{{"-0.01", "0"}, {"-9.50", "0"}}},
		{"a <= 10", [][2]string{{"9.50", "0"}, {"10.00", "0"}, {"-20.00", "0"}}, [][2]string{{"10.01", "0"}, {"100.00", "0"}}},
		{"a < b", [][2]string{{"9.50", "10.00"}, {"-10.00", "-9.50"}, {"-1", "0"}}, [][2]string{{"10.00", "9.50"}, {"-9.50", "-10.00"}, {"5", "5"}}},
		{"a = b", [][2]string{{"0.30", "0.3"}}, [][2]string{{"0.30", "0.31"}}},
		{"0.10 + 0.20 = a", [][2]string{{"0.30", "0"}}, [][2]string{{"0.31", "0"}}},
		{"a - b <= 999999999999.99", [][2]string{{"9999999999999.99", "9000000000000.00"}}, [][2]string{{"9999999999999.99", "0"}}},
		{"a between -0.5 and 1.25", [][2]string{{"-0.50", "0"}, {"1.25", "0"}, {"0", "0"}}, [][2]string{{"-0.51", "0"}, {"1.26", "0"}}},
		{"a not between 2 and 10", [][2]string{{"1.99", "0"}, {"10.01", "0"}}, [][2]string{{"9.50", "0"}}},
		{"a in (0, 9.5, 10)", [][2]string{{"9.50", "0"}, {"10", "0"}}, [][2]string{{"9.51", "0"}}},
		{"a * 2 <= b", [][2]string{{"4.75", "9.50"}}, [][2]string{{"4.76", "9.50"}}},
		{"abs(a) <= coalesce(b, 0) + 1", [][2]string{{"-2", "1"}, {"-1", "NULL"}}, [][2]string{{"-2.01", "1"}, {"1.01", "NULL"}}},
		{"a <= n", [][2]string{{"7.00", "0"}}, [][2]string{{"7.01", "0"}}},
		{"(a > 0 and b > 0) or not (a <> 0 or b is not null)", [][2]string{{"9.5", "0.01"}, {"0", "NULL"}}, [][2]string{{"0", "0"}, {"9.5", "0"}}},
		{"s = 'A' or a > -1", [][2]string{{"0", "0"}}, [][2]string{{"-1", "0"}}},
		{"d >= a", [][2]string{{"1.23", "0"}}, [][2]string{{"1.24", "0"}}},
		{"-a <= 1.005", [][2]string{{"-1.00", "0"}}, [][2]string{{"-1.01", "0"}}},
		{"nullif(a, 0) is null or a > 100", [][2]string{{"100.01", "0"}, {"0.00", "0"}}, [][2]string{{"9.50", "0"}}},
	}
	postgres := postgresSubject(t)
	for i, c := range cases {
		table := fmt.Sprintf("t%d", i)
		ddl := fmt.Sprintf(`create table %s (a numeric(15,2), b numeric(15,2), d numeric(9,4) default 1.2345, n integer default 7, s varchar(1) default 'B',
			constraint rule check (%s))`, table, c.check)
		t.Run(c.check, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "target.db")
			target := openTarget(t, Config{Driver: SQLite, DSN: path})
			if err := target.Create(t.Context(), ddl); err != nil {
				t.Fatal(err)
			}
			sqlite := openDatabase(t, "sqlite3", path)
			postgres.Exec(t, ddl)
			try := func(values [2]string, accepted bool) {
				numbers := strings.Join(values[:], ", ")
				postgresErr := postgres.Try(t, fmt.Sprintf("insert into %s (a, b) values (%s)", table, numbers))
				var texts []string
				for _, v := range values {
					if v == "NULL" {
						texts = append(texts, v)
						continue
					}
					d, err := parseDecimal(v)
					if err != nil {
						t.Fatal(err)
					}
					texts = append(texts, literal(d.text(2)))
				}
				_, sqliteErr := sqlite.ExecContext(t.Context(), fmt.Sprintf("insert into %s (a, b) values (%s)", table, strings.Join(texts, ", ")))
				if (postgresErr == nil) != accepted {
					t.Errorf("the case is wrong: postgres says %v to %s", postgresErr, numbers)
				}
				if (sqliteErr == nil) != accepted {
					t.Errorf("sqlite says %v to %s", sqliteErr, numbers)
				}
			}
			for _, values := range c.accepts {
				try(values, true)
			}
			for _, values := range c.refuses {
				try(values, false)
			}
		})
	}
}

// What is not a decimal in its one form stays out, whoever writes it.
func TestDecimalForm(t *testing.T) {
	path := filepath.Join(t.TempDir(), "target.db")
	target := openTarget(t, Config{Driver: SQLite, DSN: path})
	if err := target.Create(t.Context(), `create table t (money numeric(5,2), whole decimal(3), fine numeric(6, 4) default -0.5)`); err != nil {
		t.Fatal(err)
	}
	db := openDatabase(t, "sqlite3", path)
	for _, c := range []struct {
		column, value string
		accepted      bool
	}{
		{"money", "'0.00'", true}, {"money", "'-0.01'", true}, {"money", "'999.99'", true}, {"money", "'-999.99'", true}, {"money", "null", true},
		{"money", "'1000.00'", false}, {"money", "'-1000.00'", false}, {"money", "'1.5'", false}, {"money", "1.5", false}, {"money", "7", false},
		{"money", "'1.505'", false}, {"money", "'.50'", false}, {"money", "'-.50'", false}, {"money", "'1..50'", false}, {"money", "'1.2.50'", false},
		{"money", "'1-2.50'", false}, {"money", "'--2.50'", false}, {"money", "'+2.50'", false}, {"money", "'1,50'", false}, {"money", "'1e2.50'", false},
		{"money", "''", false}, {"money", "' 1.50'", false}, {"money", "'1.50 '", false}, {"money", "'1.5a'", false},
		{"whole", "'0'", true}, {"whole", "'-999'", true}, {"whole", "'1000'", false}, {"whole", "'1.0'", false}, {"whole", "'-'", false},
		{"fine", "'-0.5000'", true}, {"fine", "'0.5'", false},
	} {
		_, err := db.ExecContext(t.Context(), fmt.Sprintf("insert into t (%s) values (%s)", c.column, c.value))
		if (err == nil) != c.accepted {
			t.Errorf("%s %s: %v", c.column, c.value, err)
		}
	}
	if got := queryOn(db)(t, "select distinct fine from t where money = '0.00'"); len(got) != 1 || got[0] != "-0.5000" {
		t.Errorf("default: %v", got)
	}
}

func TestDDLRefused(t *testing.T) {
	for _, c := range []struct{ ddl, want string }{
		{"create table t (a numeric)", "line 1: column a is numeric without a size"},
		{"create table t (\n a numeric(20,2))", "line 2: column a has 20 digits, and sqlite keeps at most 18 exactly"},
		{"create table t (a numeric(15,2), b numeric(15,2), check (a * b > 0))", "check (a * b > 0) cannot be kept exactly by sqlite"},
		{"create table t (a numeric(15,2) check (a / 3 > 1))", "cannot be kept exactly"},
		{"create table t (a numeric(15,2) check (a * 1.5 > 1))", "cannot be kept exactly"},
		{"create table t (a numeric(15,2) check (round(a) > 1))", "cannot be kept exactly"},
		{"create table t (a numeric(15,2) check (case when a > 1 then true end))", `"case" is not understood`},
		{"create table t (a numeric(15,2) check (a > 'x'))", "compared with the text 'x'"},
		{"create table t (a numeric(15,2) default 1.005)", "its default 1.005 does not fit its 2 decimals"},
		{"create table t (a numeric(15,2), b numeric(15,2) generated always as (a + a) stored)", "cannot be kept exactly"},
		{"create table t (a integer", "a bracket does not close"},
		{"create table t (a text default 'x)", "a quote does not end"},
	} {
		t.Run(c.ddl, func(t *testing.T) {
			_, err := sqliteDDL(c.ddl)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// Everything but decimals, and the checks on them, goes through as it is.
func TestDDLKeepsTheRest(t *testing.T) {
	ddl := `-- a comment; with a semicolon
create table if not exists "Größe" ( /* and (another */
	"a;b" varchar(3) default ')',
	importo  numeric ( 15 , 2 ) not null,
	check ("a;b" <> ''''),
	constraint stato check (length("a;b") between 1 and 2)
);
comment on table "Größe" is 'x';
create unique index i on "Größe" ("a;b");
create index positivi on "Größe" (importo) where importo > 9;
`
	got, err := sqliteDDL(ddl)
	if err != nil {
		t.Fatal(err)
	}
	want := `-- a comment; with a semicolon
create table if not exists "Größe" ( /* and (another */
	"a;b" varchar(3) default ')',
	importo  decimal_text(15,2) not null check (` + sqliteCanonical(`"importo"`, 15, 2) + `),
	check ("a;b" <> ''''),
	constraint stato check (length("a;b") between 1 and 2)
);

create unique index i on "Größe" ("a;b");

create index positivi on "Größe" (importo) where ` + sqliteUnscaled("importo") + ` > 900;
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := SchemaOf(t.Context(), ddl); err != nil {
		t.Error(err)
	}
}
