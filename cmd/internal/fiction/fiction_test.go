package fiction

import "testing"

func TestItalianAmounts(t *testing.T) {
	for c, want := range map[Cents]string{0: "0", 184310: "1843,1", 310000: "3100", 5: "0,05", 10: "0,1", -1250: "-12,5", 100: "1"} {
		if got := c.Italian(); got != want {
			t.Errorf("%d cents are %q, want %q", int64(c), got, want)
		}
	}
	if got := Cents(184310).Exact(); got != "1843.1" {
		t.Errorf("exact: %q", got)
	}
	if got := string(AppendItalianDecimal(nil, 1234567, 5)); got != "12,34567" {
		t.Errorf("five decimals: %q", got)
	}
}

// The vectors of the public algorithms.
func TestCheckCharacters(t *testing.T) {
	if got := checkLetter("RCCMNL83S18D969"); got != 'H' {
		t.Errorf("codice fiscale: %c, want H", got)
	}
	if got := ibanCheck("X0542811101000000123456"); got != "60" {
		t.Errorf("IBAN: %s, want 60", got)
	}
	if got := checkLetter("0542811101000000123456"); got != 'X' {
		t.Errorf("CIN: %c, want X", got)
	}
	// 3 + 01 + thirteen digits, mod 93
	if got := AppendIUV(nil, 1, 2400000000123); string(got) != "01240000000012364" {
		t.Errorf("IUV: %s", got)
	}
}
