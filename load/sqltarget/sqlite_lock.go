package sqltarget

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/gofrs/flock"
	"github.com/jmoiron/sqlx"
)

// holder is what the lock file says of the process that holds it.
type holder struct {
	Migration string    `json:"migration"`
	Process   int       `json:"process"`
	Host      string    `json:"host"`
	Since     time.Time `json:"since"`
}

// lock locks a file beside the database. The operating system gives the lock
// back when the process ends, however it ends; the file itself means nothing.
func (s *sqlite) lock(_ context.Context, _ *sqlx.DB, migration string) (<-chan error, func() error, error) {
	path := s.path + ".lock"
	file := flock.New(path, flock.SetPermissions(0o600))
	taken, err := file.TryLock()
	if err != nil {
		return nil, nil, &Error{Target: s.name(), Reason: "cannot be locked: " + oneLine(err.Error()), Remedy: "check that its folder exists and may be written", cause: err}
	}
	if !taken {
		who := "another process"
		var h holder
		if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &h) == nil {
			who = fmt.Sprintf("travaso %s, process %d on %s, since %s", h.Migration, h.Process, h.Host, h.Since.UTC().Format("2006-01-02 15:04:05 UTC"))
		}
		return nil, nil, lockedError(s.name(), who)
	}
	host, _ := os.Hostname()
	text, err := json.Marshal(holder{Migration: migration, Process: os.Getpid(), Host: host, Since: time.Now()})
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o600)
	}
	if err != nil {
		file.Unlock()
		return nil, nil, fmt.Errorf("target %s: lock: %w", s.name(), err)
	}
	return nil, file.Unlock, nil // a file's lock is not lost while the process lives
}
