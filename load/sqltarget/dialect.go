package sqltarget

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/transform/staged"
)

// dialect is what differs between the databases. All else is one SQL, with ?
// for its parameters.
type dialect interface {
	// name names the target for people, without secrets.
	name() string
	// table writes the name of a table as SQL.
	table(name string) string
	// journalDDL creates the journal's tables where they are missing.
	journalDDL() []string
	// tables reads the shape of all tables, in order of name.
	tables(ctx context.Context, db *sqlx.DB) ([]schema.Table, error)
	// create runs a DDL text in one transaction.
	create(ctx context.Context, db *sqlx.DB, ddl string) error
	// begin starts a transaction.
	begin(ctx context.Context, db *sqlx.DB, mode mode) (*transaction, error)
	// commit ends a transaction; an error over a key names it.
	commit(ctx context.Context, tx *transaction, tables []schema.Table) error
	// waitForKeys is the statement by which foreign keys are checked not before
	// the commit, where the database else checks each statement by itself and
	// insert needs several; "" where it needs none.
	waitForKeys() string
	// insert writes rows into a table, named as SQL, and counts them. An error
	// that one row caused is an Error with its line.
	insert(ctx context.Context, tx *transaction, into string, columns []column, next nextRow) (int64, error)
	// defaultOf is SQL for what an insert puts into a column that it does not name.
	defaultOf(ctx context.Context, tx *transaction, table, column string) (string, error)
	// lockRows ends a select that locks the rows it reads.
	lockRows() string
	// claim takes the tables for the rest of the transaction.
	claim(ctx context.Context, tx *transaction, tables []string) error
	// hold waits for the other transactions that write into a table, and keeps
	// new ones from it for the rest of this one.
	hold(ctx context.Context, tx *transaction, table string) error
	// constraints lists what can wait, in the order in which it is dropped:
	// foreign keys first, then, unless they are to be kept, the primary keys'.
	constraints(ctx context.Context, tx *transaction, tables []string, keepPrimary bool) ([]constraint, error)
	// restore brings the constraints back, each with the end of its journal
	// line in one transaction, and checks what was loaded without them.
	restore(ctx context.Context, db *sqlx.DB, waiting []constraint, tables []schema.Table) error
	// sum gives the SQL by which the database itself adds up a column, exactly.
	sum(column schema.Column, scale int) []part
	// text is an SQL expression for a column as text, the same in every database.
	text(column schema.Column) string
	// refuse says why a column of the target cannot keep the values of a staged
	// one exactly; "" where it can.
	refuse(target schema.Column, column staged.Column) string
	// lock takes the target for one load.
	lock(ctx context.Context, db *sqlx.DB, migration string) (lost <-chan error, unlock func() error, err error)
	// analyze brings the planner's statistics up to date after a load.
	analyze(ctx context.Context, db *sqlx.DB, tables []string) error
	// explain turns an error of the database into one for people.
	explain(err error, doing string) error
	// writers is how many transactions are worth running at once.
	writers() int
}

// mode is what a transaction is for.
type mode int

const (
	// reading sees one moment of the target.
	reading mode = iota
	// writing checks foreign keys.
	writing
	// unchecked does not, where that is a matter of the connection.
	unchecked
)

// part is one part of an exact sum.
type part struct {
	// sql gives a number, which counts 10^exponent times.
	sql      string
	exponent int
	// malformed: sql counts the values that are no exact decimals; there must be none.
	malformed bool
}

// column is one column that rows are written into.
type column struct {
	staged.Column
	// scale is the number of decimals that the target keeps.
	scale int
}

// nextRow gives the values of the next row in the order of the columns, or nil
// at the end. The slice is used until the next call.
type nextRow func() ([]any, error)

// transaction is one transaction of the target on a connection of its own.
type transaction struct {
	conn *sqlx.Conn
	open bool
}

// beginOn takes a connection, sets it up and starts a transaction on it.
func beginOn(ctx context.Context, db *sqlx.DB, statements ...string) (*transaction, error) {
	conn, err := db.Connx(ctx)
	if err != nil {
		return nil, err
	}
	tx := &transaction{conn: conn, open: true}
	for _, s := range statements {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			tx.rollback()
			return nil, err
		}
	}
	return tx, nil
}

func (t *transaction) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.conn.ExecContext(ctx, t.conn.Rebind(query), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t *transaction) get(ctx context.Context, into any, query string, args ...any) error {
	return t.conn.GetContext(ctx, into, t.conn.Rebind(query), args...)
}

func (t *transaction) selectAll(ctx context.Context, into any, query string, args ...any) error {
	return t.conn.SelectContext(ctx, into, t.conn.Rebind(query), args...)
}

func (t *transaction) commit(ctx context.Context) error {
	if _, err := t.conn.ExecContext(ctx, "commit"); err != nil {
		return err // whether it was done is for the journal to say
	}
	t.open = false
	return t.conn.Close()
}

// rollback undoes what was not committed; after commit it does nothing. A
// connection that cannot even do that is not used again.
func (t *transaction) rollback() {
	if !t.open {
		return
	}
	t.open = false
	ctx, cancel := context.WithTimeout(context.Background(), rollbackTime)
	defer cancel()
	if _, err := t.conn.ExecContext(ctx, "rollback"); err != nil {
		t.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	t.conn.Close()
}

// rollbackTime is how long a rollback may take before its connection is given up.
const rollbackTime = 10 * time.Second

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quoteAll(names []string, prefix string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = prefix + quote(n)
	}
	return strings.Join(quoted, ", ")
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// equal writes the condition that columns of two tables are the same, pairwise.
func equal(left string, leftColumns []string, right string, rightColumns []string) string {
	pairs := make([]string, len(leftColumns))
	for i := range leftColumns {
		pairs[i] = fmt.Sprintf("%s.%s = %s.%s", left, quote(leftColumns[i]), right, quote(rightColumns[i]))
	}
	return strings.Join(pairs, " and ")
}
