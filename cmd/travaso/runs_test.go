package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/travaso/travaso/load"
	"github.com/travaso/travaso/load/sqltarget"
)

// fewDocuments is as few as a demo makes.
const fewDocuments = "500"

// TestTwoCutoversAtOnce: of two cutovers of one plan, or into one target, one
// is refused, and told who is in the way.
func TestTwoCutoversAtOnce(t *testing.T) {
	legacy := newLegacyProject(t, fewDocuments)
	t.Run("one plan", func(t *testing.T) {
		t.Parallel()
		target := sqlitePlace(t)
		p := legacy.into(t, target)
		first := p.start(t, "cutover")
		p.await(t, first, "begun")
		first.signal(t, syscall.SIGSTOP) // so that it is certainly under way
		refused := p.run(t, exitFailure, "cutover")
		says(t, refused.stderr, "the run is being worked on by another process", fmt.Sprintf("process %d on ", first.cmd.Process.Pid), "wait for it, or stop it")
		first.signal(t, syscall.SIGCONT)
		if o := first.wait(t); o.code != exitDone {
			t.Errorf("the one that was first did not end well: %v", o)
		}
		if p.runs(t) != 1 {
			t.Errorf("there are %d runs, want one", p.runs(t))
		}
		p.run(t, exitDone, "verify")
	})
	for kind, newPlace := range places {
		t.Run("one target, "+kind, func(t *testing.T) {
			t.Parallel()
			target := newPlace(t)
			p := legacy.into(t, target)
			unlock := lock(t, target)
			refused := p.run(t, exitFailure, "cutover")
			says(t, refused.stderr, "a load is under way: travaso another, process "+fmt.Sprint(os.Getpid()), "wait for it to end, or stop that process")
			if loaded := target.ask(t, `select count(*) from soggetto`); loaded != 0 {
				t.Errorf("the cutover that was refused loaded %d rows", loaded)
			}
			unlock()
			p.run(t, exitDone, "cutover")
			if p.runs(t) != 1 {
				t.Errorf("there are %d runs, want one", p.runs(t))
			}
		})
	}
}

// await waits for an event in the journal of the newest run.
func (p *project) await(t *testing.T, s *process, event string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); p.count(t, event) == 0; {
		select {
		case err := <-s.done:
			t.Fatalf("over before it was %s: %v", event, s.outcome(t, err))
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("not %s in a minute", event)
		}
	}
}

// lock takes a target as a load of another migration does.
func lock(t *testing.T, p *place) (unlock func()) {
	t.Helper()
	target, err := sqltarget.Open(t.Context(), p.config)
	if err != nil {
		t.Fatal(err)
	}
	_, unlocking, err := target.Lock(t.Context(), "another")
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := unlocking(); err != nil {
			t.Error(err)
		}
		target.Close()
	}
}

// TestInterruptedCutoverResumes: a signal that asks to stop ends a cutover at a
// safe point, with an exit code of its own, and the same command goes on.
func TestInterruptedCutoverResumes(t *testing.T) {
	legacy := newLegacyProject(t, fewDocuments)
	for _, event := range []string{"begun", "extracted", "transformed"} {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			target := sqlitePlace(t)
			p := legacy.into(t, target)
			s := p.start(t, "cutover")
			p.await(t, s, event)
			s.signal(t, syscall.SIGINT)
			o := s.wait(t)
			if o.code != exitInterrupted {
				t.Fatalf("want exit code %d: %v", exitInterrupted, o)
			}
			says(t, o.stderr, "interrupted; the same command goes on from here")
			says(t, p.run(t, exitDone, "cutover").stderr, "goes on")
			if p.runs(t) != 1 {
				t.Errorf("there are %d runs, want one", p.runs(t))
			}
		})
	}
}

