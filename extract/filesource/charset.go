package filesource

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// charset decodes the bytes of one encoding, a line at a time, into UTF-8.
type charset struct {
	name string
	// table is the UTF-8 text of each byte, "" where the encoding has none.
	// It is nil for UTF-8 itself.
	table *[256]string
	// ascii says that bytes below 128 are ASCII.
	ascii bool
	ends  lineEnds
}

// fault is the first byte of a line that its encoding does not have.
type fault struct {
	at    int // offset in the line's bytes
	value byte
	more  int // how many others follow
}

// charsetNamed knows each encoding by the names engineers give it.
func charsetNamed(name string) (*charset, error) {
	switch strings.ToLower(name) {
	case "", "utf-8", "utf8":
		return &charset{name: "utf-8", ascii: true, ends: asciiEnds()}, nil
	case "cp1252", "windows-1252":
		// The library follows the web, where these five bytes are control
		// characters. In an export they are a sign of another encoding.
		return singleByte("cp1252", charmap.Windows1252, 0x81, 0x8D, 0x8F, 0x90, 0x9D), nil
	case "latin-1", "latin1", "iso-8859-1":
		return singleByte("latin-1", charmap.ISO8859_1), nil
	case "cp850", "ibm850":
		return singleByte("cp850", charmap.CodePage850), nil
	case "ibm037", "cp037":
		c := singleByte("ibm037", charmap.CodePage037)
		c.ascii, c.ends = false, ebcdicEnds()
		return c, nil
	}
	return nil, fmt.Errorf("encoding %q is not known: set one of utf-8, cp1252, latin-1, cp850, ibm037", name)
}

func singleByte(name string, m *charmap.Charmap, undefined ...byte) *charset {
	c := &charset{name: name, table: new([256]string), ascii: true, ends: asciiEnds()}
	for b := range c.table {
		if bytes.IndexByte(undefined, byte(b)) < 0 {
			c.table[b] = string(m.DecodeByte(byte(b)))
		}
	}
	return c
}

// holds says whether a character can be written in the charset.
func (c *charset) holds(character string) bool {
	if c.table == nil {
		return true
	}
	for _, text := range c.table {
		if text == character {
			return true
		}
	}
	return false
}

// decode gives the text of a line's bytes. Where a byte is not in the encoding
// the text has U+FFFD and the fault tells; scratch is room to work in, returned
// for the next call.
func (c *charset) decode(line, scratch []byte) (string, *fault, []byte) {
	if c.table == nil {
		if utf8.Valid(line) {
			return string(line), nil, scratch
		}
		text, f := decodeInvalid(line)
		return text, f, scratch
	}
	if c.ascii && isASCII(line) {
		return string(line), nil, scratch
	}
	scratch = scratch[:0]
	var f *fault
	for i, b := range line {
		text := c.table[b]
		if text == "" {
			text = string(utf8.RuneError)
			f = f.or(i, b)
		}
		scratch = append(scratch, text...)
	}
	return string(scratch), f, scratch
}

func decodeInvalid(line []byte) (string, *fault) {
	var text strings.Builder
	var f *fault
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && size == 1 {
			f = f.or(i, line[i])
		}
		text.WriteRune(r)
		i += size
	}
	return text.String(), f
}

// or is the fault itself if there is one, with one more byte counted, else a
// new one.
func (f *fault) or(at int, value byte) *fault {
	if f == nil {
		return &fault{at: at, value: value}
	}
	f.more++
	return f
}

func isASCII(line []byte) bool {
	for len(line) >= 8 {
		if binary.LittleEndian.Uint64(line)&0x8080808080808080 != 0 {
			return false
		}
		line = line[8:]
	}
	for _, b := range line {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// utf8Evidence tells UTF-8 from any other encoding of a text beyond ASCII:
// letters of another encoding hardly ever make valid UTF-8.
type utf8Evidence struct {
	beyond  bool   // there are bytes beyond ASCII
	invalid bool   // they are not UTF-8
	carried []byte // the last bytes seen, if they may be the start of a character
}

func (e *utf8Evidence) see(b []byte) {
	if e.invalid || len(e.carried) == 0 && isASCII(b) {
		return
	}
	e.beyond = true
	if len(e.carried) > 0 {
		b = append(e.carried, b...)
	}
	whole := len(b)
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				whole = i
			}
			break
		}
	}
	e.invalid = !utf8.Valid(b[:whole])
	e.carried = bytes.Clone(b[whole:])
}

// notUTF8 refuses files that are UTF-8, to the last of their bytes beyond
// ASCII, and are declared to be something else: every accent would come out as
// two wrong characters, and nothing would tell.
func notUTF8(files []*file, declared *charset) error {
	if declared.table == nil || !declared.ascii {
		return nil
	}
	var names []string
	for _, f := range files {
		if f.utf8.invalid || len(f.utf8.carried) > 0 {
			return nil
		}
		if f.utf8.beyond {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return refused("encoding is declared as %s, but %s is valid UTF-8 with characters beyond ASCII: set encoding: utf-8", declared.name, strings.Join(names, ", "))
}
