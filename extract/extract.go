package extract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/engine"
)

// Options says how to extract.
type Options struct {
	// Folder is the snapshot's. It is empty, or missing, or holds what an
	// interrupted extraction of the same source left.
	Folder string
	// Readers is how many chunks are read at once; 0 means one per core. There
	// are never more than share the source's moment.
	Readers int
	// Engine reads the files back; it must be allowed to use Folder. Nil means
	// one is started for the purpose.
	Engine *engine.Engine
	// Progress is told what happens, one event at a time; nil is allowed.
	Progress func(Event)
	// Version is that of the program, as in "0.1.0".
	Version string
	// Description says what the source is, without secrets.
	Description string
}

// Extract reads all datasets of a source into a sealed snapshot. It returns
// only when every row that the source counts is in a file or among the
// rejected ones, and the sums agree to the last digit; a *MismatchError says
// where they do not. After any error the folder can be extracted into again.
// A folder that is sealed already is verified and its manifest returned.
func Extract(ctx context.Context, source Source, o Options) (*snapshot.Manifest, error) {
	x := &extraction{Options: o, source: source, events: &events{tell: o.Progress}}
	manifest, err := x.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	return manifest, nil
}

// extraction is one call of Extract.
type extraction struct {
	Options
	source   Source
	events   *events
	datasets []*dataset
}

// dataset is what is known of a dataset, more and more of it on the way.
type dataset struct {
	snapshot.Shape
	empty       bool // the source has no chunk of it
	fingerprint string
	parts       []snapshot.Part // by place of the chunk
	done        []bool          // whether the part is there
	figures     snapshot.Figures
}

func (x *extraction) run(ctx context.Context) (*snapshot.Manifest, error) {
	if err := x.survey(ctx); err != nil {
		return nil, err
	}
	manifest, err := snapshot.Load(x.Folder)
	if err == nil {
		return manifest, x.reuse(ctx, manifest)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := x.resume(); err != nil {
		return nil, err
	}
	if err := x.read(ctx); err != nil {
		return nil, err
	}
	if err := x.askFigures(ctx); err != nil {
		return nil, err
	}
	return x.seal(ctx)
}

// survey asks the source what there is to read.
func (x *extraction) survey(ctx context.Context) error {
	names, err := x.source.Datasets(ctx)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("the source has no datasets: name them in the plan")
	}
	for _, name := range names {
		d := &dataset{}
		if d.Shape, err = x.source.Shape(ctx, name); err != nil {
			return err // it names the dataset
		}
		d.Dataset = name
		if len(d.Chunks) == 0 { // an empty dataset still has a file that says so
			d.Chunks, d.empty = []snapshot.Chunk{{Origin: d.Origin}}, true
		}
		slices.SortFunc(d.Chunks, func(a, b snapshot.Chunk) int { return cmp.Compare(a.Part, b.Part) })
		if f, ok := x.source.(Fingerprinter); ok {
			if d.fingerprint, err = f.Fingerprint(ctx, name); err != nil {
				return fmt.Errorf("dataset %s: %w", name, err)
			}
		}
		d.parts, d.done = make([]snapshot.Part, len(d.Chunks)), make([]bool, len(d.Chunks))
		x.datasets = append(x.datasets, d)
		x.events.send(Event{Kind: Surveyed, Dataset: name, Chunks: len(d.Chunks)})
	}
	return nil
}

// read reads the chunks that are missing, several at once.
func (x *extraction) read(ctx context.Context) error {
	readers, ctx := errgroup.WithContext(ctx)
	readers.SetLimit(x.readers())
	for _, d := range x.datasets {
		for i := range d.Chunks {
			if d.done[i] {
				continue
			}
			readers.Go(func() error {
				if err := context.Cause(ctx); err != nil {
					return err
				}
				part, err := x.readChunk(ctx, d, d.Chunks[i])
				if err != nil {
					return fmt.Errorf("dataset %s: %s: %w", d.Dataset, d.Chunks[i].Origin, err)
				}
				d.parts[i] = part
				return nil
			})
		}
	}
	return readers.Wait()
}

func (x *extraction) readers() int {
	readers := x.Readers
	if readers <= 0 {
		readers = runtime.GOMAXPROCS(0)
	}
	if shared := x.source.Moment().Readers; shared > 0 {
		readers = min(readers, shared)
	}
	return readers
}

// readChunk reads one chunk into its files; the proof that they are whole
// comes last.
func (x *extraction) readChunk(ctx context.Context, d *dataset, chunk snapshot.Chunk) (snapshot.Part, error) {
	rows, err := snapshot.NewWriter(x.Folder, d.Dataset, chunk.Part, d.Columns)
	if err != nil {
		return snapshot.Part{}, err
	}
	defer rows.Discard()
	rejected := snapshot.NewRejectedWriter(x.Folder, d.Dataset, chunk.Part)
	defer rejected.Discard()

	sink := &chunkSink{ctx: ctx, dataset: d.Dataset, part: chunk.Part, rows: rows, rejected: rejected, events: x.events}
	if err := x.fill(ctx, d, chunk, sink); err != nil {
		return snapshot.Part{}, err
	}
	part := snapshot.Part{Chunk: chunk, Sums: rows.Figures().Sums, Contents: rows.Contents()}
	if part.File, err = rows.Close(); err != nil {
		return part, err
	}
	if part.Rejected, err = rejected.Close(); err != nil {
		return part, err
	}
	proof := snapshot.Proof{Fingerprint: d.fingerprint, Columns: d.Columns, Part: part}
	if err := proof.Write(x.Folder, d.Dataset); err != nil {
		return part, err
	}
	x.events.send(Event{Kind: Finished, Dataset: d.Dataset, Part: chunk.Part})
	return part, nil
}

// fill lets the source give the rows of a chunk to the sink.
func (x *extraction) fill(ctx context.Context, d *dataset, chunk snapshot.Chunk, sink *chunkSink) error {
	defer sink.tell()
	if d.empty {
		return nil
	}
	if err := x.source.Read(ctx, d.Dataset, chunk, sink); err != nil {
		return err
	}
	if sink.err != nil {
		return fmt.Errorf("the reader passed over an error: %w", sink.err)
	}
	return context.Cause(ctx)
}

// askFigures asks the source for its own word on every dataset.
func (x *extraction) askFigures(ctx context.Context) error {
	askers, ctx := errgroup.WithContext(ctx)
	askers.SetLimit(x.readers())
	for _, d := range x.datasets {
		askers.Go(func() error {
			var err error
			if d.figures, err = x.source.Figures(ctx, d.Dataset); err != nil {
				return fmt.Errorf("dataset %s: figures of the source: %w", d.Dataset, err)
			}
			return nil
		})
	}
	return askers.Wait()
}
