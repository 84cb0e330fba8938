package sqlsource_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/sqlsource"
)

// Tables that hold the integers 1 to n in column id, each exactly once.
func TestChunksHoldEachRowOnce(t *testing.T) {
	const n = 5000
	numbers := func(driver, sqlOf string) string { // an INSERT … SELECT of 1 to n
		series := map[string]string{
			"postgres": fmt.Sprintf("generate_series(1, %d) as s(i)", n),
			"mysql":    fmt.Sprintf("(select seq as i from seq_1_to_%d) as s", n),
			"sqlite":   fmt.Sprintf("(with recursive s(i) as (select 1 union all select i + 1 from s where i < %d) select i from s) as s", n),
		}
		return "select " + sqlOf + " from " + series[driver]
	}
	for _, c := range []struct {
		name, driver string
		setup        []string // {numbers: x} is SELECT x of 1 to n
		dataset      sqlsource.Dataset
		chunks       int // how many at least; 1 means exactly
	}{
		{"plain", "postgres", []string{"create table t (id int, c text)", "insert into t {numbers: i, repeat('x', 50)}", "analyze t"}, sqlsource.Dataset{Table: "t"}, 10},
		{"never analysed", "postgres", []string{"create table t (id int, c text)", "insert into t {numbers: i, repeat('x', 50)}"}, sqlsource.Dataset{Table: "public.t"}, 5},
		{"dead tuples", "postgres", []string{"create table t (id int, c text) with (autovacuum_enabled = off)", "insert into t {numbers: i, 'x'}", "update t set c = 'y' where id % 3 = 0", "insert into t {numbers: -i, 'x'}", "delete from t where id < 0"}, sqlsource.Dataset{Table: "t"}, 5},
		{"partitioned", "postgres", []string{
			"create table t (c text, id int) partition by range (id)", "create table a (id int, gone int, c text)", "alter table a drop column gone",
			"alter table t attach partition a for values from (1) to (1000)", "create table b partition of t for values from (1000) to (3000) partition by list (id)",
			"create table b_rest partition of b default", "create table rest partition of t default", "insert into t (id) {numbers: i}"}, sqlsource.Dataset{Table: "t"}, 10},
		{"partitioned without partitions' rows", "postgres", []string{"create table t (id int) partition by range (id)", "create table u (id int)", "insert into u {numbers: i}"}, sqlsource.Dataset{Query: "select id from t union all select id from u"}, 1},
		{"inherited", "postgres", []string{"create table t (id int)", "create table child (c text) inherits (t)", "insert into t {numbers: i}", "delete from t where id > 10", "insert into child (id) {numbers: i}", "delete from child where id <= 10"}, sqlsource.Dataset{Table: "t"}, 1},
		{"view", "postgres", []string{"create table t (id int)", "insert into t {numbers: i}", "create view v as select id from t"}, sqlsource.Dataset{Table: "v"}, 1},
		{"materialized view", "postgres", []string{"create materialized view v as {numbers: i as id}"}, sqlsource.Dataset{Table: "v"}, 1},
		{"query", "postgres", []string{"create table t (id int)", "insert into t {numbers: i}"}, sqlsource.Dataset{Query: "select id from t order by id -- all of it;\n;  "}, 1},
		{"other schema, odd names", "postgres", []string{`create schema "Lega.cy"`, `create table "Lega.cy"."Imp""egni" ("id" int, "Colonna ""x""" int)`, `insert into "Lega.cy"."Imp""egni" {numbers: i, i}`}, sqlsource.Dataset{Table: `"Lega.cy"."Imp""egni"`}, 10},
		{"upper case unquoted", "postgres", []string{`create table "IMPEGNI" (id int)`, `insert into "IMPEGNI" {numbers: i}`}, sqlsource.Dataset{Table: "IMPEGNI"}, 5},

		{"plain", "mysql", []string{"create table t (id int primary key, c text)", "insert into t {numbers: i, repeat('x', 50)}"}, sqlsource.Dataset{Table: "t"}, 50},
		{"gaps, unsigned to the end", "mysql", []string{"create table t (k bigint unsigned primary key, id int)", "insert into t {numbers: 18446744073709551615 - i * 1000, i}", "insert into t values (18446744073709551615, 0)", "update t set id = 5001 - id where id > 0", "delete from t where id = 0"}, sqlsource.Dataset{Table: "t"}, 50},
		{"negative", "mysql", []string{"create table t (k int primary key, id int)", "insert into t {numbers: cast(i as signed) - 2500, i}"}, sqlsource.Dataset{Table: "t"}, 50},
		{"two-column key", "mysql", []string{"create table t (a int, id int, primary key (a, id))", "insert into t {numbers: i % 7, i}"}, sqlsource.Dataset{Table: "t"}, 1},
		{"text key", "mysql", []string{"create table t (k varchar(20) primary key, id int)", "insert into t {numbers: concat('k', i), i}"}, sqlsource.Dataset{Table: "t"}, 1},
		{"no key", "mysql", []string{"create table t (id int)", "insert into t {numbers: i}"}, sqlsource.Dataset{Table: "t"}, 1},
		{"view", "mysql", []string{"create table t (id int primary key)", "insert into t {numbers: i}", "create view v as select id from t"}, sqlsource.Dataset{Table: "v"}, 1},
		{"query", "mysql", []string{"create table t (id int primary key)", "insert into t {numbers: i}"}, sqlsource.Dataset{Query: "select id, cast(1.5 as decimal(5,2)) as m from t where 1 # all of it;\n;"}, 1},
		{"odd names", "mysql", []string{"create table `Imp``eg.ni` (`k k` int primary key, id int)", "insert into `Imp``eg.ni` {numbers: i, i}"}, sqlsource.Dataset{Table: "`Imp``eg.ni`"}, 50},
		{"MyISAM", "mysql", []string{"create table t (id int primary key) engine = MyISAM", "insert into t {numbers: i}"}, sqlsource.Dataset{Table: "t"}, 50},

		{"plain", "sqlite", []string{"create table t (id integer primary key, c text)", "insert into t {numbers: i, 'x'}"}, sqlsource.Dataset{Table: "t"}, 50},
		{"negative rowids and gaps", "sqlite", []string{"create table t (id integer)", "insert into t (rowid, id) {numbers: (i - 2500) * abs(i - 2500) * 100000000000, i}"}, sqlsource.Dataset{Table: "T"}, 50},
		{"ends of the rowids", "sqlite", []string{"create table t (id integer)", "insert into t (rowid, id) {numbers: case i when 1 then -9223372036854775808 when 5000 then 9223372036854775807 else i end, i}"}, sqlsource.Dataset{Table: "t"}, 50},
		{"a column named rowid", "sqlite", []string{"create table t (rowid text, _rowid_ text, id integer)", "insert into t {numbers: 'x', 'y', i}"}, sqlsource.Dataset{Table: "t"}, 50},
		{"all names of rowid taken", "sqlite", []string{"create table t (rowid text, _rowid_ text, oid text, id integer)", "insert into t {numbers: 'x', 'y', 'z', i}"}, sqlsource.Dataset{Table: "t"}, 1},
		{"without rowid", "sqlite", []string{"create table t (id integer primary key) without rowid", "insert into t {numbers: i}"}, sqlsource.Dataset{Table: "t"}, 1},
		{"view", "sqlite", []string{"create table t (id integer primary key)", "insert into t {numbers: i}", "create view v as select id from t"}, sqlsource.Dataset{Table: "v"}, 1},
		{"query", "sqlite", []string{"create table t (id integer primary key)", "insert into t {numbers: i}"}, sqlsource.Dataset{Query: "select id from t -- all of it\n;"}, 1},
		{"odd names", "sqlite", []string{`create table "Imp""eg.ni" ("id" integer, "Colonna ""x""" integer)`, `insert into "Imp""eg.ni" {numbers: i, i}`}, sqlsource.Dataset{Table: `"Imp""eg.ni"`}, 50},
		{"generated column", "sqlite", []string{"create table t (k integer primary key, id integer as (k) stored)", "insert into t (k) {numbers: i}"}, sqlsource.Dataset{Table: "t"}, 50},
	} {
		t.Run(c.driver+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			s := kindOf(t, c.driver).start(t)
			for _, statement := range c.setup {
				if before, after, ok := strings.Cut(statement, "{numbers: "); ok {
					statement = before + numbers(c.driver, strings.TrimSuffix(after, "}"))
				}
				s.exec(t, statement)
			}
			source := s.open(t, sqlsource.Config{Readers: 2, ChunkRows: 100, Datasets: map[string]sqlsource.Dataset{"d": c.dataset}})
			got := read(t, source, "d")
			_, _, values := got.column(t, "id")
			want := make([]string, n)
			for i := range want {
				want[i] = fmt.Sprint(i + 1)
			}
			slices.Sort(want)
			slices.Sort(values)
			if !slices.Equal(values, want) {
				t.Errorf("%d ids read (%d different) of %d", len(values), len(slices.Compact(values)), n)
			}
			if chunks := len(got.shape.Chunks); chunks < c.chunks || c.chunks == 1 && chunks != 1 {
				t.Errorf("%d chunks, expected %d: %+v", chunks, c.chunks, got.shape.Chunks)
			}
		})
	}
}

