package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/travaso/travaso/validate/finding"
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
	for _, want := range []string{"The first 20 of 52", "The first 20 of 51"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
}

// The column that is the amount is named; a reason without a value has its
// place; what the plan accepts of the rules is said beside GO.
func TestTerminalNamesAmountsPlacesAndWhatIsAccepted(t *testing.T) {
	r := rehearsal(t, lenient())
	r.Rejects = append(r.Rejects, Reason{Kind: finding.Required, Entity: "impegno", Field: "oggetto", Rows: 1, Examples: []finding.Finding{
		{Kind: finding.Required, Entity: "impegno", Field: "oggetto", Origin: "impegni.csv", Row: 91},
	}})
	var text strings.Builder
	if err := r.WriteTerminal(&text, 1000, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"27,500,000.00  importo_attuale\n",
		"impegni.csv:91\n",
		"the plan accepts errors found by rules: 3.",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not said in\n%s", want, text.String())
		}
	}
}
