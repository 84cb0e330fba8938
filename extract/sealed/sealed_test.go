package sealed

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFileIsThereWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "file.json")
	fails := errors.New("the source broke")
	err := WriteWith(path, func(w io.Writer) error {
		if _, err := w.Write([]byte("half")); err != nil {
			return err
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Error("the file has its name before it is whole")
		}
		return fails
	})
	if !errors.Is(err, fails) {
		t.Errorf("error is %v, want the writer's own", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 0 {
		t.Errorf("after a failure the folder holds %v (%v), want nothing", entries, err)
	}
}

func TestAFailureLeavesTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := WriteFile(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	_ = WriteWith(path, func(w io.Writer) error { return errors.New("broken") })
	if text, _ := os.ReadFile(path); string(text) != "old" {
		t.Errorf("file holds %q, want the old content", text)
	}
}

func TestAFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "file")
	if err := WriteFile(path, []byte("x")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v (%v), want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

func TestWhatACrashLeftIsOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path+TemporarySuffix, []byte("much longer than what follows"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	if err := f.Seal(); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "abc" {
		t.Errorf("file holds %q", text)
	}
	if f.Bytes() != 3 || f.SHA256() != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("%d bytes of digest %s, want those of abc", f.Bytes(), f.SHA256())
	}
	if err := f.Discard(); err != nil {
		t.Errorf("discard after seal: %v", err)
	}
}

func TestAFullDiskIsAnError(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	if err := os.Symlink("/dev/full", path+TemporarySuffix); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("x")); err == nil {
		t.Error("a full disk was no error")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("half a file has its name")
	}
}

func TestARecordFindsWhatChanged(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "rejects", "soggetto.csv")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	temporary := path + TemporarySuffix
	if err := os.WriteFile(temporary, []byte("a;b"), 0o644); err != nil {
		t.Fatal(err)
	}
	record := Record{Path: "rejects/soggetto.csv"}
	var err error
	if record.Bytes, record.SHA256, err = Adopt(temporary, path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("adopted with mode %v (%v), want 0600", info.Mode().Perm(), err)
	}
	if err := record.Verify(folder); err != nil {
		t.Errorf("unchanged: %v", err)
	}
	for name, change := range map[string]func() error{
		"a byte":  func() error { return os.WriteFile(path, []byte("a;c"), 0o600) },
		"longer":  func() error { return os.WriteFile(path, []byte("a;b\n"), 0o600) },
		"missing": func() error { return os.Remove(path) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if err := record.Verify(folder); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error is %v, want one that names %s", name, err, path)
		}
		if err := os.WriteFile(path, []byte("a;b"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
