package sqlsource

import (
	"fmt"
	"testing"
	"time"

	"github.com/travaso/travaso/extract/snapshot"
)

// A text that is not exactly a value of the type must be an error, never
// another value.
func TestDecodersRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		decode func([]byte) (any, error)
		texts  []string
	}{
		"integer":   {decodeInteger, []string{"", "-", "1.0", "1e3", " 1", "9223372036854775808", "-9223372036854775809", "１"}},
		"decimal":   {decodeDecimal(2), []string{"", "-", ".", "1.005", "1e3", "1,5", "1.2.3", "--1", "99999999999999999.99", "NaN"}},
		"date":      {decodeDate, []string{"", "2015-02-29", "2015-00-01", "2015-13-01", "0000-01-01", "2015-1-01", "15-01-01", "2015-01-01 BC", "12015-01-01", "infinity"}},
		"timestamp": {decodeTimestamp, []string{"", "2015-01-01", "2015-01-01 24:00:00", "2015-01-01 10:60:00", "2015-01-01 10:00:60", "2015-01-01 10:00:00.", "2015-01-01 10:00:00.1234567", "2015-01-01 10:00:00+01", "2015-01-01 10:00:00 BC", "2015-02-30 10:00:00"}},
		"boolean":   {decodeBoolean, []string{"", "true", "1", "T"}},
		"float":     {decodeFloat(64), []string{"", "x", "1,5", "1e999"}},
		"bytea":     {decodeBytea, []string{"", "00ff", `\000`}},
	} {
		for _, text := range c.texts {
			if v, err := c.decode([]byte(text)); err == nil {
				t.Errorf("%s %q was taken as %v", name, text, v)
			}
		}
	}
}

func FuzzDecodeDecimal(f *testing.F) {
	for _, seed := range []string{"0", "-0.01", "12.5", "+7", "9999999999999999.99", "92233720368547758.07", "000.100", ".5", "5."} {
		f.Add(seed, uint8(2))
	}
	f.Fuzz(func(t *testing.T, text string, scale uint8) {
		scale %= 19
		v, err := decodeDecimal(int(scale))([]byte(text))
		if err != nil {
			return
		}
		want, err := snapshot.CanonicalNumber(text)
		if err != nil {
			t.Fatalf("%q is no number and was taken as %v", text, v)
		}
		var sum snapshot.Sum
		sum.Add(v.(int64), int(scale))
		if sum.String() != want {
			t.Errorf("%q was taken as %s", text, sum.String())
		}
	})
}

func FuzzDecodeTimestamp(f *testing.F) {
	for _, seed := range []string{"1970-01-01 00:00:00", "2015-12-31 23:59:59.999999", "0001-01-01 00:00:00.5", "9999-12-31 00:00:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := decodeTimestamp([]byte(text))
		if err != nil {
			return
		}
		want, err := time.Parse("2006-01-02 15:04:05", fmt.Sprintf("%s %s", text[:10], text[11:]))
		if err != nil || want.UnixMicro() != v.(int64) {
			t.Errorf("%q was taken as %v, not %v (%v)", text, v, want.UnixMicro(), err)
		}
	})
}
