package city

import "github.com/travaso/travaso/cmd/internal/fiction"

// writeMovements writes all movements of the year.
func (s *suite) writeMovements() {
	for _, head := range s.movements.year {
		s.writeMovement(head)
		for _, sub := range head.subs {
			s.writeMovement(sub)
		}
	}
}

func (s *suite) writeMovement(m *movement) {
	twiceSubs := s.spoilMovement(m)
	text := s.purpose(m.number*7 + m.anno)
	if m.kind == typeIn {
		text = s.revenue[(m.number*7+m.anno)%len(s.revenue)]
	}
	due := 0
	if m.number%3 == 0 {
		due = m.issued/10_000*10_000 + 1231
	}
	t := s.out.movements
	t.row().letter(m.kind).ints(s.year(), m.anno, m.number, m.sub).letter(m.state).ints(m.chapter.number, m.chapter.article, code(m.subject)).
		act(m.act).ints(m.issued, due).amount(m.initial, m.current+twiceSubs, m.paid, m.owed()+twiceSubs).text(text).text(m.cup).text(m.cig).
		text(m.chapter.account.Old).text(m.chapter.siope()).flag(m.multiYear).ints(m.ofAnno, m.ofNumber, m.cutAnno, m.cutNum).end()
	s.tally.document(group{m.documentType(), movementState(m.state), s.year(), m.chapter}, m.current)
}

// spoilMovement puts a defect into the next movement. What makes a migration
// reject it is only for movements that nothing hangs on: void ones, and of the
// last year provisional ones. It gives what a sub is too much.
func (s *suite) spoilMovement(m *movement) (tooMuch fiction.Cents) {
	if m.head != nil {
		if s.isLast() && m.sub == 1 && m.state == final && !m.head.flawed && s.dirt.hit(OverDivided) {
			return s.overDivide(m)
		}
		return 0
	}
	var kind DefectKind
	switch alone := len(m.subs) == 0 && !m.multiYear && m.recovery == nil && m.pledged == 0; {
	case alone && (m.state == void || m.state == provisional && s.isLast()):
		kind = s.dirt.first(OrphanChapter, MissingChapter, OrphanSubject, PlaceholderSubject, UnreadableAmount, UnmappedAccount)
	case m.anno < s.year() && len(m.subs) == 0 && m.state == final && !m.flawed:
		kind = s.dirt.first(BrokenCarry)
	}
	if kind == "" {
		return 0
	}
	m.flawed = true
	d := s.movementDefect(kind, m)
	switch kind {
	case OrphanChapter:
		d.Column, d.Value = "CAPIT", "99990"
	case MissingChapter:
		d.Column = "CAPIT"
	case OrphanSubject:
		d.Column, d.Value = "CODSOG", "99999999"
	case PlaceholderSubject:
		d.Column, d.Value = "CODSOG", "999"
	case UnreadableAmount:
		d.Column, d.Value = "IMPATT", "v. allegato"
	case UnmappedAccount:
		d.Column, d.Value = "VOCECO", "9999999"
	case BrokenCarry:
		const off = 1_000
		d.Column, d.Value = "IMPINI", (m.initial + off).Italian()
		chapter := m.chapter.key(s.year())
		d.Breaks = []Break{
			{ResidueCarry, d.Key, exactOf(off)}, {ChapterOpening, chapter, exactOf(off)}, {ChapterRevision, chapter, exactOf(-off)},
		}
	}
	s.out.movements.spoil(d.Column, d.Value)
	s.dirt.add(d)
	return 0
}

func (s *suite) movementDefect(kind DefectKind, m *movement) Defect {
	k := m.key(s.year())
	return Defect{
		Kind: kind, Document: m.documentType(), Key: k, Table: s.out.movements.name, Row: k, Amount: exactOf(m.current),
		State: movementState(m.state), Year: s.year(), Chapter: m.chapter.name(),
	}
}

// overDivide makes a sub as much too large as its head is.
func (s *suite) overDivide(m *movement) fiction.Cents {
	m.head.flawed = true
	all := fiction.Cents(0)
	for _, sub := range m.head.subs {
		if sub.state != void {
			all += sub.current
		}
	}
	off := m.head.current
	d := s.movementDefect(OverDivided, m)
	d.Column, d.Value = "IMPATT", (m.current + off).Italian()
	d.Breaks = []Break{{SubCeiling, key(string(m.kind), s.year(), m.anno, m.number), exactOf(all + off - m.head.current)}}
	s.dirt.add(d)
	return off
}
