package sqltarget

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/travaso/travaso/load/batch"
)

// The content of a batch, as the journal keeps it: for each document its id (16
// bytes) and digest (32 bytes), sorted by id, nothing between or around them.
const (
	idSize     = 16
	recordSize = idSize + sha256.Size
)

func packContent(documents []batch.Document) []byte {
	slices.SortFunc(documents, compareDocuments)
	packed := make([]byte, 0, len(documents)*recordSize)
	for _, d := range documents {
		packed = append(packed, d.ID[:]...)
		packed = append(packed, d.Digest[:]...)
	}
	return packed
}

func compareDocuments(a, b batch.Document) int { return bytes.Compare(a.ID[:], b.ID[:]) }

func unpackContent(packed []byte) ([]batch.Document, error) {
	if len(packed)%recordSize != 0 {
		return nil, fmt.Errorf("the content of a batch in %s is damaged: %d bytes", batchTable, len(packed))
	}
	documents := make([]batch.Document, len(packed)/recordSize)
	for i := range documents {
		record := packed[i*recordSize:]
		copy(documents[i].ID[:], record)
		copy(documents[i].Digest[:], record[idSize:])
	}
	return documents, nil
}

// fate is what becomes of a document.
type fate int8

const (
	unknown fate = iota // not of this batch
	unchanged
	added
	changed
)

// difference is what a batch has to do: the fate of each of its documents, and
// those that the target holds and the batch no longer does.
type difference struct {
	fates    map[[16]byte]fate
	vanished []batch.Document
	added    int64
	changed  int64
}

func (d *difference) empty() bool { return d.added == 0 && d.changed == 0 && len(d.vanished) == 0 }

// compare finds the difference between the documents that are in the target
// and those that are to be. A document given twice is a broken batch.
func compare(present, wanted []batch.Document) (*difference, error) {
	before := make(map[[16]byte][32]byte, len(present))
	for _, p := range present {
		before[p.ID] = p.Digest
	}
	d := &difference{fates: make(map[[16]byte]fate, len(wanted))}
	for _, w := range wanted {
		if d.fates[w.ID] != unknown {
			return nil, fmt.Errorf("document %s is in the batch twice", appendUUID(nil, w.ID))
		}
		digest, ok := before[w.ID]
		switch {
		case !ok:
			d.fates[w.ID] = added
			d.added++
		case digest == w.Digest:
			d.fates[w.ID] = unchanged
		default:
			d.fates[w.ID] = changed
			d.changed++
		}
	}
	for _, p := range present {
		if d.fates[p.ID] == unknown {
			d.vanished = append(d.vanished, p)
		}
	}
	return d, nil
}
