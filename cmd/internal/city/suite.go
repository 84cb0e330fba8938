package city

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// suite makes the rows, year by year and day by day, each document from those
// before it: acts, commitments and assessments, invoices, liquidations,
// orders, treasury items, payments, entries. So the balances hold by the way
// they are made. At the end of a year what is left is carried into the next.
type suite struct {
	out             tables
	truth           *Truth
	tally           *tally
	dirt            *spoiler
	random          streams
	quotas          quotas
	size            int  // documents asked for
	paymentsBesides bool // those and their flows do not count towards size
	plan            []string
	revenue         []string

	calendar *calendar
	today    day

	subjects  subjects
	chapters  chapters
	movements movements
	acts      acts
	invoices  invoices
	payables  payables
	treasury  treasury
	pagopa    pagopa
	entries   entries
	recovery  recovery
}

// tables are the tables by what is in them.
type tables struct {
	acts, subjects, addresses, payments, chapters, movements, constraints, liquidations   *tableRows
	invoices, invoiceLines, creditNotes, orders, orderLines, orderLinks, items, itemLinks *tableRows
	cash, cashMonths, finals, results, entries, entryLines                                *tableRows
	pagopa, transfers, flows, flowLines, tefa, projects, recovery                         *tableRows
	all                                                                                   []*tableRows
}

func tablesOf(o *output) tables {
	return tables{
		acts: o.named("ATT_PROVV"), subjects: o.named("ANA_SOGG"), addresses: o.named("ANA_INDIR"), payments: o.named("ANA_MODPAG"),
		chapters: o.named("FIN_CAPBIL"), movements: o.named("FIN_MOVIM"), constraints: o.named("LEG_VINC"), liquidations: o.named("FIN_LIQUID"),
		invoices: o.named("IVA_DOCTES"), invoiceLines: o.named("IVA_DOCRIG"), creditNotes: o.named("IVA_DOCLEG"),
		orders: o.named("TES_ORDTES"), orderLines: o.named("TES_ORDRIG"), orderLinks: o.named("TES_ORDLEG"),
		items: o.named("TES_PROVV"), itemLinks: o.named("TES_PRVORD"), cash: o.named("GIO_CASSA"), cashMonths: o.named("GIO_SALDI"),
		finals: o.named("FIN_CONSUN"), results: o.named("FIN_RISULT"), entries: o.named("COG_PNTES"), entryLines: o.named("COG_PNRIG"),
		pagopa: o.named("PAG_TRANS"), transfers: o.named("PAG_TRASF"), flows: o.named("PAG_FLUSSI"), flowLines: o.named("PAG_FLURIG"),
		tefa: o.named("PAG_TEFA"), projects: o.named("PNR_PROG"), recovery: o.named("PNR_MOVIM"), all: o.tables,
	}
}

// streams are the random numbers, by purpose.
type streams struct {
	subjects, acts, chapters, commitments, assessments, invoices, liquidations, mandates, collections, items, pagopa, entries, recovery, closing *rand.Rand
}

func newStreams(seed uint64) streams {
	return streams{
		subjects: stream(seed, "subjects"), acts: stream(seed, "acts"), chapters: stream(seed, "chapters"),
		commitments: stream(seed, "commitments"), assessments: stream(seed, "assessments"),
		invoices: stream(seed, "invoices"), liquidations: stream(seed, "liquidations"),
		mandates: stream(seed, "mandates"), collections: stream(seed, "collections"), items: stream(seed, "items"),
		pagopa: stream(seed, "pagopa"), entries: stream(seed, "entries"), recovery: stream(seed, "recovery"), closing: stream(seed, "closing"),
	}
}

func newSuite(o Options, out *output, holds holding, truth *Truth) *suite {
	s := &suite{
		out: tablesOf(out), truth: truth, tally: newTally(), dirt: newSpoiler(o, holds, truth),
		random: newStreams(o.Seed), quotas: share(o), size: o.Documents, paymentsBesides: o.Payments > 0,
	}
	for _, object := range fiction.Objects() {
		for _, purpose := range fiction.Purposes() {
			s.plan = append(s.plan, fmt.Sprintf(purpose, object))
		}
		for _, purpose := range fiction.Revenues() {
			s.revenue = append(s.revenue, fmt.Sprintf(purpose, object))
		}
	}
	return s
}

