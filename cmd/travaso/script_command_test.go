package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The commands of the scripts beside those of testscript.
var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exits":        exits,
	"newest-run":   newestRun,
	"accounted":    accounted,
	"sql":          runSQL,
	"json":         checkJSON,
	"tamper":       tamper,
	"edit":         edit,
	"rows":         appendRows,
	"accepted-sql": acceptedSQL,
	"unescape":     unescape,
	"absent":       absent,
	"interrupted":  interrupted,
	"small-disk":   smallDisk,
	"fill-disk":    fillDisk,
	"free-disk":    freeDisk,
}

// scriptCondition knows [root]: file systems can be mounted.
func scriptCondition(name string) (bool, error) {
	if name == "root" {
		return os.Geteuid() == 0, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// exits runs a program and wants its exit code: exits 3 travaso rehearse
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code program [argument...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := codeOf(ts, ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
}

func codeOf(ts *testscript.TestScript, err error) int {
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		ts.Fatalf("%v", err)
	}
	if failed == nil {
		return 0
	}
	return failed.ExitCode()
}

// newestRun sets $RUN to the folder of the newest run: newest-run [runs]
func newestRun(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv("RUN", newest(ts, append(args, "runs")[0]))
}

func newest(ts *testscript.TestScript, runs string) string {
	folders, err := filepath.Glob(filepath.Join(ts.MkAbs(runs), "*", "journal.jsonl"))
	ts.Check(err)
	if len(folders) == 0 {
		ts.Fatalf("no run in %s", runs)
	}
	return filepath.Dir(slices.Max(folders))
}

// runSQL prints the rows of a query to an SQLite database: sql target.db 'select …'
func runSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sql database statement")
	}
	db, err := sql.Open("sqlite3", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	rows, err := db.Query(args[1])
	ts.Check(err)
	defer rows.Close()
	columns, err := rows.Columns()
	ts.Check(err)
	for rows.Next() {
		values, places := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		ts.Check(rows.Scan(places...))
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = v.String
			if !v.Valid {
				texts[i] = "(null)"
			}
		}
		fmt.Fprintln(ts.Stdout(), strings.Join(texts, "|"))
	}
	ts.Check(rows.Err())
}

// checkJSON wants one or more JSON values and nothing else: json stdout
func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: json stdout|stderr|file")
	}
	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	values := 0
	for ; ; values++ {
		var value map[string]any
		err := decoder.Decode(&value)
		if err == io.EOF {
			break
		}
		if err != nil {
			ts.Fatalf("%s is not JSON after %d values: %v", args[0], values, err)
		}
	}
	if values == 0 {
		ts.Fatalf("%s is empty", args[0])
	}
}

// tamper changes one bit in the middle of a file: tamper file
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		path := ts.MkAbs(name)
		text, err := os.ReadFile(path)
		ts.Check(err)
		if len(text) == 0 {
			ts.Fatalf("%s is empty", name)
		}
		text[len(text)/2] ^= 1
		ts.Check(os.WriteFile(path, text, 0o600))
	}
}

// edit replaces a text in a file, which must be in it: edit file old new
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit file old new")
	}
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	ts.Check(err)
	if !bytes.Contains(text, []byte(args[1])) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(path, bytes.ReplaceAll(text, []byte(args[1]), []byte(args[2])), 0o600))
}

// appendRows appends a row so many times, # being its number: rows file 1000 '#;Luce'
func appendRows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: rows file number row")
	}
	number, err := strconv.Atoi(args[1])
	ts.Check(err)
	file, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	w := bufio.NewWriter(file)
	for i := range number {
		fmt.Fprintln(w, strings.ReplaceAll(args[2], "#", strconv.Itoa(i+1)))
	}
	ts.Check(w.Flush())
	ts.Check(file.Close())
}

var escapedByte = regexp.MustCompile(`\\x[0-9A-F]{2}`)

// unescape makes a byte of each \xE0 in a file, which no archive of texts can hold
// by itself: unescape file
func unescape(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		path := ts.MkAbs(name)
		text, err := os.ReadFile(path)
		ts.Check(err)
		if !escapedByte.Match(text) {
			ts.Fatalf("%s has nothing to unescape", name)
		}
		text = escapedByte.ReplaceAllFunc(text, func(escaped []byte) []byte {
			b, err := hex.DecodeString(string(escaped[2:]))
			ts.Check(err)
			return b
		})
		ts.Check(os.WriteFile(path, text, 0o600))
	}
}

