package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/engine"
)

// accounted prints what became of the rows of each dataset of the newest run,
// and fails where some are missing. It does not believe the manifests: it
// counts rows in the files. Rows of ignored datasets are left out.
func accounted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: accounted [runs]")
	}
	run := newest(ts, append(args, "runs")[0])
	manifest, err := snapshot.Load(filepath.Join(run, "snapshot"))
	ts.Check(err)
	eng, err := engine.Open(context.Background(), engine.Options{Folders: []string{run}, Threads: 1})
	ts.Check(err)
	defer eng.Close()
	for _, d := range manifest.Datasets {
		a := account{eng: eng, run: run, dataset: d}
		ts.Check(a.count())
		fmt.Fprintf(ts.Stdout(), "%s: %d extracted = %d staged + %d rejected + %d excluded\n",
			d.Name, d.Source.Rows, a.staged, a.rejected, a.excluded)
		if d.Source.Rows != a.staged+a.rejected+a.excluded {
			ts.Fatalf("the rows of %s do not add up", d.Name)
		}
	}
}

// account counts the rows of one dataset.
type account struct {
	eng                        *engine.Engine
	run                        string
	dataset                    snapshot.Dataset
	staged, rejected, excluded int64
}

// count counts each row once, as rejected before excluded before staged; the
// unreadable and the unclaimed are rejected.
func (a *account) count() error {
	for _, err := range a.dataset.RejectedRows(filepath.Join(a.run, "snapshot")) {
		if err != nil {
			return err
		}
		a.rejected++
	}
	ignored, err := a.ignored()
	if err != nil {
		return err
	}
	if ignored {
		a.excluded = a.dataset.Files.Rows
		return nil
	}
	used := []string{fmt.Sprintf("select dataset, part, \"row\", 1 from %s where kind = 'unclaimed'",
		engine.ReadParquet(filepath.Join(a.run, "rejects", "findings.parquet")))}
	staged, err := filepath.Glob(filepath.Join(a.run, "staged", "*", "*", "_batch=*", "*.parquet"))
	if err != nil {
		return err
	}
	for _, file := range staged {
		used = append(used, "select _dataset, _part, _row, 3 from "+engine.ReadParquet(file))
	}
	gone, err := filepath.Glob(filepath.Join(a.run, "rejects", "*.parquet"))
	if err != nil {
		return err
	}
	for _, file := range gone {
		if filepath.Base(file) != "findings.parquet" {
			used = append(used, "select _dataset, _part, _row, if(_status = 'rejected', 1, 2) from "+engine.ReadParquet(file))
		}
	}
	return a.addUp("with used(d, p, r, outcome) as (" + strings.Join(used, " union all ") + ")")
}

func (a *account) addUp(used string) error {
	query := used + `, rows as (select min(outcome) as outcome from used where d = ? group by p, r)
		select count(*) filter (outcome = 1), count(*) filter (outcome = 2), count(*) filter (outcome = 3) from rows`
	var rejected int64
	err := a.eng.QueryRow(context.Background(), query, a.dataset.Name).Scan(&rejected, &a.excluded, &a.staged)
	a.rejected += rejected
	return err
}

// ignored says that the plan does not migrate the dataset.
func (a *account) ignored() (bool, error) {
	text, err := os.ReadFile(filepath.Join(a.run, "plan.json"))
	if err != nil {
		return false, err
	}
	var plan struct {
		Ignore []struct{ Dataset string }
	}
	if err := json.Unmarshal(text, &plan); err != nil {
		return false, err
	}
	for _, i := range plan.Ignore {
		if i.Dataset == a.dataset.Name {
			return true, nil
		}
	}
	return false, nil
}
