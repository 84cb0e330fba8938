package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/validate"
)

// TestReadmeExamples loads every YAML block of the README that is not a file
// of the tutorial: a plan, a part of a plan, or rules, one of each kind at least.
func TestReadmeExamples(t *testing.T) {
	var kinds []string
	plans := 0
	for _, b := range readReadme(t).blocks(t, "yaml", "csv", "sql") {
		text := strings.Join(b.text, "\n") + "\n"
		has := func(key string) bool { return strings.HasPrefix(text, key+":") || strings.Contains(text, "\n"+key+":") }
		switch {
		case b.file() != "":
		case has("rules"):
			for _, rule := range loadExampleRules(t, b, text) {
				kinds = append(kinds, string(rule.Kind))
			}
		case has("migration"), has("source"), has("target"):
			plans++
			loadExamplePlan(t, b, text, has)
		default:
			t.Errorf("README:%d: no part of a plan, no rules, and no file by the line above", b.line)
		}
	}
	if plans == 0 {
		t.Error("README: no example of a plan")
	}
	slices.Sort(kinds)
	sameNames(t, "examples of rules", slices.Compact(kinds),
		values(constantsOf(t, "validate/kind.go", func(_, typeName string) bool { return typeName == "Kind" })))
}

func loadExampleRules(t *testing.T, b block, text string) []validate.Rule {
	t.Helper()
	rules, err := validate.LoadRules(fstest.MapFS{"rules.yaml": {Data: []byte(text)}}, "rules.yaml", map[string]string{"ente_id": "30"})
	if err != nil {
		t.Fatalf("README:%d: %v", b.line, err)
	}
	return rules.List
}

// loadExamplePlan loads a plan, or a part of one with the rest put beside it.
func loadExamplePlan(t *testing.T, b block, text string, has func(string) bool) {
	t.Helper()
	for key, rest := range map[string]string{
		"migration": "migration: example\npack: unica\nconstants: {ente_id: \"30\"}\n",
		"source":    "source:\n  database: {driver: sqlite, dsn: legacy.db}\n",
		"target":    "target: {driver: sqlite, dsn: target.db}\n",
	} {
		if !has(key) {
			text += rest
		}
	}
	folder := t.TempDir()
	for _, name := range []string{"LEGACY_DSN", "TARGET_DSN"} {
		t.Setenv(name, "postgres://travaso@db.example/accounts")
	}
	if err := os.Mkdir(filepath.Join(folder, "mappings"), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "travaso.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.LoadPlan(path); err != nil {
		t.Errorf("README:%d: %v", b.line, err)
	}
}
