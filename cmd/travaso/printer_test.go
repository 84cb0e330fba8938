package main

import "testing"

func TestCounted(t *testing.T) {
	for _, c := range []struct {
		n    int
		noun string
		want string
	}{
		{0, "rule", "0 rules"}, {1, "rule", "1 rule"}, {23, "rule", "23 rules"},
		{1, "batch", "1 batch"}, {7, "batch", "7 batches"},
	} {
		if got := counted(c.n, c.noun); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
