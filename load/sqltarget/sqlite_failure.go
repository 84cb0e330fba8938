package sqltarget

import (
	"context"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// explain turns an error of SQLite into one line.
func (s *sqlite) explain(err error, doing string) error {
	if err == nil {
		return nil
	}
	if _, ok := explained(err); ok {
		return err
	}
	var failure sqlite3.Error
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &failure) {
		return fmt.Errorf("target %s: %s: %w", s.name(), doing, err)
	}
	e := &Error{Target: s.name(), cause: err}
	var line *lineError
	if errors.As(err, &line) && failure.Code == sqlite3.ErrConstraint {
		e.line = line.line
	}
	e.fromSQLite(failure)
	e.Reason = doing + ": " + e.Reason
	return e
}

// fromSQLite reads SQLite's error: what it says of constraints names tables,
// columns and constraints, never values.
func (e *Error) fromSQLite(f sqlite3.Error) {
	e.Reason = oneLine(f.Error())
	e.constraint = e.Reason
	switch f.ExtendedCode {
	case sqlite3.ErrConstraintForeignKey, sqlite3.ErrConstraintTrigger:
		e.violation, e.Remedy = foreignKeyViolation, "migrate what the rows refer to, in the same or an earlier migration"
		return
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintRowID:
		e.violation = uniqueViolation
		e.Remedy = "the row, or another with its values, is already there: correct the key in the mapping, or remove what is in the way"
		return
	case sqlite3.ErrConstraintNotNull:
		e.violation, e.Remedy = requiredViolation, "give the field a value in the mapping"
		return
	case sqlite3.ErrConstraintCheck:
		e.violation, e.Remedy = checkViolation, "give the mapping a check of its own that rejects such documents"
		return
	}
	switch f.Code {
	case sqlite3.ErrFull:
		e.Reason, e.Remedy = "its disk is full", "make room and run the same command again, it goes on where it stopped"
	case sqlite3.ErrReadonly:
		e.Reason, e.Remedy = "it is read-only", "give the user the right to write the file and its folder"
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		e.transient, e.Remedy = true, "another program is writing into it: close that one"
	case sqlite3.ErrCantOpen:
		e.Remedy = "check that its folder exists and may be written"
	case sqlite3.ErrNotADB:
		e.Remedy = "give the path of a sqlite database, or of a file that does not exist yet"
	case sqlite3.ErrCorrupt:
		e.Remedy = "restore it from a copy, or start with a new file"
	case sqlite3.ErrIoErr:
		e.Remedy = "check the disk"
	case sqlite3.ErrError:
		e.Remedy = "create the tables from the DDL, or correct the mapping"
	}
}
