package sqlsource_test

import (
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
)

const (
	float    = "shortest exact decimal"
	noDate   = "no date of the years"
	notFinit = "NaN or infinity"
	hexNote  = "hexadecimal"
	utc      = "converted to UTC"
)

// list is a list of SQL values, or of what must come of them.
func list(values ...string) []string { return values }

func TestPostgresTypes(t *testing.T) {
	s := kindOf(t, "postgres").start(t,
		"create domain importo_euro as numeric(15,2)", "create type stato as enum ('N', 'D', 'P')", "set timezone = 'Europe/Rome'")
	checkColumns(t, s, []columnCase{
		{"smallint", list("1", "-32768", "null"), "integer", list("1", "-32768", "<nil>"), "", ""},
		{"bigint", list("9223372036854775807", "-9223372036854775808"), "integer", list("9223372036854775807", "-9223372036854775808"), "", ""},
		{"numeric(15,2)", list("12.5", "-0.01", "0", "9999999999999.99", "null"), "decimal(15,2)", list("1250", "-1", "0", "999999999999999", "<nil>"), "", ""},
		{"numeric(18,0)", list("-999999999999999999"), "decimal(18,0)", list("-999999999999999999"), "", ""},
		{"numeric(18,18)", list("0.000000000000000001"), "decimal(18,18)", list("1"), "", ""},
		{"importo_euro", list("12.50"), "decimal(15,2)", list("1250"), "", "numeric(15,2)"},
		{"numeric(19,2)", list("99999999999999999.99", "-0.10"), "text number", list("99999999999999999.99", "-0.10"), "", ""},
		{"numeric(2,-3)", list("12000"), "text number", list("12000"), "", ""},
		{"numeric(3,5)", list("0.00123"), "text number", list("0.00123"), "", ""},
		{"numeric", list("0.1", "123456789012345678901234567890.123456789", "1e3"), "text number", list("0.1", "123456789012345678901234567890.123456789", "1000"), "", ""},
		{"numeric(15,2)", list("12.5", "'NaN'"), "text", list("12.50", "NaN"), notFinit, ""},
		{"numeric", list("1.5", "'Infinity'"), "text", list("1.5", "Infinity"), notFinit, ""},
		{"double precision", list("0.1", "1e22", "-1e-7", "123456789.123456789", "null"), "text number", list("0.1", "10000000000000000000000", "-0.0000001", "123456789.12345679", "<nil>"), float, ""},
		{"double precision", list("0.1", "'-Infinity'", "'NaN'"), "text", list("0.1", "-Infinity", "NaN"), notFinit, ""},
		{"real", list("0.1", "16777216", "1.17549435e-38"), "text number", list("0.1", "16777216", "0.000000000000000000000000000000000000011754944"), float, ""},
		{"money", list("12.5", "-1234567.89"), "text number", list("12.50", "-1234567.89"), "money", ""},
		{"date", list("'1970-01-02'", "'0001-01-01'", "'9999-12-31'", "null"), "date", list("1", "-719162", "2932896", "<nil>"), "", ""},
		{"date", list("'1970-01-02'", "'infinity'"), "text", list("1970-01-02", "infinity"), noDate, ""},
		{"date", list("'0044-03-15 BC'", "'12345-01-01'"), "text", list("0044-03-15 BC", "12345-01-01"), noDate, ""},
		{"timestamp without time zone", list("'1970-01-01 00:00:01.5'", "'1969-12-31 23:59:59.999999'"), "timestamp", list("1500000", "-1"), "", ""},
		{"timestamp without time zone", list("'-infinity'"), "text", list("-infinity"), noDate, ""},
		{"timestamp(0) without time zone", list("'1970-01-01 00:00:01'"), "timestamp", list("1000000"), "", ""},
		{"timestamp with time zone", list("'1970-01-01 01:00:00+01'", "'1970-01-01 00:00:00.000001Z'"), "timestamp", list("0", "1"), utc, ""},
		{"timestamp with time zone", list("'infinity'"), "text", list("infinity"), noDate, ""},
		{"boolean", list("true", "false", "null"), "boolean", list("true", "false", "<nil>"), "", ""},
		{"text", list("''", "' a '", "null", "E'tab\\there'"), "text", list("", " a ", "<nil>", "tab\there"), "", ""},
		{"character varying(10)", list("'è€'"), "text", list("è€"), "", ""},
		{"character(4)", list("'ab'"), "text", list("ab  "), "", ""},
		{"stato", list("'N'"), "text", list("N"), "", ""},
		{"bytea", list(`'\x00ff41'`, "''"), "text", list("00ff41", ""), hexNote, ""},
		{"uuid", list("'123E4567-e89b-12d3-a456-426614174000'"), "text", list("123e4567-e89b-12d3-a456-426614174000"), "", ""},
		{"jsonb", list(`'{"b": 1, "a": [0.10]}'`), "text", list(`{"a": [0.10], "b": 1}`), "", ""},
		{"json", list(`'{"b":1}'`), "text", list(`{"b":1}`), "", ""},
		{"interval", list("'1 day 02:03:04.5'"), "text", list("1 day 02:03:04.5"), "", ""},
		{"time without time zone", list("'10:20:30.5'"), "text", list("10:20:30.5"), "", ""},
		{"integer[]", list("'{1,null,3}'"), "text", list("{1,NULL,3}"), "", ""},
		{"bit(3)", list("B'101'"), "text", list("101"), "", ""},
		{"inet", list("'10.0.0.1'"), "text", list("10.0.0.1"), "", ""},
		{"numeric(15,2)", nil, "decimal(15,2)", nil, "", ""},
	})
}

