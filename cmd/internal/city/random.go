package city

import (
	"hash/fnv"
	"math/rand/v2"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// stream gives the random numbers of one purpose. Each purpose has its own, so
// that a new one does not shift what the others make.
func stream(seed uint64, purpose string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// oneIn is true once in n times.
func oneIn(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

// oftenLow gives a number below n; the low ones come up most.
func oftenLow(r *rand.Rand, n int) int {
	const whole = 1 << 20
	u := r.Uint64N(whole)
	return int(u * u / whole * u / whole * uint64(n) / whole)
}

// logNormal gives an amount around a median, by the product of twelve random
// factors e^±0.04 … e^±0.6 in 1024ths: in integers, so that it is the same
// everywhere. Every third is round, as amounts are.
func logNormal(r *rand.Rand, median fiction.Cents) fiction.Cents {
	factors := [16]int64{562, 609, 659, 714, 774, 838, 908, 984, 1066, 1155, 1251, 1355, 1468, 1590, 1723, 1866}
	bits, amount := r.Uint64(), int64(median)
	for range 12 {
		amount = amount * factors[bits&15] / 1024
		bits >>= 4
	}
	switch bits % 9 {
	case 0, 1:
		amount -= amount % 100
	case 2:
		amount -= amount % 1000
	}
	return fiction.Cents(max(amount, 100))
}

// parts splits an amount into n positive ones; n cents must be there.
func parts(r *rand.Rand, amount fiction.Cents, n int, into []fiction.Cents) []fiction.Cents {
	into = into[:0]
	for i := n; i > 1; i-- {
		most := int64(amount) - int64(i-1)
		part := fiction.Cents(1 + r.Int64N(max(1, min(most, 2*int64(amount)/int64(i)))))
		into = append(into, part)
		amount -= part
	}
	return append(into, amount)
}
