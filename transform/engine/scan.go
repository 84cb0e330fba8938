package engine

import (
	"fmt"

	"github.com/travaso/travaso/extract/snapshot"
)

// ReadParquet writes the table function that reads Parquet files, for use
// after "from". Folders named like a=b do not become columns.
func ReadParquet(paths ...string) string {
	return "read_parquet([" + Literals(paths) + "], hive_partitioning = false)"
}

// Type is the engine's own name of the type in which it reads a column of a
// snapshot, as in "DECIMAL(15,2)".
func Type(c snapshot.Column) string {
	switch c.Type {
	case snapshot.Integer:
		return "BIGINT"
	case snapshot.Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", c.Precision, c.Scale)
	case snapshot.Date:
		return "DATE"
	case snapshot.Timestamp:
		return "TIMESTAMP"
	case snapshot.Boolean:
		return "BOOLEAN"
	case snapshot.UUID:
		return "UUID"
	}
	return "VARCHAR"
}
