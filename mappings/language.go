package mappings

// The types a field may have (`as`).
const (
	Text      = "text"
	Integer   = "integer"
	Money     = "money" // exact, with the decimals of its column, two at least
	Decimal   = "decimal"
	Date      = "date"
	Timestamp = "timestamp"
	Boolean   = "boolean"
	Code      = "code" // a text without white space around it
	UUID      = "uuid"
	JSON      = "json"
)

// Types are the values of `as`.
func Types() []string {
	return []string{Text, Integer, Money, Decimal, Date, Timestamp, Boolean, Code, UUID, JSON}
}

// NumberFormats are the values of `format` for integer, money and decimal:
// 1843,1 · 1.843,10 · 1843.1 · 1,843.10 · 184310.
func NumberFormats() []string { return []string{"it", "it-grouped", "en", "en-grouped", "cents"} }

// The values of `on_fail`, `nul` and `round`.
const (
	OnFailReject = "reject"
	OnFailWarn   = "warn"

	NULReject = "reject"
	NULRemove = "remove"

	RoundNone   = "none"
	RoundHalfUp = "half_up"
)

func onFailValues() []string { return []string{OnFailReject, OnFailWarn} }
func nulValues() []string    { return []string{NULReject, NULRemove} }
func roundValues() []string  { return []string{RoundNone, RoundHalfUp} }

func isNumber(as string) bool { return as == Integer || as == Money || as == Decimal }
func isTime(as string) bool   { return as == Date || as == Timestamp }
