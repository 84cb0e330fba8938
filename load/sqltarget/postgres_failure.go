package sqltarget

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// explain turns an error of PostgreSQL or of the connection into one line.
func (p *postgres) explain(err error, doing string) error {
	if err == nil {
		return nil
	}
	if _, ok := explained(err); ok {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) && !isNetwork(err) {
		return fmt.Errorf("target %s: %s: %w", p.address, doing, err)
	}
	e := &Error{Target: p.address, cause: err}
	var server *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &server):
		e.fromPostgres(server)
		e.Reason = doing + ": " + e.Reason
	case errors.As(err, &connect):
		e.Reason = "cannot be reached: " + unreachable(err)
		e.Remedy = "check host, port and network, and that the server is running"
		e.transient = true
	case isNetwork(err):
		e.Reason = doing + ": the connection was lost: " + unreachable(err)
		e.Remedy = "run the same command again, it goes on where it stopped"
		e.transient = true
	default:
		return fmt.Errorf("target %s: %s: %w", p.address, doing, err)
	}
	return e
}

func isNetwork(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed") ||
		strings.Contains(err.Error(), "bad connection")
}

// unreachable gives the innermost reason, which names neither user nor password.
func unreachable(err error) string {
	var operation *net.OpError
	if errors.As(err, &operation) {
		return oneLine(operation.Err.Error())
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return "no such host " + dns.Name
	}
	inner := err
	for next := errors.Unwrap(inner); next != nil; next = errors.Unwrap(inner) {
		inner = next
	}
	return oneLine(inner.Error())
}

var (
	copyLine  = regexp.MustCompile(`^COPY .*?, line (\d+)`)
	copyField = regexp.MustCompile(`^COPY .*?, line \d+, column ([^:]+)`)
)

// fromPostgres reads the server's error: by its code, never by its language.
// Its detail holds the values of a row and is left out.
func (e *Error) fromPostgres(s *pgconn.PgError) {
	if m := copyLine.FindStringSubmatch(s.Where); m != nil {
		e.line, _ = strconv.ParseInt(m[1], 10, 64)
	}
	field := s.ColumnName
	if m := copyField.FindStringSubmatch(s.Where); m != nil {
		field = m[1]
	}
	named := func(text string) string { return fmt.Sprintf("%s %s of table %s", text, s.ConstraintName, s.TableName) }
	e.constraint = s.ConstraintName
	switch {
	case s.Code == "23505":
		e.violation, e.Reason = uniqueViolation, named("two rows have the same value under the unique constraint")
		e.Remedy = "the row, or another with its values, is already there: correct the key in the mapping, or remove what is in the way"
	case s.Code == "23503" || s.Code == "23001":
		e.violation, e.Reason = foreignKeyViolation, named("rows would refer to what is not there, under the foreign key")
		e.Remedy = "migrate what they refer to, in the same or an earlier migration"
	case s.Code == "23514":
		e.violation, e.Reason = checkViolation, named("a row does not fulfil the check")
		e.Remedy = "give the mapping a check of its own that rejects such documents"
	case s.Code == "23502":
		e.violation, e.Reason = requiredViolation, fmt.Sprintf("column %s.%s is NOT NULL and a row has no value for it", s.TableName, field)
		e.Remedy = "give the field a value in the mapping"
	case s.Code == "23P01":
		e.violation, e.Reason = uniqueViolation, named("two rows exclude one another under the constraint")
	case strings.HasPrefix(s.Code, "22"):
		e.Reason = fmt.Sprintf("a value does not fit column %s: %s", field, withoutQuoted(s.Message))
		e.Remedy = "give the field the type and length of the column in the mapping"
	case s.Code == "42P01" || s.Code == "42703" || s.Code == "3F000":
		e.Reason, e.Remedy = oneLine(s.Message), "create the tables from the DDL, or correct the mapping"
	case s.Code == "42501":
		e.Reason, e.Remedy = oneLine(s.Message), "grant the user the right, or use another"
	case s.Code == "28P01" || s.Code == "28000":
		e.Reason, e.Remedy = "the server refuses user or password", "correct the dsn"
	case s.Code == "3D000":
		e.Reason, e.Remedy = oneLine(s.Message), "create the database, or correct the dsn"
	case s.Code == "25006":
		e.Reason, e.Remedy = "it is read-only", "use the primary server, and a user who may write"
	case s.Code == "53100":
		e.Reason, e.Remedy = "its disk is full", "make room and run the same command again, it goes on where it stopped"
	case s.Code == "55P03":
		e.Reason, e.Remedy = "others are using the tables", "stop them, or load with constraints: keep"
		e.transient = true
	case isTransientCode(s.Code):
		e.Reason, e.transient = oneLine(s.Message), true
		e.Remedy = "run the same command again, it goes on where it stopped"
	default:
		e.Reason = fmt.Sprintf("%s (%s)", withoutQuoted(s.Message), s.Code)
	}
}

// isTransientCode: connection exceptions, serialization failures and
// deadlocks, servers that start, stop or have no connection left.
func isTransientCode(code string) bool {
	switch code {
	case "40001", "40P01", "53300", "57P01", "57P02", "57P03":
		return true
	}
	return strings.HasPrefix(code, "08")
}

var quotedText = regexp.MustCompile(`"[^"]*"`)

// withoutQuoted leaves out what a message quotes: it may be a value of a row.
func withoutQuoted(message string) string {
	return oneLine(quotedText.ReplaceAllString(message, "…"))
}
