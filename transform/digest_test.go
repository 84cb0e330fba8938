package transform

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/staged"
)

// uuidV5 follows RFC 9562, section 5.5.
func uuidV5(namespace []byte, name string) []byte {
	sum := sha1.Sum(append(slices.Clone(namespace), name...))
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

func dashed(id []byte) string {
	h := hex.EncodeToString(id)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func TestIdentity(t *testing.T) {
	url, _ := hex.DecodeString("6ba7b8119dad11d180b400c04fd430c8") // NameSpace_URL
	root := uuidV5(url, NamespaceName)
	if got := hex.EncodeToString(root); got != namespace {
		t.Fatalf("namespace is %s, and %s is written", got, namespace)
	}
	keys := []string{"1|a", "2|à ü", "3|", "4|a/b", "x|y"}
	for i := range 60 { // all variants of the nibbles that are overwritten
		keys = append(keys, fmt.Sprintf("k%d|%d", i, i*i))
	}
	f := newFixture(t, 1).texts("a", "N|M", keys...)
	f.mapping("doc", mappings.Entity{From: []string{"a"}, Key: []string{"N", " M "}, Fields: []mappings.Field{{Name: "n", From: "N"}, {Name: "m", From: "M"}, {Name: "id", ID: "documento"}}})
	f.run()
	want := make([]string, len(keys))
	for i, k := range keys {
		n, m, _ := strings.Cut(k, "|")
		want[i] = dashed(uuidV5(root, "documento\x1f"+n+"\x1f"+m))
	}
	got := f.staged("doc", "doc", "id")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("ids\n%q, want\n%q", got, want)
	}
}

// invoices is a migration of heads and lines in a given order of rows.
func invoices(f *fixture, heads, lines [][]string) *fixture {
	f.cells("h", []string{"N", "D", "T"}, heads).cells("l", []string{"N", "R", "V", "NOTE"}, lines)
	return f.mapping("doc",
		mappings.Entity{From: []string{"h"}, Key: []string{"N"}, Fields: fields("doc", mappings.Field{Name: "n", From: "N", As: "integer"}, mappings.Field{Name: "d", From: "D", As: "date", Format: []string{"%d/%m/%Y"}}, mappings.Field{Name: "t", From: "T"})},
		mappings.Entity{Name: "line", Parent: "doc", From: []string{"l"}, Key: []string{"N", "R"}, Fields: fields("line", mappings.Field{Name: "doc_id", Ref: "doc", Key: []string{"N"}}, amount("v", "V"), mappings.Field{Name: "note", From: "NOTE"})})
}

func invoiceRows(count int) (heads, lines [][]string) {
	for i := range count {
		n := fmt.Sprint(i)
		heads = append(heads, []string{n, "31/12/2015", "testo " + n})
		for r := range i % 4 {
			lines = append(lines, []string{n, fmt.Sprint(r), fmt.Sprintf("%d.%d", i, r), ""})
		}
	}
	return heads, lines
}

// digests lists what identifies the content of a manifest.
func digests(m *staged.Manifest) []string {
	var all []string
	for _, d := range m.Documents {
		all = append(all, d.Name+" "+d.Digest)
		for _, b := range d.Batches {
			all = append(all, b.Digest)
		}
	}
	return all
}

// The digests are those of the content: threads, the order and the place of the
// rows, chunks and a second run change nothing.
func TestDigest_ofContentOnly(t *testing.T) {
	heads, lines := invoiceRows(300)
	small := func(o *Options) { o.Batch = 32 }
	f := invoices(newFixture(t, 1), heads, lines)
	m, _ := f.run(small)
	want := digests(m)
	if m.Documents[0].Parts != 16 || m.Documents[0].Staged != 300 {
		t.Fatalf("%d documents in %d parts, want 300 in 16", m.Documents[0].Staged, m.Documents[0].Parts)
	}
	files := func(f *fixture) (all []string) {
		paths, _ := filepath.Glob(filepath.Join(f.folder, "run/staged/doc/*/*/*.parquet"))
		for _, p := range paths {
			content, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(content))
		}
		return all
	}
	first := files(f)
	again, _ := f.run(small)
	if !slices.Equal(digests(again), want) || len(first) != 32 || !slices.Equal(files(f), first) {
		t.Errorf("a second run gives other digests or other files")
	}
	many := invoices(newFixture(t, 4), heads, lines)
	m, _ = many.run(small)
	if !slices.Equal(digests(m), want) || !slices.Equal(files(many), first) {
		t.Errorf("four threads give other digests or other files than one")
	}
	shuffled := rand.New(rand.NewPCG(1, 2))
	shuffled.Shuffle(len(heads), func(i, j int) { heads[i], heads[j] = heads[j], heads[i] })
	shuffled.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	m, _ = invoices(newFixture(t, 2), heads, lines).run(small)
	if !slices.Equal(digests(m), want) {
		t.Errorf("rows in another order give other digests")
	}
}

