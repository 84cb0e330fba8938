package progress

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// words is a stage under way in words, as in
// "transform  12,345 of 490,000 documents, 81,000/s, 6 s left".
func (r reading) words() string {
	return r.name + "  " + strings.Join(append([]string{amountOf(r.done, r.total, r.unit)}, r.pace()...), ", ")
}

// briefly is the same for beside a bar, which shows the share of the total:
// "transform  12,345 documents, 81,000/s, 6 s left".
func (r reading) briefly() string {
	return r.name + "  " + strings.Join(append([]string{amountOf(r.done, 0, r.unit)}, r.pace()...), ", ")
}

// pace is the rate and the time left, each where it is known.
func (r reading) pace() []string {
	var parts []string
	if r.perSecond != unknown {
		parts = append(parts, amount(r.perSecond, r.unit)+"/s")
	}
	if r.left != unknown {
		parts = append(parts, span(r.left)+" left")
	}
	return parts
}

// words is a finished stage in words, as in
// "transform  490,000 of 490,000 documents in 6.1 s, 80,327/s".
func (o Outcome) words() string {
	text := fmt.Sprintf("%s  %s in %s", o.Stage, amountOf(o.Done, o.Total, o.Unit), span(o.Elapsed))
	if o.PerSecond > 0 {
		text += ", " + amount(o.PerSecond, o.Unit) + "/s"
	}
	return text
}

// amountOf is "done of total units", without the total where it is not known.
func amountOf(done, total int64, unit Unit) string {
	name := " " + string(unit)
	if unit == Bytes {
		name = "" // its amounts carry their unit
	}
	if total <= 0 {
		return amount(done, unit) + name
	}
	return amount(done, unit) + " of " + amount(total, unit) + name
}

// amount is a figure with thousands separators; bytes in decimal multiples.
func amount(n int64, unit Unit) string {
	if unit != Bytes || n < 1000 {
		text := message.NewPrinter(language.English).Sprintf("%d", n)
		if unit == Bytes {
			text += " B"
		}
		return text
	}
	multiple, divisor := 0, int64(1000)
	for multiples := "kMGTPE"; n/divisor >= 1000 && multiple < len(multiples)-1; multiple++ {
		divisor *= 1000
	}
	return fmt.Sprintf("%d.%d %cB", n/divisor, n%divisor/(divisor/10), "kMGTPE"[multiple])
}

// span is a length of time for people: "6 s", "6.1 s", "2 min 5 s", "3 h 20 min".
func span(d time.Duration) string {
	switch {
	case d < 10*time.Second && d%time.Second != 0:
		return fmt.Sprintf("%d.%d s", d/time.Second, d%time.Second/(100*time.Millisecond))
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	default:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
}
