package report

import (
	"math/big"

	"github.com/travaso/travaso/validate/reconcile"
)

// drawing is the way of one document type's amount from the source to the
// target, drawn.
type drawing struct {
	Title   string
	Measure string
	Steps   []step
	Holds   bool
	// Unreadable values are in none of the figures.
	Unreadable int64
}

// step is one stop of a bridge. Start and Width are thousandths of the
// drawing; a step that is lost on the way hangs where it falls off.
type step struct {
	Name         string
	Figure       string
	Class        string
	Start, Width int64
}

// Drawings draws one bridge for every document type: of its amount, or of its
// rows where it has none.
func (p *page) Drawings() []drawing {
	var all []drawing
	for _, d := range p.Documents {
		if bridge, found := p.bridgeOf(d); found {
			all = append(all, p.draw(d, bridge))
		}
	}
	return all
}

// bridgeOf finds the bridge that stands for a document type.
func (p *page) bridgeOf(d Document) (reconcile.Bridge, bool) {
	entity, measure := "", Rows
	if e, found := d.amountEntity(); found {
		entity, measure = e.Name, d.Amount
	} else if len(d.Entities) > 0 {
		entity = d.Entities[0].Name
	}
	for _, b := range p.Report.Bridges {
		if b.Document == d.Name && b.Entity == entity && b.Measure == measure {
			return b, true
		}
	}
	return reconcile.Bridge{}, false
}

func (p *page) draw(d Document, b reconcile.Bridge) drawing {
	steps := []struct {
		name, figure, class string
		hangs               bool // from the end of what is left
	}{
		{p.T.Source, b.Source, "source", false},
		{"− " + p.T.Excluded, b.Excluded, "excluded", true},
		{"− " + p.T.Rejected, b.Rejected, "rejected", true},
		{"= " + p.T.Staged, b.Staged, "staged", false},
		{p.T.Target, b.Target, "target", false},
	}
	whole, left := size(b.Source), size(b.Source)
	for _, s := range steps[1:] {
		if size(s.figure).Cmp(whole) > 0 {
			whole = size(s.figure)
		}
	}
	drawn := drawing{Title: p.T.title(d.Title, d.Name), Measure: b.Measure, Holds: b.Closes, Unreadable: b.Unreadable}
	for _, s := range steps {
		if s.figure == "" {
			continue
		}
		width := thousandths(size(s.figure), whole)
		start := int64(0)
		if s.hangs {
			left.Sub(left, size(s.figure))
			start = min(max(thousandths(left, whole), 0), 1000-width)
		}
		drawn.Steps = append(drawn.Steps, step{Name: s.name, Figure: figure(b.Measure, s.figure), Class: s.class, Start: start, Width: width})
	}
	return drawn
}

// size is the absolute value of a figure; 0 of none.
func size(figure string) *big.Rat {
	parsed, err := parse(figure)
	if err != nil {
		return new(big.Rat)
	}
	return parsed.Abs(parsed)
}

// least is how many thousandths of a bar are seen: 2 pixels on a small screen.
const least = 14

// thousandths is part of whole, at least least where there is any, so that a
// cent lost among millions is still seen.
func thousandths(part, whole *big.Rat) int64 {
	if whole.Sign() == 0 || part.Sign() == 0 {
		return 0
	}
	share := new(big.Rat).Quo(part, whole)
	share.Mul(share, big.NewRat(1000, 1))
	rounded := new(big.Int).Quo(share.Num(), share.Denom()).Int64()
	if part.Sign() < 0 {
		return rounded
	}
	return max(rounded, least)
}
