package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/xitongsys/parquet-go/parquet"
)

var errPageShort = errors.New("a page ends before its last value")

// decoder gives the values of one page in order: n of them, NULLs included,
// into every stride-th place of out. Present says which are there; nil means
// all. A place of a NULL is left as it is.
type decoder interface {
	decode(out []any, stride, n int, present []uint32) error
}

// plain is the decoder of values that lie one after the other.
func (s *storage) plain(data []byte) (decoder, error) {
	switch s.physical {
	case parquet.Type_BOOLEAN:
		return &booleanDecoder{data: data}, nil
	case parquet.Type_INT32:
		return &int32Decoder{data: data, storage: s}, nil
	case parquet.Type_INT64:
		return &int64Decoder{data: data, storage: s}, nil
	case parquet.Type_BYTE_ARRAY:
		return &textDecoder{text: string(data)}, nil
	case parquet.Type_FIXED_LEN_BYTE_ARRAY:
		return &fixedDecoder{data: data, storage: s}, nil
	}
	return nil, fmt.Errorf("%s is not read here", s.physical)
}

type int64Decoder struct {
	data    []byte
	storage *storage
}

func (d *int64Decoder) decode(out []any, stride, n int, present []uint32) error {
	for i := range n {
		if present != nil && present[i] == 0 {
			continue
		}
		if len(d.data) < 8 {
			return errPageShort
		}
		v := int64(binary.LittleEndian.Uint64(d.data))
		d.data = d.data[8:]
		if s := d.storage; s.factor != 1 || s.divisor != 1 || s.unsigned {
			var err error
			if v, err = s.scale(v); err != nil {
				return err
			}
		}
		out[i*stride] = v
	}
	return nil
}

// scale brings a time to microseconds, and refuses what int64 cannot hold.
func (s *storage) scale(v int64) (int64, error) {
	switch {
	case s.unsigned && v < 0:
		return 0, fmt.Errorf("%d is too large for an integer here", uint64(v))
	case v%s.divisor != 0:
		return 0, fmt.Errorf("a timestamp of %d ns is finer than a microsecond", v)
	case v > math.MaxInt64/s.factor || v < math.MinInt64/s.factor:
		return 0, fmt.Errorf("a timestamp of %d ms is too far away", v)
	}
	return v / s.divisor * s.factor, nil
}

type int32Decoder struct {
	data    []byte
	storage *storage
}

func (d *int32Decoder) decode(out []any, stride, n int, present []uint32) error {
	for i := range n {
		if present != nil && present[i] == 0 {
			continue
		}
		if len(d.data) < 4 {
			return errPageShort
		}
		v := binary.LittleEndian.Uint32(d.data)
		d.data = d.data[4:]
		switch {
		case d.storage.column.Type == Date:
			out[i*stride] = int32(v)
		case d.storage.unsigned:
			out[i*stride] = int64(v)
		default:
			out[i*stride] = int64(int32(v))
		}
	}
	return nil
}

// textDecoder gives parts of one string that holds the whole page.
type textDecoder struct {
	text string
	at   int
}

func (d *textDecoder) decode(out []any, stride, n int, present []uint32) error {
	text, at := d.text, d.at
	for i := range n {
		if present != nil && present[i] == 0 {
			continue
		}
		if len(text)-at < 4 {
			return errPageShort
		}
		length := int(text[at]) | int(text[at+1])<<8 | int(text[at+2])<<16 | int(text[at+3])<<24
		at += 4
		if length > len(text)-at {
			return errPageShort
		}
		out[i*stride] = text[at : at+length]
		at += length
	}
	d.at = at
	return nil
}

type booleanDecoder struct {
	data []byte
	bit  int
}

func (d *booleanDecoder) decode(out []any, stride, n int, present []uint32) error {
	for i := range n {
		if present != nil && present[i] == 0 {
			continue
		}
		if d.bit>>3 >= len(d.data) {
			return errPageShort
		}
		out[i*stride] = d.data[d.bit>>3]>>(d.bit&7)&1 == 1
		d.bit++
	}
	return nil
}

type fixedDecoder struct {
	data    []byte
	storage *storage
}

func (d *fixedDecoder) decode(out []any, stride, n int, present []uint32) error {
	width := d.storage.width
	for i := range n {
		if present != nil && present[i] == 0 {
			continue
		}
		if len(d.data) < width {
			return errPageShort
		}
		value := d.data[:width]
		d.data = d.data[width:]
		if d.storage.column.Type == UUID {
			out[i*stride] = [16]byte(value)
			continue
		}
		v, err := d.storage.decimal(value)
		if err != nil {
			return err
		}
		out[i*stride] = v
	}
	return nil
}

