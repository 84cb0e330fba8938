package filesource

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
)

// TestCases runs every testdata/files-* folder: case.json is the config
// without its folder, input/ the files, expected.txt what must come out.
func TestCases(t *testing.T) {
	folders, err := filepath.Glob("../../testdata/files-*")
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) == 0 {
		t.Fatal("no folder testdata/files-* was found")
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			config := caseConfig(t, folder)
			want, err := os.ReadFile(filepath.Join(folder, "expected.txt"))
			if err != nil {
				t.Fatal(err)
			}
			if got := outcome(t, config); got != string(want) {
				t.Errorf("got:\n%s\nexpected:\n%s", got, want)
			}
		})
	}
}

func caseConfig(t *testing.T, folder string) Config {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "case.json"))
	if err != nil {
		t.Fatal(err)
	}
	var config Config
	if err := json.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	config.Folder = filepath.Join(folder, "input")
	return config
}

// outcome writes down all that a source says of its datasets.
func outcome(t *testing.T, config Config) string {
	t.Helper()
	var out strings.Builder
	s := opened(t, config)
	datasets, err := s.Datasets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, dataset := range datasets {
		shape, all, err := readAll(t, s, dataset)
		if err != nil {
			fmt.Fprintf(&out, "error: %s\n", strings.ReplaceAll(err.Error(), config.Folder, "FOLDER"))
			continue
		}
		writeShape(&out, shape)
		for _, each := range all.inOrder {
			switch each := each.(type) {
			case collectedRow:
				fmt.Fprintf(&out, "  part %d line %d: %q\n", each.part, each.number, each.values)
			case snapshot.RejectedRow:
				fmt.Fprintf(&out, "  part %d line %d: %s: %s\n    %q\n", each.Part, each.Row, each.Code, each.Reason, each.Raw)
			}
		}
		figures, err := s.Figures(t.Context(), dataset)
		if err != nil {
			t.Fatal(err)
		}
		if figures.Rows != int64(len(all.inOrder)) {
			t.Errorf("dataset %s: %d rows and rejects were read, figures say %d", dataset, len(all.inOrder), figures.Rows)
		}
	}
	return out.String()
}

func writeShape(out *strings.Builder, shape snapshot.Shape) {
	fmt.Fprintf(out, "dataset %s\n", shape.Dataset)
	for _, c := range shape.Columns {
		fmt.Fprintf(out, "  column %q\n", c.Name)
		if c.Note != "" {
			fmt.Fprintf(out, "    %s\n", c.Note)
		}
	}
}
