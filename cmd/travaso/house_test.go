package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

const module = "github.com/travaso/travaso/"

// verbs are the packages that do; every other package outside cmd is a noun.
var verbs = []string{"extract", "transform", "validate", "load"}

// doors lists, for each dependency that has one, the packages that may import it.
var doors = map[string][]string{
	"github.com/xitongsys/parquet-go":        {"extract/snapshot"},
	"github.com/xitongsys/parquet-go-source": {"extract/snapshot"},
	"github.com/duckdb/":                     {"transform/engine"},
	"github.com/jmoiron/sqlx":                {"extract/sqlsource", "load/sqltarget"},
	"github.com/schollz/progressbar":         {"cmd/internal/progress"},
	"github.com/urfave/cli":                  {"cmd/travaso"},
	"github.com/goccy/go-yaml":               {"mappings/yamlfile"},
}

// top lists the only things that may stand at the top, with dot-folders.
var top = []string{"cmd", "extract", "transform", "load", "mappings", "validate", "testdata", "go.mod", "go.sum", "README.md"}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestImportRule(t *testing.T) {
	files := 0
	walk := func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && path != root(t) || entry.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		files++
		relative, err := filepath.Rel(root(t), path)
		if err != nil {
			return err
		}
		checkImports(t, filepath.ToSlash(relative), path)
		return nil
	}
	if err := filepath.WalkDir(root(t), walk); err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Fatalf("found only %d Go files under %s: the rule was not checked", files, root(t))
	}
}

func checkImports(t *testing.T, name, path string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	importer := name[:strings.LastIndex(name, "/")]
	inCmd := strings.HasPrefix(importer, "cmd/")
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		for door, allowed := range doors {
			if strings.HasPrefix(imported, door) && !slices.Contains(allowed, importer) {
				t.Errorf("%s imports %s: its only door is %s", name, imported, strings.Join(allowed, ", "))
			}
		}
		ours, isOurs := strings.CutPrefix(imported, module)
		if !isOurs || inCmd {
			continue
		}
		if slices.Contains(verbs, ours) && ours != importer {
			t.Errorf("%s imports the verb %s: only cmd may", name, ours)
		}
		if strings.HasPrefix(ours, "cmd/") {
			t.Errorf("%s imports %s: nothing outside cmd may", name, ours)
		}
	}
}

func TestTopFolders(t *testing.T) {
	entries, err := os.ReadDir(root(t))
	if err != nil {
		t.Fatal(err)
	}
	made := ignored(t)
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") && !slices.Contains(top, entry.Name()) && !slices.Contains(made, entry.Name()) {
			t.Errorf("%s stands at the top: only %s and dot-folders may", entry.Name(), strings.Join(top, " "))
		}
	}
}

// ignored are the names at the top that .gitignore allows beside the project's:
// what the program makes when it is run in a clone, the demo's folder first of all.
func ignored(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), ".gitignore"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		if name, atTop := strings.CutPrefix(strings.TrimSpace(line), "/"); atTop {
			names = append(names, strings.TrimSuffix(name, "/"))
		}
	}
	if demo := newDemoCommand().Flags[0].(*cli.PathFlag).Value; !slices.Contains(names, demo) {
		t.Errorf(".gitignore does not have /%s/, which travaso demo makes", demo)
	}
	return names
}
