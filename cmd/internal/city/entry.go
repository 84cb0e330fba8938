package city

import (
	"math/rand/v2"
	"strconv"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// entryOrigin is a document that an entry will record: F documento, L
// liquidazione, M mandato, R reversale.
type entryOrigin struct {
	kind    byte
	ordinal int
	number  string // of a documento
	amount  fiction.Cents
}

// entries are journal entries (scritture) and the documents they will record,
// of which some are recorded together and so by none of their own.
type entries struct {
	made     int // in the year
	number   int // the last; more than were made where a defect left one out
	expected []entryOrigin
}

// mostExpected bounds the documents that wait for an entry.
const mostExpected = 1000

func (e *entries) openYear() { e.made, e.number, e.expected = 0, 0, e.expected[:0] }

func (e *entries) expect(o entryOrigin) {
	if len(e.expected) < mostExpected {
		e.expected = append(e.expected, o)
	}
}

// next takes a document to record; there may be none.
func (e *entries) next(r *rand.Rand) (o entryOrigin, ok bool) {
	if len(e.expected) == 0 {
		return entryOrigin{}, false
	}
	at := r.IntN(len(e.expected))
	o = e.expected[at]
	e.expected[at] = e.expected[len(e.expected)-1]
	e.expected = e.expected[:len(e.expected)-1]
	return o, true
}

// entryLine is a line of an entry.
type entryLine struct {
	account int
	debit   bool
	amount  fiction.Cents
}

// The accounts of the old chart that entries are on, by purpose.
func costAccounts() [11]int {
	return [...]int{3010101, 3010201, 3010202, 3010203, 3010204, 3010205, 3010301, 3010401, 3010501, 3010601, 3010909}
}

func otherAccounts() [8]int {
	return [...]int{1010101, 1010204, 1020301, 1020302, 2010203, 2010305, 4010101, 4010401}
}

const (
	bank        = 1020401
	receivables = 1020305
	suppliers   = 2010101
	otherDebts  = 2010509
	withheldTax = 2010306
	ownRevenue  = 4010301
	unknown     = 9999999
)

// makeEntry records a document, or else makes a correction by hand.
func (s *suite) makeEntry() {
	r := s.random.entries
	origin, recorded := s.entries.next(r)
	cause, text := "RET", "RETTIFICA"
	if recorded {
		cause, text = causeOf(origin.kind)
		if origin.number == "" {
			origin.number = strconv.Itoa(origin.ordinal)
		}
	} else {
		origin.amount = logNormal(r, 100_000)
	}
	e := &s.entries
	e.made++
	e.number++
	if s.dirt.hit(NumberingGap) {
		k := key(s.year(), e.number)
		s.dirt.add(Defect{Kind: NumberingGap, Document: typeEntry, Key: k, Table: s.out.entries.name, Row: k, Year: s.year(),
			Breaks: []Break{{EntryNumbers, k, "1"}}})
		e.number++
	}
	lines := linesOf(r, origin)
	state := [...]string{"definitiva", "provvisoria", "annullata"}[max(0, r.IntN(100)-97)]
	kind, line := s.spoilEntry(lines, origin.amount, state, text)
	t := s.out.entries
	t.row().ints(s.year(), e.number, s.today.number).text(cause).letter(state[0]-'a'+'A').text(text, " ", origin.number)
	if recorded {
		t.letter(origin.kind)
	} else {
		t.text()
	}
	t.text(origin.number).end()
	s.tally.document(group{name: typeEntry, state: state, year: s.year()}, origin.amount)
	s.tally.addMany(group{name: typeEntryLine, state: state, year: s.year()}, len(lines), 2*origin.amount)
	s.writeEntryLines(lines, kind, line)
}

func causeOf(kind byte) (cause, text string) {
	switch kind {
	case 'F':
		return "FAT", "REGISTRAZIONE DOCUMENTO"
	case 'L':
		return "LIQ", "LIQUIDAZIONE"
	case mandate:
		return "MAN", "PAGAMENTO MANDATO"
	}
	return "REV", "INCASSO REVERSALE"
}

// linesOf splits an amount among accounts, debit and credit alike.
func linesOf(r *rand.Rand, o entryOrigin) []entryLine {
	most := min(13, int(o.amount/100)+1)
	some := func() int { return 1 + r.IntN(most) }
	costs, others := costAccounts(), otherAccounts()
	cost := func() int { return costs[r.IntN(len(costs))] }
	other := func() int { return others[r.IntN(len(others))] }
	only := func(account int) func() int { return func() int { return account } }
	var debit, credit func() int
	switch o.kind {
	case 'F':
		debit, credit = cost, only(suppliers)
	case 'L':
		debit, credit = only(suppliers), only(otherDebts)
	case mandate:
		debit, credit = only(suppliers), func() int { return [...]int{bank, bank, bank, withheldTax}[r.IntN(4)] }
	case collection:
		debit, credit = only(bank), func() int { return [...]int{receivables, ownRevenue}[r.IntN(2)] }
	default:
		debit, credit = other, other
	}
	var lines []entryLine
	for _, amount := range parts(r, o.amount, some(), nil) {
		lines = append(lines, entryLine{debit(), true, amount})
	}
	for _, amount := range parts(r, o.amount, some(), nil) {
		lines = append(lines, entryLine{credit(), false, amount})
	}
	return lines
}

func (s *suite) writeEntryLines(lines []entryLine, kind DefectKind, spoiled change) {
	t := s.out.entryLines
	for n, line := range lines {
		if n == 0 && spoiled.value != "" {
			t.changes = append(t.changes, spoiled)
		}
		sign := byte('A')
		if line.debit {
			sign = 'D'
		}
		t.row().ints(s.year(), s.entries.number, n+1, line.account).letter(sign).amount(line.amount).text(s.purpose(s.entries.number + n))
		if n == 0 && kind == DuplicateRow {
			t.endTwice()
		} else {
			t.end()
		}
	}
}

// spoilEntry puts a defect into the next entry; line is what to change in its
// first line, which is a debit.
func (s *suite) spoilEntry(lines []entryLine, amount fiction.Cents, state, text string) (kind DefectKind, line change) {
	kinds := []DefectKind{ThirdDecimal, UnreadableAmount, ImpossibleDate, ZeroDate, NULByte, DuplicateRow, UnmappedAccount, UnmappedState}
	if state != "annullata" {
		kinds = append(kinds, UnbalancedEntry)
	}
	if kind = s.dirt.first(kinds...); kind == "" {
		return "", change{}
	}
	k, first, head := key(s.year(), s.entries.number), lines[0].amount, s.out.entries
	d := Defect{Kind: kind, Document: typeEntry, Key: k, Table: s.out.entryLines.name, Row: k + "/1", Amount: exactOf(amount), State: state, Year: s.year()}
	switch kind {
	case ThirdDecimal:
		d.Column, d.Value = "IMPRIG", withThirdDecimal(first)
	case UnreadableAmount:
		d.Column, d.Value = "IMPRIG", "EURO "+first.Italian()
	case UnmappedAccount:
		d.Column, d.Value = "CONTO", strconv.Itoa(unknown)
	case UnbalancedEntry:
		const off = 3
		d.Column, d.Value = "IMPRIG", (first + off).Italian()
		d.Breaks = []Break{{EntryBalance, k, exactOf(off)}, {YearBalance, key(s.year()), exactOf(off)}}
	case ImpossibleDate:
		d.Table, d.Row, d.Column, d.Value = head.name, k, "DTPN", strconv.Itoa(s.year()*10_000+231)
	case ZeroDate:
		d.Table, d.Row, d.Column, d.Value = head.name, k, "DTPN", "0"
	case NULByte:
		d.Table, d.Row, d.Column, d.Value = head.name, k, "DESPN", text+"\x00"
	case UnmappedState:
		d.Table, d.Row, d.Column, d.Value = head.name, k, "STATO", "Z"
	}
	s.dirt.add(d)
	switch {
	case d.Column == "":
	case d.Table == head.name:
		head.spoil(d.Column, d.Value)
	default:
		line = change{s.out.entryLines.position[d.Column], d.Value}
	}
	return kind, line
}