// absent wants a text in no file of a folder: absent s3cret runs
func absent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: absent text folder")
	}
	files := 0
	ts.Check(filepath.WalkDir(ts.MkAbs(args[1]), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(args[0])) {
			err = fmt.Errorf("%s holds %q", path, args[0])
		}
		return err
	}))
	if files == 0 {
		ts.Fatalf("%s has no files", args[1])
	}
}

// interrupted sends SIGINT to a program once it has put an event into a journal,
// and wants exit code 130. With -hold an SQLite database cannot be written to
// until then, so that the program is there still when the signal comes:
// interrupted [-hold database] event program [argument...]
func interrupted(ts *testscript.TestScript, neg bool, args []string) {
	release := func() {}
	if len(args) > 1 && args[0] == "-hold" {
		db, err := sql.Open("sqlite3", ts.MkAbs(args[1])+"?_txlock=immediate")
		ts.Check(err)
		defer db.Close()
		tx, err := db.Begin()
		ts.Check(err)
		release = sync.OnceFunc(func() {
			time.Sleep(400 * time.Millisecond) // for the signal to be seen, on a busy machine too
			tx.Rollback()
		})
		defer release()
		args = args[2:]
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupted [-hold database] event program [argument...]")
	}
	before := journalled(ts, args[0])
	program := exec.Command(args[1], args[2:]...)
	program.Dir, program.Stdout, program.Stderr = ts.MkAbs("."), ts.Stdout(), ts.Stderr()
	ts.Check(program.Start())
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	defer program.Process.Kill()
	for deadline := time.Now().Add(30 * time.Second); journalled(ts, args[0]) == before; time.Sleep(2 * time.Millisecond) {
		select {
		case err := <-ended:
			ts.Fatalf("ended before event %s: %v", args[0], err)
		default:
		}
		if time.Now().After(deadline) {
			ts.Fatalf("no event %s", args[0])
		}
	}
	ts.Check(program.Process.Signal(syscall.SIGINT))
	release()
	if code := codeOf(ts, <-ended); code != exitInterrupted {
		ts.Fatalf("exit code %d, not %d", code, exitInterrupted)
	}
}

// journalled counts an event in all journals.
func journalled(ts *testscript.TestScript, event string) (events int) {
	journals, _ := filepath.Glob(ts.MkAbs("runs/*/journal.jsonl"))
	for _, journal := range journals {
		text, err := os.ReadFile(journal)
		ts.Check(err)
		events += bytes.Count(text, fmt.Appendf(nil, `"event":%q`, event))
	}
	return events
}

// ballast is the file that fills a small disk.
const ballast = "ballast"

// smallDisk mounts a file system of a size, until the end of the script:
// small-disk folder KiB
func smallDisk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: small-disk folder KiB")
	}
	folder := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(folder, 0o700))
	ts.Check(syscall.Mount("tmpfs", folder, "tmpfs", 0, "mode=700,size="+args[1]+"k"))
	ts.Defer(func() {
		// Detached: a program that was just started elsewhere may still hold it.
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			ts.Logf("unmount %s: %v", folder, err)
		}
	})
}

// fillDisk leaves so many KiB free: fill-disk folder KiB
func fillDisk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fill-disk folder KiB")
	}
	left, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	folder := ts.MkAbs(args[0])
	var disk syscall.Statfs_t
	ts.Check(syscall.Statfs(folder, &disk))
	size := int64(disk.Bavail)*disk.Bsize - left<<10
	if size < 0 {
		ts.Fatalf("%s has less than %d KiB left", args[0], left)
	}
	ts.Check(os.WriteFile(filepath.Join(folder, ballast), make([]byte, size), 0o600))
}

// freeDisk takes back what fillDisk did: free-disk folder
func freeDisk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: free-disk folder")
	}
	ts.Check(os.Remove(filepath.Join(ts.MkAbs(args[0]), ballast)))
}
