package sqlsource

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// The decoders read the text forms of PostgreSQL and MySQL. They refuse what
// they do not know: an error here is a mistake of ours, since columns whose
// values do not fit their type were taken as text before.

func decodeText(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, &badText{offset: invalidAt(text)}
	}
	return string(text), nil
}

// invalidAt is the place of the first byte that is not UTF-8.
func invalidAt(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}

func decodeInteger(text []byte) (any, error) {
	negative, digits := cutSign(text)
	n, err := parseDigits(digits, math.MaxInt64)
	if err != nil {
		// The one number whose digits alone do not fit, and the malformed.
		return strconv.ParseInt(string(text), 10, 64)
	}
	if negative {
		n = -n
	}
	return n, nil
}

// decodeDecimal reads decimals of up to this scale as unscaled integers. It
// never rounds: a digit beyond the scale is an error unless it is zero.
func decodeDecimal(scale int) func([]byte) (any, error) {
	return func(text []byte) (any, error) {
		negative, rest := cutSign(text)
		var unscaled int64
		decimals, point, digits := 0, false, 0
		for _, c := range rest {
			switch {
			case c == '.' && !point:
				point = true
				continue
			case c < '0' || c > '9':
				return nil, errors.New("not a decimal")
			}
			digits++
			if point {
				decimals++
			}
			if decimals > scale {
				if c != '0' {
					return nil, fmt.Errorf("more than %d decimals", scale)
				}
				continue
			}
			if unscaled > (math.MaxInt64-9)/10 {
				return nil, errors.New("more digits than 64 bits hold")
			}
			unscaled = unscaled*10 + int64(c-'0')
		}
		if digits == 0 {
			return nil, errors.New("not a decimal")
		}
		for ; decimals < scale; decimals++ {
			if unscaled > math.MaxInt64/10 {
				return nil, errors.New("more digits than 64 bits hold")
			}
			unscaled *= 10
		}
		if negative {
			unscaled = -unscaled
		}
		return unscaled, nil
	}
}

// decodeFloat gives the shortest decimal that is this float and no other of
// its size in bits, without exponent.
func decodeFloat(bits int) func([]byte) (any, error) {
	return func(text []byte) (any, error) {
		f, err := strconv.ParseFloat(string(text), bits)
		if err != nil {
			return nil, errors.New("not a float")
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return string(text), nil
		}
		return floatText(f, bits), nil
	}
}

func floatText(f float64, bits int) string { return strconv.FormatFloat(f, 'f', -1, bits) }

func decodeBoolean(text []byte) (any, error) {
	switch string(text) {
	case "t":
		return true, nil
	case "f":
		return false, nil
	}
	return nil, errors.New("not a boolean")
}

func decodeBytes(text []byte) (any, error) { return hex.EncodeToString(text), nil }

// decodeBytea reads PostgreSQL's hex form, \x00ff.
func decodeBytea(text []byte) (any, error) {
	if len(text) < 2 || text[0] != '\\' || text[1] != 'x' {
		return nil, errors.New("not bytes in hexadecimal")
	}
	return string(text[2:]), nil
}

// decodeDate reads 2015-01-31 as days since 1970-01-01.
func decodeDate(text []byte) (any, error) {
	days, rest, err := cutDate(text)
	if err != nil || len(rest) > 0 {
		return nil, errors.New("not a date")
	}
	return int32(days), nil
}

// decodeTimestamp reads 2015-01-31 10:20:30.123456 as µs since 1970-01-01.
func decodeTimestamp(text []byte) (any, error) {
	days, rest, err := cutDate(text)
	if err != nil {
		return nil, err
	}
	bad := errors.New("not a timestamp")
	if len(rest) < 9 || (rest[0] != ' ' && rest[0] != 'T') || rest[3] != ':' || rest[6] != ':' {
		return nil, bad
	}
	hour, err1 := parseDigits(rest[1:3], 23)
	minute, err2 := parseDigits(rest[4:6], 59)
	second, err3 := parseDigits(rest[7:9], 59)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, bad
	}
	var micros int64
	if fraction := rest[9:]; len(fraction) > 0 {
		if fraction[0] != '.' || len(fraction) > 7 {
			return nil, bad
		}
		if micros, err = parseDigits(fraction[1:], 999_999); err != nil {
			return nil, bad
		}
		for i := len(fraction); i < 7; i++ {
			micros *= 10
		}
	}
	return (((days*24+hour)*60+minute)*60+second)*1_000_000 + micros, nil
}

// cutDate reads the date at the beginning of a text: days since 1970-01-01.
func cutDate(text []byte) (days int64, rest []byte, err error) {
	bad := errors.New("not a date")
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return 0, nil, bad
	}
	year, err1 := parseDigits(text[:4], 9999)
	month, err2 := parseDigits(text[5:7], 12)
	day, err3 := parseDigits(text[8:10], 31)
	if err := errors.Join(err1, err2, err3); err != nil {
		return 0, nil, bad
	}
	t := time.Date(int(year), time.Month(month), int(day), 0, 0, 0, 0, time.UTC)
	if year == 0 || int64(t.Month()) != month || int64(t.Day()) != day { // 31/02 would have become 3/03
		return 0, nil, bad
	}
	return t.Unix() / 86400, text[10:], nil
}

func cutSign(text []byte) (negative bool, rest []byte) {
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		return text[0] == '-', text[1:]
	}
	return false, text
}

// parseDigits reads a number of nothing but digits, at most limit, which is 9 or more.
func parseDigits(text []byte, limit int64) (int64, error) {
	var n int64
	for _, c := range text {
		if c < '0' || c > '9' || n > (limit-int64(c-'0'))/10 {
			return 0, errors.New("not a number in its range")
		}
		n = n*10 + int64(c-'0')
	}
	if len(text) == 0 {
		return 0, errors.New("not a number in its range")
	}
	return n, nil
}
