package mappings_test

import (
	"cmp"
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
)

func engineWithChecks(t testing.TB) *engine.Engine {
	t.Helper()
	eng, err := engine.Open(t.Context(), engine.Options{Folders: []string{t.TempDir()}, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := eng.Exec(t.Context(), mappings.Checks); err != nil {
		t.Fatal(err)
	}
	return eng
}

// reasons runs a check over many codes; "" is valid.
func reasons(t testing.TB, eng *engine.Engine, check string, codes []string) []string {
	t.Helper()
	quoted := make([]string, len(codes))
	for i, code := range codes {
		quoted[i] = engine.Literal(code)
	}
	rows, err := eng.Query(t.Context(), fmt.Sprintf(
		"select coalesce(check_%s(code), '') from (select unnest([%s]) as code, unnest(range(%d)) as place) order by place",
		check, strings.Join(quoted, ", "), len(codes)))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var reason string
		if err := rows.Scan(&reason); err != nil {
			t.Fatal(err)
		}
		found = append(found, reason)
	}
	if err := rows.Err(); err != nil || len(found) != len(codes) {
		t.Fatalf("%d answers for %d codes (%v)", len(found), len(codes), err)
	}
	return found
}

func TestChecks(t *testing.T) {
	const (
		valid     = ""
		form      = "form"
		character = "wrong check character"
		digit     = "wrong check digit"
		digits    = "wrong check digits"
		cin       = "wrong CIN"
	)
	cases := []struct{ check, code, want string }{
		{"codice_fiscale", "RCCMNL83S18D969H", valid},
		{"codice_fiscale", "RCCMNL83S18D969A", character},
		{"codice_fiscale", "RCCMNL83S18D96VU", character}, // omocodia: the check is taken on the letters
		{"codice_fiscale", "RCCMNL83S18D96VW", valid},
		{"codice_fiscale", "rccmnl83s18d969h", form},
		{"codice_fiscale", "RCCMNL83G18D969H", form}, // no month G
		{"codice_fiscale", "RCCMNL83S18D969", form},
		{"codice_fiscale", "RCCMNL83S18D969HH", form},
		{"codice_fiscale", "00743110157", valid},
		{"codice_fiscale", "00743110158", digit},
		{"codice_fiscale", "9999999999999999", form},
		{"codice_fiscale", "", valid},
		{"partita_iva", "00743110157", valid},
		{"partita_iva", "00743110156", digit},
		{"partita_iva", "743110157", form}, // lost leading zeros
		{"partita_iva", "IT00743110157", form},
		{"partita_iva", "RCCMNL83S18D969H", form},
		{"iban", "IT60X0542811101000000123456", valid},
		{"iban", "IT60X0542811101000000123457", digits},
		{"iban", "IT60A0542811101000000123456", digits},
		{"iban", "IT65A0542811101000000123456", cin},
		{"iban", "IT63Q0300203280ABCDEF123456", valid},
		{"iban", "IT60 X054 2811 1010 0000 0123 456", form},
		{"iban", "IT60X054281110100000012345", form},
		{"iban", "it60x0542811101000000123456", form},
		{"iban", "SM86U0322509800000000270100", valid},
		{"iban", "DE89370400440532013000", valid},
		{"iban", "DE88370400440532013000", digits},
		{"iban", "GB82WEST12345698765432", valid},
		{"iban", "MT84MALT011000012345MTLCAST001S", valid},
		{"iban", "0542811101000000123456", form},
		{"cig", "00000010D3", valid}, // 1 × 211 = 211 = 0D3
		{"cig", "0000000000", valid}, // by the rule; a placeholder is for the mapping's absent
		{"cig", "00000010d3", form},
		{"cig", "00000020D3", digits},
		{"cig", "XD30000001", valid}, // SmartCIG: 1 × 211 = 211 = D3
		{"cig", "XD30000002", digits},
		{"cig", "A0B1C2D3E4", valid}, // of 2024: by form
		{"cig", "V0B1C2D3E4", form},
		{"cup", "F11B08000070006", valid},
		{"cup", "F11B0800007000", form},
		{"cup", "111B08000070006", form},
		{"iuv", "010000000012345", valid},
		{"iuv", "01000000001234567", valid},
		{"iuv", "0100000000123456", form},
		{"iuv", "RF18539007547034", valid},
		{"iuv", "RF19539007547034", digits},
		{"iuv", "RF", form},
		{"codice_avviso", "001000000000012370", valid},
		{"codice_avviso", "001000000000012371", digits},
		{"codice_avviso", "210000000000012360", valid},
		{"codice_avviso", "301000000000012373", valid},
		{"codice_avviso", "301000000000012337", digits},
		{"codice_avviso", "101000000000012345", valid}, // first digit 1: no check digits
		{"codice_avviso", "401000000000012345", form},
		{"codice_avviso", "30100000000001234", form},
		{"piano_dei_conti", "U.1.03.02.05.004", valid},
		{"piano_dei_conti", "U.1.03.02.05", form},
		{"piano_dei_conti", "X.1.03.02.05.004", form},
		{"siope", "1332", valid},
		{"siope", "1030205004", valid},
		{"siope", "133", form},
		{"siope", "10302050041", form},
		{"ufficio_ipa", "UFC7RK", valid},
		{"ufficio_ipa", "ufc7rk", form},
		{"ufficio_ipa", "UFC7R", form},
	}
	eng := engineWithChecks(t)
	tested := map[string]bool{}
	for _, c := range cases {
		tested[c.check] = true
		if got := reasons(t, eng, c.check, []string{c.code})[0]; got != c.want {
			t.Errorf("%s of %s: got %q, want %q", c.check, c.code, got, c.want)
		}
	}
	for _, name := range mappings.CheckNames() {
		if !tested[name] {
			t.Errorf("check %s is not tested", name)
		}
		var reason *string
		if err := eng.QueryRow(t.Context(), "select check_"+name+"(null)").Scan(&reason); err != nil || reason != nil {
			t.Errorf("check %s of NULL: %v %v", name, reason, err)
		}
		if err := eng.QueryRow(t.Context(), "select check_"+name+"(cast(1.5 as decimal(15,2)))").Scan(&reason); err != nil || reason == nil {
			t.Errorf("check %s of a number: %v %v", name, reason, err)
		}
	}
}

// The figures of realdata/README.md.
func TestChecksOnRealCodes(t *testing.T) {
	count := func(check string, codes []string) map[string]int {
		counts := map[string]int{}
		for i := range codes {
			codes[i] = strings.TrimSpace(codes[i]) // as fields trim codes
		}
		for i, reason := range reasons(t, engineWithChecks(t), check, codes) {
			switch {
			case codes[i] == "":
				counts["empty"]++
			case check == "codice_fiscale" && reason != "form":
				counts[strconv.Itoa(len(codes[i]))+cmp.Or(" "+reason, "")]++
			default:
				counts[cmp.Or(reason, "valid")]++
			}
		}
		return counts
	}
	for _, c := range []struct {
		check, file, column string
		want                map[string]int
	}{
		{"codice_fiscale", "*migr_soggetto*", "CODICE_FISCALE", map[string]int{"empty": 593, "16 ": 506, "16 wrong check character": 5, "11 ": 928, "11 wrong check digit": 4, "form": 17}},
		{"partita_iva", "*migr_soggetto*", "PARTITA_IVA", map[string]int{"empty": 995, "valid": 1054, "wrong check digit": 1, "form": 3}},
		{"iban", "*migr_modpag*", "IBAN", map[string]int{"empty": 1211, "valid": 1864, "wrong check digits": 83, "form": 5}},
		{"cig", "*migr_impegno_[0-9]*", "CIG", map[string]int{"empty": 1526, "valid": 395, "wrong check digits": 7, "form": 5}},
		{"cup", "*migr_impegno_[0-9]*", "CUP", map[string]int{"empty": 1833, "valid": 95, "form": 5}},
		{"piano_dei_conti", "*migr_impegno_[0-9]*", "PDC_FINANZIARIO", map[string]int{"valid": 1933}},
	} {
		got := count(c.check, realColumn(t, c.file, c.column))
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %v, want %v", c.check, got, c.want)
		}
	}
}

