package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestJSONRoundTrip(t *testing.T) {
	r := rehearsal(t, lenient())
	path := filepath.Join(t.TempDir(), JSONFile)
	for range 2 { // the second replaces the first
		if err := r.WriteJSON(path); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(t.TempDir(), JSONFile)
	if err := again.WriteJSON(second); err != nil {
		t.Fatal(err)
	}
	if rewritten, err := os.ReadFile(second); err != nil || string(rewritten) != string(text) {
		t.Errorf("read and written again it differs (%v):\n%s", err, rewritten)
	}
	for _, want := range []string{`"version": 1`, `"RSSMRA70A01L726X"`, `"30071622.22"`, `"differences": []`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("report.json lacks %s", want)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("%d files, want the report alone (%v)", len(entries), err)
	}
}

func TestReadRefuses(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"not json": "{", "another version": `{"version":99}`, "no version": "{}"} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil {
			t.Errorf("read a report that is %s", name)
		}
	}
	if _, err := Read(filepath.Join(folder, "absent")); err == nil {
		t.Error("read a report that is not there")
	}
	if err := rehearsal(t, lenient()).WriteJSON(filepath.Join(folder, "not json", JSONFile)); err == nil {
		t.Error("wrote below a file as if it were a folder")
	}
}
