package city

import (
	"math/rand/v2"
	"slices"

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
