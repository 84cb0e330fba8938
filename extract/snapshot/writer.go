package snapshot

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"unicode/utf8"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/xitongsys/parquet-go/parquet"
	"github.com/xitongsys/parquet-go/source"
	parquetwriter "github.com/xitongsys/parquet-go/writer"

	"github.com/travaso/travaso/extract/sealed"
)

const (
	// pageBytes is the size of a page before compression.
	pageBytes = 256 << 10
	// rowGroupBytes is the size of a row group after compression: it is held
	// in memory until it is whole.
	rowGroupBytes = 16 << 20
	// flushBytes bounds the rows held in memory before they become pages.
	flushBytes = 8 << 20
	// encoders is how many goroutines make pages of one file. It is not the
	// number of cores: the same rows must give the same bytes whatever their number.
	encoders = 4
	// textLimit bounds one text, so that a page's size fits what Parquet can say.
	textLimit = 256 << 20
)

// PartPath is the path of a chunk's file in the folder of its snapshot.
func PartPath(dataset string, part int) string {
	return fmt.Sprintf("%s/part-%05d.parquet", dataset, part)
}

// Writer writes the rows of one chunk into one Parquet file. It is used by
// one goroutine. After an error only Close or Discard may be called.
type Writer struct {
	dataset string
	part    int
	path    string // relative to the folder
	columns []Column
	file    *sealed.File
	parquet *parquetwriter.CSVWriter
	tally   *tally
	lastRow int64
	pending int64 // bytes of the rows not yet in pages
	slab    []any // room for the copies of rows
	err     error
}

// NewWriter begins the file of one chunk. Columns are those of the source; the
// hidden ones are added.
func NewWriter(folder, dataset string, part int, columns []Column) (*Writer, error) {
	if err := CheckDataset(dataset); err != nil {
		return nil, err
	}
	if err := checkColumns(dataset, columns); err != nil {
		return nil, err
	}
	if part < 0 {
		return nil, fmt.Errorf("dataset %s: part %d cannot be", dataset, part)
	}
	w := &Writer{dataset: dataset, part: part, path: PartPath(dataset, part), columns: columns, tally: newTally(columns)}
	file, err := sealed.Create(filepath.Join(folder, filepath.FromSlash(w.path)))
	if err != nil {
		return nil, err
	}
	w.file = file
	if err := w.begin(output{file}); err != nil {
		file.Discard()
		return nil, err
	}
	return w, nil
}

// begin starts the library's writer. It knows the columns only as c0, c1, …:
// its metadata strings cannot hold commas or equal signs, and it joins paths
// by a character that a name may hold. The footer gets the real names.
func (w *Writer) begin(out source.ParquetFile) error {
	metadata := make([]string, 0, len(w.columns)+2)
	for i, c := range w.columns {
		metadata = append(metadata, fmt.Sprintf("name=c%d, type=%s, repetitiontype=OPTIONAL, omitstats=true", i, physicalType(c.Type)))
	}
	for i, c := range hiddenColumns() {
		metadata = append(metadata, fmt.Sprintf("name=h%d, type=%s, repetitiontype=REQUIRED, omitstats=true", i, physicalType(c.Type)))
	}
	var err error
	if w.parquet, err = parquetwriter.NewCSVWriter(metadata, out, encoders); err != nil {
		return fmt.Errorf("write %s: %w", w.path, err)
	}
	w.parquet.PageSize = pageBytes
	w.parquet.RowGroupSize = rowGroupBytes
	w.parquet.CompressionType = parquet.CompressionCodec_SNAPPY
	return nil
}

// Append adds a row; values follow Type's Go types, one for each column. Row
// numbers must increase: with the part they are the identity of a row. Values
// is not kept.
func (w *Writer) Append(row int64, values []any) error {
	if w.err != nil {
		return w.err
	}
	if err := w.append(row, values); err != nil {
		w.err = fmt.Errorf("write %s: %w", w.path, err)
	}
	return w.err
}

