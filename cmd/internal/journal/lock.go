package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// LockFile is the lock's name in the run folder. The file stays when the lock
// is given back: removing it would let two processes lock two files of one name.
const LockFile = "lock"

// ErrLocked is wrapped by the error of Lock when another process holds it.
var ErrLocked = errors.New("the run is being worked on by another process")

// holder is what the lock file tells about who holds it.
type holder struct {
	PID  int       `json:"pid"`
	Host string    `json:"host"`
	At   time.Time `json:"at"`
}

func (h holder) String() string {
	if h.PID == 0 {
		return "unknown, it did not say who it is"
	}
	return fmt.Sprintf("process %d on %s since %s", h.PID, h.Host, h.At.Format(time.RFC3339))
}

// Lock takes the run folder for this process, without waiting. The operating
// system gives the lock back when the process ends, however it ends: a dead
// holder is never in the way.
func Lock(folder string) (unlock func() error, err error) {
	path := filepath.Join(folder, LockFile)
	lock := flock.New(path, flock.SetFlag(os.O_RDWR|os.O_CREATE), flock.SetPermissions(0o600))
	taken, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock run folder %s: %w", folder, err)
	}
	if !taken {
		return nil, fmt.Errorf("lock run folder %s: %w: %s: wait for it, or stop it", folder, ErrLocked, readHolder(path))
	}
	if err := writeHolder(path); err != nil {
		return nil, fmt.Errorf("lock run folder %s: %w", folder, errors.Join(err, lock.Unlock()))
	}
	return lock.Unlock, nil
}

// readHolder reads who holds the lock; the text may be missing while the
// holder is writing it.
func readHolder(path string) holder {
	var h holder
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &h) != nil {
		return holder{}
	}
	return h
}

func writeHolder(path string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	text, err := json.Marshal(holder{PID: os.Getpid(), Host: host, At: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}
