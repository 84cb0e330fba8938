package city

import (
	"fmt"
	"math/rand/v2"
)

// Dirt is the rate of each kind of defect among the documents that could have
// it, from 0 to 1. A kind with a rate above 0 is there at least once where
// three documents could have it. The zero Dirt is clean.
type Dirt map[DefectKind]float64

// EvenDirt is the same rate for every kind.
func EvenDirt(rate float64) Dirt {
	d := Dirt{}
	for _, kind := range DefectKinds() {
		d[kind] = rate
	}
	return d
}

func (d Dirt) check() error {
	kinds := map[DefectKind]bool{}
	for _, kind := range DefectKinds() {
		kinds[kind] = true
	}
	for kind, rate := range d {
		if !kinds[kind] {
			return fmt.Errorf("no kind of defect is named %q: see DefectKinds", kind)
		}
		if !(rate >= 0 && rate <= 1) {
			return fmt.Errorf("rate of %s is %v: give one from 0 to 1", kind, rate)
		}
	}
	return nil
}

// spoiler decides which documents get a defect.
type spoiler struct {
	kinds map[DefectKind]*spoilerKind
	truth *Truth
}

type spoilerKind struct {
	rate       float64
	candidates int
	random     *rand.Rand
}

// newSpoiler leaves out what the destination cannot hold.
func newSpoiler(o Options, holds holding, truth *Truth) *spoiler {
	s := &spoiler{kinds: map[DefectKind]*spoilerKind{}, truth: truth}
	for kind, rate := range o.Dirt {
		impossible := kind == NULByte && !holds.nulBytes || (kind == RaggedRow || kind == BadEncoding) && !holds.lines
		if rate > 0 && !impossible {
			s.kinds[kind] = &spoilerKind{rate: rate, random: stream(o.Seed, "dirt/"+string(kind))}
		}
	}
	return s
}

// hit decides whether a document that could have a defect gets it.
func (s *spoiler) hit(kind DefectKind) bool {
	if len(s.kinds) == 0 {
		return false
	}
	k := s.kinds[kind]
	if k == nil {
		return false
	}
	k.candidates++
	drawn := k.random.Float64() < k.rate
	return drawn || k.candidates == 3
}

// first gives the first of some kinds that hits, or "".
func (s *spoiler) first(kinds ...DefectKind) DefectKind {
	for _, kind := range kinds {
		if s.hit(kind) {
			return kind
		}
	}
	return ""
}

// add records a defect.
func (s *spoiler) add(d Defect) {
	d.Finding, d.Severity = findingOf(d.Kind)
	s.truth.Defects = append(s.truth.Defects, d)
}