// decimal reads the big-endian two's complement of a decimal: int64, or text
// where the column has more digits than that.
func (s *storage) decimal(value []byte) (any, error) {
	unscaled := new(big.Int).SetBytes(value)
	if value[0]&0x80 != 0 {
		unscaled.Sub(unscaled, new(big.Int).Lsh(big.NewInt(1), uint(8*len(value))))
	}
	if s.wide {
		return wideText(unscaled, s.fraction), nil
	}
	if !unscaled.IsInt64() {
		return nil, errors.New("a decimal has more digits than its type")
	}
	return unscaled.Int64(), nil
}

// wideText writes a decimal with all the digits of its scale: "12.50".
func wideText(unscaled *big.Int, scale int) string {
	text := decimalText(unscaled, scale)
	if scale == 0 {
		return text
	}
	whole, fraction, _ := strings.Cut(text, ".")
	return whole + "." + fraction + strings.Repeat("0", scale-len(fraction))
}

// dictionaryDecoder gives the entries of a dictionary: the same Go value for
// every repetition, nothing is allocated.
type dictionaryDecoder struct {
	dictionary []any
	indexes    hybrid
	room       []uint32
}

func (d *dictionaryDecoder) decode(out []any, stride, n int, present []uint32) error {
	values := n
	if present != nil {
		values = 0
		for _, p := range present {
			values += int(p)
		}
	}
	if len(d.room) < values {
		d.room = make([]uint32, max(values, batchRows))
	}
	indexes := d.room[:values]
	if err := d.indexes.read(indexes); err != nil {
		return err
	}
	for i := range n {
		if present != nil && present[i] == 0 {
			continue
		}
		index := indexes[0]
		indexes = indexes[1:]
		if int(index) >= len(d.dictionary) {
			return fmt.Errorf("entry %d of a dictionary of %d", index, len(d.dictionary))
		}
		out[i*stride] = d.dictionary[index]
	}
	return nil
}

// hybrid reads runs of equal numbers and runs of packed ones (RLE/bit-packed
// hybrid), each number of width bits, at most 32.
type hybrid struct {
	data  []byte
	width uint

	equal int    // numbers left in a run of equal ones
	value uint32 // which

	packed []byte // bytes of a packed run
	bit    uint   // where in it
	left   int    // numbers left in it
}

// skipOnes passes over n numbers if the present run says that all are 1.
func (h *hybrid) skipOnes(n int) bool {
	if h.equal == 0 && h.left == 0 && h.nextRun() != nil {
		return false
	}
	if h.equal < n || h.value != 1 {
		return false
	}
	h.equal -= n
	return true
}

func (h *hybrid) read(out []uint32) error {
	for len(out) > 0 {
		var n int
		switch {
		case h.equal > 0:
			n = min(h.equal, len(out))
			for i := range n {
				out[i] = h.value
			}
			h.equal -= n
		case h.left > 0:
			n = min(h.left, len(out))
			if err := h.unpack(out[:n]); err != nil {
				return err
			}
			h.left -= n
		default:
			if err := h.nextRun(); err != nil {
				return err
			}
		}
		out = out[n:]
	}
	return nil
}

func (h *hybrid) nextRun() error {
	header, n := binary.Uvarint(h.data)
	if n <= 0 || header > math.MaxInt32 {
		return errPageShort
	}
	rest := h.data[n:]
	if header&1 == 1 {
		groups := int(header >> 1)
		size := min(groups*int(h.width), len(rest)) // the last run may be cut short
		h.packed, h.bit, h.left = rest[:size], 0, groups*8
		h.data = rest[size:]
		return nil
	}
	size := int(h.width+7) / 8
	if len(rest) < size {
		return errPageShort
	}
	var value [4]byte
	copy(value[:], rest[:size])
	h.value, h.equal = binary.LittleEndian.Uint32(value[:]), int(header>>1)
	if uint64(h.value) >= 1<<h.width {
		return fmt.Errorf("%d does not fit into %d bits", h.value, h.width)
	}
	h.data = rest[size:]
	return nil
}

func (h *hybrid) unpack(out []uint32) error {
	if (h.bit+uint(len(out))*h.width+7)/8 > uint(len(h.packed)) {
		return errPageShort
	}
	mask := uint64(1)<<h.width - 1
	for i := range out {
		at := h.bit >> 3
		var word uint64
		if rest := h.packed[at:]; len(rest) >= 8 {
			word = binary.LittleEndian.Uint64(rest)
		} else {
			for j, b := range rest {
				word |= uint64(b) << (8 * j)
			}
		}
		out[i] = uint32(word >> (h.bit & 7) & mask)
		h.bit += h.width
	}
	return nil
}
