package mappings

import (
	"slices"
	"strings"
)

// reference is one field by which a document type refers to another.
type reference struct {
	to    int // place in loader.read
	path  string
	field string // as people name it: impegno.capitolo_id
}

// order puts the mappings into load order: each time the first, by file name,
// of those that refer to none that is still missing. Where there is none, the
// references run in a circle, which is told.
func (l *loader) order() {
	references := make([][]reference, len(l.read))
	for i, m := range l.read {
		for _, e := range m.Entities {
			for _, f := range e.Fields {
				if p, ok := l.entities[f.Ref]; ok && f.Ref != "" && p.mapping != i {
					references[i] = append(references[i], reference{p.mapping, fieldPath(e, f) + ".ref", e.Name + "." + f.Name})
				}
			}
		}
	}
	done := make([]bool, len(l.read))
	ready := func(i int) bool {
		return !done[i] && !slices.ContainsFunc(references[i], func(r reference) bool { return !done[r.to] })
	}
	for range l.read {
		next := -1
		for i := range l.read {
			if ready(i) {
				next = i
				break
			}
		}
		if next < 0 {
			l.tellCycle(references, done)
			break
		}
		done[next] = true
		l.set.Mappings = append(l.set.Mappings, l.read[next].Mapping)
	}
	for i, m := range l.read {
		if !done[i] {
			l.set.Mappings = append(l.set.Mappings, m.Mapping)
		}
	}
}

// tellCycle follows references among what is left until it comes back to where
// it has been: everything left leads into a circle.
func (l *loader) tellCycle(references [][]reference, done []bool) {
	at := slices.Index(done, false)
	var way []int
	var taken []reference
	for !slices.Contains(way, at) {
		way = append(way, at)
		next := references[at][slices.IndexFunc(references[at], func(r reference) bool { return !done[r.to] })]
		taken = append(taken, next)
		at = next.to
	}
	start := slices.Index(way, at)
	var names, fields []string
	for i, mapping := range way[start:] {
		names = append(names, l.read[mapping].Document)
		fields = append(fields, taken[start+i].field)
	}
	names = append(names, names[0])
	l.fail(l.read[at], taken[start].path, "document types refer to each other in a circle: "+strings.Join(names, " → "),
		"by "+strings.Join(fields, ", "), "leave out one of these refs, or make them entities of one document type")
}
