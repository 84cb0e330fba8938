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
	session  string // what else of the DSN decides what is seen, as the user and a search path
}

// Place tells the database of the configuration from any other, without secrets
// and without asking it: two that are equal read the same tables. Of SQLite it
// is the path.
func (c Config) Place() (string, error) {
	dsn, err := c.dsn()
	if err != nil || c.Driver == SQLite {
		return dsn, err
	}
	db, at, err := newDialect(c.Driver).connect(dsn)
	if err != nil {
		return "", err
	}
	return at.String() + " " + at.session, db.Close()
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
