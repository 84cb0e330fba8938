package sqltarget

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"time"

	"github.com/jmoiron/sqlx"
)

// How often the session that holds the lock is asked whether it still lives,
// how long it may take to answer, and how long a lost lock is tried for again.
const (
	lockPulse  = 2 * time.Second
	lockAnswer = 10 * time.Second
	lockRegain = time.Minute
)

// lock holds an advisory lock on a session of its own: it ends with the
// session, so a process that died is not in the way.
func (p *postgres) lock(ctx context.Context, db *sqlx.DB, migration string) (<-chan error, func() error, error) {
	host, _ := os.Hostname()
	l := &postgresLock{postgres: p, db: db, holder: fmt.Sprintf("travaso %s, process %d on %s", migration, os.Getpid(), host)}
	if err := l.take(ctx); err != nil {
		return nil, nil, err
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	lost, watched := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(watched)
		if err := l.watch(watch); err != nil {
			lost <- err
		}
	}()
	unlock := func() error {
		stop()
		<-watched
		return l.giveBack(context.WithoutCancel(ctx))
	}
	return lost, unlock, nil
}

// postgresLock is the lock and the session that holds it.
type postgresLock struct {
	*postgres
	db     *sqlx.DB
	holder string     // what others are told
	conn   *sqlx.Conn // nil while there is none
}

func (l *postgresLock) take(ctx context.Context) error {
	conn, err := l.db.Connx(ctx)
	if err != nil {
		return err
	}
	if err := l.takeOn(ctx, conn); err != nil {
		conn.Close()
		return err
	}
	l.conn = conn
	return nil
}

func (l *postgresLock) takeOn(ctx context.Context, conn *sqlx.Conn) error {
	if _, err := conn.ExecContext(ctx, "select set_config('application_name', $1, false)", l.holder); err != nil {
		return err
	}
	var taken bool
	if err := conn.GetContext(ctx, &taken, "select pg_try_advisory_lock($1)", l.lockKey()); err != nil {
		return err
	}
	if !taken {
		return l.heldBy(ctx, conn)
	}
	return nil
}

// watch asks the session for a sign of life until it is told to stop. A lock
// that was lost with its session is taken again; the error says that another
// has it now, or that the server does not come back.
func (l *postgresLock) watch(ctx context.Context) error {
	pulse := time.NewTicker(lockPulse)
	defer pulse.Stop()
	lostAt := time.Time{} // zero while the lock is held
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-pulse.C:
		}
		err := l.pulse(ctx)
		failure, _ := explained(l.explain(err, "hold the lock"))
		switch {
		case err == nil:
			lostAt = time.Time{}
		case lostAt.IsZero():
			lostAt = time.Now()
		case failure == nil || !failure.transient || time.Since(lostAt) > lockRegain:
			return &Error{Target: l.address, Reason: "the session that holds the lock was lost",
				Remedy: "run the same command again, it goes on where it stopped", cause: err}
		}
	}
}

// pulse asks for a sign of life, or takes the lock again where it was lost.
func (l *postgresLock) pulse(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockAnswer)
	defer cancel()
	if l.conn == nil {
		return l.take(ctx)
	}
	if _, err := l.conn.ExecContext(ctx, "select 1"); err != nil {
		l.conn.Close()
		l.conn = nil
		return err
	}
	return nil
}

func (l *postgresLock) giveBack(ctx context.Context) error {
	if l.conn == nil {
		return nil // it ended with its session
	}
	defer l.conn.Close()
	ctx, cancel := context.WithTimeout(ctx, lockAnswer)
	defer cancel()
	_, err := l.conn.ExecContext(ctx, "select pg_advisory_unlock($1), set_config('application_name', 'travaso', false)", l.lockKey())
	if failure, ok := explained(l.explain(err, "unlock")); ok && failure.transient {
		return nil // so did this one
	}
	return err
}

// lockKey is one per schema: two migrations must not drop and restore the
// constraints of one another.
func (p *postgres) lockKey() int64 {
	h := fnv.New64a()
	h.Write([]byte("travaso\x00" + p.schema))
	return int64(h.Sum64())
}

// heldBy says who holds the lock.
func (p *postgres) heldBy(ctx context.Context, conn *sqlx.Conn) error {
	key := p.lockKey()
	var holder struct {
		Name  string    `db:"name"`
		From  string    `db:"address"`
		Since time.Time `db:"since"`
	}
	err := conn.GetContext(ctx, &holder, `
		select a.application_name as name, coalesce(host(a.client_addr), 'the server itself') as address, a.backend_start as since
		from pg_locks l join pg_stat_activity a on a.pid = l.pid
		where l.locktype = 'advisory' and l.granted and l.objsubid = 1
		  and l.database = (select oid from pg_database where datname = current_database())
		  and l.classid = $1::bigint::oid and l.objid = $2::bigint::oid`, int64(uint64(key)>>32), int64(uint32(key)))
	who := "another process"
	if err == nil {
		who = fmt.Sprintf("%s, from %s, since %s", holder.Name, holder.From, holder.Since.UTC().Format("2006-01-02 15:04:05 UTC"))
	} else if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return lockedError(p.address, who)
}

// lockedError says that a target is taken.
func lockedError(target, who string) error {
	return &Error{Target: target, Reason: "a load is under way: " + who,
		Remedy: "wait for it to end, or stop that process: its lock ends with it"}
}
