//go:build race

package snapshot

// racing says that the race detector watches.
const racing = true
