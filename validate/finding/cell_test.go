package finding_test

import (
	"path/filepath"
	"testing"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/validate/finding"
)

// The same cell is written by the engine and in Go.
func TestCell(t *testing.T) {
	folder := t.TempDir()
	eng, err := engine.Open(t.Context(), engine.Options{Folders: []string{folder}, Spill: filepath.Join(folder, "spill")})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	for text, want := range map[string]string{
		"":                     "",
		"ROSSI MARIO":          "ROSSI MARIO",
		"=HYPERLINK(\"x\")":    "'=HYPERLINK(\"x\")",
		"+39 0161":             "'+39 0161",
		"-1+1":                 "'-1+1",
		"@sum(a1)":             "'@sum(a1)",
		"  =1":                 "'  =1",
		"\t=1":                 "'\t=1",
		"\rx":                  "'\rx",
		"＝1":                   "'＝1",
		"-12.50":               "-12.50",
		"+1.234,56":            "+1.234,56",
		"-12.50a":              "'-12.50a",
		"a\x00b":               `a\x00b`,
		"S.p.A. \"X\", di Y=Z": "S.p.A. \"X\", di Y=Z",
	} {
		if got := finding.Cell(text); got != want {
			t.Errorf("Cell(%q) is %q, want %q", text, got, want)
		}
		var got string
		if err := eng.QueryRow(t.Context(), "select "+engine.Cell("?::varchar"), text).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("the engine writes %q as %q, want %q", text, got, want)
		}
	}
}
