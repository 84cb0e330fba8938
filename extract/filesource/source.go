// Package filesource reads delimited text files (tab, semicolon, comma, …) as
// a source of rows: each field as text, byte-exact after decoding.
//
// A dataset is one or more files with the same header. Each file is surveyed
// once from end to end (its digest, its lines, the places where it can be
// cut) before any row is read; reading then checks that it met the same bytes
// and the same lines. Rows that cannot be read are rejected with their line
// number and a reason, and the reading goes on; what would make every row
// wrong (no such file, another delimiter, two columns of one name) is an error.
package filesource

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/travaso/travaso/extract/snapshot"
	"golang.org/x/sync/errgroup"
)

// chunkBytes is the size of the chunks into which files without quoting are
// cut, at line ends.
const chunkBytes = 64 << 20

// Source is a folder of delimited text files. It is safe for concurrent use.
type Source struct {
	folder     string
	datasets   map[string]*dataset
	opened     time.Time
	chunkBytes int64
}

// dataset is one dataset and, once it was asked for, its survey.
type dataset struct {
	layout
	mu     sync.Mutex
	survey *survey
}

// survey is what all the files of a dataset are, found in one pass over them.
type survey struct {
	columns []string
	files   []*file
	parts   []part // the number of a part is its place here
}

// part is one chunk of one file.
type part struct {
	file *file
	cut
}

// New checks the config and returns the source it describes. Files are looked
// for when a dataset is first asked for, not here.
func New(config Config) (*Source, error) {
	layouts, err := config.layouts()
	if err != nil {
		return nil, err
	}
	s := &Source{folder: config.Folder, datasets: map[string]*dataset{}, opened: time.Now(), chunkBytes: chunkBytes}
	for name, l := range layouts {
		s.datasets[name] = &dataset{layout: l}
	}
	return s, nil
}

// Datasets lists the names of the datasets, sorted.
func (s *Source) Datasets(context.Context) ([]string, error) {
	return slices.Sorted(maps.Keys(s.datasets)), nil
}

// Shape surveys the files of a dataset and says what they hold. It is the same
// for the life of the source: a file that changes afterwards is refused by Read.
func (s *Source) Shape(ctx context.Context, name string) (snapshot.Shape, error) {
	d, v, err := s.surveyed(ctx, name)
	if err != nil {
		return snapshot.Shape{}, err
	}
	shape := snapshot.Shape{Dataset: name, Origin: strings.Join(d.files, ", ")}
	for _, column := range v.columns {
		shape.Columns = append(shape.Columns, snapshot.Column{Name: column, Type: snapshot.Text, Origin: d.charset.name + " text"})
	}
	shape.Columns[0].Note = v.note()
	for number := range v.parts {
		shape.Chunks = append(shape.Chunks, v.chunk(number))
	}
	return shape, nil
}

// Figures counts the rows of a dataset, rejected ones included. Where a line
// is a row (quoting none) the count is that of the survey, which counts line
// ends without splitting; where a row may run over lines it is a second
// reading from end to end. A file source sums nothing: its columns are text.
func (s *Source) Figures(ctx context.Context, name string) (snapshot.Figures, error) {
	d, v, err := s.surveyed(ctx, name)
	if err != nil {
		return snapshot.Figures{}, err
	}
	var figures snapshot.Figures
	for number, p := range v.parts {
		if d.quoting == quotingNone {
			figures.Rows += p.lines
			continue
		}
		var c counter
		if err := s.Read(ctx, name, v.chunk(number), &c); err != nil {
			return snapshot.Figures{}, err
		}
		figures.Rows += c.rows
	}
	return figures, nil
}

// counter is a sink that only counts.
type counter struct{ rows int64 }

func (c *counter) Row(int64, []any) error            { c.rows++; return nil }
func (c *counter) Reject(snapshot.RejectedRow) error { c.rows++; return nil }

// Moment says when the files were taken, and that they may not change.
func (s *Source) Moment() snapshot.Moment {
	return snapshot.Moment{
		At:      s.opened,
		How:     "files surveyed once from end to end, refused if they change before the last row is read",
		Readers: runtime.GOMAXPROCS(0),
	}
}

