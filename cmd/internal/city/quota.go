package city

// quotas are how many documents of a type are made, in a year where nothing
// else is said. Entries fill up to the number asked for: those of a day follow
// from how many the year before needed. A larger city has more of everything
// but chapters, of which no budget has more than some thousands.
type quotas struct {
	subjects, chaptersOut, chaptersIn, projects                                                             int // in all
	acts, commitments, assessments, invoices, liquidations, mandates, collections, items, payments, entries int
}

func share(o Options) quotas {
	years := LastYear - FirstYear + 1
	thousandths := func(n int) int { return max(1, o.Documents*n/1000/years) }
	q := quotas{
		subjects: max(50, o.Documents*50/1000), chaptersOut: min(thousandths(38), 2_500), chaptersIn: min(max(2*otherRevenue, thousandths(22)), 1_500),
		projects: max(2, o.Documents/20_000),
		acts:     thousandths(30), commitments: thousandths(42), assessments: thousandths(20),
		invoices: thousandths(140), liquidations: thousandths(125), mandates: thousandths(150), collections: thousandths(100),
		items: thousandths(14), payments: thousandths(30), entries: thousandths(50),
	}
	if o.Payments > 0 {
		q.payments = max(1, o.Payments/years)
	}
	return q
}

// target is how many documents should be there by the end of the year.
func (s *suite) target() int {
	if s.isLast() {
		return s.size - s.quotas.projects // written at the very end
	}
	done := s.year() - FirstYear + 1
	return s.quotas.subjects + (s.size-s.quotas.subjects)*done/(LastYear-FirstYear+1)
}

// room is how many entries may be made today: the others of the year are still
// to come, and at its end movements, chapters and what waits are written. A
// twelfth is kept for what is not foreseen, such as constraints.
func (s *suite) room() int {
	q := s.quotas
	ofYear := q.acts + q.commitments + q.assessments + q.invoices + q.liquidations + q.mandates + q.collections + 2*q.items
	if !s.paymentsBesides {
		ofYear += 2 * q.payments
	}
	expected := ofYear - ofYear*(s.today.index+1)/len(s.calendar.days)
	expected += len(s.chapters.out) + len(s.chapters.in) + len(s.payables.waiting) + len(s.payables.others)
	for _, b := range s.invoices.waiting {
		expected += len(b.invoices)
	}
	for _, m := range s.movements.year {
		expected += 1 + len(m.subs)
	}
	return max(0, s.target()-s.tally.documents-expected-(s.size-s.quotas.subjects)/10/12)
}
