package city

import (
	"math/rand/v2"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// The states of a movement, as the suite writes them.
const (
	provisional      = '1'
	final            = '2'
	notLiquid        = '3' // a head with subs: these are liquidated
	void             = '9'
	typeOut     byte = 'I'
	typeIn      byte = 'A'
)

// movement is a commitment or an assessment, or a part of one, under the year
// of the books.
type movement struct {
	kind              byte // typeOut, typeIn
	anno, number, sub int
	head              *movement
	subs              []*movement
	state             byte
	chapter           *chapter
	subject           int
	act               act
	issued            int // yyyymmdd
	cup, cig          string

	initial, current fiction.Cents
	used             fiction.Cents // liquidated, or on non-void orders of collection; of a head with its subs
	paid             fiction.Cents // by orders with a receipt; of a head with its subs
	pledged          fiction.Cents // by constraints

	elastic          bool // grows with what is collected
	multiYear        bool
	ofAnno, ofNumber int // with anno > the year: what it continues
	cutAnno, cutNum  int // re-assessed from
	recovery         *project
	flawed           bool // has a defect, or one that hangs on it has
}

func (m *movement) left() fiction.Cents { return m.current - m.used }

// owed is RESIDU.
func (m *movement) owed() fiction.Cents {
	if m.state == void {
		return 0
	}
	return m.current - m.paid
}

func (m *movement) use(amount fiction.Cents) {
	m.used += amount
	if m.head != nil {
		m.head.used += amount
	}
}

func (m *movement) pay(amount fiction.Cents) {
	m.paid += amount
	if m.head != nil {
		m.head.paid += amount
	}
}

func (m *movement) root() *movement {
	if m.head != nil {
		return m.head
	}
	return m
}

func (m *movement) key(year int) string { return key(string(m.kind), year, m.anno, m.number, m.sub) }

// documentType is the type that Truth counts it as.
func (m *movement) documentType() string {
	switch {
	case m.kind == typeOut && m.sub == 0:
		return typeCommitment
	case m.kind == typeOut:
		return typeSubCommit
	case m.sub == 0:
		return typeAssessment
	}
	return typeSubAssess
}

func movementState(state byte) string {
	switch state {
	case provisional:
		return "provvisorio"
	case final:
		return "definitivo"
	case notLiquid:
		return "non_liquidabile"
	}
	return "annullato"
}

// movements are those of the year of the books, and what may be used of them.
type movements struct {
	year    []*movement // heads
	next    []*movement // heads carried into the next year
	open    [2][]*movement
	numbers map[byte]map[int]int // last number, by kind and anno
}

func side(kind byte) int {
	if kind == typeOut {
		return 0
	}
	return 1
}

func (m *movements) number(kind byte, anno int) int {
	if m.numbers == nil {
		m.numbers = map[byte]map[int]int{typeOut: {}, typeIn: {}}
	}
	m.numbers[kind][anno]++
	return m.numbers[kind][anno]
}

// openable tells what may be liquidated or collected: final ones, and the subs
// of heads that may not.
func (m *movements) offer(head *movement) {
	for _, one := range append([]*movement{head}, head.subs...) {
		if one.state == final && one.left() > 0 {
			m.open[side(head.kind)] = append(m.open[side(head.kind)], one)
		}
	}
}

// withLeft gives a movement of a kind with something left, or nil; those used
// up are taken off the list as they are met.
func (m *movements) withLeft(r *rand.Rand, kind byte) *movement {
	list := &m.open[side(kind)]
	for len(*list) > 0 {
		at := r.IntN(len(*list))
		if one := (*list)[at]; one.left() > 0 {
			return one
		}
		(*list)[at] = (*list)[len(*list)-1]
		*list = (*list)[:len(*list)-1]
	}
	return nil
}

// openMovements begins a year with what was carried into it.
func (s *suite) openMovements() {
	m := &s.movements
	m.year, m.next = m.next, nil
	m.open = [2][]*movement{}
	for _, head := range m.year {
		m.offer(head)
	}
	for _, list := range [][]*chapter{s.chapters.out, s.chapters.in} {
		for _, c := range list {
			c.elastic, c.fpv = nil, 0
		}
	}
}

func (s *suite) makeCommitment() {
	r := s.random.commitments
	c := s.chapters.out[oftenLow(r, len(s.chapters.out))]
	m := s.newMovement(r, typeOut, c, logNormal(r, 800_000))
	if oneIn(r, 2) {
		m.cig = fiction.CIG(r)
	}
	if oneIn(r, 12) {
		m.cup = fiction.CUP(r)
	}
	s.joinProject(m, 25)
	s.divide(r, m, 8)
	s.continueNextYear(r, m)
	s.movements.offer(m)
}

func (s *suite) makeAssessment() {
	r := s.random.assessments
	c := s.chapters.in[otherRevenue+oftenLow(r, len(s.chapters.in)-otherRevenue)]
	m := s.newMovement(r, typeIn, c, logNormal(r, 1_500_000))
	s.joinProject(m, 40)
	s.divide(r, m, 12)
	s.continueNextYear(r, m)
	s.movements.offer(m)
}

// newMovement makes a head of the year.
func (s *suite) newMovement(r *rand.Rand, kind byte, c *chapter, amount fiction.Cents) *movement {
	m := &movement{
		kind: kind, anno: s.year(), number: s.movements.number(kind, s.year()), chapter: c,
		subject: s.subjects.pick(r), act: s.acts.recent(r), issued: s.today.number, initial: amount, current: amount, state: final,
	}
	switch n := r.IntN(100); {
	case n < 3:
		m.state = provisional
	case n < 5:
		m.state = void
	}
	if oneIn(r, 10) && m.state != void { // changed in the course of the year
		m.current += amount / 10
	}
	s.movements.year = append(s.movements.year, m)
	return m
}

// divide makes subs, of at most the amount of the head.
func (s *suite) divide(r *rand.Rand, m *movement, oneOf int) {
	if m.state != final || !oneIn(r, oneOf) || m.current < 10_000 {
		return
	}
	m.state = notLiquid
	n := 2 + r.IntN(4)
	shares := parts(r, m.current-m.current/20*fiction.Cents(r.IntN(3)), n, nil)
	for i, share := range shares {
		sub := *m
		sub.head, sub.sub, sub.state, sub.initial, sub.current, sub.subject = m, i+1, final, share, share, s.subjects.pick(r)
		sub.recovery = nil
		m.subs = append(m.subs, &sub)
	}
	if oneIn(r, 10) { // one was made void and another took its place
		wrong := *m.subs[0]
		wrong.sub, wrong.state = n+1, void
		m.subs = append(m.subs, &wrong)
	}
}

// continueNextYear gives some movements a part in the next year.
func (s *suite) continueNextYear(r *rand.Rand, m *movement) {
	if m.state != final || !oneIn(r, 50) {
		return
	}
	m.multiYear = true
	part := *m
	part.anno, part.number = s.year()+1, s.movements.number(m.kind, s.year()+1)
	part.ofAnno, part.ofNumber = m.anno, m.number
	part.recovery = nil
	s.movements.year = append(s.movements.year, &part)
}

// elasticOf is the assessment of the year on which a chapter collects what
// comes without one.
func (s *suite) elasticOf(c *chapter) *movement {
	if c.elastic == nil {
		r := s.random.collections
		c.elastic = &movement{
			kind: typeIn, anno: s.year(), number: s.movements.number(typeIn, s.year()), chapter: c, state: final, elastic: true,
			subject: s.subjects.pick(r), act: s.acts.recent(r), issued: s.calendar.days[0].number,
		}
		s.movements.year = append(s.movements.year, c.elastic)
	}
	return c.elastic
}