// Close releases nothing: files are open only while they are read.
func (s *Source) Close() error { return nil }

// Fingerprint is a SHA-256, in hex, over the digests of the dataset's files,
// their names and the settings by which they are read: while it stays the
// same, every chunk gives the same rows.
func (s *Source) Fingerprint(ctx context.Context, name string) (string, error) {
	d, v, err := s.surveyed(ctx, name)
	if err != nil {
		return "", err
	}
	type identity struct {
		Name   string
		SHA256 string
	}
	var files []identity
	for _, f := range v.files {
		files = append(files, identity{f.name, hex.EncodeToString(f.digest[:])})
	}
	text, err := json.Marshal([]any{"filesource 1", s.chunkBytes, d.delimiter, d.quoting, d.charset.name,
		d.columns, d.trim, d.skipLines, files})
	if err != nil {
		return "", fmt.Errorf("fingerprint of dataset %s: %w", name, err)
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:]), nil
}

// surveyed finds the dataset and surveys it unless that was done before. A
// survey that failed is tried again at the next call.
func (s *Source) surveyed(ctx context.Context, name string) (*dataset, *survey, error) {
	d, ok := s.datasets[name]
	if !ok {
		return nil, nil, fmt.Errorf("dataset %s: not in this file source; it has %s",
			name, strings.Join(slices.Sorted(maps.Keys(s.datasets)), ", "))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.survey == nil {
		v, err := s.surveyFiles(ctx, d.layout)
		if err != nil {
			return nil, nil, ofDataset(name, err)
		}
		d.survey = v
	}
	return d, d.survey, nil
}

func (s *Source) surveyFiles(ctx context.Context, l layout) (*survey, error) {
	root, err := os.Stat(s.folder)
	if err != nil {
		return nil, &SettingError{Key: "folder", Err: fmt.Errorf("folder of the files: %w; set folder to where they are, from the folder of the plan", err)}
	}
	if !root.IsDir() {
		return nil, &SettingError{Key: "folder", Err: fmt.Errorf("folder of the files: %s is a file; set folder to the folder that holds it", s.folder)}
	}
	names, err := matches(os.DirFS(s.folder).(fs.ReadDirFS), s.folder, l.files)
	if err != nil {
		return nil, err
	}
	v := &survey{files: make([]*file, len(names))}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() (err error) {
			v.files[i], err = surveyFile(ctx, s.folder, name, l, s.chunkBytes)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := sameHeaders(v.files); err != nil {
		return nil, err
	}
	if err := noFileTwice(v.files); err != nil {
		return nil, err
	}
	if err := notUTF8(v.files, l.charset); err != nil {
		return nil, err
	}
	v.columns = v.files[0].columns
	for _, f := range v.files {
		for _, c := range f.cuts {
			v.parts = append(v.parts, part{f, c})
		}
	}
	return v, nil
}

// noFileTwice refuses the same export given twice under two names: each of
// its rows would be there twice.
func noFileTwice(files []*file) error {
	seen := map[[sha256.Size]byte]*file{}
	for _, f := range files {
		if first, ok := seen[f.digest]; ok && f.lines > 0 {
			return refused("%s and %s are equal byte for byte, so every row would be there twice: leave one of them out of files", first.name, f.name)
		}
		seen[f.digest] = f
	}
	return nil
}

// note says what an engineer must know of the files' form.
func (v *survey) note() string {
	var marked []string
	for _, f := range v.files {
		if f.marked {
			marked = append(marked, f.name)
		}
	}
	if len(marked) == 0 {
		return ""
	}
	return "the UTF-8 byte order mark at the start of " + strings.Join(marked, ", ") + " was removed"
}

// chunk is a part as others see it: the file, and byte offsets into its text
// (its decompressed text, where it is compressed).
func (v *survey) chunk(number int) snapshot.Chunk {
	p := v.parts[number]
	return snapshot.Chunk{
		Part:   number,
		Origin: p.file.name,
		From:   strconv.FormatInt(p.from, 10),
		To:     strconv.FormatInt(p.to, 10),
	}
}
