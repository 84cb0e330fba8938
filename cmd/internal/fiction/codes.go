package fiction

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// The codes that a document carries, valid by their check characters. The
// generator writes them by the same public algorithms that mappings/checks.sql
// verifies them by; the two share no code, so that each tests the other.

// oddValues are the values, in the sums of the codice fiscale and the CIN, of
// digits and letters at odd places; at even places they have their face value.
const oddValues = "\x01\x00\x05\x07\x09\x0d\x0f\x11\x13\x15\x02\x04\x12\x14\x0b\x03\x06\x08\x0c\x0e\x10\x0a\x16\x19\x18\x17"

// checkLetter is the letter that makes a codice fiscale or a CIN valid.
func checkLetter(text string) byte {
	sum := 0
	for i := range len(text) {
		face := int(text[i] - '0')
		if text[i] >= 'A' {
			face = int(text[i] - 'A')
		}
		if i%2 == 0 { // the first place is odd
			face = int(oddValues[face])
		}
		sum += face
	}
	return byte('A' + sum%26)
}

// CodiceFiscale is the tax code of a person born in an invented place.
func CodiceFiscale(r *rand.Rand, surname, name string, born time.Time, female bool) string {
	day := born.Day()
	if female {
		day += 40
	}
	code := fmt.Sprintf("%s%s%02d%c%02d%c%03d", threeLetters(surname), threeLetters(name),
		born.Year()%100, "ABCDEHLMPRST"[born.Month()-1], day, 'A'+byte(r.IntN(13)), 1+r.IntN(999))
	return code + string(checkLetter(code))
}

// threeLetters are the consonants of a name, then its vowels, then X.
func threeLetters(name string) string {
	var consonants, vowels strings.Builder
	for _, c := range strings.ToUpper(name) {
		switch {
		case strings.ContainsRune("AEIOU", c):
			vowels.WriteRune(c)
		case c >= 'A' && c <= 'Z':
			consonants.WriteRune(c)
		}
	}
	return (consonants.String() + vowels.String() + "XXX")[:3]
}

// PartitaIVA is eleven digits; that of an old company begins with 0.
func PartitaIVA(r *rand.Rand, old bool) string {
	first := 1 + r.IntN(9)
	if old {
		first = 0
	}
	digits := fmt.Sprintf("%d%06d%03d", first, r.IntN(1_000_000), 1+r.IntN(100))
	sum := 0
	for i := range len(digits) {
		d := int(digits[i] - '0')
		if i%2 == 1 { // the second, fourth, … digit is doubled
			d *= 2
			d = d/10 + d%10
		}
		sum += d
	}
	return fmt.Sprintf("%s%d", digits, (10-sum%10)%10)
}

// IBAN is an Italian IBAN and the bank, branch and account in it.
func IBAN(r *rand.Rand) (code, abi, cab, account string) {
	abi, cab = fmt.Sprintf("%05d", 99000+r.IntN(100)), fmt.Sprintf("%05d", r.IntN(100_000))
	account = fmt.Sprintf("%012d", r.Int64N(1_000_000_000_000))
	bban := string(checkLetter(abi+cab+account)) + abi + cab + account
	return "IT" + ibanCheck(bban) + bban, abi, cab, account
}

// ibanCheck are the two digits that make the whole ≡ 1 mod 97.
func ibanCheck(bban string) string {
	rest := 0
	for _, c := range bban + "IT00" {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return fmt.Sprintf("%02d", 98-rest)
}

// CIG is a CIG, or the short one of small contracts.
func CIG(r *rand.Rand) string {
	if r.IntN(3) == 0 {
		number := r.Int64N(1 << 28)
		return fmt.Sprintf("Z%02X%07X", number*211%251, number)
	}
	number := r.Int64N(10_000_000)
	return fmt.Sprintf("%07d%03X", number, number*211%4091)
}

// CUP has a form but no check.
func CUP(r *rand.Rand) string {
	letters := "BCDEFGHIJ"
	return fmt.Sprintf("%c%02d%c%011d", letters[r.IntN(len(letters))], 8+r.IntN(8), letters[r.IntN(len(letters))], r.Int64N(100_000_000_000))
}

// AppendIUV appends the 17 digits of a pagoPA creditor reference (auxiliary
// digit 3): segregation code, base, and the check of the notice number.
func AppendIUV(b []byte, segregation int, base int64) []byte {
	check := (3*1_000_000_000_000_000 + int64(segregation)*10_000_000_000_000 + base) % 93
	return appendDigits(appendDigits(appendDigits(b, int64(segregation), 2), base, 13), check, 2)
}

// appendDigits appends a number, zero-padded.
func appendDigits(b []byte, number int64, digits int) []byte {
	start := len(b)
	for range digits {
		b = append(b, '0')
	}
	for i := len(b) - 1; i >= start; i-- {
		b[i] = byte('0' + number%10)
		number /= 10
	}
	return b
}
