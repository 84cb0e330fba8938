package sqltarget

import (
	"fmt"
	"strconv"

	"github.com/travaso/travaso/transform/staged"
)

// The texts in which values go into a target. They are written by hand because
// they are written for every value of a migration, and exactly.

const (
	secondsOfDay = 86400
	microsOfDay  = secondsOfDay * 1e6
)

// appendDecimal writes an unscaled number with exactly scale decimals.
func appendDecimal(dst []byte, unscaled int64, scale int) []byte {
	if scale <= 0 {
		return strconv.AppendInt(dst, unscaled, 10)
	}
	magnitude := uint64(unscaled)
	if unscaled < 0 {
		dst = append(dst, '-')
		magnitude = -magnitude // also right for the smallest int64
	}
	var digits [24]byte
	text := strconv.AppendUint(digits[:0], magnitude, 10)
	if whole := len(text) - scale; whole > 0 {
		dst = append(dst, text[:whole]...)
		dst = append(dst, '.')
		return append(dst, text[whole:]...)
	}
	dst = append(dst, '0', '.')
	for range scale - len(text) {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

// civil turns days since 1970-01-01 into year, month and day of the Gregorian
// calendar, also before it began; year 0 is 1 BC.
func civil(days int64) (year int64, month, day int) {
	const daysOf400Years = 146097
	days += 719468 // since 0000-03-01: the leap day ends the year
	era := days / daysOf400Years
	if days < 0 {
		era = (days - daysOf400Years + 1) / daysOf400Years
	}
	dayOfEra := days - era*daysOf400Years
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/(daysOf400Years-1)) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*dayOfYear + 2) / 153
	day = int(dayOfYear - (153*m+2)/5 + 1)
	month = int(m + 3)
	year = yearOfEra + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

func appendPadded(dst []byte, n int64, width int) []byte {
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], n, 10)
	for range width - len(text) {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

// appendDay writes 2016-02-03; beforeChrist tells the caller to add " BC" at
// the very end.
func appendDay(dst []byte, days int64) (text []byte, beforeChrist bool) {
	year, month, day := civil(days)
	if year <= 0 {
		beforeChrist = true
		year = 1 - year
	}
	dst = appendPadded(dst, year, 4)
	dst = append(dst, '-')
	dst = appendPadded(dst, int64(month), 2)
	dst = append(dst, '-')
	return appendPadded(dst, int64(day), 2), beforeChrist
}

func appendDate(dst []byte, days int32) []byte {
	dst, beforeChrist := appendDay(dst, int64(days))
	if beforeChrist {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendTimestamp writes 2016-02-03 10:38:41, with the fraction of a second
// where there is one, without its trailing zeros.
func appendTimestamp(dst []byte, micros int64) []byte {
	days, rest := micros/microsOfDay, micros%microsOfDay
	if rest < 0 {
		days, rest = days-1, rest+microsOfDay
	}
	dst, beforeChrist := appendDay(dst, days)
	seconds, fraction := rest/1e6, rest%1e6
	dst = append(dst, ' ')
	dst = appendPadded(dst, seconds/3600, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, seconds/60%60, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, seconds%60, 2)
	if fraction != 0 {
		dst = append(dst, '.')
		dst = appendPadded(dst, fraction, 6)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	if beforeChrist {
		dst = append(dst, " BC"...)
	}
	return dst
}

func appendUUID(dst []byte, id [16]byte) []byte {
	const hex = "0123456789abcdef"
	for i, b := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hex[b>>4], hex[b&15])
	}
	return dst
}

// describe writes a value for a message: only for columns of a key.
func describe(value any, column staged.Column) string {
	switch v := value.(type) {
	case nil:
		return "NULL"
	case string:
		return v
	case int64:
		switch {
		case isMoney(column):
			return string(appendDecimal(nil, v, column.Scale))
		case column.Type == "timestamp":
			return string(appendTimestamp(nil, v))
		}
		return strconv.FormatInt(v, 10)
	case int32:
		return string(appendDate(nil, v))
	case [16]byte:
		return string(appendUUID(nil, v))
	}
	return fmt.Sprint(value)
}

// isMoney says that a column holds exact decimals, whose sums are proven.
func isMoney(column staged.Column) bool {
	return column.Type == "money" || column.Type == "decimal"
}
