package city

import (
	"math/rand/v2"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// The kinds of orders, and their states as the suite writes them.
const (
	mandate     byte = 'M'
	collection  byte = 'R'
	inserted    byte = '0'
	transmitted byte = '1'
	signed      byte = '2'
	receipted   byte = '3'
	orderVoid   byte = '8'
)

// order is a payment or collection order.
type order struct {
	kind    byte
	number  int
	state   byte
	account int
	total   fiction.Cents
	covers  bool // treasury items
	linked  bool // to another order
	paidOn  day  // in state receipted
	lines   []orderLine
	act     act
}

type orderLine struct {
	amount      fiction.Cents
	liquidation *liquidation // of a mandate
	movement    *movement
}

func (o *order) key(year int) string { return key(string(o.kind), year, o.number) }

func orderState(state byte) string {
	switch state {
	case inserted:
		return "inserito"
	case transmitted:
		return "trasmesso"
	case signed:
		return "firmato"
	case receipted:
		return "quietanzato"
	}
	return "annullato"
}

// makeMandate pays one or more liquidations that wait, each whole or in part.
func (s *suite) makeMandate() {
	r, p := s.random.mandates, &s.payables
	if len(p.waiting) == 0 {
		return
	}
	o := order{kind: mandate, account: s.treasury.spender(r), act: s.acts.recent(r)}
	o.state, o.paidOn = s.fate(r)
	for range min(1+max(0, r.IntN(9)-5), len(p.waiting)) {
		l := p.waiting[0]
		o.lines = append(o.lines, orderLine{s.payment(r, l), l, l.movement})
		if o.state == orderVoid {
			break
		}
		p.waiting = p.waiting[1:]
	}
	if oneIn(r, 25) && o.state == receipted {
		o.covers, o.paidOn = true, s.today
	}
	s.number(&o)
	s.use(&o)
	withholding := !o.covers && o.state != orderVoid && o.total > 10_000 && oneIn(r, 8)
	o.linked = withholding
	s.writeOrder(&o)
	if o.covers {
		s.cover(&o, []*item{s.newItem('P', o.account, o.total, s.payeeOf(o.lines[0].movement))})
	}
	if withholding {
		s.withhold(r, &o)
	}
	for _, line := range o.lines {
		s.putBack(&o, line.liquidation)
	}
}

// payment is what a mandate pays of a liquidation: all that is left, or a
// part where few wait.
func (s *suite) payment(r *rand.Rand, l *liquidation) fiction.Cents {
	left := l.amount - l.ordered
	if left > 1_000 && r.IntN(100) < 45 {
		return left/4 + fiction.Cents(r.Int64N(int64(left/2)))
	}
	return left
}

// putBack lets a liquidation wait on for what is left of it, or writes it.
func (s *suite) putBack(o *order, l *liquidation) {
	switch {
	case o.state == orderVoid: // it was never taken off
	case l.ordered < l.amount:
		s.payables.waiting = append(s.payables.waiting, l)
	default:
		s.writeLiquidation(l)
	}
}

// fate is what becomes of an order made today: nearly all get their receipt
// within days, those of the end of the last year are still under way.
func (s *suite) fate(r *rand.Rand) (state byte, paidOn day) {
	lag := 1 + r.IntN(5)
	if oneIn(r, 60) {
		return orderVoid, day{}
	}
	if late := s.today.index + lag - (len(s.calendar.days) - 12); s.isLast() && late > 0 {
		return [...]byte{signed, transmitted, inserted}[min(2, late/4)], day{}
	}
	return receipted, s.calendar.after(s.today, lag)
}

// number gives an order its number; a defect leaves one out.
func (s *suite) number(o *order) {
	numbers := s.treasury.orders
	numbers[o.kind]++
	if s.dirt.hit(NumberingGap) {
		k := key(string(o.kind), s.year(), numbers[o.kind])
		s.dirt.add(Defect{Kind: NumberingGap, Document: o.documentType(), Key: k, Table: s.out.orders.name, Row: k, Year: s.year(),
			Breaks: []Break{{OrderNumbers, k, "1"}}})
		numbers[o.kind]++
	}
	o.number = numbers[o.kind]
}

func (o *order) documentType() string {
	if o.kind == mandate {
		return typePayOrder
	}
	return typeCollectOrder
}

// use adds an order up, and takes its lines off what they are of.
func (s *suite) use(o *order) {
	for _, line := range o.lines {
		o.total += line.amount
		switch {
		case o.state == orderVoid:
			continue
		case o.kind == mandate:
			line.liquidation.ordered += line.amount
		default:
			line.movement.use(line.amount)
		}
		if o.state == receipted {
			line.movement.pay(line.amount)
		}
	}
}

func (s *suite) writeOrder(o *order) {
	s.spoilOrder(o)
	list, sent, receipt, receiptNumber, voided := 0, 0, 0, 0, 0
	if o.state != inserted {
		list, sent = s.today.index/3+1, s.today.number
	}
	switch o.state {
	case receipted:
		s.treasury.receipts++
		receipt, receiptNumber = o.paidOn.number, s.treasury.receipts
	case orderVoid:
		voided = s.calendar.after(s.today, 7).number
	}
	s.out.orders.row().letter(o.kind).ints(s.year(), o.number, s.today.number).letter(o.state).amount(o.total).
		ints(o.account, list, sent, receipt, receiptNumber, voided).flag(o.covers).text(s.purpose(o.number * 17)).act(o.act).end()
	state := orderState(o.state)
	s.tally.document(group{name: o.documentType(), state: state, year: s.year()}, o.total)
	lineType := typePayLine
	if o.kind == collection {
		lineType = typeCollectLine
	}
	for n, line := range o.lines {
		s.writeOrderLine(o, n+1, line)
		s.tally.add(group{lineType, state, s.year(), line.movement.chapter}, line.amount)
	}
	if o.state == receipted {
		s.treasury.settle(o)
	}
	if o.state != orderVoid {
		s.entries.expect(entryOrigin{kind: o.kind, ordinal: o.number, amount: o.total})
	}
}

func (s *suite) writeOrderLine(o *order, n int, line orderLine) {
	m, number, method, cup, cig := line.movement, 0, 0, "", ""
	if o.kind == mandate {
		number, method, cup, cig = line.liquidation.number, line.liquidation.method, m.cup, m.cig
	}
	s.out.orderLines.row().letter(o.kind).ints(s.year(), o.number, n).amount(line.amount).
		ints(number, m.anno, m.number, m.sub, m.chapter.number, m.chapter.article, code(m.subject), method).
		text(m.chapter.siope()).text(cup).text(cig).end()
}

// spoilOrder puts a wrong header on an order that nothing hangs on.
func (s *suite) spoilOrder(o *order) {
	if o.state == orderVoid || o.covers || o.linked || !s.dirt.hit(WrongHeader) {
		return
	}
	const off = 10
	k := o.key(s.year())
	wrong := (o.total + off).Italian()
	s.out.orders.spoil("IMPORD", wrong)
	s.dirt.add(Defect{Kind: WrongHeader, Document: o.documentType(), Key: k, Table: s.out.orders.name, Row: k, Column: "IMPORD", Value: wrong,
		Amount: exactOf(o.total), State: orderState(o.state), Year: s.year(), Breaks: []Break{{OrderQuotas, k, exactOf(off)}}})
}

// withhold collects a part of a mandate again, for the tax office or the
// social security.
func (s *suite) withhold(r *rand.Rand, m *order) {
	kind, at, rate := "RIT", taxWithholding+r.IntN(2), 20
	if oneIn(r, 2) {
		kind, at, rate = "SPL", splitPayment, 18
	}
	amount := m.total * fiction.Cents(rate) / 100
	o := order{kind: collection, state: m.state, paidOn: m.paidOn, account: m.account, linked: true, act: m.act,
		lines: []orderLine{{amount: amount, movement: s.elasticOf(s.chapters.in[at])}}}
	s.number(&o)
	s.use(&o)
	s.writeOrder(&o)
	s.treasury.owing--
	s.out.orderLinks.row().letter(mandate).ints(s.year(), m.number).letter(collection).ints(s.year(), o.number).text(kind).amount(amount).end()
	s.tally.add(group{name: typeOrderLink, year: s.year()}, amount)
}

// makeCollections makes n orders of collection, those of withholdings
// included: they cover treasury items, or collect on assessments.
func (s *suite) makeCollections(n int) {
	s.treasury.owing += n
	for s.treasury.owing > 0 {
		s.treasury.owing--
		if s.treasury.isWaiting(s.today) && !oneIn(s.random.collections, 3) {
			s.coverItems(2)
		} else {
			s.makeCollection()
		}
	}
	if s.today.index == len(s.calendar.days)-1 { // by law none is left at the end
		for len(s.treasury.waiting) > 0 {
			s.coverItems(30)
		}
	}
}

func (s *suite) makeCollection() {
	r := s.random.collections
	o := order{kind: collection, account: s.treasury.poorest(), act: s.acts.recent(r)}
	o.state, o.paidOn = s.fate(r)
	for range 1 + max(0, r.IntN(8)-5) {
		amount := s.treasury.needed(o.account, logNormal(r, 250_000))
		m := s.movements.withLeft(r, typeIn)
		if m == nil || oneIn(r, 3) {
			m = s.elasticOf(s.chapters.in[otherRevenue+oftenLow(r, len(s.chapters.in)-otherRevenue)])
		} else {
			amount = min(amount, m.left()-o.on(m))
		}
		if amount > 0 {
			o.lines = append(o.lines, orderLine{amount: amount, movement: m})
		}
	}
	if len(o.lines) == 0 {
		return
	}
	s.number(&o)
	s.use(&o)
	s.writeOrder(&o)
}

// on is what the order's lines already take from a movement.
func (o *order) on(m *movement) (sum fiction.Cents) {
	for _, line := range o.lines {
		if line.movement == m {
			sum += line.amount
		}
	}
	return sum
}
