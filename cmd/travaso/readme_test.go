package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readme is the README as its tests read it: its headings, its fenced blocks
// and its tables. The tests here keep each of its tables equal to the code
// that it tells of (readme_table_test.go), run its tutorial
// (readme_tutorial_test.go), and load its examples (below).
type readme struct {
	path  string
	lines []string
}

// block is a fenced block of the README.
type block struct {
	language string
	heading  string // that it stands under
	above    string // the line before it
	line     int    // of its first line of text, from 1
	text     []string
}

var fileLine = regexp.MustCompile("^`([^`]+/[^`]+)`:$")

// file is the path of a block that shows a file whole: the line above names it.
func (b block) file() string {
	if parts := fileLine.FindStringSubmatch(b.above); parts != nil {
		return parts[1]
	}
	return ""
}

func readReadme(t *testing.T) readme {
	t.Helper()
	path := filepath.Join(root(t), "README.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return readme{path, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")}
}

var headingLine = regexp.MustCompile(`^#{1,6} +(.+?) *$`)

// headings are all headings, without their marks, in order.
func (r readme) headings() []string {
	var all []string
	r.walk(func(_ int, heading, line string, fenced bool) {
		if !fenced && headingLine.MatchString(line) {
			all = append(all, heading)
		}
	})
	return all
}

// walk goes through the lines, each with the heading it stands under.
func (r readme) walk(visit func(number int, heading, line string, fenced bool)) {
	heading, fenced := "", false
	for i, line := range r.lines {
		fence := strings.HasPrefix(line, "```")
		if parts := headingLine.FindStringSubmatch(line); parts != nil && !fenced {
			heading = parts[1]
		}
		visit(i+1, heading, line, fenced || fence)
		if fence {
			fenced = !fenced
		}
	}
}

// blocks are the fenced blocks of the languages, in order. None is a failure.
func (r readme) blocks(t *testing.T, languages ...string) []block {
	t.Helper()
	var all []block
	var open *block
	above := ""
	r.walk(func(number int, heading, line string, _ bool) {
		mark, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			open = &block{language: mark, heading: heading, above: above, line: number + 1}
		case isFence:
			for _, language := range languages {
				if open.language == language {
					all = append(all, *open)
				}
			}
			open = nil
		case open != nil:
			open.text = append(open.text, line)
		}
		above = line
	})
	if open != nil {
		t.Fatalf("%s:%d: the block is never closed", r.path, open.line)
	}
	if len(all) == 0 {
		t.Fatalf("%s has no block of %s", r.path, strings.Join(languages, ", "))
	}
	return all
}

// table gives the rows of the one table under a heading, without its head;
// marks of code are left in the cells.
func (r readme) table(t *testing.T, heading string) [][]string {
	t.Helper()
	var rows [][]string
	tables, before := 0, ""
	r.walk(func(number int, under, line string, fenced bool) {
		if fenced || under != heading || !strings.HasPrefix(line, "|") {
			before = line
			return
		}
		if !strings.HasPrefix(before, "|") {
			tables++
		}
		before = line
		rows = append(rows, cells(line))
	})
	if tables != 1 || len(rows) < 3 {
		t.Fatalf("%s: under %q one table is wanted, %d with %d lines are there", r.path, heading, tables, len(rows))
	}
	for _, row := range rows {
		if len(row) != len(rows[0]) {
			t.Errorf("%s: under %q a row of %d cells, the head has %d: %v", r.path, heading, len(row), len(rows[0]), row)
		}
	}
	return rows[2:]
}

// cells cuts a line of a table; \| is a bar in a cell.
func cells(line string) []string {
	const bar = "\x00"
	line = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "|"), "|")
	parts := strings.Split(strings.ReplaceAll(line, `\|`, bar), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(strings.ReplaceAll(parts[i], bar, "|"))
	}
	return parts
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// code is the first text in marks of code, codes are all of them.
func code(cell string) string {
	if all := codes(cell); len(all) > 0 {
		return all[0]
	}
	return ""
}

func codes(cell string) []string {
	var all []string
	for _, parts := range codeSpan.FindAllStringSubmatch(cell, -1) {
		all = append(all, parts[1])
	}
	return all
}

// plain is a cell without marks of code.
func plain(cell string) string { return strings.ReplaceAll(cell, "`", "") }

func TestReadmeLinks(t *testing.T) {
	r := readReadme(t)
	anchors := map[string]bool{}
	for _, heading := range r.headings() {
		anchors["#"+anchor(heading)] = true
	}
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	found := 0
	r.walk(func(number int, _, line string, fenced bool) {
		if fenced {
			return
		}
		for _, parts := range link.FindAllStringSubmatch(line, -1) {
			found++
			target := parts[1]
			switch {
			case strings.HasPrefix(target, "https://"):
			case strings.HasPrefix(target, "#"):
				if !anchors[target] {
					t.Errorf("%s:%d: no heading has the anchor %s", r.path, number, target)
				}
			default:
				if _, err := os.Stat(filepath.Join(root(t), target)); err != nil {
					t.Errorf("%s:%d: %v", r.path, number, err)
				}
			}
		}
	})
	if found == 0 {
		t.Errorf("%s has no links: nothing was checked", r.path)
	}
}

// anchor is what a heading is linked by.
func anchor(heading string) string {
	heading = strings.ToLower(plain(heading))
	heading = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(heading, "")
	return strings.ReplaceAll(heading, " ", "-")
}
