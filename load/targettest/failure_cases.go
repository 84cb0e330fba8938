package targettest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/travaso/travaso/load/batch"
)

// leftBehind counts what stands in the ledger and in the journal's batches.
func leftBehind(t *testing.T, s Subject) string {
	t.Helper()
	counts := s.Query(t, "select (select count(*) from soggetto) + (select count(*) from impegno) + (select count(*) from sub_impegno), (select count(*) from travaso_batch)")
	return counts[0]
}

// firstBatch prepares and gives the first batch of a type.
func firstBatch(t *testing.T, target Target, staged *Staged, document string) batch.Batch {
	t.Helper()
	if _, err := target.Prepare(t.Context(), staged.migration()); err != nil {
		t.Fatal(err)
	}
	b, err := staged.Batch(document, 0)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func failedBatch(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	staged := Ledger("run-1", 1500, 1)
	damaged := errors.New("the staged file is damaged")
	read := 0
	staged.Broken = func(document string, _ int) error {
		if read++; document == "impegno" && read > 2000 {
			return damaged
		}
		return nil
	}
	b := firstBatch(t, target, staged, "impegno")
	read = 0
	if _, err := target.Apply(t.Context(), b); !errors.Is(err, damaged) {
		t.Errorf("error %v", err)
	}
	if got := leftBehind(t, s); got != "0|0" {
		t.Errorf("left behind: %s", got)
	}
	staged.Broken = nil
	if r, err := target.Apply(t.Context(), b); err != nil || r.Inserted != 1500 || r.Rows != 4500 {
		t.Errorf("applied again: %+v, %v", r, err)
	}
}

func cancelledBatch(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	staged := Ledger("run-1", 1500, 1)
	ctx, cancel := context.WithCancel(t.Context())
	read := 0
	staged.Broken = func(string, int) error {
		if read++; read == 700 {
			cancel()
		}
		return nil
	}
	b := firstBatch(t, target, staged, "impegno")
	if _, err := target.Apply(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if got := leftBehind(t, s); got != "0|0" {
		t.Errorf("left behind: %s", got)
	}
	if r, err := target.Apply(t.Context(), b); err != nil || r.Inserted != 1500 {
		t.Errorf("applied again: %+v, %v", r, err)
	}
}

func brokenConnection(t *testing.T, s Subject) {
	if s.Break == nil {
		t.Skip("there is no server to lose")
	}
	target := s.open(t, "auto")
	staged := Ledger("run-1", 1500, 1)
	read := 0
	staged.Broken = func(string, int) error {
		if read++; read == 700 {
			s.Break(t)
		}
		return nil
	}
	b := firstBatch(t, target, staged, "impegno")
	_, err := target.Apply(t.Context(), b)
	var transient interface{ Transient() bool }
	if !errors.As(err, &transient) || !transient.Transient() {
		t.Errorf("error %v is not one that may pass", err)
	}
	if got := leftBehind(t, s); got != "0|0" {
		t.Errorf("left behind: %s", got)
	}
	if r, err := target.Apply(t.Context(), b); err != nil || r.Inserted != 1500 {
		t.Errorf("applied again: %+v, %v", r, err)
	}
}

func damagedBatches(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	staged := Ledger("run-1", 20, 2)
	whole := firstBatch(t, target, staged, "impegno")
	for want, damage := range map[string]func(*batch.Batch){
		"which is not in its batch":              func(b *batch.Batch) { b.Documents = b.Documents[1:] },
		"is in the batch twice":                  func(b *batch.Batch) { b.Documents = append(b.Documents, b.Documents[0]) },
		"the staged manifest says":               func(b *batch.Batch) { b.Part.Rows++ },
		"values for 8 columns":                   func(b *batch.Batch) { b.Rows = func(int) (batch.Rows, error) { return whole.Rows(1) } },
		"batches of several types or runs given": nil,
	} {
		b := whole
		batches := []batch.Batch{b}
		if damage != nil {
			b.Documents = append([]batch.Document(nil), whole.Documents...)
			damage(&b)
			batches[0] = b
		} else {
			other, err := staged.Batch("soggetto", 1)
			if err != nil {
				t.Fatal(err)
			}
			batches = append(batches, other)
		}
		if _, err := target.Apply(t.Context(), batches...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if got := leftBehind(t, s); got != "0|0" {
		t.Errorf("left behind: %s", got)
	}
}

// violations: under constraints that do not wait, an error names the batch, the
// constraint and the key of a row, and never a value that may be personal.
func violations(t *testing.T, s Subject) {
	target := s.open(t, "keep")
	twice := Soggetto(2, "Mario Rossi")
	twice.Rows[0][0][2] = "S1"
	required := Soggetto(3, "Mario Rossi")
	required.Rows[0][0][2] = nil
	negative := Impegno(7, -100, 0, 0)
	unknown := Impegno(8, 100, 12345, 0)
	for name, c := range map[string]struct {
		staged *Staged
		want   []string
	}{
		"unique":   {NewStaged("ledger", "r").Add(Soggetti(), 1, Soggetto(1, "Mario Rossi"), twice), []string{"apply batch 0 of soggetto", "soggetto", "with ente_id 30, id "}},
		"required": {NewStaged("ledger", "r").Add(Soggetti(), 1, Soggetto(1, "Mario Rossi"), required), []string{"apply batch 0 of soggetto", "codice", text(required.ID)}},
		"check":    {NewStaged("ledger", "r").Add(Impegni(), 1, negative), []string{"of impegno", "impegno_capienza", text(negative.ID)}},
		"foreign":  {NewStaged("ledger", "r").Add(Soggetti(), 1).Add(Impegni(), 1, unknown), []string{"of impegno", "impegno", "soggetto", "migrate what"}},
	} {
		_, err := tryLoad(t, target, c.staged)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v lacks %q", name, err, want)
			}
		}
		if strings.Contains(err.Error(), "Rossi") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if got := leftBehind(t, s); !strings.HasPrefix(got, "0|") {
		t.Errorf("left behind: %s", got)
	}
}

func missingColumns(t *testing.T, s Subject) {
	target := s.open(t, "auto")
	kind := Soggetti()
	kind.Entities[0].Columns = append(columns("codice", "code", "denominazione", "text", "attivo", "boolean", "nascita", "date", "aggiornato", "timestamp"), columns("partita_iva", "code")[2])
	other := Liquidazioni()
	other.Entities[0].Table = "pagamento"
	_, err := target.Prepare(t.Context(), NewStaged("ledger", "r").Add(kind, 1).Add(other, 1).migration())
	if err == nil || !strings.Contains(err.Error(), "no column soggetto.partita_iva; no table pagamento") {
		t.Errorf("error %v", err)
	}
}