// Whatever goes into the target changes the digest of its document, and of no other.
func TestDigest_ofAllContent(t *testing.T) {
	changes := map[string]func(heads, lines [][]string) ([][]string, [][]string){
		"a date":         func(h, l [][]string) ([][]string, [][]string) { h[7][1] = "30/12/2015"; return h, l },
		"a text":         func(h, l [][]string) ([][]string, [][]string) { h[7][2] += " "; return h, l },
		"a text to NULL": func(h, l [][]string) ([][]string, [][]string) { h[7][2] = ""; return h, l },
		"a text that looks like NULL": func(h, l [][]string) ([][]string, [][]string) {
			h[7][2] = "~"
			return h, l
		},
		"a line more": func(h, l [][]string) ([][]string, [][]string) {
			return h, append(l, []string{"7", "9", "1", ""})
		},
		"a line less": func(h, l [][]string) ([][]string, [][]string) {
			return h, slices.DeleteFunc(l, func(line []string) bool { return line[0] == "7" && line[1] == "0" })
		},
		"an amount": func(h, l [][]string) ([][]string, [][]string) {
			for _, line := range l {
				if line[0] == "7" && line[1] == "1" {
					line[2] = "7.11"
				}
			}
			return h, l
		},
		"the amounts of two lines exchanged": func(h, l [][]string) ([][]string, [][]string) {
			for _, line := range l {
				if line[0] == "7" && line[1] != "2" {
					line[2] = map[string]string{"0": "7.1", "1": "7.0"}[line[1]]
				}
			}
			return h, l
		},
	}
	before := documentDigests(t, invoices(newFixture(t, 1), first(invoiceRows(12)), second(invoiceRows(12))))
	seen := map[string]string{}
	for name, change := range changes {
		heads, lines := change(invoiceRows(12))
		after := documentDigests(t, invoices(newFixture(t, 1), heads, lines))
		for key, digest := range after {
			if (digest != before[key]) != (key == "7") {
				t.Errorf("%s of document 7: the digest of document %s was %s and is %s", name, key, before[key], digest)
			}
		}
		if other, twice := seen[after["7"]]; twice {
			t.Errorf("%s and %s give the same digest", name, other)
		}
		seen[after["7"]] = name
	}
}

// The same values in another column or another table are another content: a
// target that holds the one does not hold the other.
func TestDigest_ofDestination(t *testing.T) {
	seen := map[string]string{}
	for name, change := range map[string]func(head, line *mappings.Entity){
		"as it was":                  func(_, _ *mappings.Entity) {},
		"a column of the head":       func(h, _ *mappings.Entity) { h.Fields[3].Name = "nota" },
		"a column of the line":       func(_, l *mappings.Entity) { l.Fields[3].Name = "nota" },
		"two columns exchanged":      func(h, _ *mappings.Entity) { h.Fields[1].Name, h.Fields[2].Name = "d", "n" },
		"the table of the head":      func(h, _ *mappings.Entity) { h.Table = "altro" },
		"the table of the line":      func(_, l *mappings.Entity) { l.Table = "altro" },
		"a column and part of a key": func(h, _ *mappings.Entity) { h.Fields[0].Name = "uid" },
	} {
		f := invoices(newFixture(t, 1), first(invoiceRows(12)), second(invoiceRows(12)))
		entities := f.in.Mappings[0].Entities
		change(&entities[0], &entities[1])
		digest := documentDigests(t, f)["7"]
		if other, twice := seen[digest]; twice || digest == "" {
			t.Errorf("%s and %s give the same digest %s", name, other, digest)
		}
		seen[digest] = name
	}
}

