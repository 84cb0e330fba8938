package city

import (
	"context"
	"fmt"
)

// The years of the accounts.
const (
	FirstYear = 2015
	LastYear  = 2024
)

// The number of documents made when none is asked for, and the smallest that
// can be asked for: with less, some type would have none.
const (
	DefaultDocuments = 490_000
	LeastDocuments   = 8_000
)

// Options say what is made.
type Options struct {
	// Documents of all types together, exactly; see IsDocument. 0 means DefaultDocuments.
	Documents int
	Seed      uint64
	Dirt      Dirt
	// Payments are pagoPA payments made besides Documents, in place of their
	// share of it. 0: their share.
	Payments int
}

// Write makes the accounts. Where it fails the destination is as it was before.
func Write(ctx context.Context, d Destination, o Options) (Truth, error) {
	if o.Documents == 0 {
		o.Documents = DefaultDocuments
	}
	if o.Documents < LeastDocuments {
		return Truth{}, fmt.Errorf("%d documents are too few for a city: ask for %d or more", o.Documents, LeastDocuments)
	}
	if o.Payments < 0 {
		return Truth{}, fmt.Errorf("%d payments: ask for 0 or more", o.Payments)
	}
	if err := o.Dirt.check(); err != nil {
		return Truth{}, err
	}
	truth := Truth{Seed: o.Seed, Tables: map[string]int64{}}
	err := writeTo(ctx, d, func(ctx context.Context, out *output) error {
		return newSuite(o, out, d.holds(), &truth).build(ctx)
	})
	if err != nil {
		return Truth{}, fmt.Errorf("write accounts to %s: %w", d, err)
	}
	return truth, nil
}
