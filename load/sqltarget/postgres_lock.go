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
// and how long it may take to answer.
const (
	lockPulse  = 2 * time.Second
	lockAnswer = 10 * time.Second
)

// lock holds an advisory lock on a session of its own: it ends with the
// session, so a process that died is not in the way.
func (p *postgres) lock(ctx context.Context, db *sqlx.DB, migration string) (<-chan error, func() error, error) {
	conn, err := db.Connx(ctx)
	if err != nil {
		return nil, nil, err
	}
	host, _ := os.Hostname()
	holder := fmt.Sprintf("travaso %s, process %d on %s", migration, os.Getpid(), host)
	if _, err := conn.ExecContext(ctx, "select set_config('application_name', $1, false)", holder); err != nil {
		conn.Close()
		return nil, nil, err
	}
	key := p.lockKey()
	var taken bool
	if err := conn.GetContext(ctx, &taken, "select pg_try_advisory_lock($1)", key); err != nil {
		conn.Close()
		return nil, nil, err
	}
	if !taken {
		err := p.heldBy(ctx, conn, key)
		conn.Close()
		return nil, nil, err
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	lost, watched := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(watched)
		p.watch(watch, conn, lost)
	}()
	unlock := func() error {
		stop()
		<-watched
		defer conn.Close()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockAnswer)
		defer cancel()
		_, err := conn.ExecContext(ctx, "select pg_advisory_unlock($1), set_config('application_name', 'travaso', false)", key)
		return err
	}
	return lost, unlock, nil
}

// watch asks the session for a sign of life until it is stopped or has none.
func (p *postgres) watch(ctx context.Context, conn *sqlx.Conn, lost chan<- error) {
	pulse := time.NewTicker(lockPulse)
	defer pulse.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pulse.C:
		}
		answer, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockAnswer)
		_, err := conn.ExecContext(answer, "select 1")
		cancel()
		if err != nil {
			lost <- &Error{Target: p.address, Reason: "the session that holds the lock was lost",
				Remedy: "run the same command again, it goes on where it stopped", transient: true, cause: err}
			return
		}
	}
}

// lockKey is one per schema: two migrations must not drop and restore the
// constraints of one another.
func (p *postgres) lockKey() int64 {
	h := fnv.New64a()
	h.Write([]byte("travaso\x00" + p.schema))
	return int64(h.Sum64())
}

// heldBy says who holds the lock.
func (p *postgres) heldBy(ctx context.Context, conn *sqlx.Conn, key int64) error {
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
