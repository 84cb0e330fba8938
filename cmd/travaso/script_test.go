package main

import (
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/travaso/travaso/validate/finding"
)

// TestScripts drives the command line: each testdata/cli-*/script.txtar holds
// its own plan, mappings, tables, data and what is expected of them. With
// TRAVASO_UPDATE_SCRIPTS=1 what is expected is written anew: read the
// difference before you believe it.
func TestScripts(t *testing.T) {
	for _, script := range scripts(t) {
		t.Run(filepath.Base(filepath.Dir(script)), func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Files: []string{script},
				Setup: func(env *testscript.Env) error {
					env.Setenv("REPOSITORY", root(t))
					return nil
				},
				Cmds:                scriptCommands,
				Condition:           scriptCondition,
				RequireExplicitExec: true,
				RequireUniqueNames:  true,
				UpdateScripts:       os.Getenv("TRAVASO_UPDATE_SCRIPTS") != "",
			})
		})
	}
}

// scripts are the cases of the command line; none at all is a failure.
func scripts(t *testing.T) []string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(root(t), "testdata", "cli-*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) == 0 {
		t.Fatalf("no testdata/cli-* under %s: nothing was tested", root(t))
	}
	files := make([]string, len(folders))
	for i, folder := range folders {
		files[i] = filepath.Join(folder, "script.txtar")
		if _, err := os.Stat(files[i]); err != nil {
			t.Errorf("%s is no case: %v", folder, err)
		}
	}
	return files
}

// TestEveryKindOfFindingHasACase keeps the promise of validate/finding: each
// kind has a case that reproduces it. A case reproduces the kinds that stand in
// the column kind of a CSV with which its script compares what the command made.
func TestEveryKindOfFindingHasACase(t *testing.T) {
	reproduced := map[string][]string{}
	for _, script := range scripts(t) {
		for _, kind := range reproducedBy(t, script) {
			reproduced[kind] = append(reproduced[kind], filepath.Base(filepath.Dir(script)))
		}
	}
	kinds := kindsOfFinding(t)
	for _, kind := range kinds {
		if len(reproduced[kind]) == 0 {
			t.Errorf("finding %s: no testdata/cli-*/script.txtar compares rejects that have it", kind)
		}
	}
	for kind, cases := range reproduced {
		if !slices.Contains(kinds, kind) {
			t.Errorf("finding %s, in %s, is none of validate/finding", kind, strings.Join(cases, ", "))
		}
	}
}

// kindsOfFinding reads the constants of type Kind.
func kindsOfFinding(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root(t), "validate", "finding", "finding.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != "Kind" {
			return true
		}
		for _, value := range spec.Values {
			kind, err := strconv.Unquote(value.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, kind)
		}
		return true
	})
	if !slices.Contains(kinds, string(finding.RaggedRow)) || !slices.Contains(kinds, string(finding.Broken)) {
		t.Fatalf("the kinds of validate/finding were not read: found %q", kinds)
	}
	return kinds
}

// reproducedBy gives the kinds of findings that a script expects.
func reproducedBy(t *testing.T, script string) []string {
	t.Helper()
	archive, err := txtar.ParseFile(script)
	if err != nil {
		t.Fatal(err)
	}
	expected := map[string]bool{}
	for line := range strings.Lines(string(archive.Comment)) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "cmp" {
			expected[words[2]] = true
		}
	}
	kinds := map[string]bool{}
	for _, file := range archive.Files {
		if !expected[file.Name] || filepath.Ext(file.Name) != ".csv" {
			continue
		}
		rows, err := csv.NewReader(strings.NewReader(string(file.Data))).ReadAll()
		if err != nil {
			t.Fatalf("%s: %s: %v", script, file.Name, err)
		}
		column := slices.Index(rows[0], "kind")
		if column < 0 {
			continue
		}
		for _, row := range rows[1:] {
			if slices.Contains(rows[0], "rule") { // its kind is that of the rule
				kinds[string(finding.Broken)] = true
			} else {
				kinds[row[column]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(kinds))
}
