package sqlsource

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"
)

// pool is a database and the connections taken from it, which are closed with
// it: a connection that is in use outlives its database otherwise, and with it
// its transaction and its locks.
type pool struct {
	db    *sqlx.DB
	conns []*sqlx.Conn
}

func (p *pool) connect(ctx context.Context) (*sqlx.Conn, error) {
	conn, err := p.db.Connx(ctx)
	if err != nil {
		return nil, err
	}
	p.conns = append(p.conns, conn)
	return conn, nil
}

// close may be called again.
func (p *pool) close() error {
	var errs []error
	for _, conn := range p.conns {
		errs = append(errs, conn.Close())
	}
	p.conns = nil
	return errors.Join(append(errs, p.db.Close())...)
}
