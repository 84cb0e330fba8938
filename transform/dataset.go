package transform

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// Dataset is one dataset of the snapshot, as mappings see it.
type Dataset struct {
	Name    string
	Columns []snapshot.Column // without the hidden ones
	// Files are the Parquet files of its rows; none are needed to compile.
	Files []string
	// Rows are those in the files, Unreadable those rejected at extraction.
	Rows       int64
	Unreadable int64
	// Ignored is the plan's reason for not migrating the dataset; "" else.
	Ignored string
}

// Datasets are those of a snapshot in a folder; ignored gives, by dataset, the
// plan's reason for not migrating it.
func Datasets(m *snapshot.Manifest, folder string, ignored map[string]string) ([]Dataset, error) {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("datasets of %s: %w", folder, err)
	}
	datasets := make([]Dataset, len(m.Datasets))
	for i, d := range m.Datasets {
		datasets[i] = Dataset{
			Name: d.Name, Columns: d.Columns, Files: d.Paths(absolute),
			Rows: d.Files.Rows, Unreadable: d.Rejected, Ignored: ignored[d.Name],
		}
	}
	return datasets, nil
}

// view exposes the dataset to SQL under its own name: its columns in their
// declared types, and where each row came from. Without files it is empty,
// which is enough to describe what is made of it.
func (d Dataset) view(files []string) string {
	return "create or replace view " + engine.Quote(d.Name) + " as\n" + d.rows(files)
}

// rows is the query of its rows, none without files.
func (d Dataset) rows(files []string) string {
	b := &strings.Builder{}
	b.WriteString("select\n")
	hidden := []snapshot.Column{{Name: staged.PartColumn, Type: snapshot.Integer}, {Name: staged.RowColumn, Type: snapshot.Integer}}
	fmt.Fprintf(b, "  %s as %s", engine.Literal(d.Name), staged.DatasetColumn)
	for _, c := range append(hidden, d.Columns...) {
		value := engine.Quote(c.Name)
		if len(files) == 0 {
			value = "null"
		}
		fmt.Fprintf(b, ",\n  cast(%s as %s) as %s", value, c.SQLType(), engine.Quote(c.Name))
	}
	if len(files) == 0 {
		b.WriteString("\nwhere false")
		return b.String()
	}
	b.WriteString("\nfrom " + engine.ReadParquet(files...))
	return b.String()
}
