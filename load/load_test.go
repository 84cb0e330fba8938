package load_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/load"
	"github.com/travaso/travaso/load/sqltarget"
	"github.com/travaso/travaso/load/sqltarget/testserver"
	"github.com/travaso/travaso/load/targettest"
)

// targets are the kinds of target, each as the configuration of an empty one.
var targets = map[string]func(t *testing.T) sqltarget.Config{
	"sqlite": func(t *testing.T) sqltarget.Config {
		return sqltarget.Config{Driver: sqltarget.SQLite, DSN: filepath.Join(t.TempDir(), "target.db")}
	},
	"postgres": func(t *testing.T) sqltarget.Config {
		return sqltarget.Config{Driver: sqltarget.Postgres, DSN: testserver.Postgres(t)}
	},
}

// onEach runs a test on each kind of target, with and without waiting constraints.
func onEach(t *testing.T, test func(t *testing.T, config sqltarget.Config)) {
	for name, config := range targets {
		for _, constraints := range []string{sqltarget.Auto, sqltarget.Keep} {
			t.Run(name+" "+constraints, func(t *testing.T) {
				t.Parallel()
				c := config(t)
				c.Constraints = constraints
				test(t, c)
			})
		}
	}
}

func open(t *testing.T, config sqltarget.Config) *sqltarget.Target {
	t.Helper()
	target, err := sqltarget.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { target.Close() })
	if err := target.Create(t.Context(), targettest.DDL); err != nil {
		t.Fatal(err)
	}
	return target
}

func options(run string) load.Options {
	return load.Options{Run: run, Scope: targettest.Scope()}
}

func mustLoad(t *testing.T, target load.Target, staged load.Staged, run string) *load.Result {
	t.Helper()
	result, err := load.Load(t.Context(), target, staged, options(run))
	if err != nil {
		t.Fatal(err)
	}
	if !result.Complete {
		t.Fatalf("the load is not complete: %+v", result)
	}
	return result
}

func digests(t *testing.T, target *sqltarget.Target) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, table := range targettest.Tables {
		digest, err := target.ContentDigest(t.Context(), table)
		if err != nil {
			t.Fatal(err)
		}
		all[table] = digest
	}
	return all
}

func sameContent(t *testing.T, want, got map[string]string) {
	t.Helper()
	if !maps.Equal(want, got) {
		t.Errorf("content differs: want %v, got %v", want, got)
	}
}

func TestLoadTwice(t *testing.T) {
	onEach(t, func(t *testing.T, config sqltarget.Config) {
		target := open(t, config)
		staged := targettest.Ledger("run-1", 60, 5)
		var last load.Progress
		var journal []load.Applied
		o := options("run-1")
		o.Progress = func(p load.Progress) { last = p }
		o.Journal = func(a load.Applied) error { journal = append(journal, a); return nil }
		result, err := load.Load(t.Context(), target, staged, o)
		if err != nil {
			t.Fatal(err)
		}
		total := result.Total()
		if total.Inserted != 180 || total.Rows != 300 || total.Unchanged != 0 || !result.Changed() || !result.Complete {
			t.Errorf("first load: %+v", result)
		}
		if result.Deferred != (config.Constraints == sqltarget.Auto) {
			t.Errorf("deferred %v with constraints %s", result.Deferred, config.Constraints)
		}
		if last.Stage != load.Restoring || last.Documents != 180 || last.TotalDocuments != 180 || last.Batches != 15 {
			t.Errorf("last progress: %+v", last)
		}
		if len(journal) < 11 { // where the constraints are kept, impegni come as one
			t.Errorf("the journal was told of %d batches", len(journal))
		}
		first := digests(t, target)

		again := mustLoad(t, target, staged, "run-1")
		if total := again.Total(); again.Changed() || total.Unchanged != total.Batches || total.Batches != 15 {
			t.Errorf("second load: %+v", again)
		}
		sameContent(t, first, digests(t, target))
	})
}

