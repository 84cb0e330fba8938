package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/travaso/travaso/extract/sealed"
)

// Copy writes the rows of a query to a file, which is there whole or not at
// all, and private, and gives its size and its SHA-256. Options are those of
// the engine's COPY, as in "format parquet".
func (e *Engine) Copy(ctx context.Context, query, path, options string) (bytes int64, sum string, err error) {
	if err := sealed.MakeFolder(filepath.Dir(path)); err != nil {
		return 0, "", err
	}
	temporary := path + sealed.TemporarySuffix
	if err := e.Exec(ctx, fmt.Sprintf("copy (\n%s\n) to %s (%s)", query, Literal(temporary), options)); err != nil {
		if rmErr := os.Remove(temporary); rmErr != nil && !errors.Is(rmErr, os.ErrNotExist) {
			err = errors.Join(err, rmErr)
		}
		return 0, "", err
	}
	return sealed.Adopt(temporary, path)
}
