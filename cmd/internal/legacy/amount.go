package legacy

import (
	"fmt"
	"strings"
)

// cents is an amount of money, exact.
type cents int64

// italian writes an amount as the legacy export does: a comma, and trailing
// zeros dropped ("1843,1", "3100", "0").
func (c cents) italian() string { return c.written(",") }

// exact writes an amount as figures of this project are written ("1843.1").
func (c cents) exact() string { return c.written(".") }

func (c cents) written(point string) string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	fraction := strings.TrimRight(fmt.Sprintf("%02d", c%100), "0")
	if fraction == "" {
		return fmt.Sprintf("%s%d", sign, c/100)
	}
	return fmt.Sprintf("%s%d%s%s", sign, c/100, point, fraction)
}
