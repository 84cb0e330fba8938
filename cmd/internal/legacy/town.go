package legacy

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// town makes the rows: subjects first, then movements on chapters that are
// only known by number, and at the end the chapters with what has come
// together on them. So the balances hold by the way they are made.
type town struct {
	r   *rand.Rand
	out *tables

	quotas   quotas
	dirt     Dirt // what is still to be put in
	defects  []Defect
	subjects []subject
	acts     map[act]bool
	uscita   []chapter
	entrata  []chapter
	lastID   int
}

// quotas are how many documents of each type are made.
type quotas struct {
	capitoliUscita, capitoliEntrata, soggetti, modpag         int
	impegni, accertamenti, impegniPlurien, accertamentiPlurie int
}

// share splits a number of documents among the types; what rounding leaves
// over are commitments.
func share(documents int) quotas {
	of := func(thousandths int) int { return documents * thousandths / 1000 }
	q := quotas{
		capitoliUscita: of(80), capitoliEntrata: of(40), soggetti: of(250), modpag: of(280),
		accertamenti: of(70), impegniPlurien: of(35), accertamentiPlurie: of(15),
	}
	q.impegni = documents - q.capitoliUscita - q.capitoliEntrata - q.soggetti - q.modpag -
		q.accertamenti - q.impegniPlurien - q.accertamentiPlurie
	return q
}

func newTown(o Options, out *tables) *town {
	q := share(o.Documents)
	return &town{
		r:   rand.New(rand.NewPCG(o.Seed, 0x7472617661736f)),
		out: out, quotas: q, dirt: o.Dirt, acts: map[act]bool{},
		uscita: make([]chapter, q.capitoliUscita), entrata: make([]chapter, q.capitoliEntrata),
	}
}

// build makes everything, in the order in which one thing needs the other.
func (t *town) build(ctx context.Context) (Truth, error) {
	for _, step := range []func(context.Context) error{
		t.makeSubjects, t.makePaymentMethods,
		t.numberChapters, t.makeCommitments, t.makeAssessments, t.makeChapters,
	} {
		if err := step(ctx); err != nil {
			return Truth{}, err
		}
	}
	if t.dirt != (Dirt{}) {
		return Truth{}, fmt.Errorf("no room for all the defects, left over are %+v: ask for more documents", t.dirt)
	}
	truth := Truth{Tables: figures(t.out.tables), Entities: figures(t.out.entities), Defects: t.defects}
	provvedimenti := truth.Entities["provvedimento"]
	provvedimenti.Rows = int64(len(t.acts))
	truth.Entities["provvedimento"] = provvedimenti
	return truth, nil
}

// id gives the next number of a row, as the legacy system counted them.
func (t *town) id() string {
	t.lastID++
	return strconv.Itoa(100000 + t.lastID)
}

// spoil reports whether to put in a defect of a kind here, and counts it: not
// in each of the first rows, but in every tenth that would do.
func (t *town) spoil(left *int, candidate int) bool {
	if *left == 0 || candidate%10 != 7 {
		return false
	}
	*left--
	return true
}

// money is an amount between 10.00 and about 500,000.00, small ones more often;
// round ones, with the zeros that the export drops, are common.
func (t *town) money() fiction.Cents {
	amount := fiction.Cents(1000 + t.r.Int64N(100_000))
	for t.r.IntN(3) == 0 && amount < 10_000_000 {
		amount *= fiction.Cents(2 + t.r.IntN(4))
	}
	switch t.r.IntN(4) {
	case 0:
		return amount - amount%100
	case 1:
		return amount - amount%10
	}
	return amount
}