func (w *Writer) append(row int64, values []any) error {
	if len(values) != len(w.columns) {
		return fmt.Errorf("row %d: %d values for %d columns", row, len(values), len(w.columns))
	}
	if row <= w.lastRow && w.tally.rows > 0 {
		return fmt.Errorf("row %d comes after row %d: the numbers of rows must increase", row, w.lastRow)
	}
	size := int64(16)
	for i, v := range values {
		n, err := checkValue(w.columns[i], v)
		if err != nil {
			return fmt.Errorf("row %d: column %q: %w", row, w.columns[i].Name, err)
		}
		size += n
	}
	if err := w.tally.add(row, values); err != nil {
		return fmt.Errorf("row %d: %w", row, err)
	}
	w.lastRow = row
	w.parquet.Objs = append(w.parquet.Objs, w.copyRow(row, values))
	if w.pending += size; w.pending >= flushBytes {
		w.pending = 0
		return w.flush(false)
	}
	return nil
}

// copyRow keeps a row, with its hidden columns, in room taken for many at once.
func (w *Writer) copyRow(row int64, values []any) []any {
	width := len(values) + 2
	if len(w.slab) < width {
		w.slab = make([]any, 512*width)
	}
	kept := w.slab[:width:width]
	w.slab = w.slab[width:]
	copy(kept, values)
	kept[width-2], kept[width-1] = int64(w.part), row
	return kept
}

// flush makes pages of the rows held, and a row group of the pages where they
// are enough or all is true. Rows are counted here by the sizes they have: the
// library's own Write guesses from a sample, and a few large texts after many
// small ones would fill the memory.
func (w *Writer) flush(all bool) error {
	w.slab = nil
	return recovering(func() error { return w.parquet.Flush(all) })
}

// Close makes the file whole, reads it back value for value, and only then
// gives it its name. After an error there is no file.
func (w *Writer) Close() (File, error) {
	defer w.file.Discard()
	if w.err != nil {
		return File{}, w.err
	}
	w.err = errors.New("the file is closed")
	if err := w.finish(); err != nil {
		return File{}, fmt.Errorf("write %s: %w", w.path, err)
	}
	return File{Path: w.path, Rows: w.tally.rows, Bytes: w.file.Bytes(), SHA256: w.file.SHA256()}, nil
}

func (w *Writer) finish() error {
	if err := w.flush(true); err != nil {
		return err
	}
	if err := recovering(w.writeFooter); err != nil {
		return err
	}
	if err := w.file.Flush(); err != nil {
		return err
	}
	if err := w.verify(); err != nil {
		return err
	}
	return w.file.Seal()
}

// writeFooter ends the file: footer, its length, magic. It is not left to the
// library, which would write column indexes that call every page free of
// NULLs, and its own names.
func (w *Writer) writeFooter() error {
	footer := w.parquet.Footer
	footer.Schema = w.footerSchema()
	for _, group := range footer.RowGroups {
		if len(group.Columns) != len(footer.Schema)-1 {
			return fmt.Errorf("the library wrote %d of %d columns", len(group.Columns), len(footer.Schema)-1)
		}
		for i, chunk := range group.Columns {
			chunk.MetaData.PathInSchema = []string{footer.Schema[i+1].Name}
			chunk.MetaData.Statistics = nil
		}
	}
	createdBy := "travaso"
	footer.CreatedBy = &createdBy
	footer.KeyValueMetadata = []*parquet.KeyValue{
		keyValue("travaso.format", strconv.Itoa(FormatVersion)),
		keyValue("travaso.dataset", w.dataset),
		keyValue("travaso.part", strconv.Itoa(w.part)),
	}
	serializer := thrift.NewTSerializer()
	serializer.Protocol = thrift.NewTCompactProtocolConf(serializer.Transport, nil)
	content, err := serializer.Write(context.Background(), footer)
	if err != nil {
		return err
	}
	content = binary.LittleEndian.AppendUint32(content, uint32(len(content)))
	_, err = w.file.Write(append(content, magic...))
	return err
}

