package reconcile

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// Bridge is the way of one measure of an entity from the source to the target.
type Bridge struct {
	Document string `json:"document,omitempty"`
	Entity   string `json:"entity"`
	State    string `json:"state,omitempty"`
	Measure  string `json:"measure"` // Rows or a column

	Source   string `json:"source"`
	Rejected string `json:"rejected"`
	Excluded string `json:"excluded"`
	Staged   string `json:"staged"`
	// Target is what the target's own SQL gives, "" before the load.
	Target string `json:"target,omitempty"`

	// Unreadable are the values of the source that are no amount: rows that
	// Rejected and Excluded count and whose money is in no sum of any stop.
	Unreadable int64 `json:"unreadable,omitempty"`

	// Residue is what rounding took from the source's amounts on the way in:
	// as the source writes them they are Source + Residue. "" where nothing rounds.
	Residue string `json:"residue,omitempty"`

	// Unaccounted is source − rejected − excluded − staged; Unloaded is staged
	// − target, "" before the load. UnreadableLost are unreadable values of the
	// source that neither the rejected nor the excluded rows hold.
	Unaccounted    string `json:"unaccounted"`
	Unloaded       string `json:"unloaded,omitempty"`
	UnreadableLost int64  `json:"unreadable_lost,omitempty"`
	// Closes: nothing is unaccounted for, unloaded or lost, and every stop has its figure.
	Closes bool `json:"closes"`
}

// Bridges builds the bridge of every entity, state and measure that any of the
// stops has, rows first. Totals of the target may be missing as a whole: then
// nothing has been loaded and bridges end at staged. A measure that another
// stop lacks does not close.
func Bridges(all []Totals) ([]Bridge, error) {
	stops, err := figuresByStop(all)
	if err != nil {
		return nil, err
	}
	loaded := slices.ContainsFunc(all, func(t Totals) bool { return t.Stop == Target })
	unreadable := unreadableByStop(all)
	residues, err := figuresOf(residuesOf(all))
	if err != nil {
		return nil, fmt.Errorf("bridge: residue: %w", err)
	}
	var keys []key
	for _, figures := range stops {
		keys = append(keys, keysOf(figures)...)
	}
	slices.SortFunc(keys, compareKeys)
	var bridges []Bridge
	for _, k := range slices.Compact(keys) {
		at := func(stop Stop) *decimal.Decimal { return stops[stop].at(k) }
		b := Bridge{Document: k.document, Entity: k.entity, State: k.state, Measure: k.measure,
			Source: text(at(Source)), Rejected: text(at(Rejected)), Excluded: text(at(Excluded)), Staged: text(at(Staged))}
		unaccounted := value(at(Source)).Sub(value(at(Rejected))).Sub(value(at(Excluded))).Sub(value(at(Staged)))
		b.Unaccounted = exactText(unaccounted)
		if k.measure != Rows {
			b.Residue = text(residues[k])
		}
		b.Unreadable = unreadable[Source][k]
		b.UnreadableLost = b.Unreadable - unreadable[Rejected][k] - unreadable[Excluded][k]
		b.Closes = at(Source) != nil && at(Staged) != nil && unaccounted.IsZero() && b.UnreadableLost == 0
		if loaded {
			unloaded := value(at(Staged)).Sub(value(at(Target)))
			b.Target, b.Unloaded = text(at(Target)), exactText(unloaded)
			b.Closes = b.Closes && at(Target) != nil && unloaded.IsZero()
		}
		bridges = append(bridges, b)
	}
	return bridges, nil
}

func figuresByStop(all []Totals) (map[Stop]figures, error) {
	stops := map[Stop]figures{}
	for _, stop := range []Stop{Source, Rejected, Excluded, Staged, Target} {
		figures, err := figuresOf(slices.DeleteFunc(slices.Clone(all), func(t Totals) bool { return t.Stop != stop }))
		if err != nil {
			return nil, fmt.Errorf("bridge: %w", err)
		}
		stops[stop] = figures
	}
	return stops, nil
}

// residuesOf are the source's residues, as totals of their own.
func residuesOf(all []Totals) []Totals {
	var residues []Totals
	for _, t := range all {
		if t.Stop == Source {
			residues = append(residues, Totals{Stop: Source, Document: t.Document, Entity: t.Entity, State: t.State, Sums: t.Residue})
		}
	}
	return residues
}

func unreadableByStop(all []Totals) map[Stop]map[key]int64 {
	counts := map[Stop]map[key]int64{}
	for _, t := range all {
		if counts[t.Stop] == nil {
			counts[t.Stop] = map[key]int64{}
		}
		for column, count := range t.Unreadable {
			counts[t.Stop][key{t.subject(), column}] += count
		}
	}
	return counts
}
