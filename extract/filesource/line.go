package filesource

import (
	"bytes"
	"io"

	"github.com/travaso/travaso/extract/snapshot"
)

// Bounds of the reading, in bytes.
const (
	readBytes = 1 << 20
	// lineLimit bounds one line. A longer one is rejected, and skipped without
	// being held in memory.
	lineLimit = 16 << 20
)

// lineEnds are the bytes that end a line in a file.
type lineEnds struct {
	first  byte // LF, or CR in a file without any LF
	second byte // NEL in EBCDIC; else the same as first
	// cr is dropped where it stands before first or second, or at the end of
	// the file; in a file whose lines end with CR alone it is the same as first.
	cr byte
}

func asciiEnds() lineEnds  { return lineEnds{first: '\n', second: '\n', cr: '\r'} }
func ebcdicEnds() lineEnds { return lineEnds{first: 0x25, second: 0x15, cr: 0x0D} }

// alone is the ends of a file whose lines end with CR alone.
func (e lineEnds) alone() lineEnds { return lineEnds{first: e.cr, second: e.cr, cr: e.cr} }

// index is the place of the first end in b, or -1.
func (e lineEnds) index(b []byte) int {
	if e.first == e.second {
		return bytes.IndexByte(b, e.first)
	}
	for i, c := range b {
		if c == e.first || c == e.second {
			return i
		}
	}
	return -1
}

// count is the number of ends in b.
func (e lineEnds) count(b []byte) int64 {
	n := bytes.Count(b, []byte{e.first})
	if e.second != e.first {
		n += bytes.Count(b, []byte{e.second})
	}
	return int64(n)
}

// lastContent is the place of the last byte of b that ends no line, or -1.
func (e lineEnds) lastContent(b []byte) int {
	for i := len(b) - 1; i >= 0; i-- {
		if c := b[i]; c != e.first && c != e.second && c != e.cr {
			return i
		}
	}
	return -1
}

// line is one line of a file. Its bytes are valid until the next one is read.
type line struct {
	number int64 // the first line of the file is 1
	text   []byte
	ending []byte
	// bytes is the length of the text; it is more than len(text) in a line
	// beyond lineLimit, of which only the start is kept.
	bytes int64
}

func (l line) overlong() bool { return l.bytes > int64(len(l.text)) }

// lineReader splits a stream into lines.
type lineReader struct {
	source io.Reader
	ends   lineEnds
	number int64 // of the next line
	offset int64 // bytes of the stream that were handed out as lines

	buffer     []byte
	start, end int // what is read and not yet handed out
	finished   bool
}

func newLineReader(source io.Reader, ends lineEnds, number int64) *lineReader {
	return &lineReader{source: source, ends: ends, number: number, buffer: make([]byte, readBytes)}
}

// next gives the next line, or io.EOF.
func (r *lineReader) next() (line, error) {
	searched := 0
	for {
		if i := r.ends.index(r.buffer[r.start+searched : r.end]); i >= 0 {
			size := searched + i
			text := r.buffer[r.start : r.start+size]
			return r.take(text, r.buffer[r.start+size:r.start+size+1]), nil
		}
		searched = r.end - r.start
		switch {
		case r.finished && searched == 0:
			return line{}, io.EOF
		case r.finished:
			return r.take(r.buffer[r.start:r.end], nil), nil
		case searched >= lineLimit:
			return r.takeOverlong()
		}
		if err := r.fill(); err != nil {
			return line{}, err
		}
	}
}

// take hands out a line with its ending, and the CR before it as part of that.
func (r *lineReader) take(text, ending []byte) line {
	size := len(text) + len(ending)
	if n := len(text); r.ends.cr != r.ends.first && n > 0 && text[n-1] == r.ends.cr {
		ending = text[n-1 : size]
		text = text[:n-1]
	}
	l := line{number: r.number, text: text, ending: ending, bytes: int64(len(text))}
	r.start += size
	r.offset += int64(size)
	r.number++
	return l
}

// takeOverlong keeps the start of a line beyond the limit and skips the rest.
func (r *lineReader) takeOverlong() (line, error) {
	l := line{number: r.number, text: bytes.Clone(r.buffer[r.start : r.start+snapshot.RawLimit])}
	r.number++
	for {
		size := r.end - r.start
		i := r.ends.index(r.buffer[r.start:r.end])
		if i >= 0 {
			size = i + 1
		}
		r.start += size
		r.offset += int64(size)
		l.bytes += int64(size)
		if i >= 0 || (r.finished && r.start == r.end) {
			return l, nil
		}
		if err := r.fill(); err != nil {
			return line{}, err
		}
	}
}

// fill reads more, moving what is left to the front and growing the buffer
// when a line is longer than it.
func (r *lineReader) fill() error {
	if r.start > 0 {
		r.end = copy(r.buffer, r.buffer[r.start:r.end])
		r.start = 0
	}
	if r.end == len(r.buffer) {
		r.buffer = append(r.buffer, make([]byte, len(r.buffer))...)
	}
	n, err := r.source.Read(r.buffer[r.end:])
	r.end += n
	if err == io.EOF {
		r.finished = true
		return nil
	}
	return err
}
