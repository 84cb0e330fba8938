package sqltarget

import (
	"errors"
	"testing"
)

// A mistake is told at its own line, not at that of its statement.
func TestPlaceOfADDLMistake(t *testing.T) {
	for _, c := range []struct {
		name, ddl    string
		line, column int
	}{
		{"a missing comma", "create table a (x integer);\ncreate table b (\n  x integer\n  y numeric(15,2) not nul,\n  z text\n);\n", 4, 23},
		{"a word too many", "create table a (\n  è text, città text not nul\n);", 2, 26},
		{"a character that is none of SQL", "create table a (\n  x text,\n  ? text\n);", 3, 3},
		{"a text that does not end", "create table a (\n  x text default 'u\n);", 2, 18},
		{"what is no syntax error", "\ncreate table a (x text, x text);", 2, 1},
		{"a statement that does not end", "create table a (x text", 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := SchemaOf(t.Context(), c.ddl)
			var wrong *DDLError
			if !errors.As(err, &wrong) {
				t.Fatalf("error %v, want a *DDLError", err)
			}
			if wrong.Line != c.line || wrong.Column != c.column {
				t.Errorf("%d:%d, want %d:%d (%v)", wrong.Line, wrong.Column, c.line, c.column, err)
			}
		})
	}
}

// The target is called the same before it is opened and after.
func TestConfigPrintsAsTheTargetIsCalled(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://anna:geheim@127.0.0.1:5432/conti?sslmode=disable": "postgres anna@127.0.0.1:5432/conti",
		"host=db user=anna password=geheim dbname=conti port=6000":    "postgres anna@db:6000/conti",
	} {
		c := Config{Driver: Postgres, DSN: dsn}
		if c.String() != want {
			t.Errorf("%s, want %s", c, want)
		}
		_, opened, err := openPostgres(t.Context(), c)
		if err != nil || opened.name() != want {
			t.Errorf("opened: %v (%v), want %s", opened, err, want)
		}
	}
}
