package city

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// chapter is a budget chapter, the same over the years.
type chapter struct {
	part            byte // E or S
	number, article int
	index           int
	account         Code // of the old chart
	office          int
	tari            bool

	elastic *movement     // the year's assessment that grows with what is collected
	fpv     fiction.Cents // of the year: what was put off to the next
}

// name is the chapter in Truth: U or E, number and article.
func (c *chapter) name() string {
	part := "U"
	if c.part == 'E' {
		part = "E"
	}
	return part + "/" + strconv.Itoa(c.number) + "/" + strconv.Itoa(c.article)
}

func (c *chapter) key(year int) string { return key(year, string(c.part), c.number, c.article) }

// chapters are all chapters; the first ones have most movements. The first
// four of revenue are those of TARI and of the three withholdings.
type chapters struct {
	out, in []*chapter
}

// The first chapters of revenue.
const (
	tariChapter = iota
	taxWithholding
	socialWithholding
	splitPayment
	otherRevenue // and all after it
)

func (s *suite) makeChapters() {
	r := s.random.chapters
	var out, in []Code
	for _, account := range Crosswalks()["piano_dei_conti"] {
		if strings.HasPrefix(account.New, "E.") {
			in = append(in, account)
		} else {
			out = append(out, account)
		}
	}
	for i := range s.quotas.chaptersOut {
		s.chapters.out = append(s.chapters.out, newChapter(r, 'S', i, out[i*7%len(out)]))
	}
	special := [otherRevenue]string{"102", "601", "602", "605"}
	for i := range s.quotas.chaptersIn {
		account := in[i*5%len(in)]
		for at, old := range special {
			if at == i {
				account = codeOf(in, old)
			}
		}
		s.chapters.in = append(s.chapters.in, newChapter(r, 'E', i, account))
	}
	s.chapters.in[tariChapter].tari = true
}

func codeOf(codes []Code, old string) Code {
	for _, c := range codes {
		if c.Old == old {
			return c
		}
	}
	panic("no old code " + old) // the lists are embedded: every test fails
}

func newChapter(r *rand.Rand, part byte, index int, account Code) *chapter {
	return &chapter{part: part, index: index, number: 1000 + index/3*10, article: index % 3, account: account, office: 10 * (1 + r.IntN(9))}
}

// titles are what the account of a chapter says of its place in the budget:
// U.2.02.01.09.002 is title 2, macroaggregato 02; E.3.01.02.01.999 is title 3,
// tipologia 100, category 2.
func (c *chapter) titles() (title, mission, program, macro, tipologia, category int) {
	digits := func(from, to int) int {
		n, _ := strconv.Atoi(c.account.New[from:to])
		return n
	}
	title = digits(2, 3)
	if c.part == 'E' {
		return title, 0, 0, 0, title*10_000 + digits(4, 6)*100, digits(7, 9)
	}
	missions := [...]int{1, 3, 4, 5, 6, 8, 9, 10, 12, 20}
	return title, missions[c.index%len(missions)], 1 + c.index%7, title*100 + digits(4, 6), 0, 0
}

// siope is a code of the time for the chapter's account.
func (c *chapter) siope() string {
	title, _, _, _, _, _ := c.titles()
	return strconv.Itoa(title*1000 + 100 + len(c.account.Note)*7%800)
}

// sums are what the movements of a year add up to on a chapter.
type sums struct {
	residualInitial, residualCurrent, residualPaid fiction.Cents
	ofYear, ofYearPaid, next                       fiction.Cents
}

// chapterSums adds up the non-void heads of the year.
func (s *suite) chapterSums() map[*chapter]*sums {
	all := map[*chapter]*sums{}
	for _, list := range [][]*chapter{s.chapters.out, s.chapters.in} {
		for _, c := range list {
			all[c] = &sums{}
		}
	}
	for _, m := range s.movements.year {
		sum := all[m.chapter]
		switch {
		case m.state == void:
		case m.anno < s.year():
			sum.residualInitial += m.initial
			sum.residualCurrent += m.current
			sum.residualPaid += m.paid
		case m.anno == s.year():
			sum.ofYear += m.current
			sum.ofYearPaid += m.paid
		default:
			sum.next += m.current
		}
	}
	return all
}

// writeChapters writes the year's chapters and their final accounts: the
// appropriations are never less than what was committed.
func (s *suite) writeChapters() {
	all := s.chapterSums()
	for _, list := range [][]*chapter{s.chapters.out, s.chapters.in} {
		for _, c := range list {
			appropriation := s.writeChapter(c, all[c])
			s.writeFinals(c, all[c], appropriation)
		}
	}
}

// writeChapter gives the current appropriation.
func (s *suite) writeChapter(c *chapter, sum *sums) fiction.Cents {
	r := s.random.chapters
	room := func() fiction.Cents {
		if oneIn(r, 3) {
			return 0
		}
		return logNormal(r, 300_000)
	}
	spare := room()
	current := sum.ofYear + c.fpv + spare
	if c.part == 'E' && oneIn(r, 8) {
		current = sum.ofYear - sum.ofYear/10 // less was expected than came
	}
	initial, presumed := max(0, current-room()), max(0, sum.residualInitial-sum.residualInitial%100_000)
	title, mission, program, macro, tipologia, category := c.titles()
	text := s.purpose(c.index * 5)
	if c.part == 'E' {
		text = s.revenue[c.index*5%len(s.revenue)]
	}
	t := s.out.chapters
	t.row().int(s.year()).letter(c.part).ints(c.number, c.article).text(text).
		ints(title, mission, program, macro, tipologia, category).text(c.account.Old).int(c.office).
		flag(c.index%9 == 0).flag(sum.ofYear == 0 && sum.residualCurrent == 0 && spare == 0).
		amount(initial, current, presumed, sum.residualCurrent, initial+presumed, current+sum.residualCurrent, sum.next+room(), room())
	if c.part == 'S' && c.index%17 == 3 {
		t.amount(sum.ofYear + spare/2)
	} else {
		t.text()
	}
	t.end()
	s.tally.document(group{name: typeChapter, year: s.year(), chapter: c}, current)
	return current
}
