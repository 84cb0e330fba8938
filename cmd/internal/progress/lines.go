package progress

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// plainEvery keeps a log readable: one line per stage in this time, and one at its end.
const plainEvery = 2 * time.Second

// plainView writes plain lines. An error of the writer is of no consequence
// to the run, and so is not looked at, here and in the other views.
type plainView struct{ w io.Writer }

func (v *plainView) show(stages []reading) {
	for _, r := range stages {
		fmt.Fprintln(v.w, r.words())
	}
}

func (v *plainView) end(o Outcome)   { fmt.Fprintln(v.w, o.words()) }
func (v *plainView) say(line string) { fmt.Fprintln(v.w, line) }

// jsonLine is one line of the JSON view. Figures that are not known are absent.
type jsonLine struct {
	Event     string `json:"event"` // progress, stage_done, message
	Stage     string `json:"stage,omitempty"`
	Unit      Unit   `json:"unit,omitempty"`
	Done      *int64 `json:"done,omitempty"`
	Total     int64  `json:"total,omitempty"`
	PerSecond int64  `json:"per_second,omitempty"`
	LeftMS    int64  `json:"left_ms,omitempty"`
	ElapsedMS *int64 `json:"elapsed_ms,omitempty"`
	Text      string `json:"text,omitempty"`
}

// jsonView writes one JSON object per line.
type jsonView struct{ w io.Writer }

func (v *jsonView) show(stages []reading) {
	for _, r := range stages {
		v.write(jsonLine{
			Event: "progress", Stage: r.name, Unit: r.unit, Done: &r.done, Total: r.total,
			PerSecond: max(r.perSecond, 0), LeftMS: max(r.left, 0).Milliseconds(),
		})
	}
}

func (v *jsonView) end(o Outcome) {
	elapsed := o.Elapsed.Milliseconds()
	v.write(jsonLine{
		Event: "stage_done", Stage: o.Stage, Unit: o.Unit, Done: &o.Done, Total: o.Total,
		PerSecond: o.PerSecond, ElapsedMS: &elapsed,
	})
}

func (v *jsonView) say(line string) { v.write(jsonLine{Event: "message", Text: line}) }

func (v *jsonView) write(line jsonLine) {
	if text, err := json.Marshal(line); err == nil {
		v.w.Write(append(text, '\n'))
	}
}
