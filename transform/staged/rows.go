package staged

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/travaso/travaso/extract/snapshot"
)

// Rows gives the staged rows of one entity of one batch, as batch.Rows wants
// them: sorted by document, one goroutine at a time.
type Rows struct {
	path     string
	reader   *snapshot.Reader // nil: there are no rows
	places   []int            // of the entity's columns in the file
	document int              // place of DocumentColumn
	extra    int              // place of the further hidden column asked for, or -1
	left     int64            // rows that the manifest promises
}

// OpenRows opens the rows of an entity in a batch of a document type.
func OpenRows(runFolder string, d Document, b Batch, entity string) (*Rows, error) {
	return openRows(runFolder, d, b, entity, "")
}

func openRows(runFolder string, d Document, b Batch, entity, hidden string) (*Rows, error) {
	e, ok := d.Entity(entity)
	if !ok {
		return nil, fmt.Errorf("open rows: document %s has no entity %s", d.Name, entity)
	}
	i := slices.IndexFunc(b.Files, func(f File) bool { return f.Entity == entity })
	if i < 0 {
		return &Rows{}, nil
	}
	path := filepath.Join(runFolder, filepath.FromSlash(b.Files[i].Path))
	reader, err := snapshot.OpenFile(path)
	if err != nil {
		return nil, fmt.Errorf("open rows: %w", err)
	}
	r := &Rows{path: b.Files[i].Path, reader: reader, left: b.Files[i].Rows, extra: -1}
	if err := r.place(e, hidden); err != nil {
		return nil, errors.Join(err, reader.Close())
	}
	return r, nil
}

// place finds the columns by name, and refuses a file of other types than the
// manifest states: a value must not reach the target as something else.
func (r *Rows) place(e Entity, hidden string) error {
	columns := r.reader.Columns()
	find := func(name string, want snapshot.Column) (int, error) {
		i := slices.IndexFunc(columns, func(c snapshot.Column) bool { return c.Name == name })
		if i < 0 {
			return 0, fmt.Errorf("%s: no column %s: transform again", r.path, name)
		}
		if have := columns[i]; have.Type != want.Type || have.Type == snapshot.Decimal && have.Scale != want.Scale {
			return 0, fmt.Errorf("%s: column %s is %s(%d,%d), not %s(%d,%d): transform again", r.path, name, have.Type, have.Precision, have.Scale, want.Type, want.Precision, want.Scale)
		}
		return i, nil
	}
	for _, c := range e.Columns {
		i, err := find(c.Name, c.stored())
		if err != nil {
			return err
		}
		r.places = append(r.places, i)
	}
	var err error
	if r.document, err = find(DocumentColumn, snapshot.Column{Type: snapshot.UUID}); err != nil {
		return err
	}
	if hidden != "" {
		r.extra, err = find(hidden, snapshot.Column{Type: snapshot.Text})
	}
	return err
}

// stored is how the values of the column are kept in a staged file.
func (c Column) stored() snapshot.Column {
	switch c.Type {
	case "integer":
		return snapshot.Column{Type: snapshot.Integer}
	case "money", "decimal":
		return snapshot.Column{Type: snapshot.Decimal, Precision: c.Precision, Scale: c.Scale}
	case "date":
		return snapshot.Column{Type: snapshot.Date}
	case "timestamp":
		return snapshot.Column{Type: snapshot.Timestamp}
	case "boolean":
		return snapshot.Column{Type: snapshot.Boolean}
	case "uuid":
		return snapshot.Column{Type: snapshot.UUID}
	}
	return snapshot.Column{Type: snapshot.Text}
}

// Next gives the entity's columns in order and the id of the row's document;
// nil at the end. Values are string, int64 (integer, unscaled money and
// decimal, µs of a timestamp), int32 (days of a date), bool, [16]byte or nil.
// A row stays as it is after further calls.
func (r *Rows) Next() (values []any, document [16]byte, err error) {
	row, err := r.next()
	if row == nil || err != nil {
		return nil, document, err
	}
	values = make([]any, len(r.places))
	for i, p := range r.places {
		values[i] = row[p]
	}
	document, ok := row[r.document].([16]byte)
	if !ok {
		return nil, document, fmt.Errorf("%s: a row without %s: transform again", r.path, DocumentColumn)
	}
	return values, document, nil
}

func (r *Rows) next() ([]any, error) {
	if r.reader == nil {
		return nil, nil
	}
	row, err := r.reader.Next()
	if err != nil {
		return nil, err
	}
	if row == nil {
		if r.left != 0 {
			return nil, fmt.Errorf("%s: %d rows fewer than the manifest says: transform again", r.path, r.left)
		}
		return nil, nil
	}
	r.left--
	return row, nil
}

// Close ends the reading.
func (r *Rows) Close() error {
	if r.reader == nil {
		return nil
	}
	return r.reader.Close()
}

// DocumentDigest is a document of a batch and the digest of all its rows.
type DocumentDigest struct {
	ID     [16]byte
	Digest [32]byte
}

// Documents lists the documents of a batch in the order of their ids.
func Documents(runFolder string, d Document, b Batch) ([]DocumentDigest, error) {
	rows, err := openRows(runFolder, d, b, d.Entities[0].Name, DigestColumn)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	documents := make([]DocumentDigest, 0, b.Documents)
	for {
		row, err := rows.next()
		if err != nil {
			return nil, err
		}
		if row == nil {
			return documents, nil
		}
		var document DocumentDigest
		id, isID := row[rows.document].([16]byte)
		text, isText := row[rows.extra].(string)
		digest, err := hex.DecodeString(text)
		if !isID || !isText || err != nil || len(digest) != len(document.Digest) {
			return nil, fmt.Errorf("%s: a document without id or digest: transform again", rows.path)
		}
		document.ID = id
		copy(document.Digest[:], digest)
		documents = append(documents, document)
	}
}
