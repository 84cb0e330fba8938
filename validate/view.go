package validate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// view is one name that rules may use for rows.
type view struct {
	schema  string // "" for the entities themselves
	name    string // qualified and quoted
	columns []engine.Column
	files   []string
	heads   string // the document type, where the rows are heads of staged documents
}

// views are the names of the shape: over the files of a run, or empty where
// runFolder is "" and there are no files yet.
func (s Shape) views(runFolder string) ([]view, error) {
	var views []view
	for _, document := range s.Documents {
		for i, entity := range document.Entities {
			rows := view{name: engine.Quote(entity.Name), columns: entityColumns(entity)}
			if i == 0 {
				rows.heads = document.Name
			}
			rejected := view{
				schema:  rejectedSchema,
				name:    rejectedSchema + "." + engine.Quote(entity.Name),
				columns: append(entityColumns(entity), engine.Column{Name: staged.StatusColumn, Type: "VARCHAR"}),
			}
			if runFolder != "" {
				rows.files = stagedFiles(runFolder, document, entity.Name)
				var err error
				if rejected.files, err = rejectedFiles(runFolder, entity); err != nil {
					return nil, err
				}
			}
			views = append(views, rows, rejected)
		}
	}
	for _, dataset := range s.Datasets {
		views = append(views, view{
			schema:  sourceSchema,
			name:    sourceSchema + "." + engine.Quote(dataset.Name),
			columns: datasetColumns(dataset),
			files:   dataset.Files,
		})
	}
	return views, nil
}

func stagedFiles(runFolder string, document staged.Document, entity string) []string {
	var files []string
	for _, batch := range document.Batches {
		for _, file := range batch.Files {
			if file.Entity == entity && file.Rows > 0 {
				files = append(files, filepath.Join(runFolder, filepath.FromSlash(file.Path)))
			}
		}
	}
	return files
}

// rejectedFiles is the file of an entity's rejected and excluded rows; there
// is none where there are no such rows.
func rejectedFiles(runFolder string, entity staged.Entity) ([]string, error) {
	if entity.Rejected.Rows+entity.Excluded.Rows == 0 {
		return nil, nil
	}
	path := filepath.Join(runFolder, staged.RejectsFolder, entity.Name+".parquet")
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("rejected rows of %s: %w; transform again", entity.Name, err)
	}
	return []string{path}, nil
}

// definition is the view's SQL.
func (v view) definition() string {
	columns := make([]string, len(v.columns))
	for i, c := range v.columns {
		switch name := engine.Quote(c.Name); {
		case len(v.files) == 0:
			columns[i] = fmt.Sprintf("cast(null as %s) as %s", c.Type, name)
		case isNumber(c.Type):
			columns[i] = name
		default: // text for JSON, no time zone, …
			columns[i] = fmt.Sprintf("cast(%s as %s) as %s", name, c.Type, name)
		}
	}
	rows := " where false"
	if len(v.files) > 0 {
		rows = " from " + engine.ReadParquet(v.files...)
	}
	return "select " + strings.Join(columns, ", ") + rows
}

// typesHold checks that numbers in the files are of the types the manifest
// states. They are not cast to them: a cast would round without a word.
func (v view) typesHold(ctx context.Context, eng *engine.Engine) error {
	if len(v.files) == 0 {
		return nil
	}
	columns, err := eng.Columns(ctx, "select * from "+v.name)
	if err != nil {
		return err
	}
	for i, c := range columns {
		if want := v.columns[i].Type; isNumber(want) && !sameScale(c.Type, want) {
			return fmt.Errorf("%s: column %s is %s in its files, and %s in the manifest; transform again", v.name, c.Name, c.Type, want)
		}
	}
	return nil
}

func isNumber(engineType string) bool {
	_, exact := exactType(engineType)
	return exact
}

// sameScale says that both types are exact and have the same digits after the point.
func sameScale(a, b string) bool {
	x, exactA := exactType(a)
	y, exactB := exactType(b)
	return exactA && exactB && x.scale == y.scale
}

// macros help rules over the raw snapshot: exact numbers of text, NULL where
// the text is none or has more than six decimals. figure writes an amount
// without the zeros past its cents that a finer scale beside it has brought.
const macros = `
create or replace macro decimal_en(value) as
  case when regexp_full_match(trim(value), '[+-]?[0-9]{1,22}([.][0-9]{1,6})?')
       then try_cast(trim(value) as decimal(28,6)) end;
create or replace macro decimal_it(value) as
  case when regexp_full_match(trim(value), '[+-]?[0-9]{1,22}(,[0-9]{1,6})?')
       then try_cast(replace(trim(value), ',', '.') as decimal(28,6)) end;
create or replace macro ` + workSchema + `.figure(value) as
  case when regexp_full_match(value, '-?[0-9]+[.][0-9]+') then regexp_replace(value, '([.][0-9]{2}[0-9]*?)0+$', '\1') else value end;
`

// open makes the names that rules use known to the engine; what it returns
// takes them away again. The names are shared by all who use the engine, so
// rules are checked or run by one caller at a time.
func (s Shape) open(ctx context.Context, eng *engine.Engine, runFolder string) (closeViews func() error, err error) {
	views, err := s.views(runFolder)
	if err != nil {
		return nil, err
	}
	closeViews = func() error { return forget(context.WithoutCancel(ctx), eng, views) }
	if err := declare(ctx, eng, views); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare rules: %w", err), closeViews())
	}
	return closeViews, nil
}

func declare(ctx context.Context, eng *engine.Engine, views []view) error {
	var statements []string
	for _, schema := range schemas() {
		statements = append(statements, "create schema if not exists "+schema)
	}
	statements = append(statements, mappings.Checks, macros)
	heads := []string{"select null::varchar as type, null::uuid as id, null::varchar as key where false"}
	for _, v := range views {
		statements = append(statements, "create or replace view "+v.name+" as "+v.definition())
		if v.heads != "" {
			heads = append(heads, fmt.Sprintf("select %s, %s, %s from %s",
				engine.Literal(v.heads), staged.DocumentColumn, staged.KeyColumn, v.name))
		}
	}
	for _, statement := range statements {
		if err := eng.Exec(ctx, statement); err != nil {
			return err
		}
	}
	for _, v := range views {
		if err := v.typesHold(ctx, eng); err != nil {
			return err
		}
	}
	// A table and no view: every rule names documents by it, and the engine would
	// open all the files behind a view again to plan each of them.
	return eng.Exec(ctx, "create or replace table "+workSchema+".documents as "+strings.Join(heads, " union all "))
}

func forget(ctx context.Context, eng *engine.Engine, views []view) error {
	for _, schema := range schemas() {
		if err := eng.Exec(ctx, "drop schema if exists "+schema+" cascade"); err != nil {
			return err
		}
	}
	for _, v := range views {
		if v.schema != "" {
			continue
		}
		if err := eng.Exec(ctx, "drop view if exists "+v.name); err != nil {
			return err
		}
	}
	return nil
}