func TestDatasetsAreTheTablesOfTheSchema(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name(), func(t *testing.T) {
			s := d.start(t, "create table impegni (id integer primary key)", "create table Soggetti (id integer primary key)", "create view v as select id from impegni")
			if d.driver == sqlsource.Postgres {
				s.exec(t, "create schema other", "create table other.elsewhere (id int)",
					"create table p (id int) partition by range (id)", "create table p1 partition of p default", `alter table soggetti rename to "Soggetti"`, "drop table p")
			}
			names, err := s.open(t, sqlsource.Config{}).Datasets(t.Context())
			if want := []string{"Soggetti", "impegni"}; err != nil || !slices.Equal(names, want) {
				t.Errorf("datasets are %v, %v, not %v", names, err, want)
			}
		})
	}
}

func TestPartitionsAreNoDatasets(t *testing.T) {
	s := kindOf(t, "postgres").start(t, "create table p (id int) partition by range (id)", "create table p1 partition of p default", "insert into p values (1)")
	source := s.open(t, sqlsource.Config{})
	if names, err := source.Datasets(t.Context()); err != nil || !slices.Equal(names, []string{"p"}) {
		t.Errorf("datasets are %v, %v", names, err)
	}
	if got := read(t, source, "p"); len(got.rows) != 1 {
		t.Errorf("%d rows", len(got.rows))
	}
}

func TestTwoColumnsOfOneName(t *testing.T) {
	for _, driver := range []string{"postgres", "mysql"} { // SQLite gives the second another name
		d := kindOf(t, driver)
		source := d.start(t).open(t, sqlsource.Config{Datasets: map[string]sqlsource.Dataset{"d": {Query: "select 1 as a, 2 as a"}}})
		if _, err := source.Shape(t.Context(), "d"); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: two columns named a: %v", d.name(), err)
		}
	}
}
