package city

import (
	"math/rand/v2"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// closeMovements settles what is left at the end of a year: some of it will
// never be needed, some is put off to the next year, the rest is carried.
func (s *suite) closeMovements() {
	for _, m := range s.movements.year {
		if m.elastic {
			m.initial, m.current = m.used, m.used
		}
	}
	if s.isLast() {
		return
	}
	for _, m := range s.movements.year {
		switch {
		case m.state == void:
		case m.anno > s.year():
			s.carry(m, m.current)
		default:
			s.settle(s.random.closing, m)
			if m.owed() > 0 {
				s.carry(m, m.owed())
			}
		}
	}
}

// settle reduces some movements to what was used of them; the older, the more.
func (s *suite) settle(r *rand.Rand, m *movement) {
	n, limit := r.IntN(100), 45
	switch age := s.year() - m.anno; {
	case m.kind == typeIn && age == 0:
		limit = 30
	case age >= 3:
		limit = 90
	}
	switch {
	case m.left() <= 0 || m.state == provisional:
	case n < limit:
		m.cut()
	case len(m.subs) > 0:
	case m.kind == typeOut && m.anno == s.year() && n < limit+5:
		s.putOff(m)
	case m.anno < s.year() && n < limit+8:
		m.current -= m.left() / 2
	}
}

// cut reduces a movement and its subs to what was used of them.
func (m *movement) cut() {
	m.current = m.used
	for _, sub := range m.subs {
		if sub.state != void {
			sub.current = sub.used
		}
	}
}

// putOff cuts what is left off a movement and commits it anew in the next year
// (riaccertamento): its chapter's FPV pays for it.
func (s *suite) putOff(m *movement) {
	later := &movement{
		kind: m.kind, anno: s.year() + 1, number: s.movements.number(m.kind, s.year()+1), state: final, chapter: m.chapter,
		subject: m.subject, act: m.act, issued: (s.year()+1)*10_000 + 101, cup: m.cup, cig: m.cig,
		initial: m.left(), current: m.left(), cutAnno: m.anno, cutNum: m.number,
	}
	m.chapter.fpv += m.left()
	m.current -= m.left()
	s.movements.next = append(s.movements.next, later)
}

// carry takes a movement with what is left of it, and its subs with what is
// left of them, into the next year.
func (s *suite) carry(m *movement, amount fiction.Cents) {
	next := *m
	next.begin(amount)
	next.ofAnno, next.ofNumber, next.cutAnno, next.cutNum = 0, 0, 0, 0
	if m.anno > s.year() {
		next.multiYear = true
	}
	next.subs = nil
	for _, sub := range m.subs {
		if sub.owed() > 0 {
			part := *sub
			part.begin(sub.owed())
			part.head = &next
			next.subs = append(next.subs, &part)
		}
	}
	if len(next.subs) == 0 && next.state == notLiquid {
		next.state = final // nothing hangs on it any more
	}
	if next.state == provisional {
		next.state = final
	}
	s.movements.next = append(s.movements.next, &next)
}

// begin begins a year with an amount.
func (m *movement) begin(amount fiction.Cents) {
	m.initial, m.current = amount, amount
	m.used, m.paid, m.pledged, m.flawed = 0, 0, 0, false
	m.recovery = nil
}

// writeConstraints ties some commitments of the year to assessments.
func (s *suite) writeConstraints() {
	r := s.random.closing
	var assessments []*movement
	for _, m := range s.movements.year {
		if m.kind == typeIn && m.anno == s.year() && m.state != void && m.current > 0 {
			assessments = append(assessments, m)
		}
	}
	if len(assessments) == 0 {
		return
	}
	for _, m := range s.movements.year {
		if m.kind != typeOut || m.anno != s.year() || m.state == void || !oneIn(r, 30) {
			continue
		}
		source := assessments[r.IntN(len(assessments))]
		amount := min(m.current-m.pledged, source.current-source.pledged)
		if amount <= 0 {
			continue
		}
		if oneIn(r, 2) {
			amount -= amount / 3
		}
		m.pledged += amount
		source.pledged += amount
		s.out.constraints.row().ints(s.year(), m.anno, m.number, source.anno, source.number).amount(amount).end()
		s.tally.document(group{name: typeConstraint, year: s.year()}, amount)
	}
}

// writeFinals writes a chapter's final accounts.
func (s *suite) writeFinals(c *chapter, sum *sums, appropriation fiction.Cents) {
	revision := sum.residualCurrent - sum.residualInitial
	residual := sum.residualInitial - sum.residualPaid + revision
	ofYear := sum.ofYear - sum.ofYearPaid
	t := s.out.finals
	t.row().int(s.year()).letter(c.part).ints(c.number, c.article).
		amount(appropriation, sum.residualInitial, sum.residualPaid, revision, sum.ofYear, sum.ofYearPaid, c.fpv, residual, ofYear, residual+ofYear)
	if c.part == 'S' {
		t.amount(appropriation - sum.ofYear - c.fpv)
	} else {
		t.text()
	}
	t.end()
	s.treasury.addResidues(c.part, residual+ofYear, c.fpv)
}
