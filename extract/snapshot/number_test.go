package snapshot

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestSumIsExact(t *testing.T) {
	cases := []struct {
		name  string
		texts []string
		want  string
	}{
		{"nothing", nil, "0"},
		{"a tenth ten times", strings.Fields(strings.Repeat("0.1 ", 10)), "1"},
		{"trailing zeros", []string{"12.50"}, "12.5"},
		{"forms of one half", []string{".5", "+0.5", "-0.50", "5e-1", "0.05E1"}, "1.5"},
		{"minus zero", []string{"-0.00"}, "0"},
		{"negative below one", []string{"-0.07"}, "-0.07"},
		{"more digits than int64", []string{"99999999999999999999999999999999999999.99", "0.01"}, "100000000000000000000000000000000000000"},
		{"wide and narrow", []string{"123456789012345678901234567890.12", "0.000000000000000001"}, "123456789012345678901234567890.120000000000000001"},
		{"exponents", []string{"1e21", "-1e21", "1e-21"}, "0.000000000000000000001"},
		{"a point at the end", []string{"5."}, "5"},
		{"not a number", []string{"1", "NaN"}, "NaN"},
		{"infinity", []string{"-Infinity"}, "NaN"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var s Sum
			for _, text := range c.texts {
				if err := s.AddText(text); err != nil {
					t.Fatal(err)
				}
			}
			if got := s.String(); got != c.want || s.String() != got {
				t.Errorf("sum is %s, want %s", got, c.want)
			}
		})
	}
}

func TestSumPassesInt64(t *testing.T) {
	var s Sum
	want := new(big.Int)
	for range 1000 {
		for _, n := range []int64{math.MaxInt64, math.MaxInt64, math.MinInt64, rand.Int64(), -rand.Int64()} {
			s.Add(n, 2)
			want.Add(want, big.NewInt(n))
		}
	}
	if got := s.String(); got != decimalText(want, 2) {
		t.Errorf("sum is %s, want %s", got, decimalText(want, 2))
	}
}

func TestWhatIsNoNumber(t *testing.T) {
	for _, text := range []string{"", "-", "+", ".", "1,5", "1 ", " 1", "--1", "1-2", ".-5", "1.2.3", "1e", "1e1.5", "1e999999999", "e5", "0x10", "12a", "1_000", "٣"} {
		var s Sum
		if err := s.AddText(text); err == nil {
			t.Errorf("%q was summed as %s", text, s.String())
		}
	}
}

func TestSubtract(t *testing.T) {
	cases := []struct{ a, b, want string }{
		{"10", "9.99", "0.01"}, {"0", "0", "0"}, {"-1.5", "2.5", "-4"}, {"1", "-123456789012345678901234567890.1", "123456789012345678901234567891.1"}, {"NaN", "1", "NaN"}, {"1", "NaN", "NaN"},
	}
	for _, c := range cases {
		if got, err := Subtract(c.a, c.b); err != nil || got != c.want {
			t.Errorf("%s − %s is %s, want %s: %v", c.a, c.b, got, c.want, err)
		}
	}
}

func FuzzSum(f *testing.F) {
	for _, text := range []string{"12.50", "-.5", "1e-7", "123456789012345678901234567890.12", "NaN"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, err := CanonicalNumber(text)
		if err != nil || once == notANumber {
			return
		}
		if again, err := CanonicalNumber(once); err != nil || again != once {
			t.Errorf("%q is %q and then %q: %v", text, once, again, err)
		}
		want, ok := new(big.Rat).SetString(text)
		got, _ := new(big.Rat).SetString(once)
		if !ok || want.Cmp(got) != 0 {
			t.Errorf("%q was read as %q", text, once)
		}
	})
}