func first(a, _ [][]string) [][]string  { return a }
func second(_, b [][]string) [][]string { return b }

func documentDigests(t *testing.T, f *fixture) map[string]string {
	t.Helper()
	f.run()
	all := map[string]string{}
	keys, digests := f.staged("doc", "doc", "_key"), f.staged("doc", "doc", "_digest")
	for i, k := range keys {
		all[k] = digests[i]
	}
	return all
}

// The same rows, once as the text of files and once as typed columns of a
// database, give the same staged content.
func TestDigest_ofTextAndTyped(t *testing.T) {
	mapping := mappings.Entity{From: []string{"a"}, Where: "cast(N as integer) > 0", Key: []string{"N"}, Fields: fields("doc",
		mappings.Field{Name: "n", From: "N", As: "integer"}, mappings.Field{Name: "v", From: "V", As: "money", Format: []string{"it"}},
		mappings.Field{Name: "d", From: "D", As: "date", Format: []string{"%d/%m/%Y"}, Absent: []string{"01/01/1900"}}, mappings.Field{Name: "t", From: "T", As: "timestamp", Format: []string{"%d/%m/%Y %H:%M:%S"}},
		mappings.Field{Name: "b", From: "B", As: "boolean", Format: []string{"1/0"}}, mappings.Field{Name: "c", From: "C", Crosswalk: "c"}, mappings.Field{Name: "x", From: "X"},
		mappings.Field{Name: "prec_id", Ref: "doc", Key: []string{"P"}})}
	text := newFixture(t, 1).crosswalk("c", "1=uno", "2=due").texts("a", "N|V|D|T|B|C|X|P",
		"1|1843,1|31/12/2015|03/02/2016 10:38:41|1|1|testo|", "2|-3100|01/01/1900||0|2| x |1", "3||||||| 2 ").mapping("doc", mapping)
	mText, findings := text.run()
	if len(findings) > 0 {
		t.Fatalf("findings %q", findings)
	}
	typed := newFixture(t, 2).crosswalk("c", "1=uno", "2=due").dataset("a", []snapshot.Column{
		{Name: "N", Type: snapshot.Integer}, {Name: "V", Type: snapshot.Decimal, Precision: 15, Scale: 3}, {Name: "D", Type: snapshot.Date}, {Name: "T", Type: snapshot.Timestamp},
		{Name: "B", Type: snapshot.Boolean}, {Name: "C", Type: snapshot.Integer}, {Name: "X", Type: snapshot.Text}, {Name: "P", Type: snapshot.Integer},
	}, `select * from (values
		(cast(1 as bigint), cast(1843.1 as decimal(15,3)), date '2015-12-31', timestamp '2016-02-03 10:38:41', true, cast(1 as bigint), 'testo', cast(null as bigint)),
		(2, -3100, date '1900-01-01', null, false, 2, ' x ', 1), (3, null, null, null, null, null, null, 2)) v("N","V","D","T","B","C","X","P")`).mapping("doc", mapping)
	mTyped, findings := typed.run()
	if len(findings) > 0 {
		t.Fatalf("findings %q", findings)
	}
	if !slices.Equal(digests(mText), digests(mTyped)) {
		t.Errorf("text gives %q, typed columns give %q", digests(mText), digests(mTyped))
	}
	want, got := fmt.Sprint(mText.Documents[0].Entities[0].Staged), fmt.Sprint(mTyped.Documents[0].Entities[0].Staged)
	if got != want {
		t.Errorf("totals of text %s, of typed columns %s", want, got)
	}
}

// A column of the target may be called as the hidden one is, in part.
func TestDigest_besideColumnsOfItsName(t *testing.T) {
	f := newFixture(t, 1).texts("a", "N|D", "1|0a1b", "2|0c1d")
	f.mapping("doc", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Fields: fields("doc", mappings.Field{Name: "file_digest", From: "D"})})
	m, findings := f.run()
	got := f.staged("doc", "doc", "file_digest")
	slices.Sort(got)
	if want := []string{"0a1b", "0c1d"}; !slices.Equal(got, want) || len(findings) > 0 || m.Documents[0].Staged != 2 {
		t.Errorf("staged %q and found %q, want %q and nothing", got, findings, want)
	}
}
