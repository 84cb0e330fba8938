package report

import (
	"cmp"
	_ "embed" // the page and its style are part of the binary
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/travaso/travaso/validate"
	"github.com/travaso/travaso/validate/finding"
	"github.com/travaso/travaso/validate/reconcile"
)

//go:embed page.tmpl
var pageTemplate string

//go:embed page.css
var pageStyle string

// page is what the template sees: the report, its words, and how to show things.
type page struct {
	*Report
	T       texts
	options Options
}

func (r *Report) html(w io.Writer, o Options) error {
	words, err := in(o.Language)
	if err != nil {
		return err
	}
	p := &page{Report: r, T: words, options: o}
	tmpl, err := template.New("page").Funcs(template.FuncMap{
		"count": count, "place": place, "money": money, "figure": figure, "show": show,
		"bytes": bytesText, "elapsed": elapsed, "visible": visible, "at": at, "zero": zero,
	}).Parse(pageTemplate)
	if err != nil {
		return err
	}
	return tmpl.Execute(w, p)
}

// Style is the page's own; it holds nothing of the data.
func (p *page) Style() template.CSS { return template.CSS(pageStyle) }

// Unmasked reports whether personal data are shown whole.
func (p *page) Unmasked() bool { return p.options.Unmasked }

// Name is a title in the page's language.
func (p *page) Name(titles map[string]string, name string) string { return p.T.title(titles, name) }

// Value shows a finding's value, masked where it is personal.
func (p *page) Value(f finding.Finding) datum { return p.masked(f.Field, f.Kind, f.Value) }

// UnmappedValue shows an unmapped value, masked where it is personal.
func (p *page) UnmappedValue(u Unmapped) datum { return p.masked(u.Field, finding.Unmapped, u.Value) }

func (p *page) masked(field string, kind finding.Kind, value string) datum {
	if !p.options.Unmasked && personal(field, kind, value) {
		value = mask(value)
	}
	return show(value)
}

// Origin says where in the source a finding's row stands.
func (p *page) Origin(f finding.Finding) datum {
	where := cmp.Or(f.Origin, f.Dataset)
	if f.Row > 0 {
		where = fmt.Sprintf("%s:%d", where, f.Row)
	}
	return show(where)
}

// Beyond tells how many documents of a finding are not listed.
func (p *page) Beyond(f finding.Finding) string {
	if f.DocumentCount <= int64(len(f.Documents)) {
		return ""
	}
	return fmt.Sprintf(p.T.Beyond, count(f.DocumentCount-int64(len(f.Documents))))
}

// decision is a verdict in words. Class is that of its look.
type decision struct{ Word, Sentence, Class string }

// Decision gives the verdict in words: that on the data, unless the run has
// not come to its end.
func (p *page) Decision() decision {
	switch {
	case p.Run.Load == LoadFailed:
		return decision{p.T.Failed, p.T.FailedSentence, "bad"}
	case !p.Verdict.Go:
		return decision{p.T.NoGo, p.T.NoGoSentence, "bad"}
	case p.Run.Load == LoadAhead:
		return decision{p.T.Ahead, p.T.AheadSentence, "ahead"}
	case p.Run.Load == LoadUnfinished:
		return decision{p.T.Ahead, p.T.UnfinishedSentence, "ahead"}
	}
	if errors := p.errors(); errors > 0 {
		return decision{p.T.Go, fmt.Sprintf(p.T.AcceptedSentence, count(errors)), "good"}
	}
	return decision{p.T.Go, p.T.GoSentence, "good"}
}

// Criteria gives the verdict's criteria in words.
func (p *page) Criteria() []criterionView {
	var views []criterionView
	for _, c := range p.Verdict.Criteria {
		found, accepted := c.Figures()
		views = append(views, criterionView{Name: p.T.criterion(c.Code), Found: found, Accepted: accepted, Holds: c.Holds})
	}
	return views
}

type criterionView struct {
	Name, Found, Accepted string
	Holds                 bool
}

// table is a long list cut to what a page can bear, with the count of the whole.
type table[T any] struct {
	Rows  []T
	Total int64
}

// Cut tells that rows are missing.
func (t table[T]) Cut() bool { return int64(len(t.Rows)) < t.Total }

func cut[T any](rows []T, limit int) table[T] {
	return table[T]{Rows: rows[:min(len(rows), limit)], Total: int64(len(rows))}
}

// ShownOf says how much of a cut table is shown.
func (p *page) ShownOf(shown int, total int64) string {
	return fmt.Sprintf(p.T.ShownOf, count(int64(shown)), count(total))
}

