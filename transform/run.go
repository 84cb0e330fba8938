package transform

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/travaso/travaso/extract/sealed"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// DefaultBatch is how many documents a batch has at most, about.
const DefaultBatch = 8192

// The folders of the run that a transformation makes.
const (
	stagedFolder  = staged.Folder
	rejectsFolder = staged.RejectsFolder
)

// Options say where and how a program runs.
type Options struct {
	// RunFolder is where staged/ and rejects/ are made. The engine must be
	// allowed to write there, and to read the files of the datasets.
	RunFolder string
	// Batch is how many documents a batch has at most, about. 0 means DefaultBatch.
	Batch int
	// Progress is told, one call at a time, that done of total documents of a
	// type are staged; total is those that will be. It may be nil.
	Progress func(document string, done, total int64)
	// Timing is told how long each step took. It may be nil, and may be called
	// from several goroutines at once.
	Timing func(step string, took time.Duration)
}

// run is one execution of a program.
type run struct {
	program  *Program
	eng      *engine.Engine
	folder   string
	batch    int
	threads  int // of the engine
	progress *meter
	rejects  []sealed.Record // files written so far
	timing   func(step string, took time.Duration)
}

// exec runs the statement of a step. The error says which step failed.
func (r *run) exec(ctx context.Context, step, sql string) error {
	defer r.time(step)()
	if err := r.eng.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", step, r.explain(err))
	}
	return nil
}

// time tells, when the function it returns is called, how long the step took.
func (r *run) time(step string) func() {
	if r.timing == nil {
		return func() {}
	}
	start := time.Now()
	return func() { r.timing(step, time.Since(start)) }
}

// Run executes a program over the snapshot and seals what it made with
// staged.json, last: a folder without it is unfinished, and is made anew. Bad
// data is no error; it is in the manifest, in rejects/ and in the findings.
func Run(ctx context.Context, eng *engine.Engine, p *Program, o Options) (*staged.Manifest, error) {
	folder, err := filepath.Abs(o.RunFolder)
	if err != nil {
		return nil, fmt.Errorf("transform: %w", err)
	}
	r := &run{program: p, eng: eng, folder: folder, batch: o.Batch, progress: &meter{report: o.Progress}, timing: o.Timing}
	if r.batch <= 0 {
		r.batch = DefaultBatch
	}
	defer r.forget()
	if err := r.wipe(); err != nil {
		return nil, err
	}
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	m := &staged.Manifest{Version: staged.FormatVersion, Migration: p.input.Migration, Snapshot: p.input.Snapshot, Mappings: p.input.MappingsDigest}
	for _, d := range p.documents {
		made, err := r.document(ctx, d)
		if err != nil {
			return nil, err
		}
		m.Documents = append(m.Documents, made)
	}
	for _, d := range p.input.Datasets {
		accounted, err := r.account(ctx, d)
		if err != nil {
			return nil, err
		}
		m.Datasets = append(m.Datasets, accounted)
	}
	if err := r.writeFindings(ctx); err != nil {
		return nil, err
	}
	for _, made := range []string{stagedFolder, rejectsFolder} {
		if err := syncFolders(filepath.Join(folder, made)); err != nil {
			return nil, fmt.Errorf("seal %s: %w", made, err)
		}
	}
	m.Rejects = r.rejects
	if err := m.Write(folder); err != nil {
		return nil, err
	}
	return m, nil
}

// wipe removes what an earlier transformation left, its seal first.
func (r *run) wipe() error {
	err := os.Remove(filepath.Join(r.folder, stagedFolder, staged.ManifestName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("transform: remove what was staged before: %w", err)
	}
	for _, f := range []string{stagedFolder, rejectsFolder} {
		full := filepath.Join(r.folder, f)
		if err := os.RemoveAll(full); err != nil {
			return fmt.Errorf("transform: remove what was staged before: %w", err)
		}
		if err := sealed.MakeFolder(full); err != nil {
			return fmt.Errorf("transform: %w", err)
		}
	}
	return nil
}

// prepare makes the macros, the datasets, the crosswalks and empty tables.
func (r *run) prepare(ctx context.Context) error {
	r.forget()
	if err := r.eng.QueryRow(ctx, "select current_setting('threads')").Scan(&r.threads); err != nil {
		return fmt.Errorf("transform: prepare the engine: %w", err)
	}
	statements := []string{vocabulary, mappings.Checks}
	for _, s := range schemas() {
		statements = append(statements, "create schema "+s)
	}
	for _, d := range r.program.input.Datasets {
		statements = append(statements, d.view(d.Files), createClaims(d))
	}
	for _, name := range r.program.crosswalks() {
		statements = append(statements, createCrosswalk(name, r.program.input.Crosswalks[name].Rows))
	}
	statements = append(statements, createFindings)
	for _, s := range statements {
		if err := r.exec(ctx, "prepare the engine", s); err != nil {
			return fmt.Errorf("transform: %w", err)
		}
	}
	return nil
}

// createCrosswalk makes the table of a crosswalk.
func createCrosswalk(name string, rows []mappings.CrosswalkRow) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, `create table %s ("old" varchar, "new" varchar);`, crosswalkTable(name))
	separator := "\ninsert into " + crosswalkTable(name) + " values\n  "
	for _, row := range rows {
		fmt.Fprintf(b, "%s(%s, %s)", separator, engine.Literal(row.Old), engine.Literal(row.New))
		separator = ",\n  "
	}
	return b.String()
}

