package city

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// accounts are the treasurer's: 1 ordinary, 2 and 3 tied to purposes.
const accounts = 3

// treasury is the cash: orders, treasury items, and the treasurer's journal.
type treasury struct {
	start   [accounts]fiction.Cents // balance at the very start
	pledged [accounts]fiction.Cents // balance with all orders made so far

	orders   map[byte]int // last numbers of the year, by kind
	receipts int
	owing    int // orders of collection asked for and not made yet

	items   map[byte]int // last numbers of the year
	waiting []*item      // items of money in that no order covers yet

	due        [][]cashLine // of the year, by day
	lineNumber [accounts]int
	balance    [accounts]fiction.Cents
	month      [accounts]cashMonth

	opening               fiction.Cents // cash at the start of the year
	collected, paid       fiction.Cents
	active, passive, fpvs fiction.Cents
}

type cashMonth struct{ before, in, out fiction.Cents }

// cashLine is a line of the treasurer's journal.
type cashLine struct {
	account int
	in      bool
	amount  fiction.Cents
	origin  byte
	number  int
}

// item is a treasury item (provvisorio).
type item struct {
	kind    byte // I, P
	number  int
	account int
	left    fiction.Cents // not covered yet
	day     int
	tari    bool
}

func (s *suite) openTreasury() {
	t := &s.treasury
	million := fiction.Cents(s.size) * 4_000
	t.start = [accounts]fiction.Cents{million, million / 5, million / 10}
	t.pledged, t.balance = t.start, t.start
	for i, sum := range t.start {
		t.opening += sum
		t.month[i].before = sum
	}
}

func (t *treasury) openYear(days int) {
	t.orders, t.items = map[byte]int{}, map[byte]int{}
	t.receipts, t.owing = 0, 0
	t.due = make([][]cashLine, days)
	t.lineNumber = [accounts]int{}
}

// spender is an account to pay from.
func (t *treasury) spender(r *rand.Rand) int {
	account := [...]int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3}[r.IntN(20)]
	if t.pledged[account-1] < t.start[account-1]/3 {
		return 1
	}
	return account
}

// poorest is the account that has least of what it had at the start.
func (t *treasury) poorest() int {
	account := 1
	for i := range accounts {
		if t.pledged[i]-t.start[i] < t.pledged[account-1]-t.start[account-1] {
			account = i + 1
		}
	}
	return account
}

// needed makes an amount larger where an account has little, and smaller where
// it has much: so a city neither goes bankrupt nor becomes rich.
func (t *treasury) needed(account int, amount fiction.Cents) fiction.Cents {
	switch has, had := t.pledged[account-1], t.start[account-1]; {
	case has < had/2:
		return amount * 8
	case has < had:
		return amount * 3
	case has > had*2:
		return amount/3 + 1
	}
	return amount
}

// settle enters a receipted order into the cash, and into the journal unless
// the money has moved already.
func (t *treasury) settle(o *order) {
	if o.kind == mandate {
		t.paid += o.total
	} else {
		t.collected += o.total
	}
	if o.covers {
		return
	}
	t.move(o.paidOn, cashLine{o.account, o.kind == collection, o.total, o.kind, o.number})
}

func (t *treasury) move(on day, line cashLine) {
	t.due[on.index] = append(t.due[on.index], line)
	if line.in {
		t.pledged[line.account-1] += line.amount
	} else {
		t.pledged[line.account-1] -= line.amount
	}
}

// newItem writes a treasury item and its line of the journal.
func (s *suite) newItem(kind byte, account int, amount fiction.Cents, who string) *item {
	t := &s.treasury
	t.items[kind]++
	i := &item{kind: kind, number: t.items[kind], account: account, left: amount, day: s.today.index}
	direction := "E"
	if kind == 'P' {
		direction = "U"
	}
	s.out.items.row().letter(kind).ints(s.year(), i.number, s.today.number, account).amount(amount).text(who).
		text("SOSPESO ", direction, " ", s.purpose(i.number*19)).end()
	s.count(who == pagopaItem, group{name: typeItem, state: direction, year: s.year()}, amount)
	t.move(s.today, cashLine{account, kind == 'I', amount, kind, i.number})
	return i
}

func (s *suite) payeeOf(m *movement) string {
	names := fiction.Surnames()
	return strings.ToUpper(names[m.subject%len(names)]) + " " + fiction.Trades()[m.subject%len(fiction.Trades())]
}