// purpose is a text for the n-th thing: the same for the same n.
func (s *suite) purpose(n int) string { return s.plan[n%len(s.plan)] }

// build makes everything.
func (s *suite) build(ctx context.Context) error {
	s.makeSubjects()
	s.makeChapters()
	s.makeProjects()
	s.openTreasury()
	for year := FirstYear; year <= LastYear; year++ {
		if err := s.makeYear(ctx, year); err != nil {
			return err
		}
	}
	s.writeProjects()
	if s.tally.documents != s.size {
		return fmt.Errorf("%d documents were made and %d asked for", s.tally.documents, s.size)
	}
	s.tally.fill(s.truth)
	for _, table := range s.out.all {
		s.truth.Tables[table.name] = table.count
	}
	return nil
}

func (s *suite) makeYear(ctx context.Context, year int) error {
	s.calendar = newCalendar(year)
	s.openYear()
	for _, today := range s.calendar.days {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		s.today = today
		s.makeDay()
	}
	s.closeYear()
	return s.fillYear()
}

// makeDay makes a day's documents, in the order in which one thing needs the
// other.
func (s *suite) makeDay() {
	q, c, d := s.quotas, s.calendar, s.today
	s.repeat(c.share(q.acts, d), s.makeAct)
	s.repeat(c.share(q.commitments, d), s.makeCommitment)
	s.repeat(c.share(q.assessments, d), s.makeAssessment)
	s.makeInvoices(c.share(q.invoices, d))
	s.repeat(c.share(q.liquidations, d), s.makeLiquidation)
	s.repeat(c.share(q.mandates, d), s.makeMandate)
	s.repeat(c.even(q.payments, d), s.makePayment)
	s.closeFlows()
	s.writeTEFA()
	s.repeat(c.share(q.items/2, d), s.makeItem)
	s.makeCollections(c.share(q.collections, d))
	s.writeCash()
	s.repeat(min(c.share(q.entries, d), s.room()), s.makeEntry)
}

func (s *suite) repeat(n int, do func()) {
	for range n {
		do()
	}
}

// year is the year of the books under way.
func (s *suite) year() int { return s.calendar.year }

func (s *suite) isLast() bool { return s.calendar.year == LastYear }

// openYear begins a year with what is carried into it.
func (s *suite) openYear() {
	s.openMovements()
	s.invoices.open(len(s.subjects.methods))
	s.payables.open()
	s.treasury.openYear(len(s.calendar.days))
	if s.entries.made > 0 {
		s.quotas.entries = s.entries.made * 9 / 10
	}
	s.entries.openYear()
	s.acts.open()
	s.recovery.number = 0
}

// closeYear writes what is only known at the end of a year.
func (s *suite) closeYear() {
	s.closeInvoices()
	s.closeLiquidations()
	s.closeMovements()
	s.settleOverLiquidations()
	s.writeConstraints()
	s.writeRecovery()
	s.writeMovements()
	s.writeChapters()
	s.writeResult()
}

// fillYear adds entries, dated the last day, up to the documents that should
// be there by then.
func (s *suite) fillYear() error {
	left := s.target() - s.tally.documents
	if left < 0 && s.isLast() {
		return fmt.Errorf("%d documents are too few for what they need: ask for %d or more", s.size, s.size-2*left)
	}
	s.repeat(max(0, left), s.makeEntry)
	return nil
}

// key joins the parts of a natural key.
func key(parts ...any) string {
	return strings.TrimSuffix(strings.ReplaceAll(fmt.Sprintln(parts...), " ", "/"), "\n")
}

// exactOf writes an amount for Truth.
func exactOf(c fiction.Cents) string { return c.Exact() }
