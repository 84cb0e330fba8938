package report

import (
	"strings"
	"testing"

	"github.com/travaso/travaso/validate/finding"
)

func TestPersonal(t *testing.T) {
	cases := []struct {
		field string
		kind  finding.Kind
		value string
		want  string
	}{
		{"codice_fiscale", finding.CheckFailed, "RSSMRA70A01L726X", "RSS•••"},
		{"CODICE_FISCALE_QUIET", finding.CheckFailed, "12345", "•••"},
		{"partita_iva", finding.CheckFailed, "743110157", "743•••"},
		{"iban", finding.CheckFailed, "IT60X0542811101000000123456", "IT6•••"},
		{"ragione_sociale", finding.TooLong, "Bianchi & figli", "Bia•••"},
		{"cognome", finding.NULByte, "Rossi\x00", "Ros•••"},
		{"data_nascita", finding.BadDate, "31/02/1970", "31/•••"},
		{"descrizione", finding.TooLong, "Contributo a Mario Rossi", "Con•••"},
		{"Email", finding.TooLong, "m@example.it", "m@e•••"},
		{"", finding.RaggedRow, "5\tROSSI\tMARIO", "5␉R•••"},
		{"importo", finding.StrayQuote, "x \"y\" zz", "x \"•••"},
		{"codice", finding.DuplicateKey, "RSSMRA70A01L726X", "RSS•••"}, // a tax code under another name
		{"codice", finding.Orphan, "rssmra7lalml7nsx", "rss•••"},       // with the letters of omocodia
		{"chiave", finding.Orphan, "IT60 X05428 11101 000000123456", "IT6•••"},
		{"ragione_sociale", finding.TooLong, "Àèìòùé", "Àèì•••"},
		{"iban", finding.CheckFailed, "", ""},
		{"", finding.Broken, "numero = 7, cognome = Rossi", "num•••"},
		{"", finding.Broken, "RAGIONE_SOCIALE = Bianchi & figli", "RAG•••"},

		{"importo_attuale", finding.BadNumber, "12345678x", "12345678x"},
		{"data_emissione", finding.BadDate, "31/02/2016", "31/02/2016"},
		{"stato", finding.Unmapped, "SOSPESO", "SOSPESO"},
		{"capitolo_id", finding.Orphan, "30/2016/U/999999/0/1", "30/2016/U/999999/0/1"},
		{"piano_dei_conti", finding.CheckFailed, "U.1.03.02", "U.1.03.02"},
		{"cig", finding.CheckFailed, "ZDD12724A4", "ZDD12724A4"},
		{"rilevante_iva", finding.BadBoolean, "forse si", "forse si"},
		{"numero", finding.Required, "", ""},
		{"", finding.Broken, "importo = 7.00, residuo = 8.00", "importo = 7.00, residuo = 8.00"},
		{"", finding.Broken, "17–19", "17–19"},
	}
	for _, c := range cases {
		t.Run(c.field+" "+c.value, func(t *testing.T) {
			masking := &page{T: english()}
			if got := masking.Value(finding.Finding{Field: c.field, Kind: c.kind, Value: c.value}).Text; got != c.want {
				t.Errorf("masked as %q, want %q", got, c.want)
			}
			whole := &page{T: english(), options: Options{Unmasked: true}}
			if got := whole.Value(finding.Finding{Field: c.field, Kind: c.kind, Value: c.value}).Text; got != visible(c.value) {
				t.Errorf("unmasked as %q, want %q", got, visible(c.value))
			}
		})
	}
}

func TestPersonalDataStayOffThePage(t *testing.T) {
	r := rehearsal(t, lenient())
	var terminal strings.Builder
	if err := r.WriteTerminal(&terminal, 200, Options{}); err != nil {
		t.Fatal(err)
	}
	page := render(t, r, Options{})
	for _, secret := range []string{"RSSMRA70A01L726X", "Ditta Bianchi"} {
		if strings.Contains(page.raw, secret) || strings.Contains(terminal.String(), secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	if !strings.Contains(page.text, "RSS•••") || !strings.Contains(terminal.String(), "RSS•••") || !strings.Contains(page.text, english().Masked) {
		t.Error("the page does not show that it masks")
	}
	whole := render(t, r, Options{Unmasked: true})
	if !strings.Contains(whole.text, "RSSMRA70A01L726X") || !strings.Contains(whole.text, english().Unmasked) {
		t.Error("unmasked, the page does not show the value, or does not warn")
	}
}
