package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// printer writes lines and keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// counted is a number with its noun: "1 rule", "23 rules", "7 batches".
func counted[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	plural := "s"
	if strings.HasSuffix(noun, "ch") {
		plural = "es"
	}
	return fmt.Sprintf("%d %s%s", n, noun, plural)
}

func orZero(amount string) string {
	if amount == "" {
		return "0.00"
	}
	return amount
}
