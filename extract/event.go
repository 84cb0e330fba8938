package extract

import "sync"

// EventKind is what happened.
type EventKind string

// The kinds, in the order in which they happen to a dataset.
const (
	Surveyed  EventKind = "surveyed"  // Chunks: how many there are
	Restarted EventKind = "restarted" // Message: why chunks read before were given up; Chunks: how many
	Kept      EventKind = "kept"      // a chunk of an earlier, interrupted extraction is used: Part, Rows, Rejected
	Advanced  EventKind = "advanced"  // Part, and the Rows and Rejected since the last such event
	Finished  EventKind = "finished"  // a chunk is whole, on the disk: Part
	Compared  EventKind = "compared"  // the dataset's figures agree: Rows and Rejected, all of them
	Sealed    EventKind = "sealed"    // the snapshot: Rows and Rejected, all of them; no Dataset
)

// Event tells how an extraction goes on.
type Event struct {
	Kind     EventKind
	Dataset  string
	Part     int
	Chunks   int
	Rows     int64
	Rejected int64
	Message  string
}

// events hands events to the caller one at a time.
type events struct {
	mutex sync.Mutex
	tell  func(Event)
}

func (e *events) send(event Event) {
	if e.tell == nil {
		return
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.tell(event)
}
