package sqltarget

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/jmoiron/sqlx"
)

// DDLError says what is wrong with a DDL text, and where.
type DDLError struct {
	Line, Column int // from 1, the column in characters
	What         string
	Remedy       string // may be empty
}

// Error is the mistake on one line, without the name of the file.
func (e *DDLError) Error() string {
	text := fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.What)
	if e.Remedy != "" {
		text += ": " + e.Remedy
	}
	return text
}

// ddlError says where in a statement its mistake is. SQLite does not; but of
// the beginning of a statement it says that it is incomplete, for as long as no
// token in it is wrong.
func ddlError(ctx context.Context, db *sqlx.DB, s statement, failed error) error {
	wrong := s.solid()[0]
	if !isSyntaxError(failed) {
		return &DDLError{Line: wrong.line, Column: wrong.column, What: oneLine(failed.Error()),
			Remedy: "the text must be SQL that sqlite reads as well as postgres"}
	}
	at := sort.Search(len(s), func(i int) bool {
		prepared, err := db.PreparexContext(ctx, s[:i+1].text())
		if err != nil {
			return isSyntaxError(err)
		}
		prepared.Close()
		return false
	})
	if at < len(s) {
		wrong = s[at]
	}
	return &DDLError{Line: wrong.line, Column: wrong.column, What: oneLine(failed.Error()),
		Remedy: "look there and just before it; the text must be SQL that sqlite reads as well as postgres"}
}

func isSyntaxError(err error) bool {
	text := err.Error()
	return strings.Contains(text, "syntax error") || strings.Contains(text, "unrecognized token")
}
