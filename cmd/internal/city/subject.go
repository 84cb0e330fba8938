package city

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// subjects are known by their index; those whose index ends in 9 are idle:
// nothing refers to them.
type subjects struct {
	methods []uint8 // payment methods of each
}

// placeholderSubject stands for many in a suite that wants one in every row.
const placeholderSubject = 999

func idle(index int) bool { return index%10 == 9 }

// code is CODSOG of the subject with an index: 1, 2, … without the placeholder.
func code(index int) int {
	if index+1 >= placeholderSubject {
		return index + 2
	}
	return index + 1
}

// pick gives the index of a subject that is not idle; few come up often.
func (s *subjects) pick(r *rand.Rand) int {
	index := oftenLow(r, len(s.methods))
	if idle(index) {
		index--
	}
	return index
}

// method gives PROGR of a payment method of a subject, 0 where it has none.
func (s *subjects) method(r *rand.Rand, index int) int {
	if s.methods[index] == 0 {
		return 0
	}
	return 1 + r.IntN(int(s.methods[index]))
}

func (s *suite) makeSubjects() {
	r := s.random.subjects
	s.subjects.methods = make([]uint8, s.quotas.subjects)
	for i := range s.subjects.methods {
		name := s.makeSubject(r, i)
		if idle(i) {
			continue
		}
		s.subjects.methods[i] = uint8(r.IntN(3) + r.IntN(2))
		for n := range int(s.subjects.methods[i]) {
			s.writePaymentMethod(r, i, n+1, name)
		}
		if oneIn(r, 5) {
			s.out.addresses.row().ints(code(i), 1).text(fiction.Pick(r, []string{"SO", "RE", "DO"})).
				text("VIA ", fiction.Pick(r, fiction.Streets()), ", ", strconv.Itoa(1+r.IntN(120))).int(postalCode(r)).
				text(fiction.Pick(r, fiction.Towns())).text(fiction.Pick(r, fiction.Provinces())).end()
			s.tally.add(group{name: typeAddress}, 0)
		}
	}
}

func postalCode(r *rand.Rand) int { return 10 + r.IntN(97_000) }

// makeSubject writes a person or a company, and gives its name.
func (s *suite) makeSubject(r *rand.Rand, index int) (name string) {
	state, stateName := "V", "valido"
	switch r.IntN(40) {
	case 0:
		state, stateName = "S", "sospeso"
	case 1:
		state, stateName = "B", "bloccato"
	}
	inserted := time.Date(1996, 1, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(19*365*24*60)) * time.Minute)
	t := s.out.subjects
	address := func() {
		t.text("VIA ", fiction.Pick(r, fiction.Streets()), ", ", strconv.Itoa(1+r.IntN(120))).int(postalCode(r)).
			text(fiction.Pick(r, fiction.Towns())).text(fiction.Pick(r, fiction.Provinces())).text("I").
			text("0161", strconv.Itoa(100_000+r.IntN(900_000)))
	}
	if r.IntN(100) < 35 {
		person := newPerson(r)
		name = person.surname + " " + person.name
		kind := s.spoilSubject(index, "", stateName)
		t.row().int(code(index)).text("F").text(name).text(person.surname).text(person.name).text(person.sex).text(person.taxCode).text().
			text(person.born.Format("02/01/2006")).text(fiction.Pick(r, fiction.Towns())).text(fiction.Pick(r, fiction.Provinces()))
		address()
		t.text(strings.ToLower(person.name), ".", strings.ToLower(person.surname), strconv.Itoa(index), "@posta.example")
		t.flag(false).text(state).text(inserted.Format("02/01/2006 15:04:05"))
		s.endSubject(kind, stateName)
		return name
	}
	old := oneIn(r, 3)
	number := fiction.PartitaIVA(r, old)
	name = fmt.Sprintf("%s %s %s", strings.ToUpper(fiction.Pick(r, fiction.Surnames())), fiction.Pick(r, fiction.Trades()), fiction.Pick(r, fiction.LegalForms()))
	kind := s.spoilSubject(index, number, stateName)
	t.row().int(code(index)).text("G").text(name).text().text().text().text(number).text(number).text().text().text()
	address()
	t.text("info", strconv.Itoa(index), "@impresa.example")
	t.flag(oneIn(r, 200)).text(state).text(inserted.Format("02/01/2006 15:04:05"))
	s.endSubject(kind, stateName)
	return name
}

