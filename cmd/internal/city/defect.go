package city

import "github.com/travaso/travaso/validate/finding"

// DefectKind is a kind of defect, as seen in real legacy data.
type DefectKind string

// The kinds of defects, and where they are put. A document has at most one.
const (
	LostZero           DefectKind = "lost_zero"            // a soggetto's PARIVA without its leading zero
	WrongIBAN          DefectKind = "wrong_iban"           // ANA_MODPAG.IBAN
	PlaceholderTaxCode DefectKind = "placeholder_tax_code" // CODFIS 9999999999999999 of a soggetto
	PlaceholderSubject DefectKind = "placeholder_subject"  // CODSOG 999 of a movement or liquidazione
	OrphanSubject      DefectKind = "orphan_subject"       // a CODSOG that is not there, of the same
	OrphanChapter      DefectKind = "orphan_chapter"       // a CAPIT that is not there, of a movement
	MissingChapter     DefectKind = "missing_chapter"      // an empty CAPIT, of a movement
	StrayQuote         DefectKind = "stray_quote"          // a quotation mark in the text of a documento: not an error
	Mojibake           DefectKind = "mojibake"             // UTF-8 read as cp1252 in the text of a documento: not an error
	NULByte            DefectKind = "nul_byte"             // in the text of a documento or scrittura; not where the destination holds none
	ThirdDecimal       DefectKind = "third_decimal"        // a quota of a documento, a movimento of a scrittura
	UnreadableAmount   DefectKind = "unreadable_amount"    // the same, and IMPATT of a movement
	ImpossibleDate     DefectKind = "impossible_date"      // 31/02, of a documento, scrittura or liquidazione
	ZeroDate           DefectKind = "zero_date"            // 00/00/0000 or 0, of a documento or scrittura
	DuplicateRow       DefectKind = "duplicate_row"        // a soggetto, a documento's header, a scrittura's line
	UnmappedAccount    DefectKind = "unmapped_account"     // CONTO of a scrittura's line, VOCECO of a movement
	UnmappedState      DefectKind = "unmapped_state"       // of a documento or scrittura
	RaggedRow          DefectKind = "ragged_row"           // a separator too many, of a soggetto; text files only
	BadEncoding        DefectKind = "bad_encoding"         // a byte that is not cp1252, of a soggetto; text files only
	UnbalancedEntry    DefectKind = "unbalanced_entry"     // a scrittura with some cents of dare too many
	WrongHeader        DefectKind = "wrong_header"         // documento, mandato, reversale: the header is some cents off, the quotas are right
	OverDivided        DefectKind = "over_divided"         // the subs of a movement are more than it
	OverLiquidated     DefectKind = "over_liquidated"      // the liquidazioni of an impegno are more than it
	OverPaid           DefectKind = "over_paid"            // a liquidazione is less than the mandati quotas on it
	WrongTransfers     DefectKind = "wrong_transfers"      // a pagoPA payment is a cent more than its transfers
	FlowCount          DefectKind = "flow_count"           // a flow's number of payments
	FlowAmount         DefectKind = "flow_amount"          // a flow's amount
	BrokenCarry        DefectKind = "broken_carry"         // a residuo entered the year with another amount than was left
	BrokenCash         DefectKind = "broken_cash"          // a month's opening balance of a treasurer's account
	NumberingGap       DefectKind = "numbering_gap"        // a number of a scrittura or order was skipped; Key is that number's
)

// DefectKinds are all kinds.
func DefectKinds() []DefectKind {
	return []DefectKind{
		LostZero, WrongIBAN, PlaceholderTaxCode, PlaceholderSubject, OrphanSubject, OrphanChapter, MissingChapter,
		StrayQuote, Mojibake, NULByte, ThirdDecimal, UnreadableAmount, ImpossibleDate, ZeroDate, DuplicateRow,
		UnmappedAccount, UnmappedState, RaggedRow, BadEncoding, UnbalancedEntry, WrongHeader, OverDivided,
		OverLiquidated, OverPaid, WrongTransfers, FlowCount, FlowAmount, BrokenCarry, BrokenCash, NumberingGap,
	}
}

// Balance names a balance of DOMAIN.md that a defect breaks.
type Balance string

