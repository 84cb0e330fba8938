package progress

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// screen is a writer that may be read while it is written.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := strings.TrimSuffix(s.text.String(), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func TestPlainLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		stage := New(out, Plain).Stage("transform", 490_000, Documents)
		for range 49 { // 81,000 a second
			time.Sleep(100 * time.Millisecond)
			stage.Add(8_100)
		}
		lines := out.lines()
		if len(lines) != 2 {
			t.Fatalf("%d lines in 4.9 s, want one every 2 s:\n%s", len(lines), strings.Join(lines, "\n"))
		}
		for _, line := range lines {
			if !strings.HasPrefix(line, "transform  ") || !strings.Contains(line, " of 490,000 documents, ") || !strings.HasSuffix(line, " s left") {
				t.Errorf("line %q", line)
			}
		}
		outcome := stage.Done()
		want := "transform  396,900 of 490,000 documents in 4.9 s, 81,000/s"
		if last := out.lines()[2]; last != want {
			t.Errorf("last line %q, want %q", last, want)
		}
		if again := stage.Done(); again != outcome || len(out.lines()) != 3 {
			t.Errorf("a second Done says %+v and writes %d lines", again, len(out.lines()))
		}
		if outcome.Done != 396_900 || outcome.Elapsed != 4900*time.Millisecond || outcome.PerSecond != 81_000 {
			t.Errorf("outcome %+v", outcome)
		}
	})
}

// A rate is that of the last seconds, so that a stage that slows down shows it.
func TestRateSlides(t *testing.T) {
	start := time.Unix(0, 0)
	m := newMeter(start)
	done := int64(0)
	var rate int64
	for second := 1; second <= 60; second++ {
		if second <= 30 {
			done += 1000
		} else {
			done += 10
		}
		rate = m.rate(start.Add(time.Duration(second)*time.Second), done)
	}
	if rate != 10 {
		t.Errorf("rate %d, want 10: the fast half is over a window back", rate)
	}
	if len(m.samples) > int(window/time.Second)+2 {
		t.Errorf("%d samples kept", len(m.samples))
	}
}

func TestReadingInWords(t *testing.T) {
	cases := []struct {
		name    string
		reading reading
		want    string
	}{
		{"all known", reading{name: "transform", unit: Documents, total: 490_000, done: 12_345, perSecond: 81_000, left: 6 * time.Second}, "transform  12,345 of 490,000 documents, 81,000/s, 6 s left"},
		{"total unknown", reading{name: "extract", unit: Rows, done: 12_345, perSecond: 81_000, left: unknown}, "extract  12,345 rows, 81,000/s"},
		{"just begun", reading{name: "load", unit: Documents, total: 7, perSecond: unknown, left: unknown}, "load  0 of 7 documents"},
		{"stalled", reading{name: "load", unit: Documents, total: 7, done: 3, perSecond: 0, left: unknown}, "load  3 of 7 documents, 0/s"},
		{"bytes", reading{name: "hash", unit: Bytes, total: 1_234_567_890, done: 999, perSecond: 45_600_000, left: 125 * time.Second}, "hash  999 B of 1.2 GB, 45.6 MB/s, 2 min 5 s left"},
		{"hours", reading{name: "load", unit: Rows, total: 20, done: 1, perSecond: 0, left: 200 * time.Minute}, "load  1 of 20 rows, 0/s, 3 h 20 min left"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.reading.words(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// No figure is ever out of this world, however odd the counts.
func TestRatesAtTheEdges(t *testing.T) {
	counts := []int64{math.MinInt64 + 1, -1, 0, 1, 999, math.MaxInt64 / 1000, math.MaxInt64/1000 + 1, math.MaxInt64}
	spans := []time.Duration{-time.Second, 0, 1, tooShort, time.Second, 1000 * time.Hour}
	for _, n := range counts {
		for _, elapsed := range spans {
			if rate := perSecond(n, elapsed); rate < 0 {
				t.Errorf("perSecond(%d, %v) = %d", n, elapsed, rate)
			}
		}
		for _, rate := range counts {
			if l := left(n, rate); l < 0 && l != unknown {
				t.Errorf("left(%d, %d) = %v", n, rate, l)
			}
		}
		if text := amount(n, Bytes); text == "" {
			t.Errorf("amount(%d) is empty", n)
		}
	}
}

func TestJSONLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		bar := New(out, JSON)
		stage := bar.Stage("load", 0, Rows)
		stage.Add(500)
		time.Sleep(1600 * time.Millisecond)
		bar.Say("constraints \"deferred\"")
		stage.Done()
		var events []string
		for _, line := range out.lines() {
			var object struct {
				Event string
				Stage string
				Done  int64
				Total *int64
				Text  string
			}
			if err := json.Unmarshal([]byte(line), &object); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			if object.Event != "message" && (object.Stage != "load" || object.Done != 500 || object.Total != nil) {
				t.Errorf("line %s", line)
			}
			events = append(events, object.Event)
		}
		if got := strings.Join(events, " "); got != "progress message stage_done" {
			t.Errorf("events %q", got)
		}
	})
}

func TestTerminalBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		bar := New(out, Terminal)
		first, second := bar.Stage("extract", 200, Documents), bar.Stage("count", 0, Rows)
		first.Add(100)
		time.Sleep(1100 * time.Millisecond) // between two drawings
		text := strings.Join(out.lines(), "\n")
		for _, want := range []string{" 50% ", "extract  100 documents", "(+1)", "█"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q lacks %q", text, want)
			}
		}
		bar.Say("note well")
		first.Add(250) // more than was announced
		time.Sleep(900 * time.Millisecond)
		first.Done()
		time.Sleep(1100 * time.Millisecond)
		second.Done()
		// What is left on the screen: each line after its last carriage return.
		var left []string
		for _, line := range out.lines() {
			left = append(left, line[strings.LastIndexByte(line, '\r')+1:])
		}
		want := "note well|extract  350 of 200 documents in 2 s, 175/s|count  0 rows in 3.1 s"
		if got := strings.Join(left, "|"); got != want {
			t.Errorf("the screen keeps %q, want %q", got, want)
		}
	})
}

func TestModeFollowsTheWriter(t *testing.T) {
	if _, plain := New(&screen{}, Auto).(*board).view.(*plainView); !plain {
		t.Error("a writer that is no terminal does not get plain lines")
	}
	out := &screen{}
	bar := New(out, Off)
	stage := bar.Stage("load", 3, Rows)
	stage.Add(3)
	bar.Say("hidden")
	if o := stage.Done(); o.Done != 3 || len(out.lines()) != 0 {
		t.Errorf("off: %+v, wrote %q", o, out.lines())
	}
}

// For the race detector: many stages and many adders at once, in every mode.
func TestConcurrentUse(t *testing.T) {
	for _, mode := range []Mode{Plain, Terminal, JSON} {
		t.Run(string(mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bar := New(&screen{}, mode)
				var stages sync.WaitGroup
				for range 8 {
					stages.Go(func() {
						stage := bar.Stage("s", 1000, Rows)
						var adders sync.WaitGroup
						for range 4 {
							adders.Go(func() {
								for range 50 {
									stage.Add(5)
									time.Sleep(50 * time.Millisecond)
								}
							})
						}
						adders.Wait()
						bar.Say("x")
						if o := stage.Done(); o.Done != 1000 {
							t.Errorf("counted %d", o.Done)
						}
					})
				}
				stages.Wait()
			})
		})
	}
}

func BenchmarkAdd(b *testing.B) {
	stage := New(&screen{}, Plain).Stage("s", 0, Rows)
	defer stage.Done()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			stage.Add(1)
		}
	})
}