// spoilSubject puts a defect into the next subject; number is its VAT number.
// What makes a row unreadable is only for those that nothing refers to.
func (s *suite) spoilSubject(index int, number, state string) DefectKind {
	var kind DefectKind
	switch {
	case idle(index):
		kind = s.dirt.first(RaggedRow, BadEncoding, DuplicateRow)
	case strings.HasPrefix(number, "0"):
		kind = s.dirt.first(LostZero)
	default:
		kind = s.dirt.first(PlaceholderTaxCode)
	}
	if kind == "" {
		return ""
	}
	row := key(code(index))
	d := Defect{Kind: kind, Document: typeSubject, Key: row, Table: s.out.subjects.name, Row: row, State: state}
	switch kind {
	case LostZero:
		d.Column, d.Value = "PARIVA", number[1:]
	case PlaceholderTaxCode:
		d.Column, d.Value = "CODFIS", "9999999999999999"
	}
	if d.Column != "" {
		s.out.subjects.spoil(d.Column, d.Value)
	}
	s.dirt.add(d)
	return kind
}

func (s *suite) endSubject(kind DefectKind, state string) {
	s.tally.document(group{name: typeSubject, state: state}, 0)
	switch kind {
	case DuplicateRow:
		s.out.subjects.endTwice()
	case RaggedRow:
		s.out.subjects.endMarked(ragged)
	case BadEncoding:
		s.out.subjects.endMarked(badByte)
	default:
		s.out.subjects.end()
	}
}

func (s *suite) writePaymentMethod(r *rand.Rand, index, number int, holder string) {
	t := s.out.payments
	state, ended := "valida", 0
	if number > 1 && oneIn(r, 20) {
		state, ended = "annullata", 20_140_101+r.IntN(12)*100
	}
	kind := [...]string{"CB", "CB", "CB", "CB", "CB", "CP", "QD", "GF"}[r.IntN(8)]
	iban, abi, cab, account := "", "0", "0", ""
	if kind == "CB" || kind == "CP" {
		iban, abi, cab, account = fiction.IBAN(r)
		if s.dirt.hit(WrongIBAN) {
			wrong := iban[:len(iban)-1] + string('0'+(iban[len(iban)-1]-'0'+1)%10)
			t.spoil("IBAN", wrong)
			s.dirt.add(Defect{Kind: WrongIBAN, Document: typePayment, Key: key(code(index), number), Table: t.name,
				Row: key(code(index), number), Column: "IBAN", Value: wrong, State: state})
		}
	}
	t.row().ints(code(index), number).text(kind).text(iban)
	t.text(withoutZeros(abi)).text(withoutZeros(cab)).text(account).text(holder).int(ended).text(strings.ToUpper(state[:1])).end()
	s.tally.add(group{name: typePayment, state: state}, 0)
}

// withoutZeros takes the leading zeros off a number, as an integer column does.
func withoutZeros(digits string) string {
	if trimmed := strings.TrimLeft(digits, "0"); trimmed != "" {
		return trimmed
	}
	return "0"
}

// person is a made-up person.
type person struct {
	surname, name, sex, taxCode string
	born                        time.Time
}

func newPerson(r *rand.Rand) person {
	p := person{surname: fiction.Pick(r, fiction.Surnames()), sex: "M"}
	first := fiction.Pick(r, fiction.MenNames())
	if oneIn(r, 2) {
		p.sex, first = "F", fiction.Pick(r, fiction.WomenNames())
	}
	p.born = time.Date(1935, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(24_000))
	p.taxCode = fiction.CodiceFiscale(r, p.surname, first, p.born, p.sex == "F")
	p.surname, p.name = strings.ToUpper(p.surname), strings.ToUpper(first)
	return p
}
