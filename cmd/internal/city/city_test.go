package city

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// digests are of every table's values, as made.
func digests(t *testing.T, o Options) (map[string]string, Truth) {
	t.Helper()
	d := &nowhere{}
	truth, err := Write(t.Context(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for i, name := range d.names {
		sums[name] = fmt.Sprintf("%x", d.digests[i].Sum(nil))
	}
	return sums, truth
}

func TestSameSeedSameAccounts(t *testing.T) {
	o := Options{Documents: 8_000, Seed: 5, Dirt: EvenDirt(0.01)}
	first, truth := digests(t, o)
	again, truthAgain := digests(t, o)
	if !reflect.DeepEqual(first, again) || !reflect.DeepEqual(truth, truthAgain) {
		t.Error("the same options gave other accounts")
	}
	o.Seed = 6
	other, _ := digests(t, o)
	for name, sum := range first {
		if other[name] == sum {
			t.Errorf("%s is the same with another seed", name)
		}
	}
}

// Dirt changes rows, and nothing of what is true.
func TestDirtDoesNotChangeTheTruth(t *testing.T) {
	_, clean := digests(t, Options{Documents: 8_000, Seed: 5})
	_, dirty := digests(t, Options{Documents: 8_000, Seed: 5, Dirt: EvenDirt(0.02)})
	if len(clean.Defects) != 0 || len(dirty.Defects) < len(DefectKinds()) {
		t.Errorf("%d defects in clean accounts, %d in dirty ones", len(clean.Defects), len(dirty.Defects))
	}
	if !reflect.DeepEqual(clean.Totals, dirty.Totals) {
		t.Error("the totals differ")
	}
}

// As many documents are made as are asked for, with the least and with more.
func TestNumberOfDocuments(t *testing.T) {
	for seed := range uint64(25) {
		for _, documents := range []int{LeastDocuments, 8_888} {
			_, truth := digests(t, Options{Documents: documents, Seed: seed})
			counted := int64(0)
			for name, figures := range truth.Types {
				if IsDocument(name) {
					counted += figures.Count
				}
			}
			if counted != int64(documents) || truth.Documents != documents {
				t.Errorf("seed %d: %d documents and not %d", seed, counted, documents)
			}
		}
	}
}

// Payments asked for by number come besides the documents.
func TestPaymentsBesides(t *testing.T) {
	_, truth := digests(t, Options{Documents: 10_000, Seed: 1, Payments: 30_000})
	if got := truth.Types[typePagopa].Count; got != 30_000 {
		t.Errorf("%d payments, want 30,000", got)
	}
	if truth.Documents != 10_000 {
		t.Errorf("%d documents, want 10,000", truth.Documents)
	}
}

func TestOptionsRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"too few":          {Documents: 100},
		"no such kind":     {Dirt: Dirt{"typo": 0.1}},
		"rate above one":   {Dirt: Dirt{WrongIBAN: 1.5}},
		"payments below 0": {Payments: -1},
	} {
		if _, err := Write(t.Context(), &nowhere{}, o); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is there is never written over, and what fails leaves nothing.
func TestNothingIsWrittenOver(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "city.db")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, d := range []Destination{SQLite(file), TextFiles(folder)} {
		if _, err := Write(t.Context(), d, Options{Documents: LeastDocuments}); err == nil {
			t.Errorf("%s was written over", d)
		}
	}
	if text, err := os.ReadFile(file); string(text) != "mine" || err != nil {
		t.Errorf("the file holds %q, %v", text, err)
	}
}

func TestCancelledLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, d := range map[string]Destination{
		"sqlite": SQLite(filepath.Join(folder, "city.db")), "text": TextFiles(filepath.Join(folder, "city")),
	} {
		if _, err := Write(ctx, d, Options{Documents: LeastDocuments}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want it cancelled", name, err)
		}
	}
	left := 0
	if err := filepath.WalkDir(folder, func(_ string, entry os.DirEntry, err error) error {
		if !entry.IsDir() {
			left++
		}
		return err
	}); err != nil || left > 0 {
		t.Errorf("%d files left, %v", left, err)
	}
}
