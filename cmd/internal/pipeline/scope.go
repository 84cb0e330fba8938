package pipeline

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// checkScope refuses staged rows that lie outside the scope: a constant that
// all tables have as a column bounds the rows of this migration, and rows with
// another value there would be loaded, and then neither counted nor deleted.
func (r *Run) checkScope(ctx context.Context, manifest *staged.Manifest) error {
	for _, d := range manifest.Documents {
		for _, e := range d.Entities {
			for _, name := range slices.Sorted(maps.Keys(r.m.Scope)) {
				value := r.m.Scope[name]
				outside, err := r.rowsOutside(ctx, d, e, name, value)
				if err != nil {
					return fmt.Errorf("compare %s of %s with the constant: %w", name, e.Name, err)
				}
				if outside > 0 {
					return &PlanError{r.m.Plan.file.Mistake("constants."+name, fmt.Sprintf("%d staged rows of %s have another %s than %s", outside, e.Name, name, value),
						"a constant that every table of the target has as a column tells the rows of this migration from those of others",
						"exclude these rows, or give the constant a name that is no column")}
				}
			}
		}
	}
	return nil
}

func (r *Run) rowsOutside(ctx context.Context, d staged.Document, e staged.Entity, column, value string) (outside int64, err error) {
	at := slices.IndexFunc(e.Columns, func(c staged.Column) bool { return c.Name == column })
	if at < 0 {
		return 0, nil // the target's default
	}
	var files []string
	for _, b := range d.Batches {
		for _, f := range b.Files {
			if f.Entity == e.Name {
				files = append(files, filepath.Join(r.Folder, f.Path))
			}
		}
	}
	if len(files) == 0 {
		return 0, nil
	}
	wanted := engine.Literal(value)
	if kind := map[string]string{"integer": "bigint", "uuid": "uuid", "boolean": "boolean", "date": "date", "money": "decimal(38,10)", "decimal": "decimal(38,10)"}[e.Columns[at].Type]; kind != "" {
		wanted = "try_cast(" + wanted + " as " + kind + ")"
	}
	query := fmt.Sprintf("select count(*) from %s where %s is distinct from %s", engine.ReadParquet(files...), engine.Quote(column), wanted)
	return outside, r.engine.QueryRow(ctx, query).Scan(&outside)
}
