package city

import (
	"cmp"
	"slices"

	"github.com/travaso/travaso/cmd/internal/fiction"
	"github.com/travaso/travaso/extract/sealed"
)

// Truth is what is in the accounts, known from the making of them and never
// read back. Totals are those of the true values: defects do not change them,
// and a row that is there twice counts once.
type Truth struct {
	Documents int    `json:"documents"`
	Seed      uint64 `json:"seed"`
	// Tables are the rows written to each table, those there twice included.
	Tables map[string]int64 `json:"tables"`
	// Types are the documents of each type and what hangs on them.
	Types map[string]Figures `json:"types"`
	// Totals are the same by state, year and chapter, in this order.
	Totals []Total `json:"totals"`
	// Defects are in the order of their making.
	Defects []Defect `json:"defects"`
}

// Figures are a number of documents and the sum of their amounts, exact.
type Figures struct {
	Count  int64  `json:"count"`
	Amount string `json:"amount"`
}

// Total is the figures of one group.
type Total struct {
	Type string `json:"type"`
	// State is what the old code became (definitivo, quietanzato, …); "" where there is none.
	State string `json:"state,omitempty"`
	Year  int    `json:"year,omitempty"` // ESERC; of a documento, act, payment or flow its own year
	// Chapter is U or E, number and article, as in U/1010/0; "" where there is none.
	Chapter string `json:"chapter,omitempty"`
	Figures
}

// WriteFile writes it as JSON.
func (t Truth) WriteFile(path string) error { return sealed.WriteJSON(path, t) }

// ByKind are the defects of each kind.
func (t Truth) ByKind() map[DefectKind][]Defect {
	kinds := map[DefectKind][]Defect{}
	for _, d := range t.Defects {
		kinds[d.Kind] = append(kinds[d.Kind], d)
	}
	return kinds
}

// The types that Truth counts. Those with a parent are its lines and no
// documents by themselves.
const (
	typeAct          = "provvedimento"
	typeSubject      = "soggetto"
	typeAddress      = "soggetto_indirizzo"
	typePayment      = "modalita_pagamento"
	typeChapter      = "capitolo"         // amount: STAATT
	typeCommitment   = "impegno"          // amount: IMPATT
	typeSubCommit    = "sub_impegno"      // amount: IMPATT
	typeAssessment   = "accertamento"     // amount: IMPATT
	typeSubAssess    = "sub_accertamento" // amount: IMPATT
	typeConstraint   = "vincolo"
	typeLiquidation  = "liquidazione"
	typeInvoice      = "documento"       // amount: IMPTOT
	typeInvoiceLine  = "documento_quota" // amount: IMPQUO
	typeCreditNote   = "documento_relazione"
	typePayOrder     = "mandato"
	typePayLine      = "mandato_quota"
	typeCollectOrder = "reversale"
	typeCollectLine  = "reversale_quota"
	typeOrderLink    = "ordine_relazione"
	typeItem         = "provvisorio"
	typeItemLink     = "provvisorio_ordine"
	typeCashLine     = "giornale_cassa"
	typeEntry        = "scrittura" // amount: Σ dare
	typeEntryLine    = "scrittura_movimento"
	typePagopa       = "transazione_pagopa"
	typeTransfer     = "trasferimento_pagopa"
	typeFlow         = "flusso_pagopa"
	typeFlowLine     = "flusso_pagopa_riga"
	typeTEFA         = "tefa"          // amount: BASE
	typeProject      = "progetto_pnrr" // amount: TOTIMP
	typeRecovery     = "movimento_pnrr"
)

// IsDocument tells whether a type counts towards Options.Documents.
func IsDocument(name string) bool {
	switch name {
	case typeAct, typeSubject, typeChapter, typeCommitment, typeSubCommit, typeAssessment, typeSubAssess, typeConstraint,
		typeLiquidation, typeInvoice, typePayOrder, typeCollectOrder, typeItem, typeEntry, typePagopa, typeFlow, typeProject, typeRecovery:
		return true
	}
	return false
}

// group is a group of Totals; chapter is nil where there is none.
type group struct {
	name, state string
	year        int
	chapter     *chapter
}

type figure struct {
	count  int64
	amount fiction.Cents
}

// tally counts documents as they are made.
type tally struct {
	groups    map[group]*figure
	documents int
}

func newTally() *tally { return &tally{groups: map[group]*figure{}} }

func (t *tally) add(g group, amount fiction.Cents) { t.addMany(g, 1, amount) }

func (t *tally) addMany(g group, count int, amount fiction.Cents) {
	f := t.groups[g]
	if f == nil {
		f = &figure{}
		t.groups[g] = f
	}
	f.count += int64(count)
	f.amount += amount
}

// document counts a document.
func (t *tally) document(g group, amount fiction.Cents) {
	t.add(g, amount)
	t.documents++
}

// fill puts the totals into a truth.
func (t *tally) fill(truth *Truth) {
	types := map[string]*figure{}
	for g, f := range t.groups {
		total := Total{Type: g.name, State: g.state, Year: g.year, Figures: f.figures()}
		if g.chapter != nil {
			total.Chapter = g.chapter.name()
		}
		truth.Totals = append(truth.Totals, total)
		if types[g.name] == nil {
			types[g.name] = &figure{}
		}
		types[g.name].count += f.count
		types[g.name].amount += f.amount
	}
	slices.SortFunc(truth.Totals, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.State, b.State), cmp.Compare(a.Year, b.Year), cmp.Compare(a.Chapter, b.Chapter))
	})
	truth.Types = map[string]Figures{}
	for name, f := range types {
		truth.Types[name] = f.figures()
	}
	truth.Documents = t.documents
}

func (f *figure) figures() Figures {
	return Figures{Count: f.count, Amount: f.amount.Exact()}
}
