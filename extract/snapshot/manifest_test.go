package snapshot

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/travaso/travaso/extract/sealed"
)

// sealed makes a snapshot of one dataset in two parts, with a rejected row.
func sealedSnapshot(t *testing.T) (folder string, m *Manifest) {
	t.Helper()
	folder = t.TempDir()
	columns := []Column{{Name: "a", Type: Text, Origin: "utf-8 text"}}
	var parts []Part
	for n := range 2 {
		w, err := NewWriter(folder, "d", n, columns)
		if err != nil {
			t.Fatal(err)
		}
		for row := range int64(3) {
			if err := w.Append(row, []any{"x"}); err != nil {
				t.Fatal(err)
			}
		}
		part := Part{Chunk: Chunk{Part: n, Origin: "d.csv"}, Contents: w.Contents()}
		if part.File, err = w.Close(); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	rejected := NewRejectedWriter(folder, "d", 1)
	if err := rejected.Append(RejectedRow{Row: 9, Code: "ragged_row", Reason: "why", Raw: make([]byte, 2*RawLimit)}); err != nil {
		t.Fatal(err)
	}
	var err error
	if parts[1].Rejected, err = rejected.Close(); err != nil {
		t.Fatal(err)
	}
	d := Dataset{Name: "d", Origin: "*.csv", Columns: columns, Source: Figures{Rows: 7}, Files: Figures{Rows: 6}, Rejected: 1, Parts: parts}
	if d.RejectedFile, err = GatherRejected(folder, "d", parts); err != nil {
		t.Fatal(err)
	}
	m = &Manifest{Tool: "travaso 0.1", Source: "files", Moment: Moment{At: time.Now(), How: "once"}, Datasets: []Dataset{d}}
	if err := m.Write(folder); err != nil {
		t.Fatal(err)
	}
	if err := m.RemoveProofs(folder); err != nil {
		t.Fatal(err)
	}
	return folder, m
}

func TestManifestComesBack(t *testing.T) {
	folder, m := sealedSnapshot(t)
	loaded, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(m)
	got, _ := json.Marshal(loaded)
	if string(got) != string(want) {
		t.Errorf("loaded %s, written %s", got, want)
	}
	if err := loaded.Verify(t.Context(), folder); err != nil {
		t.Error(err)
	}
	var rows []RejectedRow
	for r, err := range loaded.Datasets[0].RejectedRows(folder) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	if len(rows) != 1 || rows[0].Part != 1 || rows[0].Row != 9 || len(rows[0].Raw) != RawLimit {
		t.Errorf("%d rejected rows", len(rows))
	}
	for _, path := range append(loaded.Datasets[0].Paths(folder), filepath.Join(folder, manifestName)) {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v: %v", path, info.Mode(), err)
		}
	}
	if info, err := os.Stat(filepath.Join(folder, "d")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v: %v", info.Mode(), err)
	}
}