// makeItem is money that came in without an order.
func (s *suite) makeItem() {
	r := s.random.items
	i := s.newItem('I', 1, logNormal(r, 60_000), strings.ToUpper(fiction.Pick(r, fiction.Surnames())))
	s.treasury.waiting = append(s.treasury.waiting, i)
}

// isWaiting tells whether items have waited for some days.
func (t *treasury) isWaiting(today day) bool {
	return len(t.waiting) > 0 && t.waiting[0].day+5 <= today.index
}

// coverItems makes an order of collection that covers the items that have
// waited longest, at most so many; sometimes only a part of one.
func (s *suite) coverItems(most int) {
	r, t := s.random.collections, &s.treasury
	o := order{kind: collection, state: receipted, paidOn: s.today, account: 1, covers: true, act: s.acts.recent(r)}
	n := min(1+r.IntN(most), len(t.waiting))
	items := slices.Clone(t.waiting[:n])
	var covered []*item
	for at, i := range items {
		amount := i.left
		if most == 2 && at == n-1 && i.left > 1_000 && oneIn(r, 6) {
			amount = i.left / 3
		}
		c := s.chapters.in[otherRevenue+oftenLow(r, len(s.chapters.in)-otherRevenue)]
		if i.tari {
			c = s.chapters.in[tariChapter]
		}
		o.lines = append(o.lines, orderLine{amount: amount, movement: s.elasticOf(c)})
		i.left -= amount
		part := *i
		part.left = amount
		covered = append(covered, &part)
	}
	t.waiting = t.waiting[n:]
	if last := items[n-1]; last.left > 0 {
		t.waiting = slices.Insert(t.waiting, 0, last)
	}
	s.number(&o)
	s.use(&o)
	s.writeOrder(&o)
	s.cover(&o, covered)
}

// cover ties an order to the items, each with what is covered of it.
func (s *suite) cover(o *order, items []*item) {
	for _, i := range items {
		s.out.itemLinks.row().letter(i.kind).ints(s.year(), i.number, s.year(), o.number).amount(i.left).end()
		s.tally.add(group{name: typeItemLink, year: s.year()}, i.left)
	}
}

// writeCash writes the day's lines of the treasurer's journal, and at the end
// of a month the balances.
func (s *suite) writeCash() {
	t := &s.treasury
	for _, line := range t.due[s.today.index] {
		at := line.account - 1
		t.lineNumber[at]++
		sign := byte('U')
		if line.in {
			sign = 'E'
			t.month[at].in += line.amount
		} else {
			t.month[at].out += line.amount
		}
		s.out.cash.row().ints(line.account, s.year(), t.lineNumber[at], s.today.number).letter(sign).inCents(line.amount).
			letter(line.origin).int(line.number).end()
		s.tally.add(group{name: typeCashLine, state: string(sign), year: s.year()}, line.amount)
	}
	t.due[s.today.index] = nil
	if !s.today.last {
		return
	}
	for at := range t.month {
		m := t.month[at]
		after := m.before + m.in - m.out
		s.spoilCash(at+1, m.before)
		s.out.cashMonths.row().ints(at+1, s.year(), s.today.month).amount(m.before, m.in, m.out, after).end()
		t.balance[at], t.month[at] = after, cashMonth{before: after}
	}
}

func (s *suite) spoilCash(account int, before fiction.Cents) {
	if s.year() == FirstYear && s.today.month == 1 || !s.dirt.hit(BrokenCash) {
		return
	}
	const off = 1_234
	k, wrong := key(account, s.year(), s.today.month), (before + off).Italian()
	s.out.cashMonths.spoil("SALINI", wrong)
	s.dirt.add(Defect{Kind: BrokenCash, Document: "giornale_saldo", Key: k, Table: s.out.cashMonths.name, Row: k, Column: "SALINI", Value: wrong,
		Year: s.year(), Breaks: []Break{{CashCarry, k, exactOf(off)}, {CashMonth, k, exactOf(-off)}}})
}

// addResidues adds a chapter's residui and FPV to those of the year.
func (t *treasury) addResidues(part byte, left, fpv fiction.Cents) {
	if part == 'E' {
		t.active += left
	} else {
		t.passive += left
	}
	t.fpvs += fpv
}

// writeResult writes the result of the year.
func (s *suite) writeResult() {
	t := &s.treasury
	end := t.opening + t.collected - t.paid
	s.out.results.row().int(s.year()).amount(t.opening, t.collected, t.paid, end, t.active, t.passive, t.fpvs, end+t.active-t.passive-t.fpvs).end()
	t.opening = end
	t.collected, t.paid, t.active, t.passive, t.fpvs = 0, 0, 0, 0, 0
}
