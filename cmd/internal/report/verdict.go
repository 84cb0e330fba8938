package report

import (
	"math/big"

	"github.com/travaso/travaso/validate/finding"
)

// Accept is what the plan accepts of a run and still calls it good.
type Accept struct {
	RejectedDocuments int64
	RejectedMoney     string // exact decimal; empty is 0
	UnreadableAmounts int64
	Errors            int64
}

// Verdict says whether to go, and why.
type Verdict struct {
	Go       bool        `json:"go"`
	Criteria []Criterion `json:"criteria"`
}

// Criterion is one thing the verdict hangs on.
type Criterion struct {
	Code string `json:"code"`
	// Found and Accepted are exact decimals; Found above Accepted does not hold.
	Found    string `json:"found"`
	Accepted string `json:"accepted"`
	Holds    bool   `json:"holds"`
}

// The criteria. That totals reconcile is not for the plan to accept or not.
const (
	// ByDocuments: rejected documents, and rows rejected that are of no document
	// known (unreadable at the source, claimed by no mapping), each as one.
	ByDocuments = "rejected_documents"
	// ByMoney: the amounts of rejected documents, by each type's Amount.
	ByMoney = "rejected_money"
	// ByUnreadable: amounts of rejected documents that could not be read, and so
	// are in no money.
	ByUnreadable = "unreadable_amounts"
	// ByErrors: findings of rules with severity error.
	ByErrors = "errors"
	// ByTotals: differences between stops.
	ByTotals = "totals"
)

// judge draws the verdict.
func (b *books) judge(accept Accept) {
	r := b.report
	acceptedMoney := b.figure("the plan's accept", "rejected_money", accept.RejectedMoney)
	r.Verdict = Verdict{Go: r.Run.Load != LoadFailed}
	for _, c := range []struct {
		code            string
		found, accepted *big.Rat
	}{
		{ByTotals, big.NewRat(int64(len(r.Differences)), 1), new(big.Rat)},
		{ByDocuments, big.NewRat(r.rejectedDocuments(), 1), big.NewRat(accept.RejectedDocuments, 1)},
		{ByMoney, b.rejectedMoney(r), acceptedMoney},
		{ByUnreadable, big.NewRat(r.unreadableAmounts(), 1), big.NewRat(accept.UnreadableAmounts, 1)},
		{ByErrors, big.NewRat(r.errors(), 1), big.NewRat(accept.Errors, 1)},
	} {
		holds := c.found.Cmp(c.accepted) <= 0
		r.Verdict.Go = r.Verdict.Go && holds
		r.Verdict.Criteria = append(r.Verdict.Criteria, Criterion{
			Code: c.code, Found: text(c.found), Accepted: text(c.accepted), Holds: holds,
		})
	}
}

// rejectedDocuments counts what was rejected, by document where it has one.
func (r *Report) rejectedDocuments() int64 {
	var n int64
	for _, d := range r.Documents {
		n += d.Rejected
	}
	for _, d := range r.Datasets {
		n += d.Unreadable
	}
	for _, reason := range r.Rejects {
		if reason.Kind == finding.Unclaimed {
			n += reason.Rows
		}
	}
	return n + r.Stray
}

// rejectedMoney adds the amounts of the rejected documents; a negative total
// of one type counts as positive, so that types cannot cancel each other out. An amount that could not be read
// is in no sum: see unreadableAmounts.
func (b *books) rejectedMoney(r *Report) *big.Rat {
	total := new(big.Rat)
	for _, d := range r.Documents {
		if e, found := d.amountEntity(); found {
			amount := b.figure(e.Name, d.Amount, e.Rejected.Sums[d.Amount])
			total.Add(total, new(big.Rat).Abs(amount))
		}
	}
	return total
}

// unreadableAmounts counts the amounts of rejected documents that are in no money.
func (r *Report) unreadableAmounts() (n int64) {
	for _, d := range r.Documents {
		if e, found := d.amountEntity(); found {
			n += e.Rejected.Unreadable[d.Amount]
		}
	}
	return n
}

// Fail makes it the report of a run that failed on its way into the target: it
// is no go, whatever the figures from before say.
func (r *Report) Fail(failure string) {
	r.Run.Load, r.Run.Failure, r.Verdict.Go = LoadFailed, failure, false
}

// amountEntity is the entity that holds the document's amount: the head, or
// the first of its lines where the head has none.
func (d Document) amountEntity() (Entity, bool) {
	for _, e := range d.Entities {
		if _, has := e.Source.Sums[d.Amount]; has {
			return e, true
		}
	}
	return Entity{}, false
}

// errors counts the findings of rules that are errors.
func (r *Report) errors() int64 {
	var n int64
	for _, rule := range r.Rules {
		if rule.Severity != finding.Warning {
			n += rule.Violations
		}
	}
	return n
}

// Figures gives a criterion's figures for people.
func (c Criterion) Figures() (found, accepted string) {
	measure := Rows
	if c.Code == ByMoney {
		measure = c.Code
	}
	return figure(measure, c.Found), figure(measure, c.Accepted)
}
