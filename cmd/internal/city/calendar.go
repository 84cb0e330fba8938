package city

import (
	"fmt"
	"time"
)

// calendar is a year's days, and how busy the offices are on each.
type calendar struct {
	year int
	days []day
	// busy adds up the weights of the days so far; open those of every day
	// alike, for what citizens do.
	busy []int
}

// day is a day in the forms that the suite writes.
type day struct {
	index  int // in the year, from 0
	month  int
	number int    // yyyymmdd
	text   string // dd/mm/yyyy
	last   bool   // of its month
}

func newCalendar(year int) *calendar {
	c := &calendar{year: year}
	total := 0
	for d := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == year; d = d.AddDate(0, 0, 1) {
		last := d.AddDate(0, 0, 1).Month() != d.Month()
		c.days = append(c.days, day{
			index: len(c.days), month: int(d.Month()), last: last,
			number: year*10_000 + int(d.Month())*100 + d.Day(),
			text:   fmt.Sprintf("%02d/%02d/%d", d.Day(), d.Month(), year),
		})
		total += business(d)
		c.busy = append(c.busy, total)
	}
	return c
}

// business is the weight of a day: none on Sundays, most at the end of a
// month, and in December.
func business(d time.Time) int {
	weight := 10
	switch d.Weekday() {
	case time.Sunday:
		return 0
	case time.Saturday:
		weight = 2
	}
	if d.AddDate(0, 0, 4).Month() != d.Month() {
		weight *= 3
	}
	if d.Month() == time.December {
		weight = weight * 8 / 5
	}
	return weight
}

// share is how many of a year's documents fall on a day: they add up to all.
func (c *calendar) share(ofYear int, d day) int {
	all, before := c.busy[len(c.busy)-1], 0
	if d.index > 0 {
		before = c.busy[d.index-1]
	}
	return ofYear*c.busy[d.index]/all - ofYear*before/all
}

// even is the same where every day is alike.
func (c *calendar) even(ofYear int, d day) int {
	return ofYear*(d.index+1)/len(c.days) - ofYear*d.index/len(c.days)
}

// after is the day so many days later, at most the last of the year.
func (c *calendar) after(d day, days int) day {
	return c.days[min(d.index+days, len(c.days)-1)]
}

// before is the day so many days earlier, at least the first of the year.
func (c *calendar) before(d day, days int) day {
	return c.days[max(d.index-days, 0)]
}
