package fiction

// Cents is an amount of money, exact.
type Cents int64

// Italian writes an amount as the legacy exports do: a comma, and trailing
// zeros dropped ("1843,1", "3100", "0").
func (c Cents) Italian() string { return string(appendDecimal(nil, int64(c), 2, ',')) }

// Exact writes an amount as figures of this project are written ("1843.1").
func (c Cents) Exact() string { return string(appendDecimal(nil, int64(c), 2, '.')) }

// AppendItalian appends what Italian writes.
func (c Cents) AppendItalian(b []byte) []byte { return appendDecimal(b, int64(c), 2, ',') }

// AppendItalianDecimal appends an amount counted in units of 10^-scale as an
// Italian decimal, trailing zeros dropped.
func AppendItalianDecimal(b []byte, units int64, scale int) []byte {
	return appendDecimal(b, units, scale, ',')
}

func appendDecimal(b []byte, units int64, scale int, point byte) []byte {
	if units < 0 {
		b = append(b, '-')
		units = -units
	}
	var digits [20]byte
	at := len(digits)
	for n := 0; n <= scale || units > 0; n++ {
		at--
		digits[at] = byte('0' + units%10)
		units /= 10
	}
	whole := len(digits) - scale
	b = append(b, digits[at:whole]...)
	last := len(digits)
	for last > whole && digits[last-1] == '0' {
		last--
	}
	if last == whole {
		return b
	}
	return append(append(b, point), digits[whole:last]...)
}
