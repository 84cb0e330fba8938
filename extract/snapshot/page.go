package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/xitongsys/parquet-go/compress"
	"github.com/xitongsys/parquet-go/parquet"
)

// Pages are decoded here and not by parquet-go's reader: that one takes the end
// of a file that was cut off for NULLs, allocates what a damaged header asks
// for, and makes a Go value of every repetition of a dictionary's entry.

// columnChunk is the data of one column in one row group.
type columnChunk struct {
	storage storage

	codec      parquet.CompressionCodec
	data       []byte // pages that are not read yet, compressed
	left       int64  // values in them
	dictionary []any

	// The present page.
	pageLeft int
	levels   *hybrid // of a column with NULLs: 1 where there is a value
	values   decoder

	present []uint32 // room for levels
}

// open reads the pages of a column, still compressed.
func (c *columnChunk) open(file io.ReaderAt, at chunkPlace, rows int64) error {
	if c.pageLeft > 0 || c.left > 0 {
		return errors.New("the row group before has more values than rows")
	}
	data := make([]byte, at.length)
	if _, err := file.ReadAt(data, at.start); err != nil {
		return fmt.Errorf("read its pages: %w", err)
	}
	c.codec, c.data, c.left, c.dictionary = at.codec, data, rows, nil
	return nil
}

// read decodes n values into every stride-th place of out, which holds nil.
func (c *columnChunk) read(out []any, stride, n int) error {
	for n > 0 {
		if c.pageLeft == 0 {
			if err := c.nextPage(); err != nil {
				return err
			}
			continue
		}
		k := min(n, c.pageLeft)
		present, err := c.readLevels(k)
		if err != nil {
			return err
		}
		if err := c.values.decode(out, stride, k, present); err != nil {
			return err
		}
		c.pageLeft -= k
		if n -= k; n > 0 {
			out = out[k*stride:]
		}
	}
	return nil
}

// readLevels says which of the next n values are there; nil means all.
func (c *columnChunk) readLevels(n int) ([]uint32, error) {
	if c.levels == nil || c.levels.skipOnes(n) {
		return nil, nil
	}
	if len(c.present) < n {
		c.present = make([]uint32, batchRows)
	}
	return c.present[:n], c.levels.read(c.present[:n])
}

// nextPage goes on to the next page; a dictionary is taken in on the way.
func (c *columnChunk) nextPage() error {
	if c.left == 0 {
		return errors.New("it has fewer values than rows")
	}
	header := parquet.NewPageHeader()
	taken, err := readThrift(c.data, header)
	if err != nil {
		return fmt.Errorf("the header of a page is damaged: %w", err)
	}
	size := int(header.CompressedPageSize)
	if size < 0 || size > len(c.data)-taken {
		return fmt.Errorf("a page of %d bytes does not lie in its column", size)
	}
	compressed := c.data[taken : taken+size]
	c.data = c.data[taken+size:]
	switch header.Type {
	case parquet.PageType_DICTIONARY_PAGE:
		return c.readDictionary(header, compressed)
	case parquet.PageType_DATA_PAGE:
		return c.readDataPage(header, compressed)
	case parquet.PageType_INDEX_PAGE:
		return nil
	}
	return fmt.Errorf("pages of type %s are not read here: write the file with parquet version V1", header.Type)
}

func (c *columnChunk) readDictionary(header *parquet.PageHeader, compressed []byte) error {
	h := header.DictionaryPageHeader
	if h == nil || h.Encoding != parquet.Encoding_PLAIN && h.Encoding != parquet.Encoding_PLAIN_DICTIONARY {
		return errors.New("the dictionary is not plain")
	}
	data, err := uncompress(compressed, c.codec, header.UncompressedPageSize)
	if err != nil {
		return err
	}
	if h.NumValues < 0 || int(h.NumValues) > len(data) {
		return fmt.Errorf("a dictionary of %d values does not fit into %d bytes", h.NumValues, len(data))
	}
	plain, err := c.storage.plain(data)
	if err != nil {
		return err
	}
	c.dictionary = make([]any, h.NumValues)
	return plain.decode(c.dictionary, 1, len(c.dictionary), nil)
}

func (c *columnChunk) readDataPage(header *parquet.PageHeader, compressed []byte) error {
	h := header.DataPageHeader
	if h == nil || h.NumValues < 0 || int64(h.NumValues) > c.left {
		return errors.New("a page has more values than its column")
	}
	data, err := uncompress(compressed, c.codec, header.UncompressedPageSize)
	if err != nil {
		return err
	}
	c.levels = nil
	if c.storage.optional {
		if h.DefinitionLevelEncoding != parquet.Encoding_RLE {
			return fmt.Errorf("definition levels in %s are not read here", h.DefinitionLevelEncoding)
		}
		if c.levels, data, err = cutLevels(data); err != nil {
			return err
		}
	}
	if c.values, err = c.valuesOf(h.Encoding, data); err != nil {
		return err
	}
	c.pageLeft = int(h.NumValues)
	c.left -= int64(h.NumValues)
	return nil
}

// cutLevels takes the definition levels off the beginning of a page.
func cutLevels(data []byte) (levels *hybrid, rest []byte, err error) {
	if len(data) < 4 {
		return nil, nil, errors.New("a page ends before its values")
	}
	length := int(binary.LittleEndian.Uint32(data))
	if length > len(data)-4 {
		return nil, nil, errors.New("a page ends before its values")
	}
	return &hybrid{data: data[4 : 4+length], width: 1}, data[4+length:], nil
}

func (c *columnChunk) valuesOf(encoding parquet.Encoding, data []byte) (decoder, error) {
	switch encoding {
	case parquet.Encoding_PLAIN:
		return c.storage.plain(data)
	case parquet.Encoding_RLE_DICTIONARY, parquet.Encoding_PLAIN_DICTIONARY:
		if c.dictionary == nil {
			return nil, errors.New("a page refers to a dictionary that is not there")
		}
		if len(data) == 0 { // a page of NULLs may leave out even the width
			return &dictionaryDecoder{dictionary: c.dictionary}, nil
		}
		if data[0] > 32 {
			return nil, fmt.Errorf("indexes of %d bits cannot be", data[0])
		}
		return &dictionaryDecoder{dictionary: c.dictionary, indexes: hybrid{data: data[1:], width: uint(data[0])}}, nil
	}
	return nil, fmt.Errorf("values in %s are not read here: write the file with parquet version V1", encoding)
}

// uncompress gives the content of a page in memory of its own. The size that
// the header claims is believed only as far as Snappy can reach.
func uncompress(compressed []byte, codec parquet.CompressionCodec, size int32) ([]byte, error) {
	if codec == parquet.CompressionCodec_UNCOMPRESSED {
		return compressed, nil
	}
	claimed, n := binary.Uvarint(compressed)
	if n <= 0 || size < 0 || claimed != uint64(size) || int(size)/snappyRatio > len(compressed) {
		return nil, fmt.Errorf("a page of %d bytes says that it holds %d", len(compressed), claimed)
	}
	data, err := compress.Uncompress(compressed, codec)
	if err != nil {
		return nil, fmt.Errorf("a page is damaged: %w", err)
	}
	return data, nil
}

// snappyRatio is more than Snappy can compress: 64 bytes into 3.
const snappyRatio = 22
