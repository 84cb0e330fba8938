package extract

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
)

// fakeSource has rows in memory. Its faults are set by the tests.
type fakeSource struct {
	shapes      map[string]snapshot.Shape
	rows        map[string][][]any // by "<dataset>/<part>"; a nil row is one that cannot be read
	figures     map[string]snapshot.Figures
	fingerprint string
	before      func(dataset string, part int, row int64) error // fails a reading
	deaf        bool                                            // passes over the sink's errors

	mutex sync.Mutex
	reads []string
}

func (s *fakeSource) Datasets(context.Context) ([]string, error) {
	var names []string
	for name := range s.shapes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

func (s *fakeSource) Shape(_ context.Context, dataset string) (snapshot.Shape, error) {
	shape := s.shapes[dataset]
	shape.Chunks = slices.Clone(shape.Chunks)
	return shape, nil
}

func (s *fakeSource) Read(ctx context.Context, dataset string, chunk snapshot.Chunk, sink snapshot.Sink) error {
	name := fmt.Sprintf("%s/%d", dataset, chunk.Part)
	s.mutex.Lock()
	s.reads = append(s.reads, name)
	s.mutex.Unlock()
	for i, row := range s.rows[name] {
		number := int64(i + 1)
		if s.before != nil {
			if err := s.before(dataset, chunk.Part, number); err != nil {
				return err
			}
		}
		var err error
		if row == nil {
			err = sink.Reject(snapshot.RejectedRow{Row: number, Code: "ragged_row", Reason: "3 fields, the header has 2", Raw: []byte("a\x00\xff")})
		} else {
			err = sink.Row(number, row)
		}
		if err != nil && !s.deaf {
			return err
		}
	}
	return nil
}

func (s *fakeSource) Figures(_ context.Context, dataset string) (snapshot.Figures, error) {
	return s.figures[dataset], nil
}

func (s *fakeSource) Moment() snapshot.Moment { return snapshot.Moment{How: "in memory", Readers: 3} }
func (s *fakeSource) Close() error            { return nil }

// fakeFiles is a fake source that can prove that it has not changed.
type fakeFiles struct{ *fakeSource }

func (s fakeFiles) Fingerprint(context.Context, string) (string, error) { return s.fingerprint, nil }

// ledger is a source of two datasets: impegni in three chunks, and one that is empty.
func ledger() *fakeSource {
	s := &fakeSource{
		shapes: map[string]snapshot.Shape{
			"impegni": {
				Dataset: "impegni", Origin: "legacy.impegni",
				Columns: []snapshot.Column{
					{Name: "NUMERO", Type: snapshot.Integer},
					{Name: "IMPORTO", Type: snapshot.Decimal, Precision: 15, Scale: 2, Origin: "numeric(15,2)"},
					{Name: "TASSO", Type: snapshot.Text, Number: true},
					{Name: "DESCRIZIONE", Type: snapshot.Text},
				},
				Chunks: []snapshot.Chunk{{Part: 0, Origin: "rows 1 to 40", To: "41"}, {Part: 1, Origin: "rows 41 to 80", From: "41", To: "81"}, {Part: 2, Origin: "rows from 81", From: "81"}},
			},
			"vuoto": {Dataset: "vuoto", Origin: "legacy.vuoto", Columns: []snapshot.Column{{Name: "A", Type: snapshot.Text}}},
		},
		rows:    map[string][][]any{},
		figures: map[string]snapshot.Figures{"impegni": {Rows: 120, Sums: map[string]string{"NUMERO": "7140", "IMPORTO": "71.40", "TASSO": "1.2"}}, "vuoto": {}},
	}
	for n := range 120 {
		part := fmt.Sprintf("impegni/%d", n/40)
		s.rows[part] = append(s.rows[part], []any{int64(n), int64(n), ".01", "perché\x00"})
	}
	return s
}

// events collects what Extract tells.
func collect(told *[]Event) func(Event) { return func(e Event) { *told = append(*told, e) } }

func kinds(told []Event, kind EventKind) (found []Event) {
	for _, e := range told {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

func filesIn(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			relative, _ := filepath.Rel(folder, path)
			files = append(files, relative)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestExtractSealsEveryRow(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "snapshot")
	var told []Event
	m, err := Extract(t.Context(), ledger(), Options{Folder: folder, Progress: collect(&told), Version: "0.1", Description: "a ledger"})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := m.Dataset("impegni")
	if d.Files.Rows != 120 || d.Files.Sums["IMPORTO"] != "71.4" || d.Files.Sums["TASSO"] != "1.2" || d.Source.Sums["IMPORTO"] != "71.4" {
		t.Errorf("figures are %+v and %+v", d.Source, d.Files)
	}
	if empty, _ := m.Dataset("vuoto"); empty.Files.Rows != 0 || len(empty.Parts) != 1 {
		t.Errorf("the empty dataset is %+v", empty)
	}
	want := []string{"impegni/part-00000.parquet", "impegni/part-00001.parquet", "impegni/part-00002.parquet", "manifest.json", "vuoto/part-00000.parquet"}
	if files := filesIn(t, folder); !slices.Equal(files, want) {
		t.Errorf("the folder holds %q, want %q", files, want)
	}
	loaded, err := snapshot.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.Verify(t.Context(), folder); err != nil {
		t.Error(err)
	}
	if loaded.Digest() != m.Digest() {
		t.Error("the digest of the manifest changed when it was loaded")
	}
	rows := int64(0)
	for _, e := range kinds(told, Advanced) {
		rows += e.Rows
	}
	if rows != 120 || len(kinds(told, Finished)) != 4 || len(kinds(told, Sealed)) != 1 {
		t.Errorf("events are %+v", told)
	}
}

func TestSameRowsGiveSameDigest(t *testing.T) {
	var digests []string
	for range 2 {
		m, err := Extract(t.Context(), ledger(), Options{Folder: t.TempDir(), Description: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, m.Digest())
	}
	changed := ledger()
	changed.rows["impegni/1"][0][3] = "perche"
	m, err := Extract(t.Context(), changed, Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if digests[0] != digests[1] || digests[0] == m.Digest() {
		t.Errorf("digests are %q, and %q of another text", digests, m.Digest())
	}
}

func TestRejectedRowsAreCountedAndKept(t *testing.T) {
	source := ledger()
	source.rows["impegni/1"][3] = nil // NUMERO 43
	source.rows["impegni/2"][0] = nil // NUMERO 80
	folder := t.TempDir()
	m, err := Extract(t.Context(), source, Options{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := m.Dataset("impegni")
	if d.Files.Rows != 118 || d.Rejected != 2 || d.Source.Rows != 120 {
		t.Errorf("%d rows and %d rejected of %d", d.Files.Rows, d.Rejected, d.Source.Rows)
	}
	if d.RejectedSums["IMPORTO"] != "1.23" || d.RejectedSums["TASSO"] != "0.02" {
		t.Errorf("sums of the rejected rows are %v", d.RejectedSums)
	}
	var rejected []snapshot.RejectedRow
	for r, err := range d.RejectedRows(folder) {
		if err != nil {
			t.Fatal(err)
		}
		rejected = append(rejected, r)
	}
	if len(rejected) != 2 || rejected[0].Part != 1 || rejected[0].Row != 4 || rejected[1].Part != 2 || rejected[1].Row != 1 || string(rejected[0].Raw) != "a\x00\xff" {
		t.Errorf("rejected rows are %+v", rejected)
	}
	if err := m.Verify(t.Context(), folder); err != nil {
		t.Error(err)
	}
}

func TestSourceThatLiesIsCaught(t *testing.T) {
	cases := []struct {
		name    string
		lie     func(*fakeSource)
		column  string
		message string
	}{
		{"a row more", func(s *fakeSource) {
			s.figures["impegni"] = snapshot.Figures{Rows: 121, Sums: s.figures["impegni"].Sums}
		}, "",
			"dataset impegni: rows: the source says 121 and the files hold 120 (difference 1)"},
		{"a row less", func(s *fakeSource) { s.rows["impegni/1"] = s.rows["impegni/1"][:39] }, "",
			"the source says 120 and the files hold 119 (difference 1)"},
		{"a rejected row is not counted", func(s *fakeSource) { s.rows["impegni/0"] = append(s.rows["impegni/0"], nil) }, "",
			"the source says 120 and the files hold 121, 1 of them rejected (difference -1)"},
		{"a cent", func(s *fakeSource) { s.figures["impegni"].Sums["IMPORTO"] = "71.41" }, "IMPORTO",
			`sum of column "IMPORTO": the source says 71.41 and the files hold 71.4 (difference 0.01)`},
		{"a cent the other way", func(s *fakeSource) { s.rows["impegni/2"][0][1] = int64(81) }, "IMPORTO", "(difference -0.01)"},
		{"a number in text", func(s *fakeSource) { s.rows["impegni/2"][0][2] = ".010000000000000000000001" }, "TASSO", "(difference -0.000000000000000000000001)"},
		{"rows in the empty dataset", func(s *fakeSource) { s.figures["vuoto"] = snapshot.Figures{Rows: 1} }, "", "dataset vuoto: rows"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			source, folder := ledger(), t.TempDir()
			c.lie(source)
			_, err := Extract(t.Context(), source, Options{Folder: folder})
			var mismatch *MismatchError
			if !errors.As(err, &mismatch) || mismatch.Column != c.column || !strings.Contains(err.Error(), c.message) {
				t.Errorf("error is %v, want a mismatch of column %q with %q", err, c.column, c.message)
			}
			if _, err := snapshot.Load(folder); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the folder is sealed: %v", err)
			}
		})
	}
}

func TestSumThatIsNotGivenIsRefused(t *testing.T) {
	source := ledger()
	delete(source.figures["impegni"].Sums, "IMPORTO")
	if _, err := Extract(t.Context(), source, Options{Folder: t.TempDir()}); err == nil || !strings.Contains(err.Error(), `no sum of column "IMPORTO"`) {
		t.Errorf("error is %v", err)
	}
}

func TestErrorInTheMiddleLeavesNoHalfFile(t *testing.T) {
	broken := errors.New("connection lost")
	cases := []struct {
		name   string
		source func() *fakeSource
		want   string
	}{
		{"reading fails", func() *fakeSource {
			s := ledger()
			s.before = func(_ string, part int, row int64) error {
				if part == 1 && row == 20 {
					return broken
				}
				return nil
			}
			return s
		}, "dataset impegni: rows 41 to 80: connection lost"},
		{"a value of the wrong type", func() *fakeSource {
			s := ledger()
			s.rows["impegni/1"][20] = []any{"x", int64(1), "1", ""}
			return s
		}, `row 21: column "NUMERO": a string is no value of a integer column`},
		{"a sink's error is passed over", func() *fakeSource {
			s := ledger()
			s.deaf = true
			s.rows["impegni/1"][20] = []any{int64(1)}
			return s
		}, "the reader passed over an error: write impegni/part-00001.parquet: row 21: 1 values for 4 columns"},
		{"text that is not UTF-8", func() *fakeSource {
			s := ledger()
			s.rows["impegni/1"][0][3] = "perch\xe8"
			return s
		}, "not valid UTF-8"},
		{"a decimal too long", func() *fakeSource {
			s := ledger()
			s.rows["impegni/1"][0][1] = int64(1_000_000_000_000_000)
			return s
		}, "more than the 15 digits"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			_, err := Extract(t.Context(), c.source(), Options{Folder: folder})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
			for _, file := range filesIn(t, folder) {
				if strings.HasPrefix(file, "impegni/part-00001") || strings.HasSuffix(file, ".tmp") || file == "manifest.json" {
					t.Errorf("%s was left", file)
				}
			}
			m, err := Extract(t.Context(), ledger(), Options{Folder: folder})
			if err != nil {
				t.Fatalf("the folder cannot be extracted into again: %v", err)
			}
			if err := m.Verify(t.Context(), folder); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRowThatComesTwiceIsRefused(t *testing.T) {
	sink := &chunkSink{ctx: t.Context(), events: &events{}}
	sink.rows, _ = snapshot.NewWriter(t.TempDir(), "d", 0, []snapshot.Column{{Name: "a", Type: snapshot.Text}})
	defer sink.rows.Discard()
	if err := sink.Row(7, []any{"x"}); err != nil {
		t.Fatal(err)
	}
	if err := sink.Reject(snapshot.RejectedRow{Row: 7}); err == nil || !strings.Contains(err.Error(), "row 7 comes after row 7") {
		t.Errorf("error is %v", err)
	}
}

func TestCancelledExtractionCanGoOn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	source, folder := ledger(), t.TempDir()
	source.fingerprint = "1"
	source.before = func(_ string, part int, row int64) error {
		if part == 2 && row == 5 {
			cancel()
			return ctx.Err()
		}
		return nil
	}
	if _, err := Extract(ctx, fakeFiles{source}, Options{Folder: folder, Readers: 1}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v", err)
	}
	source.before, source.reads = nil, nil
	if _, err := Extract(t.Context(), fakeFiles{source}, Options{Folder: folder}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"impegni/2"}; !slices.Equal(source.reads, want) {
		t.Errorf("read again: %q, want %q", source.reads, want)
	}
}

func TestResume(t *testing.T) {
	cases := []struct {
		name      string
		files     bool // the source can prove that it is the same
		change    func(t *testing.T, s *fakeSource, folder string)
		reads     []string // by the second extraction
		restarted string
	}{
		{"files that are the same", true, nil, []string{"impegni/1", "impegni/2"}, ""},
		{"files that changed", true, func(_ *testing.T, s *fakeSource, _ string) { s.fingerprint = "2" },
			[]string{"impegni/0", "impegni/1", "impegni/2"}, "no longer what it was"},
		{"another division into chunks", true, func(_ *testing.T, s *fakeSource, _ string) { s.shapes["impegni"].Chunks[0].To = "42" },
			[]string{"impegni/0", "impegni/1", "impegni/2"}, "no longer what it was"},
		{"a database", false, nil, []string{"impegni/0", "impegni/1", "impegni/2"}, "its moment cannot be had again"},
		{"a chunk that was tampered with", true, func(t *testing.T, _ *fakeSource, folder string) {
			flip(t, filepath.Join(folder, "impegni/part-00000.parquet"))
		},
			[]string{"impegni/0", "impegni/1", "impegni/2"}, "no longer what it was"},
		{"killed between file and proof", true, func(t *testing.T, _ *fakeSource, folder string) {
			if err := os.Remove(filepath.Join(folder, "impegni/part-00000.json")); err != nil {
				t.Fatal(err)
			}
		}, []string{"impegni/0", "impegni/1", "impegni/2"}, ""},
		{"killed while writing", true, func(t *testing.T, _ *fakeSource, folder string) {
			for _, name := range []string{"impegni/part-00001.parquet.tmp", "manifest.json.tmp", "impegni/part-00002.rejected.jsonl"} {
				if err := os.WriteFile(filepath.Join(folder, name), []byte("half"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}, []string{"impegni/1", "impegni/2"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, folder := ledger(), t.TempDir()
			s.fingerprint = "1"
			s.rows["impegni/0"][5] = nil
			s.before = func(_ string, part int, row int64) error {
				if part == 1 {
					return errors.New("killed")
				}
				return nil
			}
			var source Source = s
			if c.files {
				source = fakeFiles{s}
			}
			if _, err := Extract(t.Context(), source, Options{Folder: folder, Readers: 1}); err == nil {
				t.Fatal("the first extraction did not fail")
			}
			if c.change != nil {
				c.change(t, s, folder)
			}
			s.before, s.reads = nil, nil
			var told []Event
			m, err := Extract(t.Context(), source, Options{Folder: folder, Progress: collect(&told)})
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(s.reads)
			if !slices.Equal(s.reads, c.reads) {
				t.Errorf("read again: %q, want %q", s.reads, c.reads)
			}
			if kept := len(kinds(told, Kept)); kept != 3-len(c.reads) {
				t.Errorf("%d chunks were kept", kept)
			}
			restarted := kinds(told, Restarted)
			if (c.restarted == "") != (len(restarted) == 0) || len(restarted) > 0 && !strings.Contains(restarted[0].Message, c.restarted) {
				t.Errorf("restarted: %+v, want %q", restarted, c.restarted)
			}
			if d, _ := m.Dataset("impegni"); d.Files.Rows != 119 || d.Rejected != 1 {
				t.Errorf("%d rows, %d rejected", d.Files.Rows, d.Rejected)
			}
			if err := m.Verify(t.Context(), folder); err != nil {
				t.Error(err)
			}
		})
	}
}

// flip changes one bit in the middle of a file.
func flip(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSealedFolder(t *testing.T) {
	source, folder := ledger(), t.TempDir()
	source.fingerprint = "1"
	sealed, err := Extract(t.Context(), fakeFiles{source}, Options{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	source.reads = nil
	again, err := Extract(t.Context(), fakeFiles{source}, Options{Folder: folder})
	if err != nil || again.Digest() != sealed.Digest() || len(source.reads) > 0 {
		t.Errorf("extracted again: %v, reads %q", err, source.reads)
	}
	source.fingerprint = "2"
	if _, err := Extract(t.Context(), fakeFiles{source}, Options{Folder: folder}); err == nil || !strings.Contains(err.Error(), "has changed since it was sealed: extract into another folder") {
		t.Errorf("another state of the source: %v", err)
	}
	source.fingerprint = "1"
	flip(t, filepath.Join(folder, "impegni/part-00002.parquet"))
	if _, err := Extract(t.Context(), fakeFiles{source}, Options{Folder: folder}); err == nil || !strings.Contains(err.Error(), "part-00002.parquet: changed since it was sealed") {
		t.Errorf("a changed byte: %v", err)
	}
}

func TestFolderOfSomebodyIsLeftAlone(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "thesis.odt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Extract(t.Context(), ledger(), Options{Folder: folder})
	if err == nil || !strings.Contains(err.Error(), "thesis.odt: not a file of a snapshot") {
		t.Errorf("error is %v", err)
	}
	if files := filesIn(t, folder); !slices.Equal(files, []string{"thesis.odt"}) {
		t.Errorf("the folder holds %q", files)
	}
}
