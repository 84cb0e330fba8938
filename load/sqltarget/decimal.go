package sqltarget

import (
	"fmt"
	"math/big"
	"strings"
)

// decimal is an exact number of any size: unscaled × 10^-scale. The zero value is 0.
type decimal struct {
	unscaled big.Int
	scale    int
}

// parseDecimal reads "-12.50".
func parseDecimal(text string) (decimal, error) {
	var d decimal
	whole, fraction, _ := strings.Cut(text, ".")
	if strings.ContainsAny(text, "_+") || whole == "" || whole == "-" {
		return d, fmt.Errorf("%q is not a decimal", text)
	}
	if _, ok := d.unscaled.SetString(whole+fraction, 10); !ok {
		return d, fmt.Errorf("%q is not a decimal", text)
	}
	d.scale = len(fraction)
	return d, nil
}

// shifted gives d × 10^exponent.
func (d decimal) shifted(exponent int) decimal {
	var r decimal
	r.unscaled.Set(&d.unscaled)
	if r.scale = d.scale - exponent; r.scale < 0 {
		r.unscaled.Mul(&r.unscaled, powerOf10(-r.scale))
		r.scale = 0
	}
	return r
}

func (d decimal) plus(other decimal) decimal {
	scale := max(d.scale, other.scale)
	r := decimal{scale: scale}
	r.unscaled.Add(d.at(scale), other.at(scale))
	return r
}

func (d decimal) minus(other decimal) decimal {
	var negative decimal
	negative.scale = other.scale
	negative.unscaled.Neg(&other.unscaled)
	return d.plus(negative)
}

func (d decimal) isZero() bool { return d.unscaled.Sign() == 0 }

// at gives the unscaled number at a scale not smaller than its own.
func (d decimal) at(scale int) *big.Int {
	return new(big.Int).Mul(&d.unscaled, powerOf10(scale-d.scale))
}

// text writes the number with scale decimals, or more where it has more that
// are not zero.
func (d decimal) text(scale int) string {
	unscaled := d.at(max(scale, d.scale))
	decimals := max(scale, d.scale)
	ten, rest := big.NewInt(10), new(big.Int)
	for decimals > scale {
		quotient := new(big.Int)
		if quotient.QuoRem(unscaled, ten, rest); rest.Sign() != 0 {
			break
		}
		unscaled, decimals = quotient, decimals-1
	}
	digits := new(big.Int).Abs(unscaled).String()
	if missing := decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	if decimals > 0 {
		digits = digits[:len(digits)-decimals] + "." + digits[len(digits)-decimals:]
	}
	if unscaled.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

func powerOf10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
