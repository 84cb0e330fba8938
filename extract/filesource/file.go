package filesource

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"time"
)

// file is what the survey of one file found.
type file struct {
	name     string // relative to the folder, with /
	bytes    int64  // of the file as it is, compressed or not
	modified time.Time
	digest   [sha256.Size]byte // of the file as it is

	ends    lineEnds
	marked  bool     // it begins with the UTF-8 byte order mark
	columns []string // of the header, or of the layout
	body    int64    // byte offset in the text of the first line after the header
	// bodyLine is the number of that line. Lines, here and in cuts, are those
	// after the header, without the empty ones at the end of the file.
	bodyLine int64
	lines    int64
	cuts     []cut
	utf8     utf8Evidence
}

// cut is a range of a file's text, from the start of a line to the start of
// another or the end of the file.
type cut struct {
	from, to int64 // byte offsets in the text; to is exclusive
	line     int64 // number of the first line
	lines    int64
	crc      uint32 // CRC-32C of the bytes: reading checks that it met the same
}

// surveyFile reads a file from end to end: once to look at its head, which
// is short, and once for its digest, lines and cuts.
func surveyFile(ctx context.Context, folder, name string, l layout, chunkBytes int64) (*file, error) {
	f := &file{name: name, ends: l.charset.ends}
	if err := f.lookAtHead(folder, l); err != nil {
		return nil, err
	}
	digest := sha256.New()
	t, err := openText(folder, name, digest)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	before, err := t.file.Stat()
	if err != nil {
		return nil, err
	}
	if t.zipped || l.quoting != quotingNone {
		chunkBytes = math.MaxInt64 / 2 // one chunk: a line end may be inside a field, or cannot be jumped to
	}
	if err := f.measure(ctx, t, chunkBytes); err != nil {
		return nil, err
	}
	f.bytes, f.modified = before.Size(), before.ModTime()
	digest.Sum(f.digest[:0])
	return f, f.unchanged(t.file)
}

// unchanged refuses a file that is not the one that was surveyed.
func (f *file) unchanged(opened *os.File) error {
	now, err := opened.Stat()
	if err != nil {
		return err
	}
	if now.Size() != f.bytes {
		return fmt.Errorf("file %s changed while it was in use: it had %d bytes, now %d: start again when nothing writes to it", f.name, f.bytes, now.Size())
	}
	if !now.ModTime().Equal(f.modified) {
		return fmt.Errorf("file %s changed while it was in use: it was written at %s, now at %s: start again when nothing writes to it",
			f.name, f.modified.Format(time.RFC3339Nano), now.ModTime().Format(time.RFC3339Nano))
	}
	return nil
}

// lookAtHead finds how lines end, the byte order mark and the header.
func (f *file) lookAtHead(folder string, l layout) error {
	alone, err := endsWithCRAlone(folder, f.name, f.ends)
	if err != nil {
		return err
	}
	if alone {
		f.ends = f.ends.alone()
	}
	t, err := openText(folder, f.name, nil)
	if err != nil {
		return err
	}
	defer t.Close()
	start, err := f.checkMark(t, l)
	if err != nil {
		return err
	}
	return f.readHeader(t, start, l)
}

// endsWithCRAlone looks for the first end of a line; where the file has none
// but has CR, that is how its lines end.
func endsWithCRAlone(folder, name string, ends lineEnds) (bool, error) {
	t, err := openText(folder, name, nil)
	if err != nil {
		return false, err
	}
	defer t.Close()
	block := make([]byte, readBytes)
	alone := false
	for {
		n, err := t.Read(block)
		if ends.index(block[:n]) >= 0 {
			return false, nil
		}
		alone = alone || bytes.IndexByte(block[:n], ends.cr) >= 0
		if err == io.EOF {
			return alone, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// checkMark skips the byte order mark of UTF-8, and refuses a file whose first
// bytes say that it is in another encoding than the declared one.
func (f *file) checkMark(t *text, l layout) (start []byte, err error) {
	start = make([]byte, 3)
	n, err := io.ReadFull(t, start)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	start = start[:n]
	switch {
	case bytes.HasPrefix(start, []byte{0xFF, 0xFE}), bytes.HasPrefix(start, []byte{0xFE, 0xFF}):
		return nil, fmt.Errorf("file %s is in UTF-16, by its first two bytes: convert it to utf-8", f.name)
	case !bytes.Equal(start, []byte{0xEF, 0xBB, 0xBF}):
		return start, nil
	case l.charset.table != nil:
		return nil, fmt.Errorf("file %s begins with the byte order mark of UTF-8, but its encoding is declared as %s: set encoding: utf-8", f.name, l.charset.name)
	}
	f.marked, f.body = true, int64(n)
	return nil, nil
}

// measure reads the whole text: it counts lines without splitting them, finds
// the cuts, and by the way lets the digest see every byte.
func (f *file) measure(ctx context.Context, t *text, chunkBytes int64) error {
	var (
		castagnoli = crc32.MakeTable(crc32.Castagnoli)
		open       = cut{from: f.body, line: f.bodyLine} // the cut that is being measured
		offset     int64                                 // of the text
		ends       int64                                 // lines that ended before offset
		content    int64                                 // number of the last line that is not empty
	)
	// see takes in bytes that lie in one cut, or before the first.
	see := func(b []byte) {
		if last := f.ends.lastContent(b); last >= 0 {
			content = ends + f.ends.count(b[:last]) + 1
		}
		ends += f.ends.count(b)
		if skipped := max(0, open.from-offset); skipped < int64(len(b)) {
			open.crc = crc32.Update(open.crc, castagnoli, b[skipped:])
		}
		offset += int64(len(b))
	}
	finish := func() {
		open.to = offset
		f.cuts = append(f.cuts, open)
		open = cut{from: offset, line: ends + 1}
	}
	block := make([]byte, readBytes)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := t.Read(block)
		f.utf8.see(block[:n])
		for b := block[:n]; len(b) > 0; {
			size, full := f.cutAt(b, open.from+chunkBytes-offset)
			see(b[:size])
			if full {
				finish()
			}
			b = b[size:]
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if open.from < offset || len(f.cuts) == 0 {
		finish()
	}
	f.lines = max(0, content-f.bodyLine+1)
	f.countLines(content)
	return nil
}

// cutAt is how much of b belongs to the open cut, which wants this many bytes
// more and then everything up to the next line end, and whether it is full then.
func (f *file) cutAt(b []byte, wanted int64) (size int, full bool) {
	if wanted >= int64(len(b)) {
		return len(b), false
	}
	from := int(max(0, wanted))
	i := f.ends.index(b[from:])
	if i < 0 {
		return len(b), false
	}
	return from + i + 1, true
}

// countLines gives every cut its lines, up to the last that is not empty.
func (f *file) countLines(content int64) {
	for i := range f.cuts {
		next := content + 1
		if i+1 < len(f.cuts) {
			next = min(next, f.cuts[i+1].line)
		}
		f.cuts[i].lines = max(0, next-f.cuts[i].line)
	}
}
