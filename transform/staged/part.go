package staged

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// PartOf is the batch of a document among parts batches (a power of two): the
// leading bits of its id, which is itself the hash of the natural key. A batch
// is thus a range of ids, and doubling parts splits each batch in two.
func PartOf(document [16]byte, parts int) int {
	return int(uint64(binary.BigEndian.Uint32(document[:4])) * uint64(parts) >> 32)
}

// PartBounds are the first and the last id of a batch, as texts.
func PartBounds(part, parts int) (first, last string) {
	shift := 32 - bits.TrailingZeros(uint(parts))
	low := uint64(part) << shift
	high := uint64(part+1)<<shift - 1
	return fmt.Sprintf("%08x-0000-0000-0000-000000000000", low), fmt.Sprintf("%08x-ffff-ffff-ffff-ffffffffffff", high)
}
