package sqltarget

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/travaso/travaso/load/sqltarget/testserver"
)

// The cloud schema is created in both databases, which then have the same shape.
func TestMunicipalSchema(t *testing.T) {
	ddl, err := os.ReadFile(filepath.Join("..", "..", "mappings", "municipal", "target.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, config := range []Config{{Driver: SQLite, DSN: filepath.Join(t.TempDir(), "target.db")}, {Driver: Postgres, DSN: testserver.Postgres(t), Schema: "contabilità"}} {
		target := openTarget(t, config)
		for range 2 { // the second time they are compared
			if err := target.Create(t.Context(), string(ddl)); err != nil {
				t.Fatal(err)
			}
		}
		tables, err := target.Schema(t.Context())
		if err != nil || len(tables) < 5 {
			t.Errorf("%d tables, %v", len(tables), err)
		}
	}
}
