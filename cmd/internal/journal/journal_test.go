package journal

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

type stage struct {
	Name      string `json:"name"`
	Documents int64  `json:"documents"`
}

// written makes a journal of n events and returns its folder and lines.
func written(t *testing.T, n int) (folder string, lines []string) {
	t.Helper()
	folder = t.TempDir()
	j := open(t, folder)
	for i := range n {
		if _, err := j.Append("stage_done", stage{Name: fmt.Sprintf("stage %d", i), Documents: int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, File))
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.SplitAfter(string(text), "\n")
	return folder, lines[:len(lines)-1]
}

func open(t *testing.T, folder string) *Journal {
	t.Helper()
	j, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func rewrite(t *testing.T, folder string, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, File), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestJournalSurvivesReopening(t *testing.T) {
	folder, _ := written(t, 3)
	j := open(t, folder)
	if _, err := j.Append("plan", nil); err != nil {
		t.Fatal(err)
	}
	events := slices.Collect(j.Events())
	if len(events) != 4 {
		t.Fatalf("%d events, want 4", len(events))
	}
	for i, e := range events {
		if e.Seq != int64(i)+1 {
			t.Errorf("event %d has seq %d", i, e.Seq)
		}
	}
	last, found := j.Last("stage_done")
	var s stage
	if err := last.Decode(&s); err != nil || !found || s.Name != "stage 2" || s.Documents != 2 {
		t.Errorf("last stage_done = %+v, %v, %v", s, found, err)
	}
	if _, found := j.Last("rollback"); found {
		t.Error("found an event that was never appended")
	}
	seal, err := Verify(filepath.Join(folder, File))
	if err != nil || seal != j.Seal() {
		t.Errorf("verify = %v, %v; want %v", seal, err, j.Seal())
	}
}

func TestJournalIsPrivate(t *testing.T) {
	folder, _ := written(t, 1)
	info, err := os.Stat(filepath.Join(folder, File))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

// What a loss of power leaves is cut off, recorded, and the chain goes on.
func TestTornLastLine(t *testing.T) {
	_, lines := written(t, 3)
	cases := map[string]string{
		"half a line":                 lines[2][:len(lines[2])/2],
		"all but the newline":         strings.TrimSuffix(lines[2], "\n"),
		"one byte":                    "{",
		"blocks never written":        strings.Repeat("\x00", 512),
		"blocks never written, ended": strings.Repeat("\x00", 511) + "\n",
		"half a line, ended":          lines[2][:20] + "\n",
	}
	for name, torn := range cases {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			rewrite(t, folder, lines[0]+lines[1]+torn)

			if _, err := Verify(filepath.Join(folder, File)); err == nil || !strings.Contains(err.Error(), "line 3") {
				t.Errorf("verify of a torn file: %v, want line 3 named", err)
			}
			if events, err := Read(folder); err != nil || len(events) != 2 {
				t.Errorf("read of a torn file: %d events, %v; want 2", len(events), err)
			}
			j := open(t, folder)
			event, found := j.Last(TornEvent)
			var what Torn
			if err := event.Decode(&what); err != nil || !found || what.Line != 3 || what.Bytes != len(torn) {
				t.Errorf("torn event = %+v, %v, %v; want line 3, %d bytes", what, found, err, len(torn))
			}
			if _, err := j.Append("resumed", nil); err != nil {
				t.Fatal(err)
			}
			if seal, err := Verify(filepath.Join(folder, File)); err != nil || seal.Events != 4 {
				t.Errorf("verify after the cut: %v, %v; want 4 events", seal, err)
			}
		})
	}
}

func TestTornFirstLine(t *testing.T) {
	folder := t.TempDir()
	rewrite(t, folder, `{"seq":1,"at":"20`)
	j := open(t, folder)
	if e, found := j.Last(TornEvent); !found || e.Seq != 1 {
		t.Errorf("torn event = %+v, %v; want it to be the first", e, found)
	}
}

// Everything but a torn last line is refused, and the line is named.
func TestTamperedJournalIsRefused(t *testing.T) {
	_, l := written(t, 5)
	_, other := written(t, 5)
	flip := func(line string, at int) string {
		b := []byte(line)
		b[at] ^= 1
		return string(b)
	}
	digit := strings.Index(l[1], `"documents":1`) + len(`"documents":`)
	cases := map[string]struct {
		text string
		line string
	}{
		"flipped byte in a value":          {l[0] + flip(l[1], digit) + l[2] + l[3], "line 3"},
		"flipped byte in the structure":    {l[0] + flip(l[1], 0) + l[2] + l[3], "line 2"},
		"flipped byte in the last's link":  {l[0] + l[1] + flip(l[2], strings.Index(l[2], `"prev":"`)+len(`"prev":"`)), "line 3"},
		"deleted first line":               {l[1] + l[2] + l[3], "line 1"},
		"deleted line":                     {l[0] + l[2] + l[3], "line 2"},
		"swapped lines":                    {l[0] + l[2] + l[1] + l[3], "line 2"},
		"line put in between":              {l[0] + l[1] + l[1] + l[2], "line 3"},
		"forged line appended":             {l[0] + l[1] + `{"seq":3,"at":"2016-02-03T10:00:00Z","prev":"` + strings.Repeat("0", 64) + `","event":"verified"}` + "\n", "line 3"},
		"line of another journal appended": {l[0] + l[1] + other[2], "line 3"},
		"unknown field":                    {l[0] + strings.Replace(l[1], `"seq"`, `"note":"x","seq"`, 1) + l[2], "line 2"},
		"empty line":                       {l[0] + "\n" + l[1], "line 2"},
		"no event":                         {`{"seq":1}` + "\n" + l[1], "line 1"},
		"two values on a line":             {strings.TrimSuffix(l[0], "\n") + "{}\n" + l[1], "line 1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			rewrite(t, folder, c.text)
			_, openErr := Open(folder)
			_, verifyErr := Verify(filepath.Join(folder, File))
			for _, err := range []error{openErr, verifyErr} {
				if err == nil || !strings.Contains(err.Error(), c.line+" ") {
					t.Errorf("error %v, want one naming %s", err, c.line)
				}
			}
			after, err := os.ReadFile(filepath.Join(folder, File))
			if err != nil || string(after) != c.text {
				t.Errorf("a refused journal was changed (%v)", err)
			}
		})
	}
}

