package sqltarget

import (
	"errors"
	"fmt"
	"strings"
)

// violation is the kind of constraint that refused a row.
type violation int

const (
	noViolation violation = iota
	uniqueViolation
	foreignKeyViolation
	checkViolation
	requiredViolation
)

// Error is a failure of the target, on one line: what, why, and the remedy.
// It shows neither secrets nor values of columns that may be personal data.
type Error struct {
	// Target names the target without its secrets.
	Target string
	// Reason is what went wrong.
	Reason string
	// Remedy is what would repair it; empty where nothing sensible can be said.
	Remedy string

	transient  bool
	violation  violation
	constraint string // its name, or what the database says of it
	line       int64  // of the rows being inserted, counted from 1; 0 where not known
	cause      error
}

func (e *Error) Error() string {
	text := "target " + e.Target + ": " + e.Reason
	if e.Remedy != "" {
		text += ": " + e.Remedy
	}
	return text
}

// Transient says that the same work may succeed when tried again: the
// connection was lost, or the database undid it for the sake of another.
func (e *Error) Transient() bool { return e.transient }

// Unwrap gives the database's own error, for errors.As. Its text must not be
// shown: it may hold the values of a row.
func (e *Error) Unwrap() error { return e.cause }

// explained gives the Error behind err, if there is one.
func explained(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// oneLine makes a database's message fit for a line of our own.
func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}

// listed writes at most limit of the texts, and says how many more there are.
func listed(texts []string, total int64) string {
	text := strings.Join(texts, ", ")
	if more := total - int64(len(texts)); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// shownKeys bounds the keys listed in one message.
const shownKeys = 5