// forget removes all that the run made in the engine.
func (r *run) forget() {
	ctx := context.Background() // also after a cancellation
	for _, s := range schemas() {
		_ = r.eng.Exec(ctx, "drop schema if exists "+s+" cascade")
	}
	for _, d := range r.program.input.Datasets {
		_ = r.eng.Exec(ctx, "drop view if exists "+engine.Quote(d.Name))
	}
}

// document makes one document type: keys, rows, rejects, findings, files.
func (r *run) document(ctx context.Context, d *document) (staged.Document, error) {
	m := staged.Document{Name: d.name}
	for _, e := range d.entities {
		m.Entities = append(m.Entities, e.staged())
	}
	if err := r.convert(ctx, d); err != nil {
		return m, err
	}
	for _, s := range d.rejection() {
		if err := r.exec(ctx, d.place()+": "+s.purpose, s.sql); err != nil {
			return m, err
		}
	}
	if err := r.countDocuments(ctx, d, &m); err != nil {
		return m, err
	}
	for _, e := range d.entities {
		if err := r.judge(ctx, e); err != nil {
			return m, err
		}
	}
	if err := r.writeBatches(ctx, d, &m); err != nil {
		return m, err
	}
	for i, e := range d.entities {
		if err := r.totals(ctx, e, &m.Entities[i], filesOf(m, e.name)); err != nil {
			return m, err
		}
	}
	return m, r.release(ctx, d)
}

func filesOf(m staged.Document, entity string) []string {
	var files []string
	for _, b := range m.Batches {
		for _, f := range b.Files {
			if f.Entity == entity {
				files = append(files, f.Path)
			}
		}
	}
	return files
}

// convert runs the main statements of a document type.
func (r *run) convert(ctx context.Context, d *document) error {
	for _, e := range d.entities {
		if e.triedSQL == "" {
			continue
		}
		if err := r.exec(ctx, e.place()+": expressions", e.triedSQL); err != nil {
			return err
		}
	}
	for _, e := range d.entities {
		if e.keysSQL == "" {
			continue
		}
		if err := r.exec(ctx, e.place()+": keys", e.keysSQL); err != nil {
			return err
		}
	}
	for _, e := range d.entities {
		if err := r.exec(ctx, e.place(), e.rowsSQL); err != nil {
			return err
		}
	}
	return nil
}

// place names a document type by the file of its mapping.
func (d *document) place() string {
	if d.file == "" {
		return "document " + d.name
	}
	return d.file
}

// place names an entity and the file of its mapping.
func (e *entity) place() string { return e.document.place() + ": entity " + e.name }

// countDocuments counts the documents of a type by what becomes of them, and
// sets the number of its batches.
func (r *run) countDocuments(ctx context.Context, d *document, m *staged.Document) error {
	defer r.time(d.place() + ": count documents")()
	var kept int64
	err := r.eng.QueryRow(ctx, fmt.Sprintf("select count(*) filter (where _status = 'staged'), count(*) filter (where _status = 'rejected'), count(*) filter (where _status = 'excluded') from (select %s as _status from %s)",
		standing, d.entities[0].withStanding())).Scan(&kept, &m.Rejected, &m.Excluded)
	if err != nil {
		return fmt.Errorf("%s: count documents: %w", d.name, r.explain(err))
	}
	m.Parts = partsFor(kept+m.Rejected, r.batch)
	r.progress.start(d.name, kept)
	return nil
}

