package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the "sqlite3" driver
)

// What a block of the tutorial may run. All but sqlite3, which a machine may
// lack and the test answers itself, are run by the shell.
var tutorialPrograms = []string{"travaso", "cat", "cp", "sqlite3"}

// What changes from run to run, and what stands for it where the output of a
// command is compared with the README.
var changing = []struct {
	pattern *regexp.Regexp
	stands  string
}{
	{regexp.MustCompile(`\d{8}-\d{6}\.\d{3}-(rehearse|cutover|manual)-[0-9a-f]{8}`), "<run of $1>"},
	{regexp.MustCompile(`\b(digest|snapshot) [0-9a-f]{12}\b`), "$1 <digest>"},
	{regexp.MustCompile(` in ([\d.]+ (s|min|h) ?)+(, [\d,]+/s)?`), " in <time>"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`), "<moment>"},
	{regexp.MustCompile(`^memory  [\d,]+ (MiB|GiB) at most$`), "memory  <size> at most"},
	{regexp.MustCompile(`/[\w./-]*?/travaso-demo/`), "<here>/travaso-demo/"},
}

// underWay is a line that tells how far a stage is; on a fast machine there is none.
var underWay = regexp.MustCompile(`^(extract|transform|load|verify)  [\d,]+( of [\d,]+)? (rows|documents)(,.*)?$`)

// TestReadmeTutorial does what the README's tutorial says, in a folder that
// holds of the clone what it uses, and compares what it shows with what comes.
// With TRAVASO_UPDATE_README=1 the outputs are written anew, where the README
// shows them whole: read the difference before you believe it.
func TestReadmeTutorial(t *testing.T) {
	t.Parallel()
	r := readReadme(t)
	tutorial := &tutorial{readme: r, folder: t.TempDir()}
	pack := os.DirFS(filepath.Join(root(t), "mappings", "unica"))
	if err := os.CopyFS(filepath.Join(tutorial.folder, "mappings", "unica"), pack); err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, b := range r.blocks(t, "console", "diff", "yaml", "csv", "sql") {
		switch name := b.file(); {
		case name != "":
			tutorial.write(t, name, b)
		case b.language == "diff":
			tutorial.apply(t, b)
		case b.language == "console":
			for _, c := range tutorial.commands(t, b) {
				commands++
				tutorial.run(t, c)
			}
		}
	}
	if tutorial.code != exitDone {
		t.Errorf("the tutorial ends with exit code %d", tutorial.code)
	}
	if commands < 10 {
		t.Errorf("README: a tutorial of %d commands does not go the whole way", commands)
	}
	tutorial.checkRunFolder(t)
	tutorial.checkJournalTables(t)
	tutorial.update(t)
}

// write makes a file that the README shows whole.
func (tu *tutorial) write(t *testing.T, name string, b block) {
	t.Helper()
	path := filepath.Join(tu.folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Join(b.text, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

type tutorial struct {
	readme readme
	folder string
	code   int // exit code of the last command
	edits  []revision
}

// revision is lines of the README that are to be others.
type revision struct {
	from, to int // lines, from 1, to not included
	text     []string
}

// command is one command of a block and the output under it.
type command struct {
	line int // of the command, from 1
	text string
	want []string
}

func (tu *tutorial) commands(t *testing.T, b block) []command {
	t.Helper()
	var all []command
	for i, line := range b.text {
		if text, isCommand := strings.CutPrefix(line, "$ "); isCommand {
			all = append(all, command{line: b.line + i, text: text})
			continue
		}
		if len(all) == 0 {
			t.Fatalf("README:%d: a console block begins with a command: $ travaso …", b.line)
		}
		last := &all[len(all)-1]
		last.want = append(last.want, line)
	}
	if len(all) == 0 {
		t.Fatalf("README:%d: a console block without a command", b.line)
	}
	return all
}

var sqliteCommand = regexp.MustCompile(`^sqlite3 (\S+) "([^"]+)"$`)

