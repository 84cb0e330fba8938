package engine

// ReadParquet writes the table function that reads Parquet files, for use
// after "from". Folders named like a=b do not become columns.
func ReadParquet(paths ...string) string {
	return "read_parquet([" + Literals(paths) + "], hive_partitioning = false)"
}
