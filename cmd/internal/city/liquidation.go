package city

import (
	"math/rand/v2"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// liquidation is one that waits for being paid. It is written when that is
// done, or at the end of the year.
type liquidation struct {
	number   int
	movement *movement
	method   int
	date     day
	state    byte // P, D, A
	amount   fiction.Cents
	ordered  fiction.Cents // on non-void mandati
	invoiced bool
}

// payables are the liquidations of the year that wait.
type payables struct {
	waiting []*liquidation
	others  []*liquidation // not to be paid: provisional
	over    []overLiquidation
	number  int
}

// overLiquidation is a defect whose difference is only known at the end of the
// year: an extra on what is liquidated on a movement.
type overLiquidation struct {
	defect   int // index in Truth.Defects
	movement *movement
	extra    fiction.Cents
}

func (p *payables) open() { *p = payables{} }

// makeLiquidation liquidates invoices that have waited for some days, or else
// something that has no invoice.
func (s *suite) makeLiquidation() {
	r := s.random.liquidations
	waiting := &s.invoices.waiting
	if len(*waiting) > 0 && (*waiting)[0].day+3 <= s.today.index && r.IntN(100) < 90 {
		b := (*waiting)[0]
		*waiting = (*waiting)[1:]
		b.movement.use(-b.amount) // what was set aside becomes liquidated
		l := s.newLiquidation(r, b.movement, b.amount)
		l.invoiced = true
		for _, i := range b.invoices {
			s.writeInvoice(i, l.number)
		}
		return
	}
	m := s.movements.withLeft(r, typeOut)
	if m == nil {
		return
	}
	amount := min(m.left(), logNormal(r, 120_000))
	if oneIn(r, 8) {
		amount = m.left()
	}
	s.newLiquidation(r, m, amount)
}

func (s *suite) newLiquidation(r *rand.Rand, m *movement, amount fiction.Cents) *liquidation {
	s.payables.number++
	l := &liquidation{number: s.payables.number, movement: m, date: s.today, state: 'D', amount: amount, method: s.subjects.method(r, m.subject)}
	switch n := r.IntN(100); {
	case n < 1:
		l.state = 'P'
	case n < 3: // made void, and made again
		wrong := *l
		wrong.state = 'A'
		s.writeLiquidation(&wrong)
		s.payables.number++
		l.number = s.payables.number
	}
	m.use(amount)
	if l.state == 'P' {
		s.payables.others = append(s.payables.others, l)
	} else {
		s.payables.waiting = append(s.payables.waiting, l)
	}
	s.entries.expect(entryOrigin{kind: 'L', ordinal: l.number, amount: amount})
	return l
}

func liquidationState(state byte) string {
	switch state {
	case 'P':
		return "provvisoria"
	case 'D':
		return "definitiva"
	}
	return "annullata"
}

// closeLiquidations writes what was not paid whole.
func (s *suite) closeLiquidations() {
	for _, list := range [][]*liquidation{s.payables.waiting, s.payables.others} {
		for _, l := range list {
			s.writeLiquidation(l)
		}
	}
	s.payables.waiting, s.payables.others = nil, nil
}

// settleOverLiquidations tells by how much the liquidations are too much.
func (s *suite) settleOverLiquidations() {
	for _, o := range s.payables.over {
		s.truth.Defects[o.defect].Breaks[0].Difference = exactOf(o.movement.used + o.extra - o.movement.current)
	}
}

func (s *suite) writeLiquidation(l *liquidation) {
	m := l.movement
	s.spoilLiquidation(l)
	s.out.liquidations.row().ints(s.year(), l.number).letter(l.state).text(l.date.text).ints(code(m.subject), l.method, m.anno, m.number, m.sub).
		amount(l.amount).text(s.purpose(l.number * 13)).act(m.act).text(m.cup).text(m.cig).end()
	s.tally.document(group{typeLiquidation, liquidationState(l.state), s.year(), m.chapter}, l.amount)
}

// spoilLiquidation puts a defect into the next liquidation; on some of these
// orders hang.
func (s *suite) spoilLiquidation(l *liquidation) {
	m := l.movement
	k := key(s.year(), l.number)
	d := Defect{Document: typeLiquidation, Key: k, Table: s.out.liquidations.name, Row: k, Amount: exactOf(l.amount),
		State: liquidationState(l.state), Year: s.year(), Chapter: m.chapter.name()}
	paid := l.state == 'D' && l.ordered == l.amount
	switch {
	case paid && m.head == nil && !m.flawed && len(m.subs) == 0 && s.dirt.hit(OverLiquidated):
		d.Kind, d.Column, d.Value = OverLiquidated, "IMPLIQ", (l.amount + m.current).Italian()
		d.Breaks = []Break{{LiquidationTotal, key(s.year(), m.anno, m.number), ""}}
		m.flawed = true
		s.payables.over = append(s.payables.over, overLiquidation{len(s.truth.Defects), m, m.current})
	case paid && !m.root().flawed && !l.invoiced && l.amount > 200 && s.dirt.hit(OverPaid):
		const off = 100
		d.Kind, d.Column, d.Value = OverPaid, "IMPLIQ", (l.amount - off).Italian()
		d.Breaks = []Break{{PaymentTotal, k, exactOf(off)}}
		m.root().flawed = true
	case m.root().flawed:
		return
	default:
		if d.Kind = s.dirt.first(ImpossibleDate, OrphanSubject, PlaceholderSubject); d.Kind == "" {
			return
		}
		switch d.Kind {
		case ImpossibleDate:
			d.Column, d.Value = "DTLIQ", "31/02/"+l.date.text[6:]
		case OrphanSubject:
			d.Column, d.Value = "CODSOG", "99999999"
			s.out.liquidations.spoil("PROGMP", "0")
		case PlaceholderSubject:
			d.Column, d.Value = "CODSOG", "999"
			s.out.liquidations.spoil("PROGMP", "0")
		}
		m.root().flawed, d.Referred = true, true
	}
	s.out.liquidations.spoil(d.Column, d.Value)
	s.dirt.add(d)
}