// Each check agrees with another implementation of it, in Go and by the book,
// on codes made at random: right ones, and right ones with characters changed.
func TestChecksAgreeWithOthers(t *testing.T) {
	const many = 3000
	eng := engineWithChecks(t)
	for check, other := range others() {
		t.Run(check, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, uint64(len(check))))
			codes := make([]string, many)
			for i := range codes {
				codes[i] = other.make(random)
				for range random.IntN(3) { // none, one or two characters changed
					place := random.IntN(len(codes[i]))
					codes[i] = codes[i][:place] + pick(random, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1) + codes[i][place+1:]
				}
			}
			valid := 0
			for i, reason := range reasons(t, eng, check, codes) {
				want := other.judge(codes[i])
				if reason != want {
					t.Errorf("%s: got %q, want %q", codes[i], reason, want)
				}
				if want == "" {
					valid++
				}
			}
			if valid < many/10 || valid > many*9/10 {
				t.Errorf("%d of %d codes are valid: nothing was tried", valid, many)
			}
		})
	}
}

// implementation makes right codes and judges any.
type implementation struct {
	make  func(*rand.Rand) string
	judge func(code string) string
}

func pick(random *rand.Rand, alphabet string, n int) string {
	picked := make([]byte, n)
	for i := range picked {
		picked[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(picked)
}

func others() map[string]implementation {
	const digits, letters, hex = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789ABCDEF"
	eleven := implementation{
		make: func(r *rand.Rand) string {
			code := pick(r, digits, 10)
			for check := range 10 {
				if luhn(code + strconv.Itoa(check)) {
					return code + strconv.Itoa(check)
				}
			}
			panic("no check digit for " + code)
		},
		judge: func(code string) string { return judged(code, `\d{11}`, "wrong check digit", luhn) },
	}
	return map[string]implementation{
		"partita_iva": eleven,
		"codice_fiscale": {
			make: func(r *rand.Rand) string {
				if r.IntN(4) == 0 {
					return eleven.make(r)
				}
				const digit = "0123456789LMNPQRSTUV"
				code := pick(r, letters, 6) + pick(r, digit, 2) + pick(r, "ABCDEHLMPRST", 1) + pick(r, digit, 2) + pick(r, letters, 1) + pick(r, digit, 3)
				return code + letterOf(code)
			},
			judge: func(code string) string {
				if len(code) == 11 {
					return eleven.judge(code)
				}
				const digit = "[0-9LMNPQRSTUV]"
				return judged(code, "[A-Z]{6}"+digit+"{2}[ABCDEHLMPRST]"+digit+"{2}[A-Z]"+digit+"{3}[A-Z]", "wrong check character",
					func(code string) bool { return letterOf(code[:15]) == code[15:] })
			},
		},
		"iban": {
			make: func(r *rand.Rand) string {
				account := pick(r, digits, 12)
				if r.IntN(3) == 0 {
					account = pick(r, digits+letters, 12)
				}
				bank := pick(r, digits, 10) + account
				if r.IntN(5) == 0 {
					return with97("FR", pick(r, digits+letters, 23))
				}
				cin := letterOf(bank)
				if r.IntN(5) == 0 {
					cin = pick(r, letters, 1)
				}
				return with97("IT", cin+bank)
			},
			judge: func(code string) string {
				if regexp.MustCompile("^(IT|SM)").MatchString(code) {
					reason := judged(code, `[A-Z]{2}\d{2}[A-Z]\d{10}[A-Z0-9]{12}`, "wrong check digits", mod97)
					if reason == "" && letterOf(code[5:]) != code[4:5] {
						return "wrong CIN"
					}
					return reason
				}
				return judged(code, `[A-Z]{2}\d{2}[A-Z0-9]{11,30}`, "wrong check digits", mod97)
			},
		},
		"iuv": {
			make: func(r *rand.Rand) string {
				if r.IntN(4) == 0 {
					return pick(r, digits, 15)
				}
				return with97("RF", pick(r, digits+letters, 1+r.IntN(21)))
			},
			judge: func(code string) string {
				if regexp.MustCompile(`^(\d{15}|\d{17})$`).MatchString(code) {
					return ""
				}
				return judged(code, `RF\d{2}[A-Z0-9]{1,21}`, "wrong check digits", mod97)
			},
		},
		"cig": {
			make: func(r *rand.Rand) string {
				switch r.IntN(3) {
				case 0:
					number := pick(r, digits, 7)
					return number + hexadecimal(number, 10, 4091, 3)
				case 1:
					number := pick(r, hex, 7)
					return pick(r, "XYZ", 1) + hexadecimal(number, 16, 251, 2) + number
				}
				return pick(r, "ABCDEFGHIJKLMNOPQRSTU", 1) + pick(r, hex, 9)
			},
			judge: func(code string) string {
				switch {
				case regexp.MustCompile(`^[A-U][0-9A-F]{9}$`).MatchString(code):
					return ""
				case strings.ContainsAny(code[:1], "XYZ"):
					return judged(code, `[XYZ][0-9A-F]{9}`, "wrong check digits", func(code string) bool { return hexadecimal(code[3:], 16, 251, 2) == code[1:3] })
				}
				return judged(code, `\d{7}[0-9A-F]{3}`, "wrong check digits", func(code string) bool { return hexadecimal(code[:7], 10, 4091, 3) == code[7:] })
			},
		},
		"codice_avviso": {
			make: func(r *rand.Rand) string {
				code := pick(r, "0123", 1) + pick(r, digits, 15)
				return code + remainder93(code)
			},
			judge: func(code string) string {
				return judged(code, `[0-3]\d{17}`, "wrong check digits", func(code string) bool { return code[0] == '1' || remainder93(code[:16]) == code[16:] })
			},
		},
	}
}

func judged(code, form, wrong string, check func(string) bool) string {
	switch {
	case !regexp.MustCompile("^(" + form + ")$").MatchString(code):
		return "form"
	case !check(code):
		return wrong
	}
	return ""
}

func luhn(code string) bool {
	sum := 0
	for i, c := range code {
		digit := int(c - '0')
		if i%2 == 1 {
			digit *= 2
			if digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
}

// letterOf is the check letter of a codice fiscale and of an Italian account.
func letterOf(code string) string {
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i, c := range code {
		value := int(c - 'A')
		if c <= '9' {
			value = int(c - '0')
		}
		if i%2 == 0 { // places count from 1
			value = odd[value]
		}
		sum += value
	}
	return string(rune('A' + sum%26))
}

func number97(code string) *big.Int {
	var b strings.Builder
	for _, c := range code {
		value, err := strconv.ParseInt(string(c), 36, 64)
		if err != nil {
			panic(err)
		}
		b.WriteString(strconv.FormatInt(value, 10))
	}
	number, _ := new(big.Int).SetString(b.String(), 10)
	return number.Mod(number, big.NewInt(97))
}

func mod97(code string) bool { return number97(code[4:]+code[:4]).Int64() == 1 }

func with97(country, rest string) string {
	return fmt.Sprintf("%s%02d%s", country, 98-number97(rest+country+"00").Int64(), rest)
}

func hexadecimal(number string, base int, modulus int64, width int) string {
	n, err := strconv.ParseInt(number, base, 64)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%0*X", width, n*211%modulus)
}

func remainder93(code string) string {
	n, err := strconv.ParseInt(code, 10, 64)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%02d", n%93)
}

// BenchmarkChecks prints how many codes a second one core checks.
func BenchmarkChecks(b *testing.B) {
	const rows = 500_000
	for check, code := range map[string]string{
		"codice_fiscale": "RCCMNL83S18D969H", "partita_iva": "00743110157", "iban": "IT60X0542811101000000123456",
		"iban of letters": "IT63Q0300203280ABCDEF123456", "cig": "00000010D3", "cup": "F11B08000070006",
		"iuv": "RF18539007547034", "codice_avviso": "301000000000012373", "piano_dei_conti": "U.1.03.02.05.004",
	} {
		b.Run(check, func(b *testing.B) {
			eng := engineWithChecks(b)
			name, _, _ := strings.Cut(check, " ")
			if err := eng.Exec(b.Context(), fmt.Sprintf("create table codes as select case when i >= 0 then %s end as code from range(%d) r(i)", engine.Literal(code), rows)); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				var wrong int
				if err := eng.QueryRow(b.Context(), "select count(check_"+name+"(nullif(trim(code), ''))) from codes").Scan(&wrong); err != nil || wrong != 0 {
					b.Fatal(wrong, err)
				}
			}
			perRun := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(rows)/perRun.Seconds(), "codes/s")
		})
	}
}
