package city

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// The bodies that pagoPA payments are for, and the TEFA rate in percent.
const (
	ourTaxCode      = "00743110157"
	provinceTaxCode = "80012000016"
	ourIBAN         = "IT60X0542811101000000123456"
	provinceIBAN    = "IT80O0300203280123456789012"
	tefaRate        = 5
)

// pagopa are payments, and what is to be settled of them.
type pagopa struct {
	serial  int64 // of IUVs
	flows   int
	pending [providers][]settlement
	// tefa adds up what was paid today, by the year of the tribute (this one
	// and the two before) and by whether TEFA is divided.
	tefa [3][2]fiction.Cents
}

const providers = 4

// pagopaItem is whom the treasurer names on the treasury item of a flow.
const pagopaItem = "PAGOPA S.P.A."

// provider is a payment service provider.
func provider(n int) string {
	return [providers]string{"ABI03069", "ABI07601", "PPAYITR1", "UNCRITMM"}[n]
}

// settlement is a transfer to us that its flow will hold.
type settlement struct {
	iuv, receipt string
	transfer     int
	amount       fiction.Cents
	tari         bool
}

// payment is one payment with its transfers.
type payment struct {
	iuv, receipt string
	amount       fiction.Cents
	tribute      string
	ofYear       int
	kind         string // I, S: TEFA undivided, divided; else ""
	transfers    []transfer
	debtor       person
	provider     int
	paid         day
}

type transfer struct {
	amount   fiction.Cents
	body     string
	iban     string
	category string
}

// makePayment is a payment through pagoPA.
func (s *suite) makePayment() {
	r := s.random.pagopa
	p := s.newPayment(r)
	p.split(r)
	s.writePayment(r, p)
	for n, t := range p.transfers {
		s.out.transfers.row().text(p.iuv).text(ourTaxCode).text(p.receipt).int(n + 1).inCents(t.amount).
			text(t.body).text(t.iban).text(t.category).end()
		s.tally.add(group{name: typeTransfer, year: s.year()}, t.amount)
		if t.body == ourTaxCode {
			s.pagopa.pending[p.provider] = append(s.pagopa.pending[p.provider], settlement{p.iuv, p.receipt, n + 1, t.amount, p.kind != ""})
		}
	}
	s.pagopa.add(p, s.year())
}

func (s *suite) newPayment(r *rand.Rand) *payment {
	s.pagopa.serial++
	base := int64(s.year()%100)*100_000_000_000 + s.pagopa.serial
	p := &payment{
		iuv: string(fiction.AppendIUV(nil, 1, base)), receipt: fmt.Sprintf("%016x%016x", r.Uint64(), uint64(base)),
		amount: logNormal(r, 12_000), tribute: "9999", ofYear: s.year() - r.IntN(3), debtor: newPerson(r), provider: r.IntN(providers),
		paid: s.today,
	}
	switch n := r.IntN(10); {
	case n < 3:
		p.tribute, p.kind = "3944", "I"
	case n < 6:
		p.tribute, p.kind = "3944", "S"
	case n < 8:
		p.tribute = "3955"
	}
	return p
}

// split makes the transfers: TEFA apart where it is divided from TARI, and of
// other payments sometimes two to five of ours.
func (p *payment) split(r *rand.Rand) {
	ours := func(amount fiction.Cents, category string) {
		p.transfers = append(p.transfers, transfer{amount, ourTaxCode, ourIBAN, category})
	}
	switch {
	case p.kind == "I":
		ours(p.amount, "0101101IM")
	case p.kind == "S":
		tefa := (p.amount*2*tefaRate + 100 + tefaRate) / (2 * (100 + tefaRate))
		ours(p.amount-tefa, "0101101IM")
		p.transfers = append(p.transfers, transfer{tefa, provinceTaxCode, provinceIBAN, "0201102IM"})
	case oneIn(r, 5):
		for _, part := range parts(r, p.amount, 2+r.IntN(4), nil) {
			ours(part, "9/0301")
		}
	default:
		ours(p.amount, "9/0301")
	}
}

// add adds a payment to the bases of TEFA.
func (p *pagopa) add(one *payment, year int) {
	switch at := year - one.ofYear; one.kind {
	case "I":
		p.tefa[at][0] += one.amount
	case "S":
		p.tefa[at][1] += one.transfers[1].amount
	}
}

