package report

import "testing"

func TestMoney(t *testing.T) {
	for value, want := range map[string]string{
		"31109166.05": "31,109,166.05", "0": "0.00", "-12.5": "-12.50", "999": "999.00", "1000": "1,000.00", "-1000000": "-1,000,000.00",
		"12.345": "12.345", "123456789012345678901234567890.12": "123,456,789,012,345,678,901,234,567,890.12",
		"": "", "abc": "abc", "1,5": "1,5",
	} {
		if got := money(value); got != want {
			t.Errorf("money(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestFigure(t *testing.T) {
	for _, c := range []struct{ measure, value, want string }{
		{Rows, "1933", "1,933"}, {Rows, "-1", "-1"}, {Documents, "0", "0"}, {"importo", "1933", "1,933.00"}, {"importo", "", ""},
	} {
		if got := figure(c.measure, c.value); got != c.want {
			t.Errorf("figure(%q, %q) = %q, want %q", c.measure, c.value, got, c.want)
		}
	}
}

func TestDecimalIsExact(t *testing.T) {
	for _, value := range []string{"0", "-12.5", "0.01", "99999999999999999999.99", "1843.1", "-0.001"} {
		parsed, err := parse(value)
		if err != nil || text(parsed) != value {
			t.Errorf("%q reads back as %q, %v", value, text(parsed), err)
		}
	}
	if parsed, err := parse("12.50"); err != nil || text(parsed) != "12.5" {
		t.Errorf("12.50 = %v, %v", parsed, err)
	}
}
