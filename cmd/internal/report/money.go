package report

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// parse reads exact decimal text ("-12.50"); nothing else, no exponent, is a figure.
func parse(text string) (*big.Rat, error) {
	digits := strings.TrimPrefix(text, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if !allDigits(whole) || point && !allDigits(fraction) {
		return nil, fmt.Errorf("%q is not an exact decimal", text)
	}
	figure, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, fmt.Errorf("%q is not an exact decimal", text)
	}
	return figure, nil
}

func allDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// text writes a decimal exactly, trailing zeros of the fraction dropped.
func text(figure *big.Rat) string {
	digits, _ := figure.FloatPrec()
	return figure.FloatString(digits)
}

// money writes an amount for people: thousands separated, at least two
// decimals, none lost. What is not a figure is shown as it is.
func money(figure string) string {
	if _, err := parse(figure); err != nil {
		return visible(figure)
	}
	whole, fraction, _ := strings.Cut(figure, ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	return grouped(whole) + "." + fraction
}

// count writes a whole number for people.
func count(n int64) string { return grouped(strconv.FormatInt(n, 10)) }

// grouped separates the thousands of a whole number.
func grouped(whole string) string {
	digits := strings.TrimPrefix(whole, "-")
	sign := whole[:len(whole)-len(digits)]
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return sign + strings.Join(append([]string{digits}, parts...), ",")
}

// figure writes a figure of a measure for people: money, or a count of rows.
func figure(measure, value string) string {
	switch {
	case value == "":
		return ""
	case measure == Rows || measure == Documents:
		return strings.TrimSuffix(money(value), ".00")
	default:
		return money(value)
	}
}
