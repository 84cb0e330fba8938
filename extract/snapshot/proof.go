package snapshot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/travaso/travaso/extract/sealed"
)

// Proof says that a chunk was read whole, from which state of the source, and
// what came of it. It is written after the chunk's files, so that an
// extraction that was killed can go on with the chunks that have none.
type Proof struct {
	Version     int      `json:"version"`
	Fingerprint string   `json:"fingerprint"`
	Columns     []Column `json:"columns"`
	Part        Part     `json:"part"`
}

// Write puts the proof beside the chunk's file.
func (p Proof) Write(folder, dataset string) error {
	p.Version = FormatVersion
	content, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("dataset %s part %d: %w", dataset, p.Part.Part, err)
	}
	return sealed.WriteFile(filepath.Join(folder, filepath.FromSlash(proofPath(dataset, p.Part.Part))), content)
}

// LoadProof reads the proof of a chunk. Ok is false where there is none, or
// one that is not of this chunk, these columns and this state of the source,
// or its file is not the one that was written.
func LoadProof(folder, dataset, fingerprint string, columns []Column, chunk Chunk) (part Part, ok bool, err error) {
	content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(proofPath(dataset, chunk.Part))))
	if errors.Is(err, fs.ErrNotExist) {
		return Part{}, false, nil
	}
	if err != nil {
		return Part{}, false, err
	}
	var p Proof
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&p) != nil {
		return Part{}, false, nil
	}
	same := p.Version == FormatVersion && p.Fingerprint == fingerprint && fingerprint != "" &&
		p.Part.Chunk == chunk && slices.Equal(p.Columns, columns) && p.Part.File.Path == PartPath(dataset, chunk.Part)
	if !same || p.Part.File.verify(folder) != nil {
		return Part{}, false, nil
	}
	if p.Part.Rejected > 0 {
		rows, err := countLines(filepath.Join(folder, filepath.FromSlash(partRejectedPath(dataset, chunk.Part))))
		if err != nil || rows != p.Part.Rejected {
			return Part{}, false, nil
		}
	}
	return p.Part, true, nil
}

func countLines(path string) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lines, room := int64(0), make([]byte, 64<<10)
	for {
		n, err := file.Read(room)
		lines += int64(bytes.Count(room[:n], []byte{'\n'}))
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return 0, err
		}
	}
}
