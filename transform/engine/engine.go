// Package engine is the embedded analytical database (DuckDB) in which
// mappings, balances and reports run: sandboxed to the folders it is given,
// without network, bounded in memory and spilling to disk past that bound.
//
// It is the only door to the embedded database in this project.
package engine

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // registers the "duckdb" driver; only used here
)

// Options says what an Engine may use.
type Options struct {
	// Folders are the only folders the engine may read and write. At least one.
	Folders []string
	// Spill is the folder for what does not fit in memory; it must lie in one
	// of Folders. It is removed on Close.
	Spill string
	// MemoryBytes bounds the memory of the engine. 0 means 1 GiB.
	MemoryBytes int64
	// Threads bounds the threads of the engine. 0 means one per core.
	Threads int
}

// Engine is one embedded database. It is safe for concurrent use; temporary
// state (tables, views, macros) is shared by all its callers.
type Engine struct {
	db    *sql.DB
	spill string
}

// Open starts an engine whose configuration can no longer be changed, from
// SQL or otherwise.
func Open(ctx context.Context, o Options) (*Engine, error) {
	if len(o.Folders) == 0 {
		return nil, fmt.Errorf("open engine: no folder given that it may use")
	}
	folders := make([]string, len(o.Folders))
	for i, f := range o.Folders {
		abs, err := filepath.Abs(f)
		if err != nil {
			return nil, fmt.Errorf("open engine: folder %s: %w", f, err)
		}
		folders[i] = Literal(strings.TrimSuffix(abs, "/") + "/")
	}
	memory := o.MemoryBytes
	if memory == 0 {
		memory = 1 << 30
	}
	settings := []string{
		"set memory_limit = " + Literal(strconv.FormatInt(memory/1024, 10)+"KiB"),
		"set preserve_insertion_order = false",
		"set autoinstall_known_extensions = false",
		"set autoload_known_extensions = false",
		"set global timezone = 'UTC'",
		"set allowed_directories = [" + strings.Join(folders, ", ") + "]",
	}
	if o.Threads > 0 {
		settings = append(settings, fmt.Sprintf("set threads = %d", o.Threads))
	}
	if o.Spill != "" {
		if err := os.MkdirAll(o.Spill, 0o700); err != nil {
			return nil, fmt.Errorf("open engine: %w", err)
		}
		settings = append(settings, "set temp_directory = "+Literal(o.Spill))
	}
	settings = append(settings, "set enable_external_access = false", "set lock_configuration = true", cellMacro)

	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("open engine: %w", err)
	}
	for _, s := range settings {
		if _, err := db.ExecContext(ctx, s); err != nil {
			db.Close()
			return nil, fmt.Errorf("open engine: %s: %w", s, err)
		}
	}
	return &Engine{db: db, spill: o.Spill}, nil
}

// Exec runs one or more statements that return no rows.
func (e *Engine) Exec(ctx context.Context, query string, args ...any) error {
	_, err := e.db.ExecContext(ctx, query, args...)
	return failure(err)
}

// Query runs one statement and returns its rows; the caller closes them.
func (e *Engine) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := e.db.QueryContext(ctx, query, args...)
	return rows, failure(err)
}

// QueryRow runs one statement that returns one row.
func (e *Engine) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return e.db.QueryRowContext(ctx, query, args...)
}

// Column is a column of a query's result; Type is the engine's own name of it,
// as in "DECIMAL(15,2)".
type Column struct{ Name, Type string }

// Columns describes the result of a query without running it. Its error is
// the engine's own word on what is wrong with the query.
func (e *Engine) Columns(ctx context.Context, query string) ([]Column, error) {
	rows, err := e.db.QueryContext(ctx, "select column_name, column_type from (describe "+query+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var columns []Column
	for rows.Next() {
		var c Column
		if err := rows.Scan(&c.Name, &c.Type); err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, rows.Err()
}

// Close ends the engine and removes what it spilled.
func (e *Engine) Close() error {
	err := e.db.Close()
	if e.spill != "" {
		if rmErr := os.RemoveAll(e.spill); err == nil {
			err = rmErr
		}
	}
	return err
}

// Quote writes a name as an SQL identifier.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Literal writes a text as an SQL string literal.
func Literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Literals writes texts as SQL string literals with commas between them.
func Literals(texts []string) string {
	literals := make([]string, len(texts))
	for i, text := range texts {
		literals[i] = Literal(text)
	}
	return strings.Join(literals, ", ")
}
