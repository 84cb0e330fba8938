package main

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// The checks of codes once more, written from their definitions and apart from
// the SQL of the mappings, to judge what has arrived in a target.

var (
	elevenDigits = regexp.MustCompile(`^\d{11}$`)
	personalCode = regexp.MustCompile(`^[A-Z]{6}[\dLMNPQRSTUV]{2}[ABCDEHLMPRST][\dLMNPQRSTUV]{2}[A-Z][\dLMNPQRSTUV]{3}[A-Z]$`)
	ibanForm     = regexp.MustCompile(`^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$`)
	ibanOfItaly  = regexp.MustCompile(`^IT\d{2}[A-Z]\d{10}[A-Z0-9]{12}$`)
)

// taxCodeKind says what a codice fiscale is, in the words of the real data's README.
func taxCodeKind(code string) string {
	switch {
	case code == "":
		return "empty"
	case elevenDigits.MatchString(code) && isLuhn(code):
		return "11-digit valid"
	case elevenDigits.MatchString(code):
		return "11-digit bad check"
	case !personalCode.MatchString(code):
		return "bad form"
	case code[15] == personalCheck(code[:15]):
		return "16-char valid"
	}
	return "16-char bad check"
}

// vatNumberKind says what a partita IVA is.
func vatNumberKind(code string) string {
	switch {
	case code == "":
		return "empty"
	case !elevenDigits.MatchString(code):
		return "bad form"
	case isLuhn(code):
		return "valid"
	}
	return "bad check"
}

// ibanKind says what an IBAN is.
func ibanKind(code string) string {
	switch {
	case code == "":
		return "empty"
	case !ibanForm.MatchString(code), strings.HasPrefix(code, "IT") && !ibanOfItaly.MatchString(code):
		return "bad form"
	case ibanRemainder(code) == 1:
		return "valid"
	}
	return "mod-97 wrong"
}

func isLuhn(digits string) bool {
	sum := 0
	for i, r := range digits {
		d := int(r - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

func personalCheck(code string) byte {
	odd := []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i := range len(code) {
		value := int(code[i] - '0')
		if code[i] >= 'A' {
			value = int(code[i] - 'A')
		}
		if i%2 == 0 { // the first character is an odd one
			value = odd[value]
		}
		sum += value
	}
	return byte('A' + sum%26)
}

func ibanRemainder(code string) int64 {
	var digits strings.Builder
	for _, r := range code[4:] + code[:4] {
		value, err := strconv.ParseInt(string(r), 36, 64)
		if err != nil {
			return -1
		}
		digits.WriteString(strconv.FormatInt(value, 10))
	}
	number, _ := new(big.Int).SetString(digits.String(), 10)
	return number.Mod(number, big.NewInt(97)).Int64()
}
