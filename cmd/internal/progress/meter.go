package progress

import "time"

// window is how far back a rate looks, and sampleEvery how often it looks: a
// rate over the whole stage would hide that it has slowed down.
const (
	window      = 10 * time.Second
	sampleEvery = 500 * time.Millisecond
)

// tooShort is the time under which a rate says nothing.
const tooShort = 10 * time.Millisecond

// unknown is a rate or a time left that cannot be told.
const unknown = -1

// reading is a stage at one moment.
type reading struct {
	stage *stage // identity only
	name  string
	unit  Unit
	total int64 // 0 where not known
	done  int64
	// perSecond is over the sliding window; unknown where it cannot be told.
	perSecond int64
	// left is the time left at that rate; unknown where it cannot be told.
	left time.Duration
}

// sample is a count at a moment.
type sample struct {
	at   time.Time
	done int64
}

// meter gives the rate of a count over the sliding window.
type meter struct {
	start   time.Time
	samples []sample // oldest first, at most window back
}

func newMeter(start time.Time) *meter {
	return &meter{start: start, samples: []sample{{at: start}}}
}

// rate takes a sample and gives the units per second over the window.
func (m *meter) rate(now time.Time, done int64) int64 {
	m.samples = append(m.samples, sample{at: now, done: done})
	for len(m.samples) > 2 && now.Sub(m.samples[1].at) >= window {
		m.samples = m.samples[1:]
	}
	oldest := m.samples[0]
	elapsed := now.Sub(oldest.at)
	if elapsed < tooShort {
		return unknown
	}
	return perSecond(done-oldest.done, elapsed)
}

// perSecond is a whole number of units per second; 0 for a time too short to tell.
func perSecond(units int64, elapsed time.Duration) int64 {
	if elapsed < tooShort || units <= 0 {
		return 0
	}
	if milliseconds := elapsed.Milliseconds(); units <= (1<<63-1)/1000 {
		return units * 1000 / milliseconds
	}
	return units / max(int64(elapsed/time.Second), 1)
}

// left is the time the rest takes at a rate, in whole seconds, rounded up.
func left(rest, rate int64) time.Duration {
	if rate <= 0 || rest <= 0 {
		return unknown
	}
	seconds := (rest-1)/rate + 1
	if seconds > int64((1<<63-1)/time.Second) {
		return unknown
	}
	return time.Duration(seconds) * time.Second
}
