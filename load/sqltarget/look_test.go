package sqltarget

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLookLeavesNoTrace(t *testing.T) {
	folder := t.TempDir()
	config := Config{Driver: SQLite, DSN: filepath.Join(folder, "target.db")}
	tables, err := Look(t.Context(), config)
	if err != nil || len(tables) != 0 {
		t.Fatalf("a file that is not there yet has %d tables, %v", len(tables), err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 0 {
		t.Fatalf("looking left %v, %v", entries, err)
	}
	if _, err := Look(t.Context(), Config{Driver: SQLite, DSN: filepath.Join(folder, "nowhere", "target.db")}); err == nil {
		t.Error("a folder that is not there was passed over: the load would fail in the end")
	}
}

func TestTargetFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "target.db")
	target, err := Open(t.Context(), Config{Driver: SQLite, DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	if err := target.Create(t.Context(), "create table a (id integer primary key)"); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no file of the target: %v", err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
	if tables, err := Look(t.Context(), Config{Driver: SQLite, DSN: path}); err != nil || len(tables) != 1 {
		t.Errorf("Look sees %d tables, %v", len(tables), err)
	}
}
