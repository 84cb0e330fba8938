package validate

import (
	"context"
	"slices"
)

// Kind is the kind of a rule.
type Kind string

// The kinds; the package's comment says what each of them means.
const (
	Balance Kind = "balance"
	Ceiling Kind = "ceiling"
	Carry   Kind = "carry"
	Check   Kind = "check"
	Unique  Kind = "unique"
	Control Kind = "control"
	SQL     Kind = "sql"

	Sequence Kind = "sequence"
)

// kind is what the language knows of a kind of rule. A new kind is a line in
// kinds and a function that binds it.
type kind struct {
	name     Kind
	required []string // parts, by their key in the file
	optional []string
	// bind checks every expression of the rule with this number against the
	// data's columns and compiles it. Mistakes go to the binder.
	bind func(ctx context.Context, b *binder, number int) statement
}

func kinds() []kind {
	return []kind{
		{Balance, []string{"left", "right"}, []string{"key", "tolerance"}, bindBalance},
		{Ceiling, []string{"children", "parent"}, []string{"key", "tolerance"}, bindCeiling},
		{Carry, []string{"opening", "closing"}, []string{"in", "out", "key", "tolerance"}, bindCarry},
		{Check, []string{"from", "expect"}, []string{"where", "key"}, bindCheck},
		{Unique, []string{"from", "columns"}, []string{"where", "key"}, bindUnique},
		{Sequence, []string{"from", "number"}, []string{"where", "by", "first"}, bindSequence},
		{Control, []string{"from"}, []string{"where", "by", "sum", "source"}, bindControl},
		{SQL, []string{"query"}, []string{"checked"}, bindQuery},
	}
}

func kindNamed(name Kind) (kind, bool) {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return all[i], true
}

func kindNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, string(k.name))
	}
	return names
}

// allParts are the keys that at least one kind uses.
func allParts() []string {
	var parts []string
	for _, k := range kinds() {
		parts = append(append(parts, k.required...), k.optional...)
	}
	slices.Sort(parts)
	return slices.Compact(parts)
}
