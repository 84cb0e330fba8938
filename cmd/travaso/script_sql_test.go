package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
)

// What the printed SQL of a plan creates, and the tables of its rules.
var (
	namedSchema  = regexp.MustCompile(`\b([a-z]+)\."`)
	createdTable = regexp.MustCompile(`create table converted\."(\w+)"`)
)

// acceptedSQL lets the embedded engine run what travaso plan --sql printed, over
// the snapshot of the newest run, and tells what came out: accepted-sql file
func acceptedSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: accepted-sql file")
	}
	transformation, rules, _ := strings.Cut(ts.ReadFile(args[0]), "\n-- rule ")
	eng, err := engineOver(newest(ts, "runs"))
	ts.Check(err)
	defer eng.Close()
	ctx := context.Background()
	for _, name := range slices.Compact(slices.Sorted(submatches(namedSchema, transformation))) {
		ts.Check(eng.Exec(ctx, "create schema if not exists "+name))
	}
	ts.Check(eng.Exec(ctx, transformation))
	ts.Check(eng.Exec(ctx, "create schema travaso; create table travaso.documents (id uuid, type varchar, key varchar)"))
	for name := range submatches(createdTable, transformation) {
		var rows, rejected int64
		ts.Check(eng.Exec(ctx, fmt.Sprintf(`create view "%[1]s" as from converted."%[1]s" where _document not in (from rejected."%[1]s")`, name)))
		query := fmt.Sprintf(`select (select count(*) from converted."%[1]s"), (select count(*) from rejected."%[1]s")`, name)
		ts.Check(eng.QueryRow(ctx, query).Scan(&rows, &rejected))
		fmt.Fprintf(ts.Stdout(), "%s: %d rows, %d documents rejected\n", name, rows, rejected)
	}
	for rule := range strings.SplitSeq(rules, "\n-- rule ") {
		id, query, found := strings.Cut(rule, "\n")
		if !found {
			continue
		}
		found = ruleFinds(ts, eng, strings.TrimSuffix(strings.TrimSpace(query), ";"))
		fmt.Fprintf(ts.Stdout(), "rule %s: finds something: %t\n", id, found)
	}
}

// engineOver is an engine that has the datasets of a run's snapshot, and the macros of the checks.
func engineOver(run string) (*engine.Engine, error) {
	ctx := context.Background()
	manifest, err := snapshot.Load(filepath.Join(run, "snapshot"))
	if err != nil {
		return nil, err
	}
	eng, err := engine.Open(ctx, engine.Options{Folders: []string{run}, Threads: 1})
	if err != nil {
		return nil, err
	}
	err = eng.Exec(ctx, mappings.Checks)
	for _, d := range manifest.Datasets {
		if err == nil {
			err = eng.Exec(ctx, fmt.Sprintf("create view %s as select *, %s as _dataset from %s",
				engine.Quote(d.Name), engine.Literal(d.Name), engine.ReadParquet(d.Paths(filepath.Join(run, "snapshot"))...)))
		}
	}
	return eng, err
}

// ruleFinds runs the SQL of a rule.
func ruleFinds(ts *testscript.TestScript, eng *engine.Engine, query string) bool {
	var found bool
	ts.Check(eng.QueryRow(context.Background(), "select bool_or(violation) is true from ("+query+")").Scan(&found))
	return found
}

func submatches(pattern *regexp.Regexp, text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, match := range pattern.FindAllStringSubmatch(text, -1) {
			if !yield(match[1]) {
				return
			}
		}
	}
}