// run runs a command and compares what it prints.
func (tu *tutorial) run(t *testing.T, c command) {
	t.Helper()
	if c.text == "echo $?" {
		tu.compare(t, c, fmt.Sprintf("%d\n", tu.code))
		tu.code = exitDone
		return
	}
	if tu.code != exitDone {
		t.Fatalf("README:%d: the command before ended with exit code %d, and the README does not show it", c.line, tu.code)
	}
	program, _, _ := strings.Cut(c.text, " ")
	if !slices.Contains(tutorialPrograms, program) {
		t.Fatalf("README:%d: %s is none of the programs of the tutorial: %s", c.line, program, strings.Join(tutorialPrograms, ", "))
	}
	if program == "sqlite3" {
		tu.compare(t, c, tu.askSQLite(t, c))
		return
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", c.text)
	cmd.Dir = tu.folder
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("README:%d: %v", c.line, err)
	}
	tu.code = cmd.ProcessState.ExitCode()
	tu.compare(t, c, out.String())
}

// askSQLite answers as the program sqlite3 does in its usual mode.
func (tu *tutorial) askSQLite(t *testing.T, c command) string {
	t.Helper()
	parts := sqliteCommand.FindStringSubmatch(c.text)
	if parts == nil {
		t.Fatalf(`README:%d: write it as sqlite3 FILE "SELECT …"`, c.line)
	}
	rows, err := openDatabase(t, "sqlite3", filepath.Join(tu.folder, parts[1])).QueryContext(t.Context(), parts[2])
	if err != nil {
		t.Fatalf("README:%d: %v", c.line, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for rows.Next() {
		texts, places := make([]string, len(columns)), make([]any, len(columns))
		for i := range texts {
			places[i] = &texts[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatalf("README:%d: %v", c.line, err)
		}
		out.WriteString(strings.Join(texts, "|") + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// elision in an output of the README stands for any number of lines.
const elision = "..."

func (tu *tutorial) compare(t *testing.T, c command, output string) {
	t.Helper()
	got := printed(output)
	if matchLines(settled(c.want), settled(got)) {
		return
	}
	if os.Getenv("TRAVASO_UPDATE_README") != "" && !slices.Contains(c.want, elision) {
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], tu.folder, "/home/anna/travaso")
		}
		tu.edits = append(tu.edits, revision{c.line + 1, c.line + 1 + len(c.want), got})
		return
	}
	t.Errorf("README:%d: $ %s\nprints\n%s\nand not\n%s", c.line, c.text, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
}

// printed are the lines of an output, but for those that come by the clock.
func printed(output string) []string {
	if output == "" {
		return nil
	}
	return slices.DeleteFunc(strings.Split(strings.TrimSuffix(output, "\n"), "\n"), underWay.MatchString)
}

// settled are lines in which what changes from run to run does not.
func settled(lines []string) []string {
	all := make([]string, len(lines))
	for i, line := range lines {
		for _, c := range changing {
			line = c.pattern.ReplaceAllString(line, c.stands)
		}
		all[i] = strings.TrimRight(line, " ")
	}
	return all
}

// matchLines says whether lines are those wanted, elisions allowed for.
func matchLines(want, got []string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if want[0] == elision {
		for i := range len(got) + 1 {
			if matchLines(want[1:], got[i:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && want[0] == got[0] && matchLines(want[1:], got[1:])
}

func TestMatchLines(t *testing.T) {
	for _, c := range []struct {
		want, got string
		matches   bool
	}{
		{"a b", "a b", true}, {"a", "a b", false}, {"a b", "a", false}, {"", "", true}, {"", "a", false},
		{"...", "", true}, {"...", "a b", true}, {"a ... c", "a c", true}, {"a ... c", "a b b c", true},
		{"a ... c", "a b", false}, {"... b ... d", "a b c b d", true}, {"... b", "b a", false},
	} {
		if got := matchLines(strings.Fields(c.want), strings.Fields(c.got)); got != c.matches {
			t.Errorf("%q for %q: %t", c.got, c.want, got)
		}
	}
}

// apply changes a file as a diff says: in it every line begins with a blank, -
// or +, and the first names the file. The lines that it expects must stand
// there together, once.
func (tu *tutorial) apply(t *testing.T, b block) {
	t.Helper()
	name, named := strings.CutPrefix(b.text[0], "--- ")
	if !named || len(b.text) < 2 {
		t.Fatalf("README:%d: a diff begins with --- and the file's path", b.line)
	}
	path := filepath.Join(tu.folder, name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("README:%d: %v", b.line, err)
	}
	var before, after strings.Builder
	for _, line := range b.text[1:] {
		if line == "" {
			line = " "
		}
		mark, rest := line[0], line[1:]+"\n"
		if mark == ' ' || mark == '-' {
			before.WriteString(rest)
		}
		if mark == ' ' || mark == '+' {
			after.WriteString(rest)
		}
		if !strings.ContainsRune(" -+", rune(mark)) {
			t.Fatalf("README:%d: a line of a diff begins with a blank, - or +: %q", b.line, line)
		}
	}
	if n := strings.Count(string(text), before.String()); n != 1 {
		t.Fatalf("README:%d: the lines of the diff stand %d times in %s", b.line, n, name)
	}
	changed := strings.Replace(string(text), before.String(), after.String(), 1)
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

// update writes the README with its new outputs, from the last to the first.
func (tu *tutorial) update(t *testing.T) {
	t.Helper()
	if len(tu.edits) == 0 || t.Failed() {
		return
	}
	lines := slices.Clone(tu.readme.lines)
	for _, e := range slices.Backward(tu.edits) {
		lines = slices.Replace(lines, e.from-1, e.to-1, e.text...)
	}
	if err := os.WriteFile(tu.readme.path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkRunFolder compares the table of the run folder with the runs of the
// tutorial: every file is told of, and of every line of the table there is a file.
func (tu *tutorial) checkRunFolder(t *testing.T) {
	t.Helper()
	patterns := firstCodes(tu.readme.table(t, "The run folder"))
	matched := map[string]bool{}
	runs, err := filepath.Glob(filepath.Join(tu.folder, "travaso-demo", "runs", "*"))
	if err != nil || len(runs) == 0 {
		t.Fatalf("no runs: %v", err)
	}
	for _, run := range runs {
		err := fs.WalkDir(os.DirFS(run), ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			told := false
			for _, pattern := range patterns {
				if matchPath(pattern, name) {
					matched[pattern], told = true, true
				}
			}
			if !told {
				t.Errorf("README, The run folder: does not tell of %s", name)
			}
			info, err := entry.Info()
			if err == nil && info.Mode().Perm() != 0o600 {
				t.Errorf("%s in the run folder has the rights %v", name, info.Mode())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, pattern := range patterns {
		if !matched[pattern] {
			t.Errorf("README, The run folder: no run of the tutorial has %s", pattern)
		}
	}
}

var placeholder = regexp.MustCompile(`<[^>]+>`)

// matchPath says whether a path is one of a pattern in which <name> stands for
// any text without a slash.
func matchPath(pattern, name string) bool {
	var expression strings.Builder
	rest := pattern
	for _, at := range placeholder.FindAllString(pattern, -1) {
		before, after, _ := strings.Cut(rest, at)
		expression.WriteString(regexp.QuoteMeta(before) + `[^/]+`)
		rest = after
	}
	return regexp.MustCompile(`^` + expression.String() + regexp.QuoteMeta(rest) + `$`).MatchString(name)
}

// checkJournalTables compares the table of the target's journal with the
// target of the tutorial.
func (tu *tutorial) checkJournalTables(t *testing.T) {
	t.Helper()
	p := openDatabase(t, "sqlite3", filepath.Join(tu.folder, "travaso-demo", "target.db"))
	rows, err := p.QueryContext(t.Context(), "select name from sqlite_master where type = 'table' and name like 'travaso@_%' escape '@'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	sameNames(t, "The target's journal", firstCodes(tu.readme.table(t, "The target's journal")), names)
}
