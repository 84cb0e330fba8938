package sqlsource

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
)

// Drivers of a Config.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
	MySQL    = "mysql" // and MariaDB
)

// defaultChunkRows is a chunk of some 20 MB of Parquet: large enough that its
// overhead does not count, small enough that a resume repeats little.
const defaultChunkRows = 200_000

// Config says which database is read, and what of it.
type Config struct {
	// Driver is sqlite, postgres or mysql.
	Driver string `yaml:"driver" json:"driver"`
	// DSN is a path for sqlite, a URL or keyword list for postgres, and
	// user:password@tcp(host:port)/database for mysql. It is a secret.
	DSN string `yaml:"dsn,omitempty" json:"dsn,omitempty"`
	// DSNFile is a file that holds the DSN, in place of it.
	DSNFile string `yaml:"dsn_file,omitempty" json:"dsn_file,omitempty"`
	// Datasets by name; none means all tables of the schema, by their names.
	Datasets map[string]Dataset `yaml:"datasets,omitempty" json:"datasets,omitempty"`
	// Readers is how many connections read at once; 0 means one per core.
	Readers int `yaml:"readers,omitempty" json:"readers,omitempty"`
	// ChunkRows is about how many rows a chunk holds; 0 means 200,000.
	ChunkRows int `yaml:"chunk_rows,omitempty" json:"chunk_rows,omitempty"`
}

// Dataset is a table (or view) or a query of the source, not both.
type Dataset struct {
	// Table may be qualified by its schema, as in legacy.impegni.
	Table string `yaml:"table,omitempty" json:"table,omitempty"`
	// Query is one SELECT statement in the source's own SQL.
	Query string `yaml:"query,omitempty" json:"query,omitempty"`
}

// Check says all that is wrong with the configuration in itself, without
// asking the database.
func (c Config) Check() error {
	_, err := c.checked()
	return err
}

// checked gives the configuration with its defaults, or all that is wrong with it.
func (c Config) checked() (Config, error) {
	var wrong []error
	if !slices.Contains([]string{SQLite, Postgres, MySQL}, c.Driver) {
		wrong = append(wrong, fmt.Errorf("database source: driver %q is not known: use sqlite, postgres or mysql", c.Driver))
	}
	switch {
	case c.DSN != "" && c.DSNFile != "":
		wrong = append(wrong, errors.New("database source: dsn and dsn_file are both given: remove one"))
	case c.DSN == "" && c.DSNFile == "":
		wrong = append(wrong, errors.New("database source: neither dsn nor dsn_file is given: add one"))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Datasets)) {
		d := c.Datasets[name]
		if err := snapshot.CheckDataset(name); err != nil {
			wrong = append(wrong, err)
		}
		if (d.Table == "") == (strings.TrimSpace(d.Query) == "") {
			wrong = append(wrong, fmt.Errorf("database source: dataset %s: give it either a table or a query", name))
		}
	}
	if c.Readers < 0 || c.ChunkRows < 0 {
		wrong = append(wrong, errors.New("database source: readers and chunk_rows cannot be negative"))
	}
	if c.Readers == 0 {
		c.Readers = runtime.NumCPU()
	}
	if c.ChunkRows == 0 {
		c.ChunkRows = defaultChunkRows
	}
	return c, errors.Join(wrong...)
}

// dsn reads the DSN from where it is.
func (c Config) dsn() (string, error) {
	if c.DSNFile == "" {
		return c.DSN, nil
	}
	text, err := os.ReadFile(c.DSNFile)
	if err != nil {
		return "", fmt.Errorf("database source: read dsn_file: %w", err)
	}
	dsn := strings.TrimSpace(string(text))
	if dsn == "" {
		return "", fmt.Errorf("database source: dsn_file %s is empty", c.DSNFile)
	}
	return dsn, nil
}
