package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func open(t *testing.T, o Options) *Engine {
	t.Helper()
	e, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// The settings hold in every connection of the pool, wherever the machine is:
// a time zone would move the timestamps that have one.
func TestOpen_everyConnection(t *testing.T) {
	t.Setenv("TZ", "Europe/Rome")
	e := open(t, Options{Folders: []string{t.TempDir()}, Threads: 2, MemoryBytes: 64 << 20})
	for range 3 {
		c, err := e.db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var zone, memory, threads, ordered, access string
		err = c.QueryRowContext(t.Context(), "select current_setting('timezone'), current_setting('memory_limit'), cast(current_setting('threads') as varchar), cast(current_setting('preserve_insertion_order') as varchar), cast(current_setting('enable_external_access') as varchar)").
			Scan(&zone, &memory, &threads, &ordered, &access)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join([]string{zone, memory, threads, ordered, access}, " "); got != "UTC 64.0 MiB 2 false false" {
			t.Errorf("settings %s", got)
		}
	}
}

func TestOpen_sandbox(t *testing.T) {
	inside, outside := t.TempDir(), t.TempDir()
	for _, folder := range []string{inside, outside} {
		if err := os.WriteFile(filepath.Join(folder, "a.csv"), []byte("x\n1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := open(t, Options{Folders: []string{inside}})
	var x int
	if err := e.QueryRow(t.Context(), "select x from read_csv("+Literal(filepath.Join(inside, "a.csv"))+")").Scan(&x); err != nil || x != 1 {
		t.Errorf("a file of its folder: %d, %v", x, err)
	}
	for what, query := range map[string]string{
		"read a file of another folder":  "select * from read_csv(" + Literal(filepath.Join(outside, "a.csv")) + ")",
		"read through a parent":          "select * from read_csv(" + Literal(inside+"/../"+filepath.Base(outside)+"/a.csv") + ")",
		"write into another folder":      "copy (select 1) to " + Literal(filepath.Join(outside, "b.csv")),
		"attach a database elsewhere":    "attach " + Literal(filepath.Join(outside, "c.db")),
		"install an extension":           "install httpfs",
		"load an extension":              "load httpfs",
		"change a setting":               "set memory_limit = '100GB'",
		"open the door again":            "set enable_external_access = true",
		"read the environment's network": "select * from read_csv('https://example.com/a.csv')",
	} {
		if err := e.Exec(t.Context(), query); err == nil {
			t.Errorf("could %s", what)
		}
	}
}

func TestOpen_refuses(t *testing.T) {
	if _, err := Open(t.Context(), Options{}); err == nil {
		t.Error("an engine without folders was opened")
	}
}

// Close removes what was spilled.
func TestClose(t *testing.T) {
	folder := t.TempDir()
	spill := filepath.Join(folder, "spill")
	e, err := Open(t.Context(), Options{Folders: []string{folder}, Spill: spill})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(spill); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", spill, err)
	}
}

func TestQuoting(t *testing.T) {
	e := open(t, Options{Folders: []string{t.TempDir()}})
	for _, text := range []string{"a", "it's", `say "x"`, "a'b''c", "", "è\n;--"} {
		var got string
		if err := e.QueryRow(t.Context(), "select "+Literal(text)).Scan(&got); err != nil || got != text {
			t.Errorf("literal %q came back as %q, %v", text, got, err)
		}
		if text == "" {
			continue
		}
		columns, err := e.Columns(t.Context(), "select 1 as "+Quote(text))
		if err != nil || len(columns) != 1 || columns[0].Name != text {
			t.Errorf("name %q came back as %v, %v", text, columns, err)
		}
	}
}
