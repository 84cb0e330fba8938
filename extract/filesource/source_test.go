package filesource

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
)

// collected is a sink that keeps everything, in the order it came.
type collected struct {
	rows    []collectedRow
	rejects []snapshot.RejectedRow
	inOrder []any // of collectedRow and snapshot.RejectedRow
}

type collectedRow struct {
	part   int
	number int64
	values []string
}

// ofPart is a sink for one part of what is collected.
type ofPart struct {
	*collected
	part int
}

func (c ofPart) Row(number int64, values []any) error {
	row := collectedRow{part: c.part, number: number}
	for _, v := range values {
		row.values = append(row.values, v.(string))
	}
	c.rows = append(c.rows, row)
	c.inOrder = append(c.inOrder, row)
	return nil
}

func (c ofPart) Reject(rejected snapshot.RejectedRow) error {
	c.rejects = append(c.rejects, rejected)
	c.inOrder = append(c.inOrder, rejected)
	return nil
}

// readAll reads every chunk of a dataset.
func readAll(t testing.TB, s *Source, dataset string) (snapshot.Shape, *collected, error) {
	t.Helper()
	shape, err := s.Shape(t.Context(), dataset)
	if err != nil {
		return shape, nil, err
	}
	all := &collected{}
	for _, chunk := range shape.Chunks {
		if err := s.Read(t.Context(), dataset, chunk, ofPart{all, chunk.Part}); err != nil {
			return shape, all, err
		}
	}
	return shape, all, nil
}

// written writes files into a folder of the test and returns a source of one
// dataset "d" over all of them.
func written(t testing.TB, d Dataset, files map[string]string) *Source {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if d.Files == nil {
		d.Files = []string{"*"}
	}
	return opened(t, Config{Folder: folder, Datasets: map[string]Dataset{"d": d}})
}

func opened(t testing.TB, config Config) *Source {
	t.Helper()
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestChunksHoldEveryLineOnceWithItsNumber(t *testing.T) {
	for _, encoding := range []string{"utf-8", "cp1252"} {
		for _, ending := range []string{"\n", "\r\n", "\r"} {
			for _, chunkBytes := range []int64{1, 7, 64, 1000, 1 << 20} {
				t.Run(fmt.Sprintf("%s %q %d", encoding, ending, chunkBytes), func(t *testing.T) {
					var text strings.Builder
					text.WriteString("A;B" + ending)
					for i := range 200 {
						switch {
						case i%50 == 49:
							text.WriteString("ragged" + ending)
						case i%70 == 69:
							text.WriteString(ending)
						default:
							fmt.Fprintf(&text, "%d;%s%s", i+2, strings.Repeat("x", i%13), ending)
						}
					}
					text.WriteString(strings.Repeat(ending, 5))
					s := written(t, Dataset{Format: Format{Delimiter: ";", Encoding: encoding}},
						map[string]string{"a": text.String(), "b": "A;B" + ending + "2;only" + ending})
					s.chunkBytes = chunkBytes
					checkLineNumbers(t, s, chunkBytes)
				})
			}
		}
	}
}

// checkLineNumbers expects the rows of 200 lines, each of which holds its own
// number, and of one more file.
func checkLineNumbers(t *testing.T, s *Source, chunkBytes int64) {
	shape, all, err := readAll(t, s, "d")
	if err != nil {
		t.Fatal(err)
	}
	if chunkBytes < 100 && len(shape.Chunks) < 10 {
		t.Errorf("%d chunks of %d bytes", len(shape.Chunks), chunkBytes)
	}
	if len(all.rows) != 195 || len(all.rejects) != 6 {
		t.Errorf("%d rows and %d rejects, expected 195 and 6", len(all.rows), len(all.rejects))
	}
	for _, row := range all.rows {
		if row.values[0] != fmt.Sprint(row.number) {
			t.Errorf("line %s has the number %d", row.values[0], row.number)
		}
	}
	for _, r := range all.rejects {
		if i := r.Row - 2; i%50 != 49 && i%70 != 69 {
			t.Errorf("line %d was rejected: %s", r.Row, r.Reason)
		}
	}
	for i, chunk := range shape.Chunks {
		if chunk.Part != i {
			t.Errorf("chunk %d has the part %d", i, chunk.Part)
		}
	}
	figures, err := s.Figures(t.Context(), "d")
	if err != nil || figures.Rows != 201 {
		t.Errorf("figures say %d rows, %v; expected 201", figures.Rows, err)
	}
}

func TestFileThatChangesAfterShapeIsRefused(t *testing.T) {
	const before = "A;B\n1;x\n2;y\n"
	for name, change := range map[string]func(t *testing.T, path string){
		"longer": func(t *testing.T, path string) { rewrite(t, path, before+"3;z\n") },
		"written again": func(t *testing.T, path string) {
			rewrite(t, path, strings.Replace(before, "y", "z", 1))
		},
		"other bytes, same size and time": func(t *testing.T, path string) {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			rewrite(t, path, strings.Replace(before, "y", "z", 1))
			if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
		},
		"line ends moved, same size and time": func(t *testing.T, path string) {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			rewrite(t, path, "A;B\n1;x 2;y\n")
			if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := written(t, Dataset{Format: Format{Delimiter: ";"}}, map[string]string{"a": before})
			shape, err := s.Shape(t.Context(), "d")
			if err != nil {
				t.Fatal(err)
			}
			change(t, filepath.Join(s.folder, "a"))
			err = s.Read(t.Context(), "d", shape.Chunks[0], ofPart{&collected{}, 0})
			if err == nil || !strings.Contains(err.Error(), "file a") || !strings.Contains(err.Error(), "changed while it was in use") {
				t.Errorf("a changed file was read: %v", err)
			}
		})
	}
}

func rewrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFingerprintFollowsBytesAndSettings(t *testing.T) {
	fingerprint := func(d Dataset, files map[string]string) string {
		t.Helper()
		f, err := written(t, d, files).Fingerprint(t.Context(), "d")
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	yes := true
	semicolon := Dataset{Format: Format{Delimiter: ";"}}
	files := map[string]string{"a": "A;B\n1;2\n"}
	base := fingerprint(semicolon, files)
	if again := fingerprint(semicolon, files); again != base {
		t.Errorf("the same files gave %s and %s", base, again)
	}
	for name, other := range map[string]string{
		"other bytes":    fingerprint(semicolon, map[string]string{"a": "A;B\n1;3\n"}),
		"other name":     fingerprint(semicolon, map[string]string{"b": "A;B\n1;2\n"}),
		"one more file":  fingerprint(semicolon, map[string]string{"a": "A;B\n1;2\n", "b": "A;B\n"}),
		"other encoding": fingerprint(Dataset{Format: Format{Delimiter: ";", Encoding: "cp1252"}}, files),
		"other quoting":  fingerprint(Dataset{Format: Format{Delimiter: ";", Quoting: "standard"}}, files),
		"trimmed":        fingerprint(Dataset{Format: Format{Delimiter: ";", Trim: &yes}}, files),
	} {
		if other == base {
			t.Errorf("%s: the fingerprint is the same", name)
		}
	}
}

func TestChunkOfAnotherSurveyIsRefused(t *testing.T) {
	s := written(t, Dataset{Format: Format{Delimiter: ";"}}, map[string]string{"a": "A;B\n1;2\n"})
	for _, chunk := range []snapshot.Chunk{
		{Part: 0, Origin: "a", From: "4", To: "9"},
		{Part: 0, Origin: "b", From: "4", To: "8"},
		{Part: 1, Origin: "a", From: "4", To: "8"},
		{Part: -1},
	} {
		if err := s.Read(t.Context(), "d", chunk, ofPart{&collected{}, 0}); err == nil || !strings.Contains(err.Error(), "is not one of its chunks") {
			t.Errorf("chunk %+v: %v", chunk, err)
		}
	}
}

func TestLineBeyondTheLimitIsRejectedAndTheNextRead(t *testing.T) {
	for _, quoting := range []string{"none", "standard"} {
		t.Run(quoting, func(t *testing.T) {
			text := "A;B\n1;x\n2;" + strings.Repeat("y", lineLimit+100) + "\n3;z\n"
			s := written(t, Dataset{Format: Format{Delimiter: ";", Quoting: quoting}}, map[string]string{"a": text})
			_, all, err := readAll(t, s, "d")
			if err != nil {
				t.Fatal(err)
			}
			if len(all.rows) != 2 || all.rows[1].number != 4 || len(all.rejects) != 1 || all.rejects[0].Row != 3 {
				t.Fatalf("rows %d, rejects %d", len(all.rows), len(all.rejects))
			}
			if r := all.rejects[0]; len(r.Raw) != snapshot.RawLimit || !strings.HasPrefix(string(r.Raw), "2;yyy") {
				t.Errorf("kept %d bytes of the line", len(r.Raw))
			}
		})
	}
}

func TestUnclosedQuoteDoesNotSwallowTheFile(t *testing.T) {
	var text strings.Builder
	text.WriteString("A;B\n1;\"never closed\n")
	for i := range 3 * recordLines {
		fmt.Fprintf(&text, "%d;\"\"\n", i+2) // "" would be an escaped quote inside the open field
	}
	s := written(t, Dataset{Format: Format{Delimiter: ";", Quoting: "standard"}}, map[string]string{"a": text.String()})
	_, all, err := readAll(t, s, "d")
	if err != nil {
		t.Fatal(err)
	}
	if len(all.rejects) != 1 || all.rejects[0].Row != 2 || len(all.rows) != 3*recordLines {
		t.Fatalf("%d rows and %d rejects; expected %d and 1", len(all.rows), len(all.rejects), 3*recordLines)
	}
	if want := "column 2 (B) opens a quote that is not closed within 1000 lines or 1 MiB; is quoting: none meant?"; all.rejects[0].Reason != want {
		t.Errorf("reason %q", all.rejects[0].Reason)
	}
	for i, row := range all.rows {
		if want := []string{fmt.Sprint(i + 2), ""}; row.number != int64(i+3) || !slices.Equal(row.values, want) {
			t.Fatalf("row %d is %v at line %d", i, row.values, row.number)
		}
	}
}

func TestReadStopsAtTheSinksErrorAndAtCancellation(t *testing.T) {
	for _, quoting := range []string{"none", "standard"} {
		s := written(t, Dataset{Format: Format{Delimiter: ";", Quoting: quoting}}, map[string]string{"a": "A;B\n1;2\n3;4\n"})
		shape, err := s.Shape(t.Context(), "d")
		if err != nil {
			t.Fatal(err)
		}
		full := errors.New("disk full")
		sink := &failing{err: full}
		if err := s.Read(t.Context(), "d", shape.Chunks[0], sink); !errors.Is(err, full) || sink.rows != 1 {
			t.Errorf("%s: %v after %d rows", quoting, err, sink.rows)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Read(cancelled, "d", shape.Chunks[0], ofPart{&collected{}, 0}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a cancelled reading gave %v", quoting, err)
		}
	}
}

// failing is a sink that cannot take a row.
type failing struct {
	err  error
	rows int
}

func (f *failing) Row(int64, []any) error            { f.rows++; return f.err }
func (f *failing) Reject(snapshot.RejectedRow) error { return f.err }

func TestUnreadableAfterTheSurvey(t *testing.T) {
	s := written(t, Dataset{Format: Format{Delimiter: ";"}}, map[string]string{"a": "A;B\n1;2\n"})
	shape, err := s.Shape(t.Context(), "d")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.folder, "a")); err != nil {
		t.Fatal(err)
	}
	if err := s.Read(t.Context(), "d", shape.Chunks[0], ofPart{&collected{}, 0}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a removed file gave %v", err)
	}
	if _, err := s.Shape(t.Context(), "e"); err == nil || err.Error() != "dataset e: not in this file source; it has d" {
		t.Errorf("an unknown dataset gave %v", err)
	}
}

func TestFieldsStayAsTheyAreAcrossRows(t *testing.T) {
	// Values that repeat are given again from the row before: they must still
	// be those of their own row.
	s := written(t, Dataset{Format: Format{Delimiter: ";"}}, map[string]string{"a": "A;B\n1;x\n1;y\n2;y\n;y\n1;\n"})
	_, all, err := readAll(t, s, "d")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range all.rows {
		got = append(got, strings.Join(row.values, ";"))
	}
	if want := []string{"1;x", "1;y", "2;y", ";y", "1;"}; !slices.Equal(got, want) {
		t.Errorf("rows %q, expected %q", got, want)
	}
}