// UnmappedTable gives the unmapped values, as many as a page can bear.
func (p *page) UnmappedTable() table[Unmapped] { return cut(p.Unmapped, shownRows) }

// ControlTable gives a control's rows, as many as a page can bear.
func (p *page) ControlTable(c Control) table[validate.ControlRow] { return cut(c.Rows, shownRows) }

// DifferenceTable gives the differences, as many as a page can bear.
func (p *page) DifferenceTable() table[Difference] { return cut(p.Differences, shownRows) }

// Sample gives a rule's findings, as many as a page can bear.
func (p *page) Sample(r Rule) table[finding.Finding] {
	t := cut(r.Findings, SampleLimit)
	t.Total = r.Violations
	return t
}

// SampleOf says how many of a rule's findings are shown.
func (p *page) SampleOf(r Rule) string {
	shown := int64(min(len(r.Findings), SampleLimit))
	if shown == r.Violations {
		return count(shown)
	}
	return fmt.Sprintf(p.T.SampleOf, count(shown), count(r.Violations))
}

// Examples gives a reason's examples, never more than ExampleLimit.
func (p *page) Examples(r Reason) []finding.Finding {
	return r.Examples[:min(len(r.Examples), ExampleLimit)]
}

// MadeBy is the last line of the page.
func (p *page) MadeBy() string { return fmt.Sprintf(p.T.MadeBy, visible(p.Run.ToolVersion)) }

// UnreadableValues says how many values of a balance were no figure.
func (p *page) UnreadableValues(n int64) string { return fmt.Sprintf(p.T.UnreadableValues, count(n)) }

func at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func elapsed(milliseconds int64) string {
	d := time.Duration(milliseconds) * time.Millisecond
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%d.%03d s", d/time.Second, d%time.Second/time.Millisecond)
	case d < time.Minute:
		return fmt.Sprintf("%d.%d s", d/time.Second, d%time.Second/(100*time.Millisecond))
	default:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
}

func bytesText(n int64) string { return count((n+1<<20-1)>>20) + " MiB" }

func zero(figure string) bool { return figure == "" || size(figure).Sign() == 0 }

// AllBridges are the bridges of entities, then those of the tables they share.
func (p *page) AllBridges() []reconcile.Bridge {
	return append(slices.Clip(p.Report.Bridges), p.TableBridges...)
}

// Compared is how many groups a rule looked at, where it tells.
func (p *page) Compared(r Rule) string {
	if r.Groups == validate.Uncounted {
		return ""
	}
	return count(r.Groups)
}

// exclusionView is a reason for leaving rows out.
type exclusionView struct {
	Entity, Reason string
	Rows           int64
	Amount         string // of the document's amount column, where the entity has it
}

// Exclusions are all reasons for leaving rows out.
func (p *page) Exclusions() []exclusionView {
	var views []exclusionView
	for _, d := range p.Documents {
		for _, e := range d.Entities {
			for _, x := range e.Exclusions {
				views = append(views, exclusionView{Entity: e.Name, Reason: x.Reason, Rows: x.Rows, Amount: x.Sums[d.Amount]})
			}
		}
	}
	return views
}

// Sum adds up the document types; Loaded where any was loaded.
func (p *page) Sum() Document {
	var sum Document
	for _, d := range p.Documents {
		sum.Extracted += d.Extracted
		sum.Excluded += d.Excluded
		sum.Rejected += d.Rejected
		sum.Staged += d.Staged
		if d.Loaded != nil {
			loaded := *d.Loaded
			if sum.Loaded != nil {
				loaded += *sum.Loaded
			}
			sum.Loaded = &loaded
		}
	}
	return sum
}

// reasonsView is what the part of the page with reasons sees.
type reasonsView struct {
	Page  *page
	ID    string
	Table table[Reason]
}

// Reasons gives reasons under a heading's id, as many as a page can bear.
func (p *page) Reasons(id string, reasons []Reason) reasonsView {
	return reasonsView{Page: p, ID: id, Table: cut(reasons, shownRows)}
}

// Place names the field of a reason, or what it has in its stead.
func (p *page) Place(r Reason) string {
	place := cmp.Or(r.Entity, r.Document, r.Dataset)
	if r.Field != "" {
		place += "." + r.Field
	}
	return place
}

// place names where a difference is.
func place(d Difference) string {
	return strings.Join(strings.Fields(d.Entity+" "+d.State+" "+d.Measure), " ")
}