func TestMySQLTypes(t *testing.T) {
	s := kindOf(t, "mysql").start(t)
	s.db.SetMaxOpenConns(1) // the session's settings are for all of the statements
	s.exec(t, "set sql_mode = 'ALLOW_INVALID_DATES'", "set time_zone = '+02:00'")
	checkColumns(t, s, []columnCase{
		{"tinyint(1)", list("1", "0", "null"), "integer", list("1", "0", "<nil>"), "", ""},
		{"int(5) unsigned zerofill", list("42", "4294967295"), "integer", list("42", "4294967295"), "", ""},
		{"bigint(20)", list("9223372036854775807", "-9223372036854775808"), "integer", list("9223372036854775807", "-9223372036854775808"), "", ""},
		{"bigint(20) unsigned", list("9223372036854775807"), "integer", list("9223372036854775807"), "", ""},
		{"bigint(20) unsigned", list("1", "18446744073709551615"), "text number", list("1", "18446744073709551615"), "beyond 64 bits", ""},
		{"year(4)", list("2015"), "integer", list("2015"), "", ""},
		{"bit(8)", list("b'101'"), "integer", list("5"), "", ""},
		{"bit(64)", list("0xffffffffffffffff"), "text number", list("18446744073709551615"), "beyond 64 bits", ""},
		{"decimal(15,2)", list("12.5", "-0.01", "9999999999999.99", "null"), "decimal(15,2)", list("1250", "-1", "999999999999999", "<nil>"), "", ""},
		{"decimal(8,2) unsigned zerofill", list("12.5"), "decimal(8,2)", list("1250"), "", ""},
		{"decimal(18,0)", list("-999999999999999999"), "decimal(18,0)", list("-999999999999999999"), "", ""},
		{"decimal(19,2)", list("99999999999999999.99"), "text number", list("99999999999999999.99"), "", ""},
		{"decimal(65,30)", list("99999999999999999999999999999999999.999999999999999999999999999999", "99999999999999999999999999999999999.000000000000000000000000000001"), "text number",
			list("99999999999999999999999999999999999.999999999999999999999999999999", "99999999999999999999999999999999999.000000000000000000000000000001"), "", ""},
		{"double", list("0.1", "1e22", "-1e-7", "123456789.123456789", "null"), "text number", list("0.1", "10000000000000000000000", "-0.0000001", "123456789.12345679", "<nil>"), float, ""},
		{"double(15,2)", list("1234567890.12"), "text number", list("1234567890.12"), float, ""},
		{"float", list("0.1", "16777216", "12345.679"), "text number", list("0.1", "16777216", "12345.679"), float, ""},
		{"date", list("'1970-01-02'", "'9999-12-31'", "null"), "date", list("1", "2932896", "<nil>"), "", ""},
		{"date", list("'1970-01-02'", "'0000-00-00'"), "text", list("1970-01-02", "0000-00-00"), noDate, ""},
		{"date", list("'2015-00-00'"), "text", list("2015-00-00"), noDate, ""},
		{"date", list("'2015-01-00'"), "text", list("2015-01-00"), noDate, ""},
		{"date", list("'2015-02-31'"), "text", list("2015-02-31"), noDate, ""},
		{"date", list("'0000-01-01'"), "text", list("0000-01-01"), noDate, ""},
		{"datetime(6)", list("'1970-01-01 00:00:01.500000'", "'1969-12-31 23:59:59.999999'"), "timestamp", list("1500000", "-1"), "", ""},
		{"datetime", list("'1970-01-01 00:00:01'"), "timestamp", list("1000000"), "", ""},
		{"datetime", list("'0000-00-00 00:00:00'"), "text", list("0000-00-00 00:00:00"), noDate, ""},
		{"datetime", list("'2015-02-30 10:00:00'"), "text", list("2015-02-30 10:00:00"), noDate, ""},
		{"timestamp(3) null", list("'1970-01-01 02:00:01.500'"), "timestamp", list("1500000"), utc, "timestamp(3)"},
		{"time", list("'-123:04:05'"), "text", list("-123:04:05"), "", ""},
		{"varchar(20)", list("'è€🙂'", "''", "' a '", "null", "'a\\0b'"), "text", list("è€🙂", "", " a ", "<nil>", "a\x00b"), "", ""},
		{"varchar(20) character set latin1", list("'è€'"), "text", list("è€"), "", "varchar(20)"},
		{"longtext", list("'lungo'"), "text", list("lungo"), "", ""},
		{"enum('N','D')", list("'D'"), "text", list("D"), "", ""},
		{"set('a','b')", list("'a,b'"), "text", list("a,b"), "", ""},
		{"blob", list("0x00ff41", "''"), "text", list("00ff41", ""), hexNote, ""},
		{"binary(3)", list("0x41"), "text", list("410000"), hexNote, ""},
		{"point", list("st_geomfromtext('POINT(1 2)')"), "text", list("POINT(1 2)"), "well-known text", ""},
		{"uuid", list("'123e4567-e89b-12d3-a456-426614174000'"), "text", list("123e4567-e89b-12d3-a456-426614174000"), "", ""},
	})
}

