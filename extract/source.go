package extract

import (
	"context"

	"github.com/travaso/travaso/extract/snapshot"
)

// Source is a legacy system, seen at one moment. Its methods may be called by
// several goroutines at once, Read by as many as Moment says there are readers.
type Source interface {
	// Datasets lists what can be read.
	Datasets(ctx context.Context) ([]string, error)
	// Shape describes a dataset and divides it into chunks. It is the same
	// whenever it is asked for.
	Shape(ctx context.Context, dataset string) (snapshot.Shape, error)
	// Read gives every row of a chunk to the sink, in increasing order of row
	// number, and stops at the sink's first error. Values follow snapshot.Type.
	Read(ctx context.Context, dataset string, chunk snapshot.Chunk, sink snapshot.Sink) error
	// Figures are the source's own word on a dataset, of the same moment: all
	// rows, those that Read rejects too, and the sum of every column that is a
	// number. They are taken on another way than through Read.
	Figures(ctx context.Context, dataset string) (snapshot.Figures, error)
	// Moment says which moment all of this is of.
	Moment() snapshot.Moment
	Close() error
}

// Fingerprinter is a source that can say whether a dataset is still what it
// was: the same fingerprint means the same chunks with the same rows. Files
// can, databases cannot.
type Fingerprinter interface {
	Fingerprint(ctx context.Context, dataset string) (string, error)
}
