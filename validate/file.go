package validate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/travaso/travaso/transform/engine"
)

// cellMacro writes a text so that no spreadsheet takes it for a formula: what
// begins like one gets an apostrophe, but for plain numbers.
const cellMacro = `
create or replace macro ` + workSchema + `.cell(value) as
  case when regexp_matches(value, '^\s*[=+@＝＋－＠-]|^[\t\r\n]') and not regexp_full_match(value, '-?[0-9]+([.][0-9]+)?')
       then '''' || value else value end`

// writeFindings writes all violations, rule by rule, the largest first.
func writeFindings(ctx context.Context, eng *engine.Engine, runFolder string) error {
	if err := eng.Exec(ctx, cellMacro); err != nil {
		return err
	}
	folder := filepath.Join(runFolder, filepath.Dir(FindingsParquet))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	cell := func(column string) string { return fmt.Sprintf("%s.cell(%s) as %s", workSchema, column, column) }
	order := fmt.Sprintf(" from %s.findings order by number, rank", workSchema)
	parquet := "select rule, kind, severity, entity, key, field, value, detail, expected, actual, difference, document_count, documents" + order
	csv := "select rule, kind, severity, entity"
	for _, column := range []string{"key", "field", "value", "detail", "expected", "actual", "difference"} {
		csv += ", " + cell(column)
	}
	csv += ", document_count, " + workSchema + ".cell(array_to_string(documents, '; ')) as documents" + order
	for _, file := range []struct{ path, query, options string }{
		{FindingsParquet, parquet, "format parquet, compression zstd"},
		{FindingsCSV, csv, "format csv, header true"},
	} {
		if err := writeFile(ctx, eng, filepath.Join(runFolder, file.path), file.query, file.options); err != nil {
			return err
		}
	}
	return nil
}

// writeFile lets the engine write a query's rows into a file, which is there
// whole or not at all.
func writeFile(ctx context.Context, eng *engine.Engine, path, query, options string) error {
	temporary := path + ".partial"
	if err := eng.Exec(ctx, fmt.Sprintf("copy (%s) to %s (%s)", query, engine.Literal(temporary), options)); err != nil {
		return err
	}
	defer os.Remove(temporary) // fails where it has been renamed
	if err := os.Chmod(temporary, 0o600); err != nil {
		return err
	}
	if err := syncPath(temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

// syncPath brings a file or a folder's entries to the disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
