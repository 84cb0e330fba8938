package city

import (
	"math/rand/v2"
	"strconv"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// invoice is a document of a supplier that waits for its liquidation.
type invoice struct {
	kind     string
	number   string
	subject  int
	date     day
	entered  day
	register int
	due      int
	lines    []invoiceLine
	rounding fiction.Cents
	split    bool
	void     bool
	cup, cig string
}

type invoiceLine struct {
	amount, deducted fiction.Cents
	vat              int // index of vatKinds
}

// vatKind is an old VAT kind and its rate in percent.
type vatKind struct {
	code string
	rate int
}

// vatKindCount is how many there are; frequent ones are there more than once.
const vatKindCount = 10

func vatKinds() [vatKindCount]vatKind {
	return [...]vatKind{{"22", 22}, {"22", 22}, {"22", 22}, {"10", 10}, {"4", 4}, {"5", 5}, {"ES10", 0}, {"FC15", 0}, {"NI", 0}, {"RC", 0}}
}

// tax is the VAT in an amount, rounded half up.
func (l invoiceLine) tax() fiction.Cents {
	rate := vatKinds()[l.vat].rate
	whole := 100 + rate
	return (l.amount*fiction.Cents(2*rate) + fiction.Cents(whole)) / fiction.Cents(2*whole)
}

func (i *invoice) quotas() (sum, vat, net fiction.Cents) {
	for _, line := range i.lines {
		sum += line.amount
		vat += line.tax()
		net += line.amount - line.deducted
	}
	return sum, vat, net
}

func (i *invoice) key(year int) string { return key(i.kind, year, i.number, code(i.subject)) }

// bundle is one or more invoices that are liquidated together, on a movement
// from which their amount is set aside.
type bundle struct {
	movement *movement
	invoices []*invoice
	amount   fiction.Cents
	day      int
}

// invoices are those of the year that wait.
type invoices struct {
	waiting  []bundle
	numbers  []uint16 // last number of each supplier
	register int
	owing    int // asked for and not made yet
}

func (i *invoices) open(suppliers int) {
	i.waiting, i.register, i.owing = nil, 0, 0
	i.numbers = make([]uint16, suppliers)
}

// makeInvoices makes n documents or a few more, and so many fewer next time.
func (s *suite) makeInvoices(n int) {
	s.invoices.owing += n
	for s.invoices.owing > 0 {
		r := s.random.invoices
		m := s.movements.withLeft(r, typeOut)
		if m == nil {
			return
		}
		s.makeBundle(r, m)
	}
}

func (s *suite) makeBundle(r *rand.Rand, m *movement) {
	amount := min(m.left(), logNormal(r, 150_000))
	if oneIn(r, 8) {
		amount = m.left()
	}
	b := bundle{movement: m, day: s.today.index}
	n := min(1+max(0, r.IntN(6)-3), int(amount/100)+1)
	for _, part := range parts(r, amount, n, nil) {
		b.invoices = append(b.invoices, s.newInvoice(r, m, part))
	}
	b.amount = amount
	if r.IntN(20) == 0 { // contested: nobody will liquidate it
		for _, i := range b.invoices {
			s.writeInvoice(i, 0)
		}
		return
	}
	m.use(amount)
	s.invoices.waiting = append(s.invoices.waiting, b)
	if oneIn(r, 60) {
		extra := s.newInvoice(r, m, amount)
		extra.void = true
		s.writeInvoice(extra, 0)
	}
}

// newInvoice makes an invoice with a net amount, that is after a credit note
// where there is one.
func (s *suite) newInvoice(r *rand.Rand, m *movement, net fiction.Cents) *invoice {
	i := &invoice{
		kind: [...]string{"FA", "FA", "FA", "FA", "FA", "FA", "FD", "AC", "PA", "ND"}[r.IntN(10)], subject: m.subject,
		entered: s.today, date: s.calendar.before(s.today, r.IntN(20)), split: r.IntN(10) < 4, cup: m.cup, cig: m.cig,
	}
	s.register(i)
	if r.IntN(3) > 0 {
		i.due = s.calendar.after(i.entered, 30).number
	}
	for _, part := range parts(r, net, min(1+oftenLow(r, 18), int(net/100)+1), nil) {
		i.lines = append(i.lines, invoiceLine{amount: part, vat: r.IntN(vatKindCount)})
	}
	if oneIn(r, 30) {
		i.rounding = fiction.Cents(1+r.IntN(5)) * fiction.Cents(1-2*r.IntN(2))
	}
	if net > 5_000 && oneIn(r, 50) {
		s.makeCreditNote(r, i)
	}
	return i
}

// register gives a document its supplier's next number and the next of the
// register.
func (s *suite) register(i *invoice) {
	s.invoices.numbers[i.subject]++
	s.invoices.register++
	s.invoices.owing--
	i.register = s.invoices.register
	i.number = strconv.Itoa(int(s.invoices.numbers[i.subject])) + [...]string{"", "/PA", "", "-E", "/00"}[i.subject%5]
}

// makeCreditNote adds to an invoice's first line what a credit note takes off.
func (s *suite) makeCreditNote(r *rand.Rand, i *invoice) {
	off := fiction.Cents(100 + r.Int64N(int64(i.lines[0].amount)+100))
	i.lines[0].amount += off
	i.lines[0].deducted = off
	note := &invoice{kind: "NC", subject: i.subject, entered: i.entered, date: i.entered, split: i.split, cup: i.cup, cig: i.cig}
	s.register(note)
	note.lines = []invoiceLine{{amount: off, vat: i.lines[0].vat}}
	s.writeInvoice(note, 0)
	s.out.creditNotes.row().text(note.kind).int(s.year()).text(note.number).int(code(i.subject)).
		text(i.kind).int(s.year()).text(i.number).amount(off).end()
	s.tally.add(group{name: typeCreditNote, year: s.year()}, off)
}

// writeInvoice writes a document with its lines; liquidation is 0 where there
// is none.
func (s *suite) writeInvoice(i *invoice, liquidation int) {
	sum, vat, _ := i.quotas()
	total := sum + i.rounding
	state := "registrato"
	switch {
	case i.void:
		state = "annullato"
	case liquidation > 0:
		state = "liquidato"
	}
	text := s.purpose(i.register * 11)
	kind, line := s.spoilInvoice(i, total, state, text)
	sdi, office := "", ""
	if i.kind != "PA" {
		sdi, office = strconv.Itoa(1_000_000_000+s.year()*1_000_000+i.register), [...]string{"UF1A2B", "K7XQ9T", "ZZ90QA"}[i.subject%3]
	}
	t := s.out.invoices
	t.row().text(i.kind).int(s.year()).text(i.number).int(code(i.subject)).text(i.date.text).text(i.entered.text).ints(i.register, i.due).
		amount(total, i.rounding, vat).letter(state[0] - 'a' + 'A').flag(i.split).text(sdi).text(office).text(text)
	if kind == DuplicateRow {
		t.endTwice()
	} else {
		t.end()
	}
	s.tally.document(group{name: typeInvoice, state: state, year: s.year()}, total)
	s.tally.addMany(group{name: typeInvoiceLine, state: state, year: s.year()}, len(i.lines), sum)
	s.writeInvoiceLines(i, liquidation, line)
	if !i.void {
		s.entries.expect(entryOrigin{kind: 'F', number: i.number, amount: total})
	}
}

func (s *suite) writeInvoiceLines(i *invoice, liquidation int, spoiled string) {
	t := s.out.invoiceLines
	year := 0
	if liquidation > 0 {
		year = s.year()
	}
	for n, line := range i.lines {
		if n == 0 && spoiled != "" {
			t.spoil("IMPQUO", spoiled)
		}
		t.row().text(i.kind).int(s.year()).text(i.number).ints(code(i.subject), n+1).amount(line.amount, line.deducted).
			text(vatKinds()[line.vat].code).amount(line.tax()).flag(i.split).ints(year, liquidation).text(i.cup).text(i.cig).
			text(s.purpose(i.register + n)).end()
	}
}

// spoilInvoice puts a defect into the next document. It gives the kind, and
// what to write for the amount of the first line.
func (s *suite) spoilInvoice(i *invoice, total fiction.Cents, state, text string) (kind DefectKind, line string) {
	first := i.lines[0].amount
	if i.kind == "NC" || i.lines[0].deducted > 0 {
		return "", "" // another document hangs on it
	}
	kinds := []DefectKind{StrayQuote, Mojibake, NULByte, ThirdDecimal, UnreadableAmount, ImpossibleDate, ZeroDate, DuplicateRow, UnmappedState}
	if !i.void {
		kinds = append(kinds, WrongHeader)
	}
	if kind = s.dirt.first(kinds...); kind == "" {
		return "", ""
	}
	k := i.key(s.year())
	d := Defect{Kind: kind, Document: typeInvoice, Key: k, Table: s.out.invoices.name, Row: k, Amount: exactOf(total), State: state, Year: s.year()}
	switch kind {
	case StrayQuote:
		d.Column, d.Value = "OGGETTO", text+` LOTTO "2`
	case Mojibake:
		d.Column, d.Value = "OGGETTO", text+" ATTIVITÃ\u00a0 DELLA CITTÃ\u00a0"
	case NULByte:
		d.Column, d.Value = "OGGETTO", text+"\x00"
	case ThirdDecimal:
		d.Column, d.Value = "IMPQUO", withThirdDecimal(first)
	case UnreadableAmount:
		d.Column, d.Value = "IMPQUO", "EURO "+first.Italian()
	case ImpossibleDate:
		d.Column, d.Value = "DTDOC", "31/02/"+strconv.Itoa(s.year())
	case ZeroDate:
		d.Column, d.Value = "DTREG", "00/00/0000"
	case UnmappedState:
		d.Column, d.Value = "STATO", "Z"
	case WrongHeader:
		const off = 10
		d.Column, d.Value = "IMPTOT", (total + off).Italian()
		d.Breaks = []Break{{DocumentQuotas, k, exactOf(off)}}
	}
	if d.Column == "IMPQUO" {
		d.Table, d.Row, line = s.out.invoiceLines.name, k+"/1", d.Value
	} else if d.Column != "" {
		s.out.invoices.spoil(d.Column, d.Value)
	}
	s.dirt.add(d)
	return kind, line
}

// withThirdDecimal writes an amount with half a cent more.
func withThirdDecimal(c fiction.Cents) string {
	return string(fiction.AppendItalianDecimal(nil, int64(c)*10+5, 3))
}

// closeInvoices writes what was not liquidated in the year.
func (s *suite) closeInvoices() {
	for _, b := range s.invoices.waiting {
		b.movement.use(-b.amount)
		for _, i := range b.invoices {
			s.writeInvoice(i, 0)
		}
	}
	s.invoices.waiting = nil
}