func (w *Writer) footerSchema() []*parquet.SchemaElement {
	root := parquet.NewSchemaElement()
	children := int32(len(w.columns) + 2)
	root.Name, root.NumChildren = "row", &children
	root.RepetitionType = parquet.FieldRepetitionTypePtr(parquet.FieldRepetitionType_REQUIRED)
	schema := []*parquet.SchemaElement{root}
	for _, c := range w.columns {
		schema = append(schema, schemaElement(c, parquet.FieldRepetitionType_OPTIONAL))
	}
	for _, c := range hiddenColumns() {
		schema = append(schema, schemaElement(c, parquet.FieldRepetitionType_REQUIRED))
	}
	return schema
}

// verify reads the file as it lies on the disk and compares it with what was
// appended: the library drops some of its errors.
func (w *Writer) verify() error {
	r, err := OpenFile(w.file.TemporaryPath())
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	defer r.Close()
	read := newTally(w.columns)
	read.seed = w.tally.seed
	for {
		row, err := r.Next()
		if err != nil {
			return fmt.Errorf("read back: %w", err)
		}
		if row == nil {
			break
		}
		if part := row[len(w.columns)]; part != int64(w.part) {
			return fmt.Errorf("read back: row %d is of part %v", read.rows, part)
		}
		number, _ := row[len(w.columns)+1].(int64)
		if err := read.add(number, row[:len(w.columns)]); err != nil {
			return fmt.Errorf("read back: %w", err)
		}
	}
	if err := w.tally.compare(read); err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	return nil
}

// Discard gives up: nothing of the file remains. It is safe after Close.
func (w *Writer) Discard() {
	w.err = errors.New("the file was given up")
	w.file.Discard()
}

// Rows is how many rows were appended.
func (w *Writer) Rows() int64 { return w.tally.rows }

// Figures are the count and the exact sums of what was appended.
func (w *Writer) Figures() Figures { return w.tally.figures() }

// Contents says, for each column, what was appended.
func (w *Writer) Contents() []Content { return w.tally.contents() }

// checkValue says whether a value is one that the column can keep, and about
// how many bytes it takes.
func checkValue(c Column, v any) (bytes int64, err error) {
	const scalar = 24
	if v == nil {
		return scalar, nil
	}
	ok := false
	switch c.Type {
	case Text:
		var text string
		if text, ok = v.(string); ok {
			if len(text) > textLimit {
				return 0, fmt.Errorf("a text of %d bytes is more than the %d that can be kept", len(text), textLimit)
			}
			if !utf8.ValidString(text) {
				return 0, errors.New("a text is not valid UTF-8: declare the source's encoding")
			}
			return scalar + int64(len(text)), nil
		}
	case Integer, Timestamp:
		_, ok = v.(int64)
	case Decimal:
		var unscaled int64
		if unscaled, ok = v.(int64); ok && !fits(unscaled, c.Precision) {
			return 0, fmt.Errorf("a value has more than the %d digits of decimal(%d,%d)", c.Precision, c.Precision, c.Scale)
		}
	case Date:
		_, ok = v.(int32)
	case Boolean:
		_, ok = v.(bool)
	}
	if !ok {
		return 0, fmt.Errorf("a %T is no value of a %s column", v, c.Type)
	}
	return scalar, nil
}

// fits says whether a number has at most so many digits; digits is at most 18.
func fits(n int64, digits int) bool {
	limit := int64(1)
	for range digits {
		limit *= 10
	}
	return n > -limit && n < limit
}

func keyValue(key, value string) *parquet.KeyValue {
	return &parquet.KeyValue{Key: key, Value: &value}
}

// recovering turns a panic of the library into an error.
func recovering(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the Parquet library failed: %v", r)
		}
	}()
	return f()
}

// output is the file as the library wants it. It is only written.
type output struct{ io.Writer }

var errOnlyWritten = errors.New("this file is only written")

func (output) Read([]byte) (int, error)                  { return 0, errOnlyWritten }
func (output) Seek(int64, int) (int64, error)            { return 0, errOnlyWritten }
func (output) Open(string) (source.ParquetFile, error)   { return nil, errOnlyWritten }
func (output) Create(string) (source.ParquetFile, error) { return nil, errOnlyWritten }
func (output) Close() error                              { return nil }
