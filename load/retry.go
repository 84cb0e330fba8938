package load

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// How long and how often work is tried again after what may pass: a server
// that restarts takes a minute, one that does not come back is a failure.
const (
	retryFirst = 200 * time.Millisecond
	retryLast  = 5 * time.Second
	retryTries = 12
	retryTime  = 2 * time.Minute
)

// retry does work again where its error may pass; any other error ends it at once.
func retry[T any](ctx context.Context, work func() (T, error)) (T, error) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = retryFirst, retryLast
	result, err := backoff.Retry(ctx, func() (T, error) {
		result, err := work()
		if err != nil && (ctx.Err() != nil || !isTransient(err)) {
			return result, backoff.Permanent(err)
		}
		return result, err
	}, backoff.WithBackOff(wait), backoff.WithMaxTries(retryTries), backoff.WithMaxElapsedTime(retryTime))
	var permanent *backoff.PermanentError
	if errors.As(err, &permanent) {
		err = permanent.Unwrap()
	}
	return result, err
}

// isTransient says that an error may pass, by its own word.
func isTransient(err error) bool {
	var e interface{ Transient() bool }
	return errors.As(err, &e) && e.Transient()
}
