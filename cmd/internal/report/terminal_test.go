package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTerminalSummary(t *testing.T) {
	r := rehearsal(t, Accept{RejectedDocuments: 10})
	for _, width := range []int{0, 1, 60, 100, 250} {
		var out strings.Builder
		if err := r.WriteTerminal(&out, width, Options{}); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		for _, want := range []string{"NO-GO", "204,540,007.73", "1,736", "71,622.22", "2 of 4 rules hold", "runs/5f2c9d1e8b7a/report.html", "71,000.00", "deferred"} {
			if !strings.Contains(text, want) {
				t.Errorf("width %d: the summary does not tell %q", width, want)
			}
		}
		if verdict := strings.LastIndex(text, "NO-GO"); verdict < strings.LastIndex(text, "report.html") {
			t.Errorf("width %d: the verdict is not last", width)
		}
	}
	var out strings.Builder
	if err := r.WriteTerminal(&out, 100, Options{}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
}

func TestTerminalTellsWhatItLeavesOut(t *testing.T) {
	r := rehearsal(t, lenient())
	for range 50 {
		r.Unmapped = append(r.Unmapped, r.Unmapped[0])
		r.Warnings = append(r.Warnings, r.Warnings[0])
	}
	var out strings.Builder
	if err := r.WriteTerminal(&out, 100, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"The first 10 of 52", "The first 10 of 51"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
}
