package transform

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/travaso/travaso/load/batch"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/staged"
)

var _ batch.Rows = (*staged.Rows)(nil)

// What a load reads: every type as the Go value that batch.Rows promises.
func TestStaged_values(t *testing.T) {
	f := newFixture(t, 1).texts("a", "N|M|D|T|B|U|J|C|X|Z", "1|-12.5|2015-12-31|2016-02-03 10:38:41.25|1|6ba7b811-9dad-11d1-80b4-00c04fd430c8|{}|IT|è|1.234", "2|||||||||")
	f.mapping("doc", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Fields: fields("doc",
		mappings.Field{Name: "n", From: "N", As: "integer", Bits: 16}, amount("m", "M"), mappings.Field{Name: "d", From: "D", As: "date"}, mappings.Field{Name: "t", From: "T", As: "timestamp"},
		mappings.Field{Name: "b", From: "B", As: "boolean"}, mappings.Field{Name: "u", From: "U", As: "uuid"}, mappings.Field{Name: "j", From: "J", As: "json"}, mappings.Field{Name: "c", From: "C", As: "code"},
		mappings.Field{Name: "x", From: "X"}, mappings.Field{Name: "z", From: "Z", As: "decimal", Precision: 18, Scale: 4})})
	m, _ := f.run()
	d := m.Documents[0]
	rows, err := staged.OpenRows(filepath.Join(f.folder, "run"), d, d.Batches[0], "doc")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	u := [16]byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	day := int32(time.Date(2015, 12, 31, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	want := map[int64]string{
		1: fmt.Sprintf("%#v", []any{int64(1), int64(-1250), day, time.Date(2016, 2, 3, 10, 38, 41, 250e6, time.UTC).UnixMicro(), true, u, "{}", "IT", "è", int64(12340)}),
		2: fmt.Sprintf("%#v", []any{int64(2), nil, nil, nil, nil, nil, nil, nil, nil, nil}),
	}
	count := 0
	for {
		values, document, err := rows.Next()
		if err != nil {
			t.Fatal(err)
		}
		if values == nil {
			break
		}
		count++
		if id, ok := values[0].([16]byte); !ok || id != document {
			t.Errorf("id %v, document %x", values[0], document)
		}
		if got := fmt.Sprintf("%#v", values[1:]); got != want[values[1].(int64)] {
			t.Errorf("row\n%s, want\n%s", got, want[values[1].(int64)])
		}
	}
	if count != 2 {
		t.Errorf("%d rows, want 2", count)
	}
}

// Every row of a batch belongs to one of its documents, and every document to
// the batch that its id says.
func TestStaged_batches(t *testing.T) {
	heads, lines := invoiceRows(200)
	f := invoices(newFixture(t, 2), heads, lines)
	m, _ := f.run(func(o *Options) { o.Batch = 16 })
	run := filepath.Join(f.folder, "run")
	d := m.Documents[0]
	documents, read := 0, map[string]int64{}
	for _, b := range d.Batches {
		list, err := staged.Documents(run, d, b)
		if err != nil {
			t.Fatal(err)
		}
		known := map[[16]byte]bool{}
		for i, document := range list {
			known[document.ID] = true
			if part := staged.PartOf(document.ID, d.Parts); part != b.Part {
				t.Errorf("document %x is in batch %d, and belongs to %d", document.ID, b.Part, part)
			}
			if i > 0 && bytes.Compare(list[i-1].ID[:], document.ID[:]) >= 0 {
				t.Errorf("batch %d is not sorted", b.Part)
			}
		}
		if int64(len(list)) != b.Documents {
			t.Errorf("batch %d: %d documents, the manifest says %d", b.Part, len(list), b.Documents)
		}
		documents += len(list)
		for _, e := range d.Entities {
			rows, err := staged.OpenRows(run, d, b, e.Name)
			if err != nil {
				t.Fatal(err)
			}
			for {
				values, document, err := rows.Next()
				if err != nil {
					t.Fatal(err)
				}
				if values == nil {
					break
				}
				read[e.Name]++
				if !known[document] {
					t.Errorf("a row of %s belongs to %s, which is not in batch %d", e.Name, hex.EncodeToString(document[:]), b.Part)
				}
			}
			rows.Close()
		}
	}
	if documents != 200 || read["doc"] != 200 || read["line"] != int64(len(lines)) || len(d.Batches) != 16 {
		t.Errorf("%d documents, rows %v in %d batches; want 200 documents, %d lines, 16 batches", documents, read, len(d.Batches), len(lines))
	}
	if _, err := staged.OpenRows(run, d, d.Batches[0], "nothing"); err == nil {
		t.Error("an entity that is not there was opened")
	}
}

// A file that was changed after it was sealed is refused by its name.
func TestStaged_tampered(t *testing.T) {
	f := simple(newFixture(t, 1))
	m, _ := f.run()
	run := filepath.Join(f.folder, "run")
	if err := m.Verify(run); err != nil {
		t.Fatalf("untouched: %v", err)
	}
	name := m.Documents[0].Batches[0].Files[0].Path
	content, err := os.ReadFile(filepath.Join(run, name))
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func([]byte) []byte{
		"a bit":       func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"a byte more": func(b []byte) []byte { return append(b, 0) },
		"a byte less": func(b []byte) []byte { return b[:len(b)-1] },
	} {
		if err := os.WriteFile(filepath.Join(run, name), change(bytes.Clone(content)), 0o600); err != nil {
			t.Fatal(err)
		}
		err := m.Verify(run)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v does not name %s", what, err, name)
		}
	}
	if err := os.Remove(filepath.Join(run, name)); err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(run); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("missing: error %v does not name %s", err, name)
	}
}
