// Package legacy makes a small legacy database for the demonstration and for
// tests: a synthetic municipality whose accounts balance to the cent, in SQLite,
// in the shape of the UNICA export form. Everything in it is made up; the same
// options always give the same rows.
//
// It opens SQLite itself, as nothing else outside the doors of the databases
// does: it plays the part of a foreign system. Those doors only read sources
// (sqlsource) and only write cloud schemas (sqltarget), and neither should learn
// to write a legacy database for the sake of a demonstration.
package legacy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "github.com/mattn/go-sqlite3" // registers the "sqlite3" driver

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/validate/finding"
)

// Ente is the authority's number in every row (ENTE_PROPRIETARIO_ID), and
// Esercizio the year whose books are migrated.
const (
	Ente      = "30"
	Esercizio = 2016
)

// The number of documents made when none is asked for, and the smallest that
// can be asked for: with less, some type would have none.
const (
	DefaultDocuments = 2000
	LeastDocuments   = 100
)

// Options say what is made.
type Options struct {
	Seed uint64
	// Documents of all types together: chapters, subjects, payment methods,
	// commitments and assessments, without their parts. 0 means DefaultDocuments.
	// The acts (provvedimenti) that movements cite come on top.
	Documents int
	Dirt      Dirt
}

// Dirt are defects put into the data on purpose, how many of each kind. The
// zero Dirt is clean data.
type Dirt struct {
	WrongIBANs        int // the check digits do not fit: a warning
	LostZeros         int // a VAT number without its leading zero: a warning
	OrphanChapters    int // a commitment on a chapter that is not there: rejected
	UnreadableAmounts int // a commitment whose amount is no number: rejected, and its chapter no longer balances
}

// Handful is a little of everything, for a demonstration.
func Handful() Dirt {
	return Dirt{WrongIBANs: 3, LostZeros: 2, OrphanChapters: 1, UnreadableAmounts: 1}
}

// Truth is what is in the database, known from the making of it and not by
// reading it back.
type Truth struct {
	// Tables are the rows of each table and the exact sums of its amounts that
	// can be read.
	Tables map[string]snapshot.Figures
	// Entities are the same by what rows are: capitolo_uscita, capitolo_entrata,
	// soggetto, modalita_pagamento, impegno, sub_impegno, accertamento,
	// sub_accertamento, and provvedimento (the distinct acts cited; no sums).
	Entities map[string]snapshot.Figures
	Defects  []Defect
}

// Defect is one thing that is wrong on purpose.
type Defect struct {
	Kind     finding.Kind
	Severity finding.Severity
	Table    string
	// Key is the natural key, its parts joined by "/" as the UNICA pack does.
	Key    string
	Column string
	Value  string
	// Amount is the true amount of a document that must be rejected, exact.
	Amount string
	// Chapter is the chapter ("number/article") whose residui no longer equal
	// the sum of its commitments, by Amount; "" where all balances still hold.
	Chapter string
}

// Write makes the database at path, where nothing may be yet. It is there whole
// or not at all.
func Write(ctx context.Context, path string, o Options) (Truth, error) {
	truth, err := write(ctx, path, o)
	if err != nil {
		return Truth{}, fmt.Errorf("write legacy database %s: %w", path, err)
	}
	return truth, nil
}

func write(ctx context.Context, path string, o Options) (truth Truth, err error) {
	if o.Documents == 0 {
		o.Documents = DefaultDocuments
	}
	if o.Documents < LeastDocuments {
		return Truth{}, fmt.Errorf("%d documents are too few to balance: ask for %d or more", o.Documents, LeastDocuments)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return Truth{}, errors.Join(errors.New("something is there already: remove it or choose another name"), err)
	}
	unfinished, err := unfinishedFile(path)
	if err != nil {
		return Truth{}, err
	}
	defer func() { err = errors.Join(err, removeIfThere(unfinished)) }()
	if truth, err = fill(ctx, unfinished, o); err != nil {
		return Truth{}, err
	}
	return truth, publish(unfinished, path)
}

// unfinishedFile makes an empty private file beside path.
func unfinishedFile(path string) (string, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	return file.Name(), file.Close()
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// fill writes all rows in one transaction.
func fill(ctx context.Context, path string, o Options) (Truth, error) {
	// Nothing reads the file before it is whole, so it needs no journal of its own.
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_journal_mode=OFF&_synchronous=OFF")
	if err != nil {
		return Truth{}, err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return Truth{}, err
	}
	defer tx.Rollback() // of no effect once committed
	out, err := newTables(ctx, tx)
	if err != nil {
		return Truth{}, err
	}
	truth, err := newTown(o, out).build(ctx)
	if err != nil {
		return Truth{}, err
	}
	if err := tx.Commit(); err != nil {
		return Truth{}, err
	}
	return truth, db.Close()
}

// publish gives a finished file its name, durably.
func publish(unfinished, path string) error {
	for _, sync := range []func() error{
		func() error { return syncPath(unfinished) },
		func() error { return os.Rename(unfinished, path) },
		func() error { return syncPath(filepath.Dir(path)) },
	} {
		if err := sync(); err != nil {
			return err
		}
	}
	return nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
