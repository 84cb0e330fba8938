package snapshot

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/xitongsys/parquet-go/parquet"
)

// magic begins and ends every Parquet file.
const magic = "PAR1"

// footerLimit bounds the bytes of a footer.
const footerLimit = 256 << 20

// footer is what a file says of itself.
type footer struct {
	columns []storage
	rows    int64
	groups  []group
}

// group is one row group: the same rows of every column.
type group struct {
	rows   int64
	chunks []chunkPlace
}

// chunkPlace is where the pages of one column of a row group lie.
type chunkPlace struct {
	start, length int64
	codec         parquet.CompressionCodec
}

// readFooter reads what a Parquet file says of itself and checks that it can
// be: every chunk lies in the file, every column has every row.
func readFooter(file io.ReaderAt, size int64) (footer, error) {
	var f footer
	content, err := footerBytes(file, size)
	if err != nil {
		return f, err
	}
	metadata := parquet.NewFileMetaData()
	if _, err := readThrift(content, metadata); err != nil {
		return f, fmt.Errorf("the footer is damaged: %w", err)
	}
	if f.columns, err = readSchema(metadata.Schema); err != nil {
		return f, err
	}
	for i, rowGroup := range metadata.RowGroups {
		g, err := readGroup(rowGroup, f.columns, size)
		if err != nil {
			return f, fmt.Errorf("row group %d: %w", i, err)
		}
		f.groups = append(f.groups, g)
		f.rows += g.rows
	}
	if f.rows != metadata.NumRows {
		return f, fmt.Errorf("the footer says %d rows and its row groups %d", metadata.NumRows, f.rows)
	}
	return f, nil
}

func footerBytes(file io.ReaderAt, size int64) ([]byte, error) {
	const ends = int64(len(magic) + 4 + len(magic))
	if size < ends {
		return nil, errors.New("the file is too short: it was cut off")
	}
	head, tail := make([]byte, len(magic)), make([]byte, 4+len(magic))
	if _, err := file.ReadAt(head, 0); err != nil {
		return nil, err
	}
	if _, err := file.ReadAt(tail, size-int64(len(tail))); err != nil {
		return nil, err
	}
	if string(head) != magic {
		return nil, errors.New("it does not begin like a Parquet file")
	}
	if string(tail[4:]) != magic {
		return nil, errors.New("it does not end like a Parquet file: it was cut off")
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	if length > size-ends || length > footerLimit {
		return nil, fmt.Errorf("a footer of %d bytes cannot be in a file of %d", length, size)
	}
	content := make([]byte, length)
	_, err := file.ReadAt(content, size-int64(len(tail))-length)
	return content, err
}

func readSchema(schema []*parquet.SchemaElement) ([]storage, error) {
	if len(schema) < 2 {
		return nil, errors.New("the file has no columns")
	}
	if schema[0] == nil || int(schema[0].GetNumChildren()) != len(schema)-1 {
		return nil, errors.New("the schema is nested: only flat files are read here")
	}
	columns := make([]storage, 0, len(schema)-1)
	for _, element := range schema[1:] {
		s, err := storageOf(element)
		if err != nil {
			return nil, err
		}
		columns = append(columns, s)
	}
	return columns, nil
}

func readGroup(rowGroup *parquet.RowGroup, columns []storage, size int64) (group, error) {
	g := group{rows: rowGroup.NumRows}
	if g.rows < 0 || len(rowGroup.Columns) != len(columns) {
		return g, fmt.Errorf("%d rows of %d columns, the schema has %d", g.rows, len(rowGroup.Columns), len(columns))
	}
	for i, chunk := range rowGroup.Columns {
		place, err := readChunk(chunk, columns[i], g.rows, size)
		if err != nil {
			return g, fmt.Errorf("column %q: %w", columns[i].column.Name, err)
		}
		g.chunks = append(g.chunks, place)
	}
	return g, nil
}

func readChunk(chunk *parquet.ColumnChunk, column storage, rows, size int64) (chunkPlace, error) {
	m := chunk.MetaData
	if m == nil || chunk.FilePath != nil {
		return chunkPlace{}, errors.New("its data is not in this file")
	}
	place := chunkPlace{start: m.DataPageOffset, length: m.TotalCompressedSize, codec: m.Codec}
	if m.DictionaryPageOffset != nil && *m.DictionaryPageOffset > 0 {
		place.start = min(place.start, *m.DictionaryPageOffset)
	}
	switch {
	case m.Type != column.physical:
		return place, fmt.Errorf("it is %s here and %s in the schema", m.Type, column.physical)
	case m.NumValues != rows:
		return place, fmt.Errorf("%d values for %d rows", m.NumValues, rows)
	case m.Codec != parquet.CompressionCodec_SNAPPY && m.Codec != parquet.CompressionCodec_UNCOMPRESSED:
		return place, fmt.Errorf("compression %s is not read here: write the file with snappy", m.Codec)
	case place.start < int64(len(magic)) || place.length < 0 || place.length > size || place.start > size-place.length:
		return place, errors.New("its data is said to lie outside of the file")
	}
	return place, nil
}

// readThrift decodes one structure from the beginning of content and says how
// many bytes it took. Sizes inside are bounded by the length of content.
func readThrift(content []byte, into thrift.TStruct) (int, error) {
	transport := &thrift.TMemoryBuffer{Buffer: bytes.NewBuffer(content)}
	limit := int32(min(len(content)+1, footerLimit))
	protocol := thrift.NewTCompactProtocolConf(transport, &thrift.TConfiguration{MaxMessageSize: limit, MaxFrameSize: limit})
	if err := into.Read(context.Background(), protocol); err != nil {
		return 0, err
	}
	return len(content) - transport.Len(), nil
}
