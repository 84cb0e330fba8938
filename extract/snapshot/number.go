package snapshot

import (
	"fmt"
	"math/big"
	"math/bits"
	"strings"
)

// notANumber is the sum of a column in which some value is not finite
// (NaN, Infinity): no figure can be given.
const notANumber = "NaN"

// exponentLimit bounds the decimal exponent of a number in text: more than any
// database keeps, far less than would fill the memory.
const exponentLimit = 200_000

// Sum adds numbers up exactly. The zero Sum is 0.
type Sum struct {
	// small holds what fits in 18 digits, by scale: nearly everything.
	small [19]int128
	// large holds the rest, unscaled at largeScale.
	large      big.Int
	largeScale int
	notFinite  bool
}

// Add adds an unscaled number: Add(1250, 2) adds 12.50. Scale is at most 18.
func (s *Sum) Add(unscaled int64, scale int) { s.small[scale].add(unscaled) }

// AddText adds the exact text of a number, as in "-12.50" or "1e-7".
// NaN and infinities make the whole sum NaN; other texts are an error.
func (s *Sum) AddText(text string) error {
	if unscaled, scale, ok := parseSmall(text); ok {
		s.small[scale].add(unscaled)
		return nil
	}
	unscaled, scale, err := parseLarge(text)
	if err != nil {
		return err
	}
	if unscaled == nil {
		s.notFinite = true
		return nil
	}
	s.addLarge(unscaled, scale)
	return nil
}

func (s *Sum) addLarge(unscaled *big.Int, scale int) {
	if scale > s.largeScale {
		s.large.Mul(&s.large, powerOfTen(scale-s.largeScale))
		s.largeScale = scale
	} else if scale < s.largeScale {
		unscaled = new(big.Int).Mul(unscaled, powerOfTen(s.largeScale-scale))
	}
	s.large.Add(&s.large, unscaled)
}

// String gives the sum as Figures keep it: a decimal text without exponent,
// trailing zeros of the fraction dropped; "NaN" where a value was not finite.
func (s *Sum) String() string {
	if s.notFinite {
		return notANumber
	}
	total := s.total()
	return decimalText(&total.large, total.largeScale)
}

// total is the same sum, all of it in large.
func (s *Sum) total() *Sum {
	total := &Sum{notFinite: s.notFinite}
	total.addLarge(&s.large, s.largeScale)
	for scale := range s.small {
		total.addLarge(s.small[scale].big(), scale)
	}
	return total
}

// CanonicalNumber writes the text of a number as Figures keep it, so that two
// equal numbers are equal texts: ".50" and "0.5" are both "0.5".
func CanonicalNumber(text string) (string, error) {
	var s Sum
	if err := s.AddText(text); err != nil {
		return "", err
	}
	return s.String(), nil
}

// Subtract gives a − b, both texts of numbers.
func Subtract(a, b string) (string, error) {
	var s, minus Sum
	if err := s.AddText(a); err != nil {
		return "", err
	}
	if err := minus.AddText(b); err != nil {
		return "", err
	}
	if minus.notFinite {
		return notANumber, nil
	}
	subtrahend := minus.total()
	s.addLarge(subtrahend.large.Neg(&subtrahend.large), subtrahend.largeScale)
	return s.String(), nil
}

// parseSmall reads a plain decimal of at most 18 digits without allocating.
func parseSmall(text string) (unscaled int64, scale int, ok bool) {
	digits, negative, point := 0, false, -1
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			if digits++; digits > 18 {
				return 0, 0, false
			}
			unscaled = unscaled*10 + int64(c-'0')
		case c == '.' && point < 0:
			point = digits
		case c == '-' && i == 0:
			negative = true
		case c == '+' && i == 0:
		default:
			return 0, 0, false
		}
	}
	if digits == 0 {
		return 0, 0, false
	}
	if point >= 0 {
		scale = digits - point
	}
	if negative {
		unscaled = -unscaled
	}
	return unscaled, scale, true
}

// parseLarge reads any number; nil without an error means that it is not finite.
func parseLarge(text string) (unscaled *big.Int, scale int, err error) {
	switch strings.ToLower(strings.TrimLeft(text, "+-")) {
	case "nan", "inf", "infinity":
		return nil, 0, nil
	}
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(text), "e")
	power := 0
	if hasExponent {
		e, scale, ok := parseSmall(exponent)
		if !ok || scale != 0 || strings.Contains(exponent, ".") || e > exponentLimit || e < -exponentLimit {
			return nil, 0, fmt.Errorf("%q is not a number", text)
		}
		power = int(e)
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	unsigned := digits
	if strings.HasPrefix(whole, "-") || strings.HasPrefix(whole, "+") {
		unsigned = digits[1:]
	}
	if unsigned == "" || strings.Trim(unsigned, "0123456789") != "" {
		return nil, 0, fmt.Errorf("%q is not a number", text)
	}
	if len(digits) > exponentLimit {
		return nil, 0, fmt.Errorf("a number of %d digits is more than the %d that can be summed", len(digits), exponentLimit)
	}
	unscaled, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return nil, 0, fmt.Errorf("%q is not a number", text)
	}
	scale = len(fraction) - power
	if scale < 0 {
		unscaled.Mul(unscaled, powerOfTen(-scale))
		scale = 0
	}
	return unscaled, scale, nil
}

// decimalText writes unscaled × 10^-scale.
func decimalText(unscaled *big.Int, scale int) string {
	digits := new(big.Int).Abs(unscaled).String()
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, fraction := digits[:len(digits)-scale], strings.TrimRight(digits[len(digits)-scale:], "0")
	text := whole
	if fraction != "" {
		text += "." + fraction
	}
	if unscaled.Sign() < 0 {
		text = "-" + text
	}
	return text
}

func powerOfTen(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// int128 is a two's complement sum that 2^63 additions of an int64 cannot overflow.
type int128 struct {
	high int64
	low  uint64
}

func (n *int128) add(v int64) {
	low, carry := bits.Add64(n.low, uint64(v), 0)
	n.low = low
	n.high += v>>63 + int64(carry)
}

func (n int128) big() *big.Int {
	b := new(big.Int).Lsh(big.NewInt(n.high), 64)
	return b.Add(b, new(big.Int).SetUint64(n.low))
}