func TestVerifyFindsTampering(t *testing.T) {
	change := func(name string) func(*testing.T, string) {
		return func(t *testing.T, folder string) {
			path := filepath.Join(folder, name)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			content[len(content)/2] ^= 1
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	cases := []struct {
		name   string
		tamper func(t *testing.T, folder string)
		want   string
	}{
		{"a byte of a part", change("d/part-00001.parquet"), "d/part-00001.parquet: changed since it was sealed"},
		{"a byte of the rejected rows", change("d/rejected.jsonl"), "d/rejected.jsonl: changed since it was sealed"},
		{"a missing file", func(t *testing.T, folder string) {
			if err := os.Remove(filepath.Join(folder, "d/part-00000.parquet")); err != nil {
				t.Fatal(err)
			}
		}, "d/part-00000.parquet: missing from the snapshot: restore it"},
		{"a longer file", func(t *testing.T, folder string) {
			path := filepath.Join(folder, "d/part-00000.parquet")
			content, _ := os.ReadFile(path)
			if err := os.WriteFile(path, append(content, 0), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "it was changed"},
		{"a file more", func(t *testing.T, folder string) {
			if err := os.WriteFile(filepath.Join(folder, "d/part-00002.parquet"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "d/part-00002.parquet: not in the manifest: remove it"},
		{"two at once", func(t *testing.T, folder string) {
			change("d/part-00000.parquet")(t, folder)
			change("d/part-00001.parquet")(t, folder)
		}, "(and 1 other files)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			folder, m := sealedSnapshot(t)
			c.tamper(t, folder)
			if err := m.Verify(t.Context(), folder); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), folder) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	cases := []struct {
		name, from, to, want string
	}{
		{"a newer version", `"version": 1`, `"version": 2`, "format version 2 is unknown here, this program reads version 1"},
		{"no version", `"version": 1`, `"edition": 1`, "format version 0 is unknown"},
		{"no JSON", `{`, `[`, "not a manifest"},
		{"an unknown field", `"tool":`, `"tools":`, `unknown field "tools"`},
		{"a path that leads out", `"path": "d/part-00000.parquet"`, `"path": "../../etc/passwd"`, `part 0 is in "../../etc/passwd"`},
		{"rows that do not add up", `"rejected": 1`, `"rejected": 2`, "rows"},
		{"a dataset that leads out", `"name": "d"`, `"name": "../d"`, "the name"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			folder, _ := sealedSnapshot(t)
			path := filepath.Join(folder, manifestName)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.Replace(string(content), c.from, c.to, 1)
			if changed == string(content) {
				t.Fatalf("the manifest has no %s", c.from)
			}
			if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(folder); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
		})
	}
	if _, err := Load(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestDigestIsOfContent(t *testing.T) {
	_, m := sealedSnapshot(t)
	digest := m.Digest()
	cases := []struct {
		name   string
		change func(m *Manifest)
		same   bool
	}{
		{"another moment", func(m *Manifest) { m.Moment = Moment{} }, true},
		{"another program", func(m *Manifest) { m.Tool = "travaso 0.2" }, true},
		{"another path", func(m *Manifest) { m.Source, m.Datasets[0].Origin = "elsewhere", "/mnt/*.csv" }, true},
		{"another type in the source's words", func(m *Manifest) { m.Datasets[0].Columns[0].Origin = "text" }, true},
		{"another column", func(m *Manifest) { m.Datasets[0].Columns[0].Name = "b" }, false},
		{"a column that is a number", func(m *Manifest) { m.Datasets[0].Columns[0].Number = true }, false},
		{"another file", func(m *Manifest) { m.Datasets[0].Parts[0].File.SHA256 = "0" }, false},
		{"other rejected rows", func(m *Manifest) { m.Datasets[0].RejectedFile.SHA256 = "0" }, false},
		{"another name", func(m *Manifest) { m.Datasets[0].Name = "e" }, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text, _ := json.Marshal(m)
			changed := new(Manifest)
			if err := json.Unmarshal(text, changed); err != nil {
				t.Fatal(err)
			}
			c.change(changed)
			if (changed.Digest() == digest) != c.same {
				t.Errorf("the digest is the same: %v", !c.same)
			}
		})
	}
}

func TestNamesOfDatasets(t *testing.T) {
	for _, name := range []string{"impegni", "Capitoli di spesa 2016", "dbo.IMPEGNI", "città", strings.Repeat("x", nameLimit)} {
		if err := CheckDataset(name); err != nil {
			t.Errorf("%q is refused: %v", name, err)
		}
	}
	for _, name := range []string{"", ".", "..", "a/b", `a\b`, "a*", "a?", "a[b]", "{a}", "a'b", `a"b`, "a=b", "a\nb", "a\x00", "\xff", "manifest.json", strings.Repeat("x", nameLimit+1)} {
		if err := CheckDataset(name); err == nil {
			t.Errorf("%q is accepted", name)
		}
	}
}

func TestColumnsThatCannotBeWritten(t *testing.T) {
	cases := []struct {
		columns []Column
		want    string
	}{
		{nil, "no columns"},
		{[]Column{{Name: "", Type: Text}}, "the name is empty"},
		{[]Column{{Name: "a\x00b", Type: Text}}, "holds a NUL"},
		{[]Column{{Name: "\xff", Type: Text}}, "not valid UTF-8"},
		{[]Column{{Name: "Id", Type: Text}, {Name: "ID", Type: Text}}, `SQL cannot tell it from column "Id"`},
		{[]Column{{Name: "_ROW", Type: Text}}, `SQL cannot tell it from column "_row"`},
		{[]Column{{Name: "a", Type: Decimal, Precision: 19, Scale: 2}}, "decimal(19,2) does not fit"},
		{[]Column{{Name: "a", Type: UUID}}, `type "uuid" cannot be written`},
		{[]Column{{Name: "a", Type: Date, Number: true}}, "number is for text columns"},
	}
	for _, c := range cases {
		if _, err := NewWriter(t.TempDir(), "d", 0, c.columns); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error is %v, want %q", c.columns, err, c.want)
		}
	}
}

func TestSweepKeepsOnlyItsOwn(t *testing.T) {
	folder := t.TempDir()
	names := []string{"d/part-00000.parquet", "d/part-00000.json", "d/part-00001.parquet.tmp", "e/part-00007.json", "e/rejected.jsonl", "manifest.json.tmp"}
	for _, name := range names {
		if err := sealed.WriteFile(filepath.Join(folder, name), []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	kept := Part{File: File{Path: "d/part-00000.parquet"}}
	givenUp, err := Sweep(folder, map[string][]Part{"d": {kept}})
	if err != nil || len(givenUp) != 1 || givenUp["e"] != 1 {
		t.Errorf("given up: %v, %v", givenUp, err)
	}
	left, err := leftovers(folder)
	if want := []string{"d/part-00000.json", "d/part-00000.parquet"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("left: %q, want %q: %v", left, want, err)
	}
	if givenUp, err := Sweep(filepath.Join(folder, "nowhere"), nil); err != nil || len(givenUp) > 0 {
		t.Errorf("a folder that is not there: %v, %v", givenUp, err)
	}
}
