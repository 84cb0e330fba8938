package sqlsource

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// place names a database for people, without its secrets.
type place struct {
	driver   string
	host     string // "" for a file
	database string // or the file
	password string // kept only so that it can be taken out of errors
}

func (p place) String() string {
	if p.host == "" {
		return p.driver + " " + p.database
	}
	return fmt.Sprintf("%s database %s on %s", p.driver, p.database, p.host)
}

// wrap makes one line of an error of the driver: which database, and why,
// without the password, which some drivers and servers repeat.
func (p place) wrap(err error) error {
	var done *placedError
	if errors.As(err, &done) {
		return err
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	if p.password != "" {
		text = strings.ReplaceAll(text, p.password, "********")
	}
	e := &placedError{text: p.String() + ": " + text, cause: err}
	if p.password == "" || !strings.Contains(err.Error(), p.password) {
		return e
	}
	// The chain holds the secret: of it only what a caller decides by stays.
	e.cause = nil
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) {
			e.cause = cause
		}
	}
	return e
}

type placedError struct {
	text  string
	cause error
}

func (e *placedError) Error() string { return e.text }
func (e *placedError) Unwrap() error { return e.cause }
