package city

import (
	"math/rand/v2"
	"slices"
)

// act is an act that others cite; none has no number.
type act struct {
	year, number int
	kind         string
}

func (t *tableRows) act(a act) *tableRows {
	return t.int(a.year).text(a.kind).int(a.number)
}

// acts are the latest acts, for others to cite.
type acts struct {
	latest  []act
	numbers map[string]int
}

func (a *acts) open() { a.numbers = map[string]int{} }

func (a *acts) recent(r *rand.Rand) act {
	if len(a.latest) == 0 || oneIn(r, 8) {
		return act{}
	}
	return a.latest[r.IntN(len(a.latest))]
}

func (s *suite) makeAct() {
	r, a := s.random.acts, &s.acts
	one := act{year: s.year(), kind: [...]string{"DD", "DD", "DD", "DD", "DG", "DC"}[r.IntN(6)]}
	a.numbers[one.kind]++
	one.number = a.numbers[one.kind]
	state := [...]string{"definitivo", "provvisorio", "annullato"}[max(0, r.IntN(30)-27)]
	s.out.acts.row().int(one.year).text(one.kind).int(one.number).text(s.today.text).
		text(s.purpose(r.IntN(len(s.plan))), " - IMPEGNO DI SPESA").int(10 * (1 + r.IntN(40))).letter(state[0] - 'a' + 'A').end()
	s.tally.document(group{name: typeAct, state: state, year: one.year}, 0)
	if state != "definitivo" {
		return
	}
	if a.latest = append(a.latest, one); len(a.latest) > 64 {
		a.latest = slices.Delete(a.latest, 0, 1)
	}
}
