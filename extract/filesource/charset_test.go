package filesource

import (
	"strings"
	"testing"
)

func TestEncodingsKnowTheirBytes(t *testing.T) {
	for _, c := range []struct {
		name      string
		undefined string // bytes
		bytes     string
		text      string
	}{
		{"cp1252", "\x81\x8D\x8F\x90\x9D", "Citt\xE0 \x80 \x93x\x94", "Città € “x”"},
		{"latin-1", "", "Citt\xE0 \xA4 \x80", "Città ¤ \u0080"},
		{"cp850", "", "Citt\x85 \x8A \xD5", "Città è ı"},
		{"ibm037", "", "\xC3\x89\xA3\xA3\x44\x15\x25\x0D", "Città\u0085\n\r"},
	} {
		t.Run(c.name, func(t *testing.T) {
			charset, err := charsetNamed(c.name)
			if err != nil {
				t.Fatal(err)
			}
			for b := range 256 {
				_, bad, _ := charset.decode([]byte{byte(b)}, nil)
				if (bad != nil) != (strings.IndexByte(c.undefined, byte(b)) >= 0) {
					t.Errorf("byte %02X: %v", b, bad)
				}
			}
			if got, bad, _ := charset.decode([]byte(c.bytes), nil); got != c.text || bad != nil {
				t.Errorf("% X is %q, expected %q", c.bytes, got, c.text)
			}
		})
	}
}

func TestFaultsOfUTF8(t *testing.T) {
	charset, err := charsetNamed("utf-8")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		bytes, text string
		bad         *fault
	}{
		{"a\x00b", "a\x00b", nil},
		{"à\uFFFD", "à\uFFFD", nil}, // a replacement character that is really there
		{"a\xE0b", "a\uFFFDb", &fault{at: 1, value: 0xE0}},
		{"à\xE0\xF9", "à\uFFFD\uFFFD", &fault{at: 2, value: 0xE0, more: 1}},
		{"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD", &fault{at: 0, value: 0xED, more: 2}}, // a surrogate
	} {
		got, bad, _ := charset.decode([]byte(c.bytes), nil)
		if got != c.text || (bad == nil) != (c.bad == nil) || bad != nil && *bad != *c.bad {
			t.Errorf("% X is %q, %+v; expected %q, %+v", c.bytes, got, bad, c.text, c.bad)
		}
	}
}

func TestUTF8EvidenceOverBlocks(t *testing.T) {
	for _, c := range []struct {
		text            string
		beyond, invalid bool
	}{
		{"plain", false, false}, {"città €uro 😀", true, false}, {"citt\xE0 e", true, true}, {"citt\xE0", true, true}, {"è\xA0", true, true},
	} {
		for size := 1; size <= len(c.text); size++ {
			var e utf8Evidence
			for b := []byte(c.text); len(b) > 0; b = b[min(size, len(b)):] {
				e.see(b[:min(size, len(b))])
			}
			if invalid := e.invalid || len(e.carried) > 0; e.beyond != c.beyond || invalid != c.invalid {
				t.Errorf("%q in blocks of %d: beyond %v, invalid %v", c.text, size, e.beyond, invalid)
			}
		}
	}
}
