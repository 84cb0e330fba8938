package city

import (
	"slices"
	"strings"
	"testing"
)

func TestSchemaIsComplete(t *testing.T) {
	tables := Tables()
	if len(tables) != strings.Count(schemaText, "create table ") || len(tables) < 25 {
		t.Fatalf("%d tables read", len(tables))
	}
	for _, table := range tables {
		if table.Columns[0].Name != RecordNumber {
			t.Errorf("%s does not begin with %s", table.Name, RecordNumber)
		}
		if table.Comment == "" {
			t.Errorf("%s has no comment", table.Name)
		}
		for _, key := range table.Key {
			if !slices.ContainsFunc(table.Columns, func(c Column) bool { return c.Name == key }) {
				t.Errorf("%s: no column %q of its key", table.Name, key)
			}
		}
		for _, column := range table.Columns {
			if column.Comment == "" {
				t.Errorf("%s.%s has no comment", table.Name, column.Name)
			}
		}
	}
}

func TestCrosswalksAreFunctions(t *testing.T) {
	lists := Crosswalks()
	for _, name := range []string{"piano_dei_conti", "conto", "stato_movimento", "stato_ordine", "stato_documento", "stato_liquidazione", "stato_scrittura", "tipo_documento", "codice_iva", "causale"} {
		if len(lists[name]) == 0 {
			t.Errorf("no list %s", name)
		}
	}
	for name, codes := range lists {
		seen := map[string]bool{}
		for _, code := range codes {
			if seen[code.Old] || code.Old == "" || code.New == "" {
				t.Errorf("%s: %q twice, or empty", name, code.Old)
			}
			seen[code.Old] = true
		}
	}
}
