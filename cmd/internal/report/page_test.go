package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/travaso/travaso/validate"
	"github.com/travaso/travaso/validate/finding"
	"github.com/travaso/travaso/validate/reconcile"
)

// element is one start tag of a page.
type element struct {
	name  string
	attrs map[string]string
}

// parsed is a page as a browser would see it.
type parsed struct {
	elements []element
	text     string
	raw      string
}

func (p parsed) all(name string) []element {
	var found []element
	for _, e := range p.elements {
		if e.name == name {
			found = append(found, e)
		}
	}
	return found
}

// render writes a page and parses it; every tag must be closed in its place.
func render(t *testing.T, r *Report, o Options) parsed {
	t.Helper()
	path := filepath.Join(t.TempDir(), HTMLFile)
	if err := r.WriteHTML(path, o); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p := parsed{raw: string(raw)}
	decoder := xml.NewDecoder(bytes.NewReader(raw))
	var text strings.Builder
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page does not parse: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			p.elements = append(p.elements, e)
		case xml.CharData:
			text.Write(token)
		}
	}
	p.text = text.String()
	return p
}

func TestPageTellsTheVerdictFirst(t *testing.T) {
	for name, c := range map[string]struct {
		accept Accept
		word   string
	}{
		"go":    {lenient(), "GO"},
		"no-go": {Accept{}, "NO-GO"},
	} {
		t.Run(name, func(t *testing.T) {
			page := render(t, rehearsal(t, c.accept), Options{})
			first := strings.Index(page.raw, "<h2")
			heading := page.raw[first : first+strings.Index(page.raw[first:], "</h2>")]
			if !strings.HasSuffix(heading, " "+c.word) {
				t.Errorf("the first heading is %q, want %s", heading, c.word)
			}
		})
	}
}

func TestPageTellsEveryFigure(t *testing.T) {
	page := render(t, rehearsal(t, lenient()), Options{})
	for _, want := range []string{
		"comune-2016", "Commitments", "1,736", "27,500,000.00", "71,622.22", "204,540,007.73", "30,071,622.22",
		"residui_capitolo_uscita", "420000/0", "184,200.50", "-100.50", "30/2016/2015/77",
		"not a number", "impegno.importo_attuale", "12,3x", "impegni_03022016.csv:78",
		"another row of its document was rejected", "43.83", "stato_movimento", "71,000.00",
		"not accounts", "9,000,000.05", "30,429", "412 MiB", "5f2c9d1e8b7a44f0", "runs/5f2c9d1e8b7a/rejects",
		"constraints of 6 tables", "annullato prima del riaccertamento", "and 32 more", "nothing to look at", "files as they lay in the folder, 4 readers",
	} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page does not tell %q", want)
		}
	}
}

// The page stands alone: no script, nothing fetched, and readable by machine.
func TestPageStandsAlone(t *testing.T) {
	page := render(t, rehearsal(t, lenient()), Options{})
	for _, e := range page.elements {
		switch e.name {
		case "script", "link", "img", "iframe", "object", "base", "form":
			t.Errorf("a <%s> in the page", e.name)
		}
		for name, value := range e.attrs {
			if strings.HasPrefix(name, "on") || strings.Contains(value, "//") || strings.HasPrefix(value, "javascript:") {
				t.Errorf("<%s %s=%q>", e.name, name, value)
			}
		}
	}
	if strings.Contains(pageStyle, "url(") || strings.Contains(pageStyle, "@import") {
		t.Error("the style fetches something")
	}
}

func TestPageIsAccessible(t *testing.T) {
	page := render(t, rehearsal(t, lenient()), Options{})
	if tables, captions := len(page.all("table")), len(page.all("caption")); tables == 0 || tables != captions {
		t.Errorf("%d tables, %d captions", tables, captions)
	}
	for _, th := range page.all("th") {
		if th.attrs["scope"] == "" {
			t.Errorf("a <th> without scope: %v", th.attrs)
		}
	}
	ids := map[string]bool{}
	for _, e := range page.elements {
		if id := e.attrs["id"]; id != "" {
			if ids[id] {
				t.Errorf("id %q twice", id)
			}
			ids[id] = true
		}
	}
	for _, e := range page.elements {
		if target, local := strings.CutPrefix(e.attrs["href"], "#"); local && !ids[target] {
			t.Errorf("a link to #%s, which is not there", target)
		}
		if label := e.attrs["aria-labelledby"]; label != "" && !ids[label] {
			t.Errorf("labelled by #%s, which is not there", label)
		}
	}
	if h1 := len(page.all("h1")); h1 != 1 {
		t.Errorf("%d <h1>", h1)
	}
	if first := page.all("a")[0]; first.attrs["class"] != "skip" {
		t.Errorf("the first link is %v, not the skip link", first.attrs)
	}
	if page.all("html")[0].attrs["lang"] != "en" {
		t.Error("the page does not tell its language")
	}
}

