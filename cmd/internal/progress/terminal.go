package progress

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// barWidth is in characters; the bar shrinks where the terminal is narrow.
const barWidth = 24

// smallestBar is the width of " 100% || " and the space after the words.
const smallestBar = 11

// eraseLine empties the line the cursor is on. The bar's own Clear forgets a
// bar that was full the first time it was drawn.
const eraseLine = "\x1b[2K\r"

// terminalView draws one bar, that of the stage that began first; the others
// wait behind it, counted. A finished stage leaves one plain line.
type terminalView struct {
	w   io.Writer
	bar *progressbar.ProgressBar // nil while none is drawn
	of  *stage                   // whose bar it is
}

func (v *terminalView) show(stages []reading) {
	front := stages[0]
	if v.of != front.stage {
		v.clear()
		v.bar, v.of = newBar(v.w, front.total), front.stage
	}
	words := front.briefly()
	if behind := len(stages) - 1; behind > 0 {
		words += fmt.Sprintf(" (+%d)", behind)
	}
	words = v.fit(words)
	if front.total > 0 {
		v.bar.Set64(min(front.done, front.total))
	}
	v.bar.Describe(words)
}

func (v *terminalView) end(o Outcome) {
	v.clear()
	fmt.Fprintln(v.w, o.words())
}

func (v *terminalView) say(line string) {
	v.clear()
	fmt.Fprintln(v.w, line)
}

// fit cuts words off where, with the smallest bar, they would wrap: a line
// that wraps cannot be redrawn in place.
func (v *terminalView) fit(words string) string {
	f, isFile := v.w.(*os.File)
	if !isFile {
		return words
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if room := columns - smallestBar; err == nil && room > 0 && len([]rune(words)) > room {
		return string([]rune(words)[:room])
	}
	return words
}

// clear takes the bar off the screen; the next show draws it anew.
func (v *terminalView) clear() {
	if v.bar != nil {
		io.WriteString(v.w, eraseLine)
	}
	v.bar, v.of = nil, nil
}

// newBar makes a bar that draws only when told to and says nothing of its own:
// its rates are over the whole stage, ours over the last seconds.
func newBar(w io.Writer, total int64) *progressbar.ProgressBar {
	if total <= 0 {
		total = -1
	}
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetWidth(barWidth),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetSpinnerChangeInterval(0),
		progressbar.OptionShowDescriptionAtLineEnd(),
	)
}