// The balances that defects break.
const (
	EntryBalance     Balance = "scrittura_dare_avere"        // Key: ESERC/NUMPN
	YearBalance      Balance = "esercizio_dare_avere"        // Key: ESERC
	DocumentQuotas   Balance = "documento_quote"             // Key: that of the documento
	OrderQuotas      Balance = "ordine_quote"                // Key: that of the order
	SubCeiling       Balance = "movimento_sub"               // Key: TIPMOV/ESERC/ANNO/NUMMOV
	LiquidationTotal Balance = "impegno_liquidazioni"        // Key: ESERC/ANNO/NUMMOV
	PaymentTotal     Balance = "liquidazione_mandati"        // Key: ESERC/NUMLIQ
	TransferTotal    Balance = "transazione_trasferimenti"   // Key: that of the payment
	FlowNumber       Balance = "flusso_numero"               // Key: IDFLUS
	FlowTotal        Balance = "flusso_importo"              // Key: IDFLUS
	FlowItem         Balance = "flusso_provvisorio"          // Key: IDFLUS
	ResidueCarry     Balance = "residuo_riporto"             // Key: TIPMOV/ESERC/ANNO/NUMMOV/NUMSUB
	ChapterOpening   Balance = "rendiconto_residui_iniziali" // Key: ESERC/PARTE/CAPIT/ARTIC
	ChapterRevision  Balance = "rendiconto_riaccertamento"   // Key: ESERC/PARTE/CAPIT/ARTIC
	CashCarry        Balance = "giornale_riporto"            // Key: CONTO/ESERC/MESE
	CashMonth        Balance = "giornale_mese"               // Key: CONTO/ESERC/MESE
	OrderNumbers     Balance = "ordine_numerazione"          // Key: TIPORD/ESERC/NUMORD, the missing one
	EntryNumbers     Balance = "scrittura_numerazione"       // Key: ESERC/NUMPN, the missing one
)

// Break is a balance that does not hold because of a defect. Other defects may
// bear on the same group: the differences add up.
type Break struct {
	Balance    Balance `json:"balance"`
	Key        string  `json:"key"`
	Difference string  `json:"difference"` // by which the side with the defect is off, exact
}

// Defect is one thing that is wrong on purpose.
type Defect struct {
	Kind DefectKind `json:"kind"`
	// Finding is what a migration should find in the row, "" where there is
	// nothing to be found or where only balances break.
	Finding  finding.Kind     `json:"finding,omitempty"`
	Severity finding.Severity `json:"severity,omitempty"`
	// Document is the document type and Key its natural key as in schema.sql:
	// the key columns of its header, true values, joined by "/".
	Document string `json:"document"`
	Key      string `json:"key"`
	// Table and Row are the row with the defect, by its natural key; Column
	// and Value what is wrong in it.
	Table  string `json:"table"`
	Row    string `json:"row"`
	Column string `json:"column,omitempty"`
	Value  string `json:"value,omitempty"`
	// Amount is the true amount of the document, exact; "" where it has none.
	Amount string `json:"amount,omitempty"`
	// State, Year and Chapter are the groups of Totals that the document is in.
	State   string `json:"state,omitempty"`
	Year    int    `json:"year,omitempty"`
	Chapter string `json:"chapter,omitempty"`
	// Referred: other documents refer to this one, and go with it where it is rejected.
	Referred bool `json:"referred,omitempty"`
	// Breaks are the balances broken, where the defect breaks one.
	Breaks []Break `json:"breaks,omitempty"`
}

// findingOf is what a migration should find where a row has a defect.
func findingOf(kind DefectKind) (finding.Kind, finding.Severity) {
	switch kind {
	case LostZero, WrongIBAN, PlaceholderTaxCode:
		return finding.CheckFailed, finding.Warning
	case PlaceholderSubject, OrphanSubject, OrphanChapter:
		return finding.Orphan, finding.Error
	case MissingChapter:
		return finding.Required, finding.Error
	case NULByte:
		return finding.NULByte, finding.Error
	case ThirdDecimal:
		return finding.TooManyDecimals, finding.Error
	case UnreadableAmount:
		return finding.BadNumber, finding.Error
	case ImpossibleDate, ZeroDate:
		return finding.BadDate, finding.Error
	case DuplicateRow:
		return finding.DuplicateKey, finding.Error
	case UnmappedAccount, UnmappedState:
		return finding.Unmapped, finding.Error
	case RaggedRow:
		return finding.RaggedRow, finding.Error
	case BadEncoding:
		return finding.BadEncoding, finding.Error
	case StrayQuote, Mojibake:
		return "", ""
	}
	return "", finding.Error // a balance
}
