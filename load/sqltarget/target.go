package sqltarget

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jmoiron/sqlx"

	"github.com/travaso/travaso/load/schema"
)

// Target is one open target. It is safe for concurrent use.
type Target struct {
	db      *sqlx.DB
	dialect dialect
	// constraints is what the configuration wants of them.
	constraints string

	mu       sync.RWMutex
	prepared *preparation // nil before Prepare
}

// Open connects to a target and asks it for an answer, so that what is wrong
// with the address, the secret or the rights shows before any work.
func Open(ctx context.Context, config Config) (*Target, error) {
	config, err := config.resolve()
	if err != nil {
		return nil, err
	}
	open := openSQLite
	if config.Driver == Postgres {
		open = openPostgres
	}
	db, dialect, err := open(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, dialect.explain(err, "connect")
	}
	return &Target{db: db, dialect: dialect, constraints: config.Constraints}, nil
}

// Look reads the tables of a target as Schema does, and leaves no trace of
// having looked: an SQLite file that is not there yet has none, and is not made.
func Look(ctx context.Context, config Config) ([]schema.Table, error) {
	resolved, err := config.resolve()
	if err != nil {
		return nil, err
	}
	if resolved.Driver == SQLite && isMissing(resolved.DSN) {
		return nil, nil
	}
	t, err := Open(ctx, config)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	return t.Schema(ctx)
}

// Close ends the connections.
func (t *Target) Close() error { return t.db.Close() }

// Name names the target for people, without secrets.
func (t *Target) Name() string { return t.dialect.name() }

// Writers is how many batches are worth applying at once.
func (t *Target) Writers() int { return t.dialect.writers() }

// Schema reads the tables of the target, but for the journal's, in order of
// name. Keys that wait for the end of a load are there too.
func (t *Target) Schema(ctx context.Context) ([]schema.Table, error) {
	tables, err := t.dialect.tables(ctx, t.db)
	if err != nil {
		return nil, t.dialect.explain(err, "read its tables")
	}
	if err := t.addWaiting(ctx, tables); err != nil {
		return nil, t.dialect.explain(err, "read the keys that wait")
	}
	return slices.DeleteFunc(tables, func(table schema.Table) bool { return isJournal(table.Name) }), nil
}

// Create makes the tables of a DDL text, in one transaction, when none of them
// exists. Where they all exist they are left alone and compared with the text;
// the error lists every difference.
func (t *Target) Create(ctx context.Context, ddl string) error {
	wanted, err := SchemaOf(ctx, ddl)
	if err != nil {
		return err
	}
	if there, err := t.areThere(ctx, wanted); there || err != nil {
		return err
	}
	failed := t.dialect.create(ctx, t.db, ddl)
	if failed == nil {
		return nil
	}
	// Another process may have made them since we looked.
	if there, err := t.areThere(ctx, wanted); there {
		return err
	}
	return t.dialect.explain(failed, "create its tables")
}

// areThere says whether any of the tables exists; all that then keeps them
// from being the wanted ones is in the error.
func (t *Target) areThere(ctx context.Context, wanted []schema.Table) (bool, error) {
	present, err := t.Schema(ctx)
	if err != nil {
		return false, err
	}
	var missing, differences []string
	for _, w := range wanted {
		if p, ok := schema.Find(present, w.Name); ok {
			differences = append(differences, tableDifferences(w, p)...)
		} else {
			missing = append(missing, w.Name)
		}
	}
	if len(missing) == len(wanted) {
		return false, nil
	}
	if len(missing) > 0 {
		differences = slices.Insert(differences, 0, "missing tables "+strings.Join(missing, ", "))
	}
	if len(differences) > 0 {
		return true, &Error{Target: t.Name(), Reason: "its tables are not those of the DDL: " + strings.Join(differences, "; "),
			Remedy: "change them, or load into an empty schema"}
	}
	return true, nil
}

// tableDifferences says where a table could not take what the wanted one could.
func tableDifferences(wanted, present schema.Table) []string {
	var differences []string
	for _, w := range wanted.Columns {
		p, ok := present.Column(w.Name)
		name := wanted.Name + "." + w.Name
		switch {
		case !ok:
			differences = append(differences, "no column "+name)
		case p.Type != w.Type,
			p.Length != 0 && (w.Length == 0 || p.Length < w.Length),
			p.Bits < w.Bits,
			p.Type == schema.Decimal && p.Precision != 0 && (p.Scale != w.Scale || p.Precision < w.Precision):
			differences = append(differences, fmt.Sprintf("%s is %s, not %s", name, p.Declared, w.Declared))
		case p.Required && !w.Required && !p.Default:
			differences = append(differences, name+" is NOT NULL")
		}
	}
	if !slices.Equal(wanted.PrimaryKey, present.PrimaryKey) {
		differences = append(differences, fmt.Sprintf("primary key of %s is (%s), not (%s)",
			wanted.Name, strings.Join(present.PrimaryKey, ", "), strings.Join(wanted.PrimaryKey, ", ")))
	}
	return differences
}

// Lock takes the target for one load of a migration, or says who has it. lost
// tells when the lock is gone before unlock is called; it may be nil. A process
// that died holds no lock.
func (t *Target) Lock(ctx context.Context, migration string) (lost <-chan error, unlock func() error, err error) {
	lost, unlock, err = t.dialect.lock(ctx, t.db, migration)
	if err != nil {
		return nil, nil, t.dialect.explain(err, "lock")
	}
	return lost, unlock, nil
}
