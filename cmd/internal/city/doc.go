// Package city makes the accounts of a synthetic metropolitan city, ten years
// of them, in the shape of an accounting suite of the nineties: cryptic
// upper-case tables, composite keys that nothing enforces, dates as text or
// integers, Italian decimals in text, one table for two kinds of documents.
// schema.sql tells every table and column; crosswalk/*.csv tells every old code
// and what became of it.
//
// Everything in it is made up. The same options always give the same rows, in
// every destination; the rows are made year by year and day by day and are
// never held all at once.
//
// Clean accounts (the zero Dirt) balance to the cent:
//
//	scrittura       Σ dare = Σ avere, per entry
//	documento       Σ quote + rounding = header; Σ credit notes = deductions of the quotas; Σ net quotas on a liquidazione ≤ it
//	mandato         Σ quote = header; non-void quote ≤ liquidazione, ≤ impegno with its subs
//	reversale       Σ quote = header; non-void quote ≤ accertamento with its subs
//	sub             Σ non-void subs ≤ non-void head
//	liquidazione    Σ non-void ≤ impegno with its subs
//	vincolo         Σ ≤ impegno, Σ ≤ accertamento
//	capitolo        Σ non-void impegni of the year ≤ appropriation (or MAXIMP); residui = Σ residui carried on it; cash = competence + residui
//	movement        RESIDU = IMPATT − IMPPAG; IMPPAG = Σ quote of paid orders; IMPINI of a residuo = RESIDU of the year before; what is left is carried
//	rendiconto      EP, EC, TR, ECP by their formulas, from the movements; RS = TR of the year before
//	cash            initial + collected − paid = final; initial = final of the year before; the treasurer agrees
//	giornale        per account and month: before + in − out = after; in, out = Σ lines
//	provvisorio     covered ≤ amount; Σ covered = the covering order
//	ordine relation amount = the reversale
//	pagoPA          Σ transfers = amount; flow: Σ lines and their number = header = treasury item; line = transfer
//	TEFA            by the formulas of schema.sql, per day, tribute and year
//	PNRR            project = Σ movements; movement = the impegno or accertamento
//	numbering       orders and entries without gaps
//
// Void documents are there and count in nothing.
package city
