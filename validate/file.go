package validate

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/travaso/travaso/extract/sealed"
	"github.com/travaso/travaso/transform/engine"
)

// writeFindings writes all violations, rule by rule, the largest first.
func writeFindings(ctx context.Context, eng *engine.Engine, runFolder string) (files []sealed.Record, err error) {
	order := fmt.Sprintf(" from %s.findings order by number, rank", workSchema)
	parquet := "select rule, kind, severity, entity, key, field, value, detail, expected, actual, difference, document_count, documents" + order
	csv := "select rule, kind, severity, entity"
	for _, column := range []string{"key", "field", "value", "detail", "expected", "actual", "difference"} {
		csv += ", " + engine.Cell(column) + " as " + column
	}
	csv += ", document_count, " + engine.Cell("array_to_string(documents, '; ')") + " as documents" + order
	for _, file := range []struct{ path, query, options string }{
		{FindingsParquet, parquet, "format parquet, compression zstd"},
		{FindingsCSV, csv, "format csv, header true"},
	} {
		record := sealed.Record{Path: file.path}
		record.Bytes, record.SHA256, err = eng.Copy(ctx, file.query, filepath.Join(runFolder, file.path), file.options)
		if err != nil {
			return nil, err
		}
		files = append(files, record)
	}
	return files, nil
}