func TestSQLiteTypes(t *testing.T) {
	s := kindOf(t, "sqlite").start(t)
	checkColumns(t, s, []columnCase{
		{"integer", list("1", "9223372036854775807", "9223372036854775807", "-9223372036854775808", "null"), "integer", list("1", "9223372036854775807", "9223372036854775807", "-9223372036854775808", "<nil>"), "", ""},
		{"", list("1", "2"), "integer", list("1", "2"), "", ""},
		{"integer", nil, "integer", nil, "", ""},
		{"numeric(15,2)", nil, "text", nil, "", ""},
		{"integer", list("null"), "integer", list("<nil>"), "", ""},
		{"numeric(15,2)", list("12.5", "100", "0.1", "null"), "text number", list("12.5", "100", "0.1", "<nil>"), float, ""},
		{"numeric(15,2)", list("100", "200"), "integer", list("100", "200"), "", ""},
		{"real", list("1e22", "-1e-7"), "text number", list("10000000000000000000000", "-0.0000001"), float, ""},
		{"real", list("0.1", "9e999", "-9e999"), "text", list("0.1", "+Inf", "-Inf"), notFinit, ""},
		{"text", list("'12.50'"), "text", list("12.50"), "", ""},
		{"integer", list("1", "'n.d.'"), "text", list("1", "n.d."), "numbers beside texts", ""},
		{"", list("1.5", "'n.d.'", "7"), "text", list("1.5", "n.d.", "7"), "numbers beside texts", ""},
		{"blob", list("x'00ff41'", "x''"), "text", list("00ff41", ""), hexNote, ""},
		{"", list("x'00ff'", "'testo'", "1"), "text", list("00ff", "testo", "1"), hexNote, ""},
		{"date", list("'2015-01-31'", "'31/01/2015'", "'0000-00-00'"), "text", list("2015-01-31", "31/01/2015", "0000-00-00"), "", ""},
		{"date", list("1422662400"), "integer", list("1422662400"), "", ""},
		{"timestamp", list("'2015-01-31 10:20:30.5'"), "text", list("2015-01-31 10:20:30.5"), "", ""},
		{"datetime", list("1422662400000"), "integer", list("1422662400000"), "", ""},
		{"boolean", list("1", "0", "2"), "integer", list("1", "0", "2"), "", ""},
		{"text", list("'a' || char(0) || 'b'", "''", "'è€🙂'"), "text", list("a\x00b", "", "è€🙂"), "", ""},
	})
}

// kindOf finds a kind of database by its driver.
func kindOf(t *testing.T, driver string) database {
	t.Helper()
	for _, d := range databases {
		if d.driver == driver {
			return d
		}
	}
	t.Fatalf("no database %s", driver)
	return database{}
}

// The same amounts in all databases must give the same figures.
func TestMoneyIsTheSameFromAllDatabases(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name(), func(t *testing.T) {
			s := d.start(t, "create table impegni (id integer primary key, importo "+d.types[snapshot.Decimal]+map[bool]string{true: "", false: "(15,2)"}[d.driver == "sqlite"]+")",
				"insert into impegni values (1, '31109166.05'), (2, '-1843.1'), (3, '0.01'), (4, null)")
			if d.driver == "sqlite" {
				s.exec(t, "create view v as select cast(importo as real) as importo from impegni")
			} else {
				s.exec(t, "create view v as select importo from impegni")
			}
			got := read(t, s.open(t, configOf("v", "v")), "v")
			if sum := got.figures.Sums["importo"]; sum != "31107322.96" {
				t.Errorf("sum is %s, not 31107322.96", sum)
			}
		})
	}
}