// judge lists the problems of an entity's rows, notes what became of each row
// of the source, and writes the rejected and excluded ones.
func (r *run) judge(ctx context.Context, e *entity) error {
	for _, s := range e.findings() {
		if err := r.exec(ctx, e.place()+": "+s.purpose, s.sql); err != nil {
			return err
		}
	}
	if err := r.claim(ctx, e); err != nil {
		return err
	}
	columns := append(e.columnNames(), staged.DocumentColumn, staged.KeyColumn, staged.DatasetColumn, staged.PartColumn, staged.RowColumn,
		staged.StatusColumn, excludedColumn+" as "+staged.ReasonColumn)
	rows := fmt.Sprintf("select %s from (select _rows.*, %s as _status from %s)\nwhere _status <> 'staged'\norder by %s, %s, %s, %s",
		strings.Join(columns, ", "), standing, e.withStanding(), staged.KeyColumn, staged.DatasetColumn, staged.PartColumn, staged.RowColumn)
	return r.writeRejects(ctx, e.name+".parquet", rows, "format parquet")
}

// csvForPeople is how the files are written that people open.
const csvForPeople = "format csv, header true"

// writeRejects writes the rows of a query to a file of the rejects folder.
func (r *run) writeRejects(ctx context.Context, name, query, options string) error {
	defer r.time("write " + filepath.Join(rejectsFolder, name))()
	record := sealed.Record{Path: path.Join(rejectsFolder, name)}
	var err error
	record.Bytes, record.SHA256, err = r.eng.Copy(ctx, query, filepath.Join(r.folder, rejectsFolder, name), options)
	if err != nil {
		return fmt.Errorf("write %s: %w", record.Path, r.explain(err))
	}
	r.rejects = append(r.rejects, record)
	return nil
}

// release drops what only this document type needed, and tells the later ones
// what became of its documents.
func (r *run) release(ctx context.Context, d *document) error {
	var statements []string
	for _, e := range d.entities {
		if e.keysSQL != "" {
			statements = append(statements, e.finalKeys())
		}
	}
	for _, e := range d.entities {
		statements = append(statements, "drop table "+convertedTable(e.name), "drop table "+duplicatesTable(e.name), "drop table if exists "+triedTable(e.name))
	}
	statements = append(statements, "drop table if exists "+linksTable(d.name), "drop table "+rejectedTable(d.name))
	for _, s := range statements {
		if err := r.exec(ctx, d.place()+": release", s); err != nil {
			return err
		}
	}
	return nil
}

// writeFindings writes all problems found: one Parquet file for machines, and
// for people a CSV for each document type and one for the rows of a dataset
// that no mapping takes.
func (r *run) writeFindings(ctx context.Context) error {
	if err := r.writeRejects(ctx, staged.FindingsName, allFindings, "format parquet"); err != nil {
		return err
	}
	for _, d := range r.program.documents {
		ofType := "document = " + engine.Literal(d.name)
		if err := r.writeRejects(ctx, d.name+".csv", findingsForPeople(ofType), csvForPeople); err != nil {
			return err
		}
	}
	for _, d := range r.program.input.Datasets {
		var some bool
		if err := r.eng.QueryRow(ctx, "select exists (from "+findingsTable+" where "+isUnclaimed(d.Name)+")").Scan(&some); err != nil {
			return fmt.Errorf("rows of %s that no mapping takes: %w", d.Name, r.explain(err))
		}
		if !some {
			continue
		}
		if err := r.writeRejects(ctx, "unclaimed-"+d.Name+".csv", findingsForPeople(isUnclaimed(d.Name)), csvForPeople); err != nil {
			return err
		}
	}
	return nil
}

// explain shortens an engine's error to its first line and adds the remedy
// where it is the machine, not the mapping, that failed.
func (r *run) explain(err error) error {
	message := err.Error()
	if machine := (*engine.Failure)(nil); errors.As(err, &machine) {
		message = machine.Cause.Error()
	}
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case strings.Contains(message, "No space left on device"), strings.Contains(message, "max_temp_directory_size"), strings.Contains(message, "File too large"):
		return fmt.Errorf("disk full: free space for %s and run again: %s", r.folder, firstLine(message))
	case strings.HasPrefix(message, "Out of Memory Error"):
		return fmt.Errorf("out of memory: give more with --memory and run again: %s", firstLine(message))
	}
	return &engineError{message: firstLine(message), cause: err}
}

// engineError is an engine's error on one line.
type engineError struct {
	message string
	cause   error
}

func (e *engineError) Error() string { return e.message }
func (e *engineError) Unwrap() error { return e.cause }

// meter tells the progress of one document type, one call at a time.
type meter struct {
	report func(document string, done, total int64)

	mu    sync.Mutex
	done  int64
	total int64
}

func (m *meter) start(document string, total int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done, m.total = 0, total
	if m.report != nil {
		m.report(document, 0, total)
	}
}

func (m *meter) batch(document string, documents int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done += documents
	if m.report != nil {
		m.report(document, m.done, m.total)
	}
}