func (s *suite) writePayment(r *rand.Rand, p *payment) {
	wrong := p.kind == "" && s.dirt.hit(WrongTransfers)
	if wrong {
		k := key(p.iuv, ourTaxCode, p.receipt)
		value := centsText(p.amount + 1)
		s.out.pagopa.spoil("IMPPAG", value)
		s.dirt.add(Defect{Kind: WrongTransfers, Document: typePagopa, Key: k, Table: s.out.pagopa.name, Row: k, Column: "IMPPAG", Value: value,
			Amount: exactOf(p.amount), Year: s.year(), Breaks: []Break{{TransferTotal, k, exactOf(1)}}})
	}
	payerCode, payer := "", ""
	if oneIn(r, 10) {
		other := newPerson(r)
		payerCode, payer = other.taxCode, other.surname+" "+other.name
	}
	at := r.IntN(86_400)
	settled := s.calendar.after(s.today, 1).number
	s.out.pagopa.row().text(p.iuv).text(ourTaxCode).text(p.receipt).text("3", p.iuv).inCents(p.amount).inCents(fiction.Cents(r.IntN(4)*50)).text("OK").
		text(p.paid.text, fmt.Sprintf(" %02d:%02d:%02d", at/3600, at/60%60, at%60)).ints(s.today.number, settled).
		text(p.tribute).int(p.ofYear).text(p.kind).text(p.debtor.taxCode).text(p.debtor.surname, " ", p.debtor.name).text(payerCode).text(payer).
		text(provider(p.provider)).text([...]string{"CP", "BP", "PO", "AD"}[r.IntN(4)]).text("TRIBUTO ", p.tribute, " ANNO ", strconv.Itoa(p.ofYear)).end()
	s.count(true, group{name: typePagopa, year: s.year()}, p.amount)
}

// closeFlows settles what each provider has collected: every fifth day, and on
// the last of the year.
func (s *suite) closeFlows() {
	last := s.today.index == len(s.calendar.days)-1
	for n := range providers {
		if len(s.pagopa.pending[n]) > 0 && (last || (s.today.index+n)%5 == 0) {
			s.writeFlow(n, s.pagopa.pending[n])
			s.pagopa.pending[n] = s.pagopa.pending[n][:0]
		}
	}
}

// writeFlow writes a settlement flow, its lines, and the treasury item that
// the money came in with.
func (s *suite) writeFlow(n int, lines []settlement) {
	s.pagopa.flows++
	total, tari := fiction.Cents(0), 0
	for _, line := range lines {
		total += line.amount
		if line.tari {
			tari++
		}
	}
	id := fmt.Sprintf("%d-%02d-%02d%s-%08d", s.year(), s.today.month, s.today.number%100, provider(n), s.pagopa.flows)
	i := s.newItem('I', 1, total, pagopaItem)
	i.tari = tari*2 > len(lines)
	s.treasury.waiting = append(s.treasury.waiting, i)
	s.spoilFlow(id, len(lines), total)
	s.out.flows.row().text(id).text(s.today.text, " 23:10:00").text("TRN", provider(n), strconv.Itoa(s.pagopa.flows)).int(s.today.number).
		text(provider(n)).int(len(lines)).inCents(total).ints(s.year(), i.number).end()
	s.count(true, group{name: typeFlow, year: s.year()}, total)
	s.tally.addMany(group{name: typeFlowLine, year: s.year()}, len(lines), total)
	for _, line := range lines {
		outcome := 0
		if line.amount%97 == 0 {
			outcome = 8
		}
		s.out.flowLines.row().text(id).text(line.iuv).text(ourTaxCode).text(line.receipt).int(line.transfer).inCents(line.amount).
			int(outcome).text(s.today.text).end()
	}
}

// count counts a document; those of payments only where they are not made
// besides the documents asked for.
func (s *suite) count(ofPayments bool, g group, amount fiction.Cents) {
	if ofPayments && s.paymentsBesides {
		s.tally.add(g, amount)
	} else {
		s.tally.document(g, amount)
	}
}

func (s *suite) spoilFlow(id string, count int, total fiction.Cents) {
	d := Defect{Kind: s.dirt.first(FlowCount, FlowAmount), Document: typeFlow, Key: id, Table: s.out.flows.name, Row: id,
		Amount: exactOf(total), Year: s.year()}
	switch d.Kind {
	case "":
		return
	case FlowCount:
		d.Column, d.Value = "NUMTOT", strconv.Itoa(count+1)
		d.Breaks = []Break{{FlowNumber, id, "1"}}
	case FlowAmount:
		const off = 100
		d.Column, d.Value = "IMPTOT", centsText(total+off)
		d.Breaks = []Break{{FlowTotal, id, exactOf(off)}, {FlowItem, id, exactOf(off)}}
	}
	s.out.flows.spoil(d.Column, d.Value)
	s.dirt.add(d)
}

// writeTEFA writes what is due to the province on the day's payments. Amounts
// of five decimals are counted in 0.00001, a thousandth of a cent.
func (s *suite) writeTEFA() {
	for at, bases := range s.pagopa.tefa {
		for divided, base := range bases {
			if base == 0 {
				continue
			}
			gross, kind := int64(base)*1000, "S"
			if divided == 0 {
				gross, kind = halfUp(gross*tefaRate, 100+tefaRate), "I"
			}
			fee := halfUp(gross*3, 1000)
			credit := int64(0)
			if base%50 == 7 {
				credit = gross / 10
			}
			s.out.tefa.row().text(s.today.text).text("3944").int(s.year() - at).text(kind).amount(base).int(tefaRate).
				fiveDecimals(gross).fiveDecimals(fee).fiveDecimals(credit).fiveDecimals(gross - credit - fee).end()
			s.tally.add(group{name: typeTEFA, state: kind, year: s.year()}, base)
		}
	}
	s.pagopa.tefa = [3][2]fiction.Cents{}
}

// halfUp divides and rounds half up; both are positive.
func halfUp(a, b int64) int64 { return (2*a + b) / (2 * b) }
