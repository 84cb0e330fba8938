package engine

import "strings"

// ReadParquet writes the table function that reads Parquet files, for use
// after "from". Folders named like a=b do not become columns.
func ReadParquet(paths ...string) string {
	literals := make([]string, len(paths))
	for i, path := range paths {
		literals[i] = Literal(path)
	}
	return "read_parquet([" + strings.Join(literals, ", ") + "], hive_partitioning = false)"
}
