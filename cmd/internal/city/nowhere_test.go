package city

import (
	"context"
	"crypto/sha256"
	"hash"
)

// nowhere keeps a digest of every table's rows, or, without digests, nothing.
type nowhere struct {
	digests []hash.Hash
	names   []string
}

func (n *nowhere) open(_ context.Context, tables []Table) error {
	for _, table := range tables {
		n.digests = append(n.digests, sha256.New())
		n.names = append(n.names, table.Name)
	}
	return nil
}
func (n *nowhere) workers(context.Context) ([]worker, error) { return []worker{n}, nil }
func (n *nowhere) close(context.Context, bool) error         { return nil }
func (n *nowhere) holds() holding                            { return holding{nulBytes: true, lines: true} }
func (n *nowhere) String() string                            { return "nowhere" }
func (n *nowhere) finish(context.Context, bool) error        { return nil }
func (n *nowhere) write(_ context.Context, b *batch) error {
	n.digests[b.table].Write(b.values)
	return nil
}
