package sqltarget

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/travaso/travaso/load/batch"
)

// The calendar is Go's own, on every day of the years that both know.
func TestDateIsTheCalendars(t *testing.T) {
	day := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for ; day.Year() < 10000; day = day.AddDate(0, 0, 1) {
		days := int32(day.Unix() / secondsOfDay)
		if got, want := string(appendDate(nil, days)), day.Format(time.DateOnly); got != want {
			t.Fatalf("day %d: %s, want %s", days, got, want)
		}
	}
	// 1 BC is a leap year.
	for days, want := range map[int32]string{-719163: "0001-12-31 BC", -719163 - 365: "0001-01-01 BC", -719163 - 366: "0002-12-31 BC", 2932897: "10000-01-01"} {
		if got := string(appendDate(nil, days)); got != want {
			t.Errorf("day %d: %s, want %s", days, got, want)
		}
	}
}

func TestDecimalText(t *testing.T) {
	for _, c := range []struct {
		unscaled int64
		scale    int
		want     string
	}{
		{0, 0, "0"}, {0, 2, "0.00"}, {5, 2, "0.05"}, {-5, 2, "-0.05"}, {50, 2, "0.50"}, {100, 2, "1.00"}, {-12345, 2, "-123.45"},
		{7, 0, "7"}, {-7, 0, "-7"}, {1, 18, "0.000000000000000001"},
		{math.MaxInt64, 2, "92233720368547758.07"}, {math.MinInt64, 2, "-92233720368547758.08"}, {math.MinInt64, 0, "-9223372036854775808"},
	} {
		got := string(appendDecimal(nil, c.unscaled, c.scale))
		if got != c.want {
			t.Errorf("%d of scale %d: %s, want %s", c.unscaled, c.scale, got, c.want)
		}
		back, err := parseDecimal(got)
		if err != nil || back.unscaled.Cmp(big.NewInt(c.unscaled)) != 0 || back.scale != c.scale || back.text(c.scale) != got {
			t.Errorf("%s comes back as %s, %v", got, back.text(0), err)
		}
	}
}

func TestDecimalSums(t *testing.T) {
	sum := decimal{}
	for _, text := range []string{"99999999999999999999.99", "0.01", "-0.5", "7"} {
		d, err := parseDecimal(text)
		if err != nil {
			t.Fatal(err)
		}
		sum = sum.plus(d)
	}
	if got := sum.text(2); got != "100000000000000000006.50" {
		t.Errorf("sum %s", got)
	}
	if got := sum.text(0); got != "100000000000000000006.5" {
		t.Errorf("decimals were cut: %s", got)
	}
	for _, text := range []string{"", "-", ".5", "1e3", "1_0", "+1", "1.2.3", "a", "1.-5"} {
		if d, err := parseDecimal(text); err == nil {
			t.Errorf("%q was read as %s", text, d.text(2))
		}
	}
}

func FuzzCopyText(f *testing.F) {
	for _, seed := range []string{"", `\`, `\N`, `\.`, "\t", "a\tb\nc\rd", "è"} {
		f.Add(seed)
	}
	unescape := strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")
	f.Fuzz(func(t *testing.T, text string) {
		escaped, err := appendEscaped(nil, text, column{})
		if strings.Contains(text, "\x00") != (err != nil) {
			t.Fatalf("%q: %v", text, err)
		}
		if err != nil {
			return
		}
		if strings.ContainsAny(string(escaped), "\t\n\r") || unescape.Replace(string(escaped)) != text {
			t.Errorf("%q was written as %q", text, escaped)
		}
	})
}

func TestContent(t *testing.T) {
	var documents []batch.Document
	for i := range 300 {
		documents = append(documents, batch.Document{ID: [16]byte{byte(i * 7), byte(i)}, Digest: [32]byte{31: byte(i)}})
	}
	packed := packContent(documents)
	back, err := unpackContent(packed)
	if err != nil || len(packed) != 300*48 || fmt.Sprint(back) != fmt.Sprint(documents) {
		t.Errorf("%d bytes, %v", len(packed), err)
	}
	if _, err := unpackContent(packed[1:]); err == nil {
		t.Error("damaged content was read")
	}
}

func TestCompare(t *testing.T) {
	document := func(id, digest byte) batch.Document {
		return batch.Document{ID: [16]byte{id}, Digest: [32]byte{digest}}
	}
	d, err := compare([]batch.Document{document(1, 1), document(2, 2), document(3, 3)}, []batch.Document{document(2, 2), document(3, 9), document(4, 4)})
	if err != nil || d.added != 1 || d.changed != 1 || len(d.vanished) != 1 || d.vanished[0].ID[0] != 1 || d.empty() {
		t.Errorf("difference %+v, %v", d, err)
	}
	for id, want := range map[byte]fate{1: unknown, 2: unchanged, 3: changed, 4: added} {
		if got := d.fates[[16]byte{id}]; got != want {
			t.Errorf("document %d: fate %d, want %d", id, got, want)
		}
	}
}