// TestChangedMappingBeginsNewRun: a note beside a crosswalk changes nothing; a
// line of a mapping is another migration of the same documents, which never
// goes on with the old run and writes only what differs.
func TestChangedMappingBeginsNewRun(t *testing.T) {
	legacy := newLegacyProject(t, fewDocuments)
	for kind, newPlace := range places {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			target := newPlace(t)
			p := legacy.mappedInto(t, target)
			p.run(t, exitDone, "cutover")
			first, before := p.newestRun(t), target.contents(t)

			p.edit(t, "mappings/crosswalks/stato_movimento.csv", "P,provvisorio,provisional", "P,provvisorio,provisional: not final yet")
			again := p.run(t, exitDone, "cutover")
			says(t, again.stderr, "is finished already", "nothing was written")
			if p.newestRun(t) != first {
				t.Error("a note beside a crosswalk began a new run")
			}

			p.edit(t, "mappings/soggetto.yaml", "{from: RAGIONE_SOCIALE}", "lower(RAGIONE_SOCIALE)")
			changed := p.run(t, exitDone, "cutover")
			says(t, changed.stderr, fmt.Sprintf("run %s was made by other mappings, rules or settings: a new run begins", filepath.Base(first)))
			if p.newestRun(t) == first || p.runs(t) != 2 {
				t.Errorf("a changed mapping went on with the old run; there are %d runs", p.runs(t))
			}
			checkDifference(t, p, target, before)
			says(t, p.run(t, exitUsage, "report", "--run", filepath.Base(first)).stderr, "was made by other mappings, rules or settings")
		})
	}
}

// mappedInto is into, with the mappings of the pack in a folder of the project's own.
func (l *legacyProject) mappedInto(t *testing.T, target *place) *project {
	t.Helper()
	p := l.into(t, target)
	if err := os.CopyFS(p.path("mappings"), os.DirFS(filepath.FromSlash("../../mappings/unica"))); err != nil {
		t.Fatal(err)
	}
	p.edit(t, "travaso.yaml", "pack: unica", "mappings: ./mappings")
	return p
}

// edit replaces a text that stands once in a file.
func (p *project) edit(t *testing.T, name, old, new string) {
	t.Helper()
	text, err := os.ReadFile(p.path(name))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%s does not say %q once", name, old)
	}
	p.write(t, name, strings.Replace(string(text), old, new, 1))
}

// checkDifference: only the subjects were written, each in place of what it was.
func checkDifference(t *testing.T, p *project, target *place, before map[string]string) {
	t.Helper()
	subjects := target.ask(t, `select count(*) from soggetto`)
	if wrong := target.ask(t, `select count(*) from soggetto where denominazione <> lower(denominazione)`); wrong != 0 || subjects == 0 {
		t.Errorf("%d of %d subjects are as they were", wrong, subjects)
	}
	var result load.Result
	readJSON(t, filepath.Join(p.newestRun(t), "loading.json"), &result)
	if !slices.ContainsFunc(result.Types, func(r load.TypeResult) bool { return r.Document == "soggetto" && r.Replaced == subjects }) {
		t.Errorf("the %d subjects were not replaced: %+v", subjects, result.Types)
	}
	for _, r := range result.Types {
		if r.Inserted+r.Deleted > 0 || r.Document != "soggetto" && r.Replaced > 0 {
			t.Errorf("more was written than differs: %+v", r)
		}
	}
	after := target.contents(t)
	if after["soggetto"] == before["soggetto"] {
		t.Error("the table of subjects is as it was")
	}
	delete(after, "soggetto")
	delete(before, "soggetto")
	sameContents(t, after, before)
	p.run(t, exitDone, "verify")
}

// TestChangedMappingAfterKill: a cutover is killed in its load, and the mapping
// corrected: what the new run makes of that target is what it makes of an empty one.
func TestChangedMappingAfterKill(t *testing.T) {
	legacy := newLegacyProject(t, fewDocuments)
	correct := func(t *testing.T, p *project) {
		p.edit(t, "mappings/soggetto.yaml", "{from: RAGIONE_SOCIALE}", "lower(RAGIONE_SOCIALE)")
		p.run(t, exitDone, "cutover")
	}
	for kind, newPlace := range places {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			clean := newPlace(t)
			correct(t, legacy.mappedInto(t, clean))
			want := clean.state(t)

			p, target := killedInLoad(t, func() (*project, *place) {
				target := newPlace(t)
				return legacy.mappedInto(t, target), target
			})
			correct(t, p)
			if p.runs(t) != 2 {
				t.Errorf("there are %d runs, want the one killed and the new one", p.runs(t))
			}
			got := target.state(t)
			got.runs = want.runs // what the killed run applied and has not changed is still its own
			if found := got.differences(want); len(found) > 0 {
				t.Errorf("the target differs from one that was empty in %s", strings.Join(found, ", "))
			}
		})
	}
}

// killedInLoad makes projects until the cutover of one was killed in its load.
func killedInLoad(t *testing.T, fresh func() (*project, *place)) (*project, *place) {
	t.Helper()
	for range 10 {
		p, target := fresh()
		if k, ok := p.kill(t, moment{event: "applied", nth: 2}); ok && k.stage == "load" {
			return p, target
		}
	}
	t.Fatal("the load was always over before it was killed")
	return nil, nil
}