// A changed run loads only the difference, and ends with what a first load of
// it into an empty target would have given.
func TestLoadDifference(t *testing.T) {
	changed := func() *targettest.Staged {
		var soggetti, impegni, liquidazioni []targettest.Document
		for i := 11; i <= 70; i++ { // 1 … 10 are gone, 61 … 70 are new
			soggetti = append(soggetti, targettest.Soggetto(i, "Creditor"))
			impegni = append(impegni, targettest.Impegno(i, int64(i)*100+7, i, (i-11+30)%60+11, int64(i))) // one subdivision less
			liquidazioni = append(liquidazioni, targettest.Liquidazione(i, int64(i), i, i%2))
		}
		return targettest.NewStaged("ledger", "run-2").Add(targettest.Soggetti(), 3, soggetti...).
			Add(targettest.Impegni(), 5, impegni...).Add(targettest.Liquidazioni(), 5, liquidazioni...)
	}
	onEach(t, func(t *testing.T, config sqltarget.Config) {
		target := open(t, config)
		mustLoad(t, target, targettest.Ledger("run-1", 60, 5), "run-1")
		result := mustLoad(t, target, changed(), "run-2")
		if result.Deferred {
			t.Error("the constraints were dropped for a difference")
		}
		if total := result.Total(); total.Inserted != 30 || total.Deleted != 30 || total.Replaced == 0 {
			t.Errorf("difference: %+v", result)
		}
		fresh := open(t, targets[config.Driver](t))
		mustLoad(t, fresh, changed(), "run-2")
		sameContent(t, digests(t, fresh), digests(t, target))
	})
}

// A document type, and an entity of one, that is no longer staged goes too.
func TestLoadRetired(t *testing.T) {
	onEach(t, func(t *testing.T, config sqltarget.Config) {
		target := open(t, config)
		mustLoad(t, target, targettest.NewStaged("ledger", "run-1").
			Add(targettest.Soggetti(), 2, targettest.Soggetto(1, "A"), targettest.Soggetto(2, "B")).
			Add(targettest.Impegni(), 2, targettest.Impegno(1, 500, 1, 0, 100), targettest.Impegno(2, 500, 2, 1, 50, 60)).
			Add(targettest.Liquidazioni(), 2, targettest.Liquidazione(1, 5, 1, 0)), "run-1")
		heads := targettest.Impegni()
		heads.Entities = heads.Entities[:1]
		impegno := targettest.Impegno(1, 500, 1, 0)
		impegno.Rows = impegno.Rows[:1]
		result := mustLoad(t, target, targettest.NewStaged("ledger", "run-2").
			Add(targettest.Soggetti(), 2, targettest.Soggetto(1, "A")).Add(heads, 2, impegno), "run-2")
		if total := result.Total(); total.Deleted != 3 || total.Replaced != 1 {
			t.Errorf("result: %+v", result)
		}
		for table, want := range map[string]string{"soggetto": "1 ", "impegno": "1 ", "sub_impegno": "0 ", "liquidazione": "0 "} {
			if got := digests(t, target)[table]; !strings.HasPrefix(got, want) {
				t.Errorf("%s holds %s rows, not %s", table, got, want)
			}
		}
		// Nothing staged at all is a rollback.
		if result := mustLoad(t, target, targettest.NewStaged("ledger", "run-3"), "run-3"); result.Total().Deleted != 2 {
			t.Errorf("rollback: %+v", result)
		}
		if result := mustLoad(t, target, targettest.NewStaged("ledger", "run-3"), "run-3"); result.Changed() {
			t.Errorf("second rollback: %+v", result)
		}
	})
}

