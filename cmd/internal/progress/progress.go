// Package progress shows how far a run is: a bar on a terminal, plain lines
// where there is none, JSON lines for a script that reads along. It is the
// only door to the progress bar of this project.
package progress

import (
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// Mode says how progress is shown.
type Mode string

// The modes. Auto is Terminal where the writer is one, else Plain.
const (
	Auto     Mode = "auto"
	Terminal Mode = "terminal"
	Plain    Mode = "plain"
	JSON     Mode = "json"
	Off      Mode = "off"
)

// Unit is what a stage counts.
type Unit string

// The units.
const (
	Documents Unit = "documents"
	Rows      Unit = "rows"
	Bytes     Unit = "bytes"
)

// Bar shows the stages of a run. It is safe for concurrent use, and several
// stages may run at once.
type Bar interface {
	// Stage begins a stage of total units; a total of 0 or less is not known
	// beforehand. The caller ends it with Done, whatever happened.
	Stage(name string, total int64, unit Unit) Stage
	// Say prints one line of text without tearing what is shown.
	Say(line string)
}

// Stage is one stage under way. Add costs an atomic addition: it may be called
// for every row.
type Stage interface {
	Add(n int64)
	// Done ends the stage and says what it came to; a second call says the same.
	Done() Outcome
}

// Outcome is what a stage came to.
type Outcome struct {
	Stage   string
	Unit    Unit
	Total   int64 // 0 where it was not known
	Done    int64
	Elapsed time.Duration
	// PerSecond is over the whole stage; 0 where it was too short to tell.
	PerSecond int64
}

// New gives the Bar that writes to w.
func New(w io.Writer, mode Mode) Bar {
	if mode == Auto {
		mode = Plain
		if f, isFile := w.(*os.File); isFile && term.IsTerminal(int(f.Fd())) {
			mode = Terminal
		}
	}
	switch mode {
	case Terminal:
		return &board{view: &terminalView{w: w}, every: 200 * time.Millisecond}
	case JSON:
		return &board{view: &jsonView{w: w}, every: time.Second}
	case Off:
		return &board{view: nothing{}, every: time.Hour}
	default:
		return &board{view: &plainView{w: w}, every: plainEvery}
	}
}

// view draws; its calls never overlap.
type view interface {
	show(stages []reading)
	end(outcome Outcome)
	say(line string)
}

// nothing is the view of Off.
type nothing struct{}

func (nothing) show([]reading) {}
func (nothing) end(Outcome)    {}
func (nothing) say(string)     {}

// board keeps the stages under way and has them drawn at intervals.
type board struct {
	every time.Duration

	mu     sync.Mutex // guards view and stages
	view   view
	stages []*stage      // under way, in the order they began
	stop   chan struct{} // ends the drawing; nil while nothing is under way
}

// Stage implements Bar.
func (b *board) Stage(name string, total int64, unit Unit) Stage {
	s := &stage{board: b, name: name, total: max(total, 0), unit: unit, meter: newMeter(time.Now())}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stages = append(b.stages, s)
	if b.stop == nil {
		b.stop = make(chan struct{})
		go b.draw(b.stop)
	}
	return s
}

// Say implements Bar.
func (b *board) Say(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.view.say(line)
}

// draw shows the stages at intervals until stopped.
func (b *board) draw(stop <-chan struct{}) {
	sample := time.NewTicker(min(b.every, sampleEvery))
	defer sample.Stop()
	shown := time.Now()
	for {
		select {
		case <-stop:
			return
		case now := <-sample.C:
			b.mu.Lock()
			readings := b.read(now)
			if now.Sub(shown) >= b.every && len(readings) > 0 {
				b.view.show(readings)
				shown = now
			}
			b.mu.Unlock()
		}
	}
}

// read takes a reading of every stage under way.
func (b *board) read(now time.Time) []reading {
	readings := make([]reading, len(b.stages))
	for i, s := range b.stages {
		readings[i] = s.read(now)
	}
	return readings
}

// remove takes a stage off the board and stops drawing with the last one.
func (b *board) remove(s *stage) {
	for i, other := range b.stages {
		if other == s {
			b.stages = append(b.stages[:i], b.stages[i+1:]...)
			break
		}
	}
	if len(b.stages) == 0 {
		close(b.stop)
		b.stop = nil
	}
}

// stage is the Stage of every view.
type stage struct {
	board *board
	name  string
	total int64
	unit  Unit
	count atomic.Int64

	meter   *meter // guarded by board.mu
	ended   bool
	outcome Outcome
}

// Add implements Stage.
func (s *stage) Add(n int64) { s.count.Add(n) }

// Done implements Stage.
func (s *stage) Done() Outcome {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	if s.ended {
		return s.outcome
	}
	s.ended = true
	done, elapsed := s.count.Load(), time.Since(s.meter.start)
	s.outcome = Outcome{
		Stage: s.name, Unit: s.unit, Total: s.total,
		Done: done, Elapsed: elapsed, PerSecond: perSecond(done, elapsed),
	}
	s.board.remove(s)
	s.board.view.end(s.outcome)
	return s.outcome
}

func (s *stage) read(now time.Time) reading {
	done := s.count.Load()
	rate := s.meter.rate(now, done)
	return reading{stage: s, name: s.name, unit: s.unit, total: s.total, done: done, perSecond: rate, left: left(s.total-done, rate)}
}
