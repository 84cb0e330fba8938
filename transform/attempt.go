package transform

import (
	"fmt"
	"strings"

	"github.com/travaso/travaso/transform/engine"
)

// An attempt is an expression that may fail, inside TRY: a list of its one
// value, or NULL where it failed. Three things about the engine's TRY, each
// seen to give wrong rows or to fail the whole statement, decide how it is
// written here:
//
//   - Expressions that two TRYs share are computed once, outside of both, where
//     nothing catches them. So each stands in a lambda, into which the engine
//     does not look, over a list of a number of its own.
//   - Under a condition (WHERE a OR b, CASE) it answers for the wrong rows. So
//     all attempts of an entity are columns of a table, made by a statement
//     that does nothing else, and conditions read that table.
//   - A subquery cannot stand in it; see expression.
//
// An attempt costs a few nanoseconds, but some twenty microseconds where it fails.
func (x expression) attempt(as string, number int) item {
	return item{sql: fmt.Sprintf("try(list_transform([%d], lambda _attempt: %s))", number, enclosed(x.sql)), name: as}
}

// condition is the expression as a truth value.
func (x expression) condition() expression {
	return expression{sql: "cast(" + enclosed(x.sql) + " as boolean)"}
}

// attempts are the expressions of the entity that may fail.
func (e *entity) attempts() []item {
	var items []item
	add := func(x expression, as string) {
		items = append(items, x.attempt(as, len(items)+1))
	}
	if e.where != nil && e.where.tried {
		add(e.where.condition(), "where.try")
	}
	for i, x := range e.excludes {
		if x.tried {
			add(x.condition(), fmt.Sprintf("exclude.try%d", i+1))
		}
	}
	for i, k := range e.key {
		if k.tried {
			add(k, fmt.Sprintf("key.try%d", i+1))
		}
	}
	for _, f := range e.fields {
		if f.from.tried {
			add(f.from, f.spec.Name+".try")
		}
		for i, k := range f.key {
			if k.tried {
				add(k, fmt.Sprintf("%s.try%d", f.spec.Name, i+1))
			}
		}
	}
	return items
}

// outcome is the value of an expression, tried or not.
func (x expression) outcome(attempt string) string {
	if x.tried {
		return engine.Quote(attempt) + "[1]"
	}
	if strings.ContainsAny(x.sql, " ,-") {
		return enclosed(x.sql)
	}
	return x.sql
}