// Rows of others that refer to a document keep it, and the error says what.
func TestLoadBlocked(t *testing.T) {
	onEach(t, func(t *testing.T, config sqltarget.Config) {
		target := open(t, config)
		mustLoad(t, target, targettest.NewStaged("ledger", "run-1").
			Add(targettest.Soggetti(), 1, targettest.Soggetto(1, "A"), targettest.Soggetto(2, "B")), "run-1")
		others := targettest.NewStaged("others", "run-1").Add(targettest.Impegni(), 1, targettest.Impegno(1, 100, 2, 0))
		mustLoad(t, target, others, "run-1")
		before := digests(t, target)
		_, err := load.Load(t.Context(), target, targettest.NewStaged("ledger", "run-2").
			Add(targettest.Soggetti(), 1, targettest.Soggetto(1, "A")), options("run-2"))
		if err == nil || !strings.Contains(err.Error(), "cannot be deleted") {
			t.Fatalf("error %v", err)
		}
		sameContent(t, before, digests(t, target))
	})
}

func TestLoadRefusesTwoAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, config sqltarget.Config) {
		target := open(t, config)
		_, unlock, err := target.Lock(t.Context(), "first")
		if err != nil {
			t.Fatal(err)
		}
		staged := targettest.Ledger("run-1", 4, 1)
		_, err = load.Load(t.Context(), open(t, config), staged, options("run-1"))
		if err == nil || !strings.Contains(err.Error(), "travaso first, process ") {
			t.Fatalf("error %v", err)
		}
		if err := unlock(); err != nil {
			t.Fatal(err)
		}
		mustLoad(t, target, staged, "run-1")
	})
}

// Stopped from outside, a load leaves whole batches behind and goes on from there.
func TestLoadStopped(t *testing.T) {
	onEach(t, func(t *testing.T, config sqltarget.Config) {
		target := open(t, config)
		staged := targettest.Ledger("run-1", 60, 5)
		stop := errors.New("the window is over")
		ctx, cancel := context.WithCancelCause(t.Context())
		o := options("run-1")
		o.Workers = 1
		applied := 0
		o.Journal = func(load.Applied) error {
			if applied++; applied == 4 {
				cancel(stop)
			}
			return nil
		}
		_, err := load.Load(ctx, target, staged, o)
		if !errors.Is(err, stop) {
			t.Fatalf("error %v", err)
		}
		result := mustLoad(t, target, staged, "run-1")
		if got := result.Total().Unchanged; got < 4 {
			t.Errorf("%d batches were in after 4 were applied", got)
		}
		fresh := open(t, targets[config.Driver](t))
		mustLoad(t, fresh, staged, "run-1")
		sameContent(t, digests(t, fresh), digests(t, target))
	})
}

func TestLoadRefusesUnfinishedManifest(t *testing.T) {
	staged := targettest.Ledger("run-1", 4, 2)
	staged.Manifest().Documents[1].Batches = slices.Delete(staged.Manifest().Documents[1].Batches, 0, 1)
	_, err := load.Load(t.Context(), nil, staged, options("run-1"))
	if err == nil || !strings.Contains(err.Error(), "impegno has 1 batches of 2") {
		t.Fatalf("error %v", err)
	}
}

// A server that restarts under a load does not end it.
func TestLoadThroughRestart(t *testing.T) {
	t.Parallel()
	server := testserver.PrivatePostgres(t)
	target := open(t, sqltarget.Config{Driver: sqltarget.Postgres, DSN: server.Database(t)})
	staged := targettest.Ledger("run-1", 400, 8)
	o := options("run-1")
	o.Workers = 2
	restarts := 0
	o.Progress = func(p load.Progress) {
		if p.Batches >= 5 && restarts == 0 || p.Stage == load.Restoring && restarts == 1 {
			restarts++
			server.Restart(t)
		}
	}
	result, err := load.Load(t.Context(), target, staged, o)
	if err != nil || !result.Complete || restarts != 2 {
		t.Fatalf("after %d restarts: %+v, %v", restarts, result, err)
	}
	fresh := open(t, targets[sqltarget.Postgres](t))
	mustLoad(t, fresh, staged, "run-1")
	sameContent(t, digests(t, fresh), digests(t, target))
}
