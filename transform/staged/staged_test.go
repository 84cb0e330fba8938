package staged

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Parts divide the ids evenly, their bounds are those of PartOf, and twice as
// many parts split each in two.
func TestPartOf(t *testing.T) {
	for _, parts := range []int{1, 2, 4, 64, 1024} {
		previous := ""
		for part := range parts {
			first, last := PartBounds(part, parts)
			if len(first) != 36 || len(last) != 36 || first <= previous || last <= first {
				t.Fatalf("part %d of %d: bounds %s and %s after %s", part, parts, first, last, previous)
			}
			previous = last
		}
		if _, last := PartBounds(parts-1, parts); last != "ffffffff-ffff-ffff-ffff-ffffffffffff" {
			t.Errorf("the last of %d parts ends at %s", parts, last)
		}
		for _, n := range []uint32{0, 1, 0x7fffffff, 0x80000000, 0xc0000000, 0xdeadbeef, 0xffffffff} {
			var id [16]byte
			binary.BigEndian.PutUint32(id[:], n)
			part := PartOf(id, parts)
			first, last := PartBounds(part, parts)
			if text := strings.ToLower(hex8(n)); text < first[:8] || text > last[:8] {
				t.Errorf("%s is in part %d of %d, which goes from %s to %s", text, part, parts, first, last)
			}
			if PartOf(id, parts*2)/2 != part {
				t.Errorf("%08x moves from part %d of %d to part %d of %d", n, part, parts, PartOf(id, parts*2), parts*2)
			}
		}
	}
}

func hex8(n uint32) string {
	const digits = "0123456789abcdef"
	b := make([]byte, 8)
	for i := range b {
		b[i] = digits[n>>(28-4*i)&15]
	}
	return string(b)
}

func TestLoad_refuses(t *testing.T) {
	run := t.TempDir()
	if _, err := Load(run); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(run, Folder), 0o700); err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]string{"{": "not a manifest", `{"version": 99}`: "format version 99 is unknown here"} {
		if err := os.WriteFile(filepath.Join(run, Folder, ManifestName), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(run); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v does not say %q", content, err, want)
		}
	}
	if err := (&Manifest{Version: FormatVersion, Migration: "m"}).Write(run); err != nil {
		t.Fatal(err)
	}
	if m, err := Load(run); err != nil || m.Migration != "m" {
		t.Errorf("loaded %+v, %v", m, err)
	}
}