// A chain alone does not show that its end is missing; a seal kept elsewhere does.
func TestSealShowsWhatTheChainCannot(t *testing.T) {
	folder, l := written(t, 4)
	_, anew := written(t, 4)
	path := filepath.Join(folder, File)
	seal, err := Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		text string
		want string
	}{
		"as it was":       {strings.Join(l, ""), ""},
		"lines cut off":   {strings.Join(l[:3], ""), "cut off"},
		"written anew":    {strings.Join(anew, ""), "line 4"},
		"nothing is left": {"", "cut off"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			rewrite(t, folder, c.text)
			_, err := Verify(path, seal)
			if (c.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
				t.Errorf("verify = %v, want %q", err, c.want)
			}
		})
	}
	rewrite(t, folder, strings.Join(l, ""))
	j := open(t, folder)
	if _, err := j.Append("later", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(path, seal, j.Seal(), Seal{Head: strings.Repeat("0", 64)}); err != nil {
		t.Errorf("a journal that only grew breaks its seal: %v", err)
	}
}

func TestConcurrentAppends(t *testing.T) {
	folder := t.TempDir()
	j := open(t, folder)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 10 {
				if _, err := j.Append("batch", stage{Name: fmt.Sprint(w), Documents: int64(i)}); err != nil {
					t.Error(err)
				}
				for range j.Events() {
				}
				j.Last("batch")
			}
		})
	}
	wg.Wait()
	seal, err := Verify(filepath.Join(folder, File))
	if err != nil || seal.Events != 80 || seal != j.Seal() {
		t.Errorf("verify = %v, %v; want 80 events", seal, err)
	}
}

// A disk that fails once is not trusted again: no event may follow a gap.
func TestFailedAppendClosesTheJournal(t *testing.T) {
	folder, lines := written(t, 2)
	j := open(t, folder)
	j.file.Close()
	for range 2 {
		if _, err := j.Append("lost", nil); err == nil {
			t.Fatal("append to a closed file succeeded")
		}
	}
	if n := len(slices.Collect(j.Events())); n != 2 {
		t.Errorf("%d events, want the 2 that are on disk", n)
	}
	text, err := os.ReadFile(filepath.Join(folder, File))
	if err != nil || string(text) != strings.Join(lines, "") {
		t.Errorf("the file changed: %v", err)
	}
}

func TestAppendRefusesWhatItCannotRecord(t *testing.T) {
	j := open(t, t.TempDir())
	if _, err := j.Append("", nil); err == nil {
		t.Error("an event without a name was taken")
	}
	if _, err := j.Append("x", make(chan int)); err == nil {
		t.Error("data that is no JSON was taken")
	}
	if _, err := j.Append("fine", nil); err != nil {
		t.Errorf("a refused event broke the journal: %v", err)
	}
}

func FuzzReadChain(f *testing.F) {
	folder := f.TempDir()
	j, err := Open(folder)
	if err != nil {
		f.Fatal(err)
	}
	for range 2 {
		if _, err := j.Append("e", nil); err != nil {
			f.Fatal(err)
		}
	}
	good, err := os.ReadFile(filepath.Join(folder, File))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := readChain(text)
		if err == nil && c.size < int64(len(text)) && bytes.Count(text[c.size:], []byte{'\n'}) > 1 {
			t.Errorf("took more than one line for torn: %q", text[c.size:])
		}
		if n := bytes.Count(text[:c.size], []byte{'\n'}); n != len(c.events) {
			t.Errorf("%d lines but %d events", n, len(c.events))
		}
	})
}
