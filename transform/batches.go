package transform

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/travaso/travaso/extract/sealed"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// partsFor is the number of batches for so many documents: a power of two, so
// that a growing type splits its batches in halves and moves no document
// between two others.
func partsFor(documents int64, perBatch int) int {
	parts := 1
	for int64(parts)*int64(perBatch) < documents {
		parts *= 2
	}
	return parts
}

// slice is the SQL condition of the documents of one part: a range of ids,
// which is a range of the sorted rows.
func slice(part, parts int) string {
	if parts == 1 {
		return "true"
	}
	first, last := staged.PartBounds(part, parts)
	return fmt.Sprintf("%s between '%s' and '%s'", staged.DocumentColumn, first, last)
}

// writeBatches writes the staged documents of a type, batch by batch, several
// at a time, and fills in the figures of its batches.
func (r *run) writeBatches(ctx context.Context, d *document, m *staged.Document) error {
	defer r.time(d.place() + ": write batches")()
	m.Batches = make([]staged.Batch, m.Parts)
	for _, e := range d.entities {
		if err := os.MkdirAll(filepath.Join(r.folder, stagedFolder, d.name, e.name), 0o700); err != nil {
			return fmt.Errorf("stage %s: %w", d.name, err)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.threads)
	for part := range m.Batches {
		group.Go(func() error {
			batch, err := r.writeBatch(ctx, d, part, m.Parts)
			if err != nil {
				return fmt.Errorf("stage batch %d of %s: %w", part, d.name, r.explain(err))
			}
			m.Batches[part] = batch
			r.progress.batch(d.name, batch.Documents)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	digest := sha256.New()
	for _, b := range m.Batches {
		fmt.Fprintf(digest, "%s\n", b.Digest)
		m.Staged += b.Documents
	}
	m.Digest = hex.EncodeToString(digest.Sum(nil))
	return nil
}

// writeBatch writes one file per entity that has rows in the batch.
func (r *run) writeBatch(ctx context.Context, d *document, part, parts int) (staged.Batch, error) {
	batch := staged.Batch{Part: part, Files: []staged.File{}}
	for i, e := range d.entities {
		path := filepath.Join(stagedFolder, d.name, e.name, fmt.Sprintf("%s=%02d", staged.BatchColumn, part), "rows.parquet")
		full := filepath.Join(r.folder, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			return batch, err
		}
		rows := e.lineRows(slice(part, parts))
		if i == 0 {
			rows = d.headRows(slice(part, parts))
		}
		var count int64
		if err := r.eng.QueryRow(ctx, "copy (\n"+rows+"\n) to "+engine.Literal(full)+" (format parquet, compression snappy)").Scan(&count); err != nil {
			return batch, err
		}
		if count == 0 {
			if err := os.RemoveAll(filepath.Dir(full)); err != nil {
				return batch, err
			}
			continue
		}
		file := staged.File{Entity: e.name, Path: filepath.ToSlash(path), Rows: count}
		var err error
		if file.Bytes, file.SHA256, err = sealed.Keep(full); err != nil {
			return batch, err
		}
		batch.Files = append(batch.Files, file)
		batch.Rows += count
	}
	return batch, r.digestBatch(ctx, &batch, d)
}

// digestBatch reads the documents of a batch and their digests back from the
// file just written.
func (r *run) digestBatch(ctx context.Context, batch *staged.Batch, d *document) error {
	for _, f := range batch.Files {
		if f.Entity == d.entities[0].name {
			return r.eng.QueryRow(ctx, fmt.Sprintf("select count(*), sha256(string_agg(concat(%s, chr(10)), '' order by %s)) from %s",
				staged.DigestColumn, staged.DocumentColumn, engine.ReadParquet(filepath.Join(r.folder, f.Path)))).Scan(&batch.Documents, &batch.Digest)
		}
	}
	empty := sha256.Sum256(nil)
	batch.Digest = hex.EncodeToString(empty[:])
	return nil
}

// headRows are the head rows of a batch with the digest of the whole document.
func (d *document) headRows(slice string) string {
	head := d.entities[0]
	digest := staged.DigestColumn
	if len(d.entities) == 1 {
		digest = "sha256(" + head.canonical() + ") as " + digest
	}
	columns := append(head.columnNames(), staged.DocumentColumn, digest, staged.KeyColumn, staged.DatasetColumn, staged.PartColumn, staged.RowColumn)
	list := strings.Join(columns, ", ")
	if len(d.entities) == 1 {
		return fmt.Sprintf("select %s\nfrom %s and %s\norder by %s", list, head.onlyStaged(), slice, staged.DocumentColumn)
	}
	var lines []string
	for _, e := range d.entities {
		lines = append(lines, fmt.Sprintf("select %s, %s as line\n  from %s and %s", staged.DocumentColumn, e.canonical(), e.onlyStaged(), slice))
	}
	return fmt.Sprintf(`with lines as (
  %s
),
digests as (
  select %s as _whole, sha256(array_to_string(list_sort(list(line)), chr(10))) as _digest
  from lines
  group by %s
)
select %s
from %s as _rows join digests on _whole = %s
where %s is null and %s
order by %s`,
		strings.Join(lines, "\n  union all\n  "), staged.DocumentColumn, staged.DocumentColumn,
		list, convertedTable(head.name), staged.DocumentColumn, excludedColumn, slice, staged.DocumentColumn)
}

// lineRows are the rows of another entity of a batch.
func (e *entity) lineRows(slice string) string {
	columns := append(e.columnNames(), staged.DocumentColumn, staged.KeyColumn, staged.DatasetColumn, staged.PartColumn, staged.RowColumn)
	return fmt.Sprintf("select %s\nfrom %s and %s\norder by %s", strings.Join(columns, ", "), e.onlyStaged(), slice, idColumn)
}

func (e *entity) columnNames() []string {
	names := make([]string, len(e.fields))
	for i, f := range e.fields {
		names[i] = engine.Quote(f.spec.Name)
	}
	return names
}

// canonical is the canonical text of a row: the place of its entity, where it
// goes and its id, by which the lines of a document are sorted, then every other
// column of the target after a bar. A NULL is ~; a text has its length in bytes in front, so that no
// content can look like two columns; amounts have all decimals of their scale,
// dates and timestamps are ISO 8601.
func (e *entity) canonical() string {
	parts := []string{fmt.Sprintf("'%02d:%s'", e.ordinal, e.shape()), "cast(" + idColumn + " as varchar)"}
	for _, f := range e.fields {
		if f.spec.Name == e.idField {
			continue // it is the row's id
		}
		name := engine.Quote(f.spec.Name)
		value := "cast(" + name + " as varchar)"
		switch f.column.Type {
		case "text", "code", "json":
			value = "concat(strlen(" + name + "), ':', " + name + ")"
			parts = append(parts, "case when "+name+" is null then '~' else "+value+" end")
		default:
			parts = append(parts, "coalesce("+value+", '~')")
		}
	}
	return "concat_ws('|', " + strings.Join(parts, ", ") + ")"
}

// shape tells one destination from another: the same values in other columns,
// or in another table, are another content.
func (e *entity) shape() string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q\n", e.table)
	for _, f := range e.fields {
		fmt.Fprintf(hash, "%q\n", f.spec.Name)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}
