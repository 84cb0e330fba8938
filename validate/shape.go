package validate

import (
	"fmt"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// Shape is what rules are written over: the entities that are staged and the
// datasets they come from. Without files it is enough to check rules against.
type Shape struct {
	Documents []staged.Document
	Datasets  []Dataset
}

// Dataset is one dataset of the snapshot.
type Dataset struct {
	Name    string
	Columns []snapshot.Column // those of the source
	Files   []string          // the Parquet files of its rows, as paths the engine may read
}

// The schemas that rules see beside the entities themselves. The engine is
// given views of these names for as long as rules are checked or run.
const (
	sourceSchema   = "source"   // the raw snapshot
	rejectedSchema = "rejected" // rows that are not loaded, with their _status
	workSchema     = "travaso"  // our own: documents, outcome, findings
)

func schemas() []string { return []string{sourceSchema, rejectedSchema, workSchema} }

// hidden are the columns behind those of the target that a rule may use, too.
func hidden() []engine.Column {
	return []engine.Column{
		{Name: staged.DocumentColumn, Type: "UUID"},
		{Name: staged.KeyColumn, Type: "VARCHAR"},
		{Name: staged.DatasetColumn, Type: "VARCHAR"},
		{Name: staged.PartColumn, Type: "BIGINT"},
		{Name: staged.RowColumn, Type: "BIGINT"},
	}
}

// entityColumns are the columns of an entity's view with the engine's types.
func entityColumns(entity staged.Entity) []engine.Column {
	var columns []engine.Column
	for _, c := range entity.Columns {
		columns = append(columns, engine.Column{Name: c.Name, Type: stagedType(c)})
	}
	return append(columns, hidden()...)
}

func stagedType(c staged.Column) string {
	switch c.Type {
	case "integer":
		return "BIGINT"
	case "money", "decimal":
		if c.Precision == 0 {
			return "DECIMAL(15,2)"
		}
		return fmt.Sprintf("DECIMAL(%d,%d)", c.Precision, c.Scale)
	case "date":
		return "DATE"
	case "timestamp":
		return "TIMESTAMP"
	case "boolean":
		return "BOOLEAN"
	case "uuid":
		return "UUID"
	}
	return "VARCHAR"
}

func datasetColumns(dataset Dataset) []engine.Column {
	var columns []engine.Column
	for _, c := range dataset.Columns {
		columns = append(columns, engine.Column{Name: c.Name, Type: c.SQLType()})
	}
	return append(columns,
		engine.Column{Name: snapshot.PartColumn, Type: "BIGINT"},
		engine.Column{Name: snapshot.RowColumn, Type: "BIGINT"})
}
