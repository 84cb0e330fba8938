package report

import (
	"regexp"
	"strings"

	"github.com/travaso/travaso/validate/finding"
)

// How personal data are masked. A value is personal where
//
//   - its field's name says so (personalField): names, tax codes, bank
//     accounts, addresses, births, and free text, in which anything may stand;
//   - it is of a rule and shows a column whose name says so ("nome = …"): a
//     rule has no field;
//   - it is a piece of a raw row (a ragged row, a stray quote, bytes of another
//     encoding) or failed in a free expression, so that no field's name tells;
//   - it has the form of a codice fiscale or an IBAN, whatever its field is called.
//
// Of a personal value the first three characters are kept, so that an engineer
// can tell two rows apart, and nothing of one shorter than six. Natural keys,
// amounts, dates, states and codes of classifications are shown whole: without
// them nobody could repair anything.

const masked = "•••"

// shortest value of which three characters are kept.
const maskable = 6

// personal reports whether a value must be masked.
func personal(field string, kind finding.Kind, value string) bool {
	switch kind {
	case finding.RaggedRow, finding.BadEncoding, finding.StrayQuote, finding.BadText:
		return true
	case finding.Broken:
		for _, column := range shownColumn.FindAllStringSubmatch(value, -1) {
			if personalField(strings.ToLower(column[1])) {
				return true
			}
		}
	}
	return personalField(strings.ToLower(field)) || personalForm.MatchString(value)
}

// shownColumn matches the columns that a violation of a rule shows, by name.
var shownColumn = regexp.MustCompile(`(?:^|, )([^ =,]+) = `)

// personalField reports whether a field's name announces personal data.
func personalField(field string) bool {
	for _, phrase := range []string{"codice_fiscale", "cod_fisc", "partita_iva", "conto_corrente", "codicefiscale", "partitaiva"} {
		if strings.Contains(field, phrase) {
			return true
		}
	}
	for word := range strings.FieldsFuncSeq(field, func(r rune) bool { return strings.ContainsRune("_ .-", r) }) {
		if personalWord(word) {
			return true
		}
	}
	return false
}

// personalWord reports whether one word of a field's name announces personal data.
func personalWord(word string) bool {
	switch word {
	case "cf", "codfisc", "piva", "iban", "bic",
		"nome", "cognome", "nominativo", "ragione", "denominazione", "name", "surname",
		"intestatario", "intest", "quietanzante", "quiet", "beneficiario", "delegato", "debitore", "pagatore", "versante", "contatto",
		"sesso", "nascita",
		"indirizzo", "via", "civico", "interno", "frazione", "cap", "comune", "address",
		"tel", "tel1", "tel2", "telefono", "cellulare", "fax", "email", "mail", "pec", "www",
		"descrizione", "causale", "oggetto", "nota", "note", "commento", "testo", "description", "text":
		return true
	}
	return false
}

// personalForm matches a codice fiscale, also with the letters of omocodia, and
// an Italian IBAN, anywhere in a value.
var personalForm = regexp.MustCompile(`(?i)[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]|IT\d{2} ?[A-Z][\d ]{10,}`)

// mask keeps the first three characters.
func mask(value string) string {
	runes := []rune(value)
	switch {
	case value == "":
		return ""
	case len(runes) < maskable:
		return masked
	default:
		return string(runes[:3]) + masked
	}
}
