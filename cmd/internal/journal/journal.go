// Package journal is the run's own log, journal.jsonl in the run folder: what
// was done, when, in which order. It is append-only, on disk before the next
// step begins, and hash-chained, so that a line changed, dropped, swapped or
// put in between is found by anybody, offline.
//
// The format is one JSON object per line, ended by a newline:
//
//	seq    1, 2, 3, …
//	at     RFC 3339 with nanoseconds, UTC
//	prev   SHA-256 (lower-case hexadecimal) of the line before without its
//	       newline; 64 zeros in the first line
//	event  what happened, as in "stage_done"
//	data   the event's own facts; absent when there are none
//
// A chain cannot tell on its own that its last lines were cut off, or that the
// whole was written anew: for that, keep the Seal somewhere else (the report,
// the evidence pack) and give it to Verify.
//
// The journal is evidence. The truth about what a target holds is the target's
// own journal, written in the target's own transactions.
package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/travaso/travaso/extract/sealed"
)

// File is the journal's name in the run folder.
const File = "journal.jsonl"

// genesis stands for the line before the first.
var genesis = strings.Repeat("0", 2*sha256.Size)

// Event is one line of the journal.
type Event struct {
	Seq  int64           `json:"seq"`
	At   time.Time       `json:"at"`
	Prev string          `json:"prev"`
	Name string          `json:"event"`
	Data json.RawMessage `json:"data,omitempty"`
}

// Decode reads the event's own facts into v.
func (e Event) Decode(v any) error {
	if err := json.Unmarshal(e.Data, v); err != nil {
		return fmt.Errorf("journal event %d %q: %w", e.Seq, e.Name, err)
	}
	return nil
}

// Seal pins a journal as it was at a moment: its number of events and the
// SHA-256 of its last line. A later journal of the same run still holds it.
type Seal struct {
	Events int64  `json:"events"`
	Head   string `json:"head"`
}

// TornEvent is the name of the event that Open records after it cut off an
// unfinished last line; its data is a Torn.
const TornEvent = "torn"

// Torn says what was cut off: an Append that never came back, as after a loss
// of power. What it was about to record was not done, or was done and is not
// known to be: the stages look for themselves.
type Torn struct {
	Line  int64 `json:"line"`
	Bytes int   `json:"bytes"`
	// Text is the beginning of what was cut off, quoted, of at most tornShown bytes.
	Text string `json:"text"`
}

const tornShown = 256

// Journal is open for appending. It is safe for concurrent use.
type Journal struct {
	mu     sync.Mutex
	file   *os.File
	size   int64 // bytes of whole lines
	head   string
	events []Event
	broken error // why nothing can be appended any more
}

// Open opens the journal of a run folder, and makes it where there is none.
// The whole chain is verified: a torn last line is cut off and recorded, any
// other break is refused with its line number. The caller holds the folder's Lock.
func Open(folder string) (*Journal, error) {
	path := pathOf(folder)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{file: file, head: genesis}
	if err := j.resume(folder); err != nil {
		file.Close()
		return nil, fmt.Errorf("open journal %s: %w", path, err)
	}
	return j, nil
}

// resume brings the journal to the end of its last whole line.
func (j *Journal) resume(folder string) error {
	if err := sealed.SyncFolder(folder); err != nil {
		return err
	}
	text, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	c, err := readChain(text)
	if err != nil {
		return err
	}
	j.events, j.size, j.head = c.events, c.size, c.head
	torn := text[c.size:]
	if len(torn) == 0 {
		_, err := j.file.Seek(j.size, io.SeekStart)
		return err
	}
	if err := j.cutBack(); err != nil {
		return err
	}
	_, err = j.Append(TornEvent, Torn{
		Line:  int64(len(c.events)) + 1,
		Bytes: len(torn),
		Text:  strconv.Quote(string(torn[:min(len(torn), tornShown)])),
	})
	return err
}

// cutBack removes what follows the last whole line.
func (j *Journal) cutBack() error {
	if err := j.file.Truncate(j.size); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	_, err := j.file.Seek(j.size, io.SeekStart)
	return err
}

// Append records an event; data may be nil. When it returns without an error
// the line is on disk. After an error the journal takes no more events: the
// state of the disk is not known, and the run is resumed from it afresh.
func (j *Journal) Append(event string, data any) (Event, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return Event{}, fmt.Errorf("append %q to journal: an earlier append failed: %w", event, j.broken)
	}
	e := Event{Seq: int64(len(j.events)) + 1, At: time.Now().UTC(), Prev: j.head, Name: event}
	line, err := encode(&e, data)
	if err != nil {
		return Event{}, fmt.Errorf("append %q to journal: %w", event, err)
	}
	if err := j.write(line); err != nil {
		j.broken = err
		return Event{}, fmt.Errorf("append %q to journal: %w", event, err)
	}
	j.size += int64(len(line))
	j.head = digest(line[:len(line)-1])
	j.events = append(j.events, e)
	return e, nil
}

// encode puts data into e and gives its line.
func encode(e *Event, data any) ([]byte, error) {
	if e.Name == "" {
		return nil, errors.New("an event needs a name")
	}
	if data != nil {
		raw, err := json.Marshal(data)
		if err != nil {
			return nil, err
		}
		e.Data = raw
	}
	line, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return append(line, '\n'), nil
}

// write puts one line on disk, or leaves the file as it was where it can.
func (j *Journal) write(line []byte) error {
	_, err := j.file.Write(line)
	if err == nil {
		err = j.file.Sync()
	}
	if err == nil {
		return nil
	}
	return errors.Join(err, j.cutBack())
}

// Events gives the events so far, oldest first; those appended meanwhile are
// not among them.
func (j *Journal) Events() iter.Seq[Event] {
	j.mu.Lock()
	events := j.events[:len(j.events):len(j.events)]
	j.mu.Unlock()
	return func(yield func(Event) bool) {
		for _, e := range events {
			if !yield(e) {
				return
			}
		}
	}
}

// Last gives the latest event of that name.
func (j *Journal) Last(event string) (Event, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := len(j.events) - 1; i >= 0; i-- {
		if j.events[i].Name == event {
			return j.events[i], true
		}
	}
	return Event{}, false
}

// Seal pins the journal as it is now.
func (j *Journal) Seal() Seal {
	j.mu.Lock()
	defer j.mu.Unlock()
	return Seal{Events: int64(len(j.events)), Head: j.head}
}

// Close closes the file; everything appended is on disk already.
func (j *Journal) Close() error { return j.file.Close() }

func pathOf(folder string) string { return filepath.Join(folder, File) }

func digest(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}