// hostile puts a value everywhere data can stand.
func hostile(t *testing.T, value string) *Report {
	t.Helper()
	r := rehearsal(t, lenient())
	f := finding.Finding{
		Kind: finding.Unmapped, Key: value, Field: "stato", Value: value, Detail: value,
		Expected: value, Actual: value, Difference: value, Origin: value, Documents: []string{value},
	}
	r.Run.ID, r.Run.Kind, r.Run.Migration, r.Run.Host, r.Run.ToolVersion = value, value, value, value, value
	r.Run.Source, r.Run.Target, r.Run.Identity, r.Run.Moment.How, r.Run.Notes = value, value, value, value, []string{value}
	r.Documents[0].Name, r.Documents[0].Title = value, nil
	r.Documents[0].Entities[0].Name = value
	r.Documents[1].Entities[0].Exclusions[0].Reason = value
	r.Datasets[0].Name, r.Datasets[0].Origin, r.Datasets[2].Ignored = value, value, value
	r.Rules[0].ID, r.Rules[0].Kind, r.Rules[0].Title = value, validate.Kind(value), map[string]string{"en": value}
	violate(&r.Rules[0], f)
	r.Controls[0] = Control{ControlTotals: validate.ControlTotals{Rule: value, By: []string{value}, Rows: []validate.ControlRow{{Group: []string{value}, Measure: value, Source: "1", Difference: "-1"}}}}
	r.Rejects = append(r.Rejects, Reason{Kind: finding.Kind(value), Document: value, Entity: value, Field: value, Detail: value, Money: value, Examples: []finding.Finding{f}})
	r.Unmapped = append(r.Unmapped, Unmapped{Document: value, Entity: value, Field: "stato", Crosswalk: value, Value: value, Money: value})
	r.Timings[0].Stage, r.Timings[0].Unit = value, value
	r.Files[0] = File{What: value, Path: value}
	if err := r.Reckon(lenient()); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDataCannotBecomeMarkup(t *testing.T) {
	plain := render(t, hostile(t, "plain"), Options{Unmasked: true})
	for _, value := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</style><script>`, `</title><b>`,
		`javascript:alert(1)`, `{{.Run.ID}}`, `<!--`, `]]>`, `&lt;b&gt;`, `</bdi></td></tr></table>`,
	} {
		t.Run(value, func(t *testing.T) {
			page := render(t, hostile(t, value), Options{Unmasked: true})
			if len(page.elements) != len(plain.elements) {
				t.Errorf("%d elements, %d with a plain value: the value became markup", len(page.elements), len(plain.elements))
			}
			for _, e := range page.elements {
				for name := range e.attrs {
					if strings.HasPrefix(name, "on") || name == "src" {
						t.Errorf("<%s %s> came out of the data", e.name, name)
					}
				}
			}
			if n := strings.Count(page.text, value); n < 20 {
				t.Errorf("the value is shown %d times as text, want it wherever it was put", n)
			}
		})
	}
}

func TestOddValuesAreShown(t *testing.T) {
	long := strings.Repeat("0123456789", 500)
	cases := map[string]struct{ value, want string }{
		"NUL":                    {"a\x00b", "a␀b"},
		"control characters":     {"a\tb\r\nc\x7f", "a␉b␍␊c␡"},
		"C1 controls":            {"a\u0085b", "a⟨U+0085⟩b"},
		"bytes that are no text": {"Citt\xe0", "Citt⟨E0⟩"},
		"right to left override": {"100\u202e001", "100⟨U+202E⟩001"},
		"isolates":               {"\u2067x\u2069", "⟨U+2067⟩x⟨U+2069⟩"},
		"Hebrew":                 {"שלום", "שלום"},
		"zero width":             {"a\u200bb", "a⟨U+200B⟩b"},
		"line separator":         {"a\u2028b", "a⟨U+2028⟩b"},
		"very long":              {long, long[:shownLength-1] + "…"},
		"replacement character":  {"a\ufffdb", "a\ufffdb"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := hostile(t, c.value)
			page := render(t, r, Options{Unmasked: true})
			if !strings.Contains(html.UnescapeString(page.raw), ">"+c.want+"</bdi>") {
				t.Errorf("%q is not shown as %q, isolated", c.value, c.want)
			}
			var out strings.Builder
			if err := r.WriteTerminal(&out, 80, Options{Unmasked: true}); err != nil {
				t.Fatal(err)
			}
			for _, shown := range []string{page.raw, out.String()} {
				if i := strings.IndexFunc(shown, func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl) }); i >= 0 {
					t.Errorf("a control character got through: %q", shown[max(0, i-40):i+10])
				}
			}
		})
	}
	if page := render(t, hostile(t, long), Options{Unmasked: true}); !strings.Contains(page.raw, `title="`+long[:titleLength-1]+`…"`) {
		t.Error("the whole of a long value is nowhere")
	}
}

// A run can have findings without number: the page stays small, the counts are whole.
func TestManyFindings(t *testing.T) {
	const many = 200_000
	r := rehearsal(t, lenient())
	for i := range many {
		violate(&r.Rules[1], finding.Finding{Kind: finding.Broken, Key: fmt.Sprintf("capitolo %d", i), Difference: "1"})
		r.Unmapped = append(r.Unmapped, Unmapped{Entity: "impegno", Field: "stato", Value: fmt.Sprintf("valore %d", i)})
		r.Rejects[0].Examples = append(r.Rejects[0].Examples, finding.Finding{Key: fmt.Sprintf("esempio %d", i)})
		r.Controls[0].Rows = append(r.Controls[0].Rows, validate.ControlRow{Group: []string{"2016", fmt.Sprint(i)}, Measure: Rows, Source: "1", Staged: "0", Difference: "-1"})
	}
	if err := r.Reckon(lenient()); err != nil {
		t.Fatal(err)
	}
	if n := len(r.Rules[1].Findings); n != SampleLimit {
		t.Errorf("%d findings kept, want %d", n, SampleLimit)
	}
	if len(r.Differences) != many {
		t.Errorf("%d differences, want all %d", len(r.Differences), many)
	}
	page := render(t, r, Options{})
	if len(page.raw) > 1<<20 {
		t.Errorf("the page has %d bytes", len(page.raw))
	}
	for _, want := range []string{"the first 100 of 200,003", "The first 200 of 200,002", "The first 200 of 200,000", "The first 200 of 200,003"} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if n := strings.Count(page.text, "esempio "); n > ExampleLimit {
		t.Errorf("%d examples shown", n)
	}
}

func TestUnknownLanguage(t *testing.T) {
	r := rehearsal(t, lenient())
	path := filepath.Join(t.TempDir(), HTMLFile)
	if err := r.WriteHTML(path, Options{Language: "tlh"}); err == nil {
		t.Error("wrote a page in a language without texts")
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 0 {
		t.Errorf("a failed write left %v (%v)", entries, err)
	}
}

// On a narrow screen what is rejected and loaded stands beside what was
// extracted: the columns between them give way.
func TestNarrowDocumentTypes(t *testing.T) {
	if !strings.Contains(pageStyle, ".wide { display: none; }") {
		t.Fatal("no column gives way on a narrow screen")
	}
	documents, _, _ := strings.Cut(pageTemplate[strings.Index(pageTemplate, `<section aria-labelledby="documents">`):], "</section>")
	for column, gives := range map[string]bool{"Extracted": false, "Excluded": true, "Rejected": false, "Staged": true, "Loaded": false} {
		if strings.Contains(documents, `class="n wide">{{.T.`+column+`}}`) != gives || strings.Contains(documents, `class="n">{{.T.`+column+`}}`) == gives {
			t.Errorf("column %s gives way: want %v", column, gives)
		}
	}
}

// A cent among millions is drawn as wide as can be seen, within the drawing.
func TestSmallBarsAreSeen(t *testing.T) {
	p := &page{T: english()}
	drawn := p.draw(Document{Name: "impegno"}, reconcile.Bridge{Measure: "importo", Source: "9000000", Excluded: "8999999.99", Rejected: "0.01", Staged: "0"})
	for _, s := range drawn.Steps {
		if s.Class == "rejected" && s.Width != least || s.Start+s.Width > 1000 {
			t.Errorf("%+v: want a width of %d within 1000", s, least)
		}
	}
	if drawn = p.draw(Document{}, reconcile.Bridge{Measure: "importo", Source: "9000000", Excluded: "0.01", Staged: "8999999.99"}); drawn.Steps[1].Start+drawn.Steps[1].Width != 1000 {
		t.Errorf("%+v: want it within the drawing", drawn.Steps[1])
	}
}
