package targettest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/transform/staged"
)

// Document is a made-up document: its id and its rows, by entity of its type.
type Document struct {
	ID   [16]byte
	Rows [][][]any
	// sum is the digest, once the document is staged.
	sum [32]byte
}

// digest is over all values of the document, in order of entity and row.
func (d Document) digest() [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%x %#v", d.ID, d.Rows))
}

// ID makes an id from a kind and a number.
func ID(kind string, n int) [16]byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, n))
	return [16]byte(sum[:16])
}

// Staged are made-up staged documents, as a transformation would leave them.
type Staged struct {
	manifest *staged.Manifest
	run      string
	parts    map[string][][]Document // by type and part
	// Broken, where set, is called for each row that is read; its error ends the reading.
	Broken func(document string, part int) error
}

// NewStaged stages nothing yet.
func NewStaged(migration, run string) *Staged {
	return &Staged{manifest: &staged.Manifest{Version: 1, Migration: migration}, run: run, parts: map[string][][]Document{}}
}

// Add stages documents of one type, in so many parts.
func (s *Staged) Add(kind staged.Document, parts int, documents ...Document) *Staged {
	cut := make([][]Document, parts)
	for _, d := range documents {
		at := int(d.ID[15]) % parts
		cut[at] = append(cut[at], d)
	}
	kind.Parts, kind.Staged = parts, int64(len(documents))
	kind.Entities = slices.Clone(kind.Entities)
	for part, documents := range cut {
		slices.SortFunc(documents, func(a, b Document) int { return bytes.Compare(a.ID[:], b.ID[:]) })
		b := staged.Batch{Part: part, Documents: int64(len(documents))}
		hash := sha256.New()
		for i, d := range documents {
			documents[i].sum = d.digest()
			hash.Write(documents[i].sum[:])
			for _, rows := range d.Rows {
				b.Rows += int64(len(rows))
			}
		}
		b.Digest = hex.EncodeToString(hash.Sum(nil))
		kind.Batches = append(kind.Batches, b)
	}
	s.manifest.Documents = append(s.manifest.Documents, kind)
	s.parts[kind.Name] = cut
	return s
}

// Manifest describes what is staged.
func (s *Staged) Manifest() *staged.Manifest { return s.manifest }

// Batch gives one part of a type.
func (s *Staged) Batch(document string, part int) (batch.Batch, error) {
	at := slices.IndexFunc(s.manifest.Documents, func(d staged.Document) bool { return d.Name == document })
	if at < 0 || part >= len(s.parts[document]) {
		return batch.Batch{}, fmt.Errorf("nothing is staged of %s, part %d", document, part)
	}
	kind, documents := s.manifest.Documents[at], s.parts[document][part]
	b := batch.Batch{Migration: s.manifest.Migration, Run: s.run, Type: kind, Part: kind.Batches[part]}
	for _, d := range documents {
		b.Documents = append(b.Documents, batch.Document{ID: d.ID, Digest: d.sum})
	}
	b.Rows = func(entity int) (batch.Rows, error) {
		return &rows{staged: s, kind: kind.Name, part: part, entity: entity, documents: documents}, nil
	}
	return b, nil
}

// rows reads the rows of one entity of made-up documents.
type rows struct {
	staged    *Staged
	kind      string
	part      int
	entity    int
	documents []Document
	document  int
	row       int
}

// Next implements batch.Rows.
func (r *rows) Next() ([]any, [16]byte, error) {
	if r.staged.Broken != nil {
		if err := r.staged.Broken(r.kind, r.part); err != nil {
			return nil, [16]byte{}, err
		}
	}
	for r.document < len(r.documents) {
		d := r.documents[r.document]
		if r.row < len(d.Rows[r.entity]) {
			r.row++
			return d.Rows[r.entity][r.row-1], d.ID, nil
		}
		r.document, r.row = r.document+1, 0
	}
	return nil, [16]byte{}, nil
}

// Close implements batch.Rows.
func (r *rows) Close() error { return nil }

// text writes an id as a uuid.
func text(id [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
