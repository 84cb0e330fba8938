package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/travaso/travaso/cmd/internal/journal"
)

// killedDocuments is large enough for a cutover to be killed in each of its stages.
const killedDocuments = "4000"

// legacyProject makes projects that migrate one synthetic legacy database into
// targets of their own.
type legacyProject struct{ plan string }

func newLegacyProject(t *testing.T, documents string) *legacyProject {
	t.Helper()
	p := &project{folder: t.TempDir()}
	p.run(t, exitDone, "demo", "--prepare", "--in", "demo", "--documents", documents)
	text, err := os.ReadFile(p.path("demo/travaso.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	plan := string(text)
	for old, new := range map[string]string{
		"dsn: legacy.db": "dsn: " + strconv.Quote(p.path("demo/legacy.db")),
		"target: {driver: sqlite, dsn: target.db}": "%s",
	} {
		if strings.Count(plan, old) != 1 {
			t.Fatalf("the plan of the demo does not say %q once:\n%s", old, plan)
		}
		plan = strings.Replace(plan, old, new, 1)
	}
	return &legacyProject{plan}
}

func (l *legacyProject) into(t *testing.T, target *place) *project {
	t.Helper()
	return newProject(t, fmt.Sprintf(l.plan, target.plan()), target.env())
}

// moment is when a cutover is killed: a while after an event of its journal
// has come up for the nth time, or after its start where there is none.
type moment struct {
	event string
	nth   int
	delay time.Duration
}

func (m moment) String() string {
	if m.event == "" {
		return fmt.Sprintf("%v after the start", m.delay.Round(time.Millisecond))
	}
	return fmt.Sprintf("%v after %s %d", m.delay.Round(10*time.Microsecond), m.event, m.nth)
}

// killing is one kill: when it was meant to be and in which stage it hit.
type killing struct {
	moment
	stage string
}

// TestKilledCutoverResumes kills cutovers (SIGKILL, the whole process group) at
// moments spread over their whole duration, and some once more while they
// resume. The same command then finishes them, and the target is what an
// uninterrupted cutover makes: rows, constraints and journal.
//
// TRAVASO_TEST_SEED repeats the moments of an earlier test, as far as the
// machine allows.
func TestKilledCutoverResumes(t *testing.T) {
	legacy := newLegacyProject(t, killedDocuments)
	for kind, newPlace := range places {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := seeded(t)
			reference := newPlace(t)
			p := legacy.into(t, reference)
			began := time.Now()
			p.run(t, exitDone, "cutover")
			line := timelineOf(t, p, time.Since(began))
			want := reference.state(t)

			hits := map[string]int{}
			twice := 0
			moments := line.moments(r)
			if testing.Short() {
				moments = moments[len(moments)-2:]
			}
			for i, m := range moments {
				target := newPlace(t)
				p := legacy.into(t, target)
				first, ok := p.kill(t, m)
				for try := 0; !ok && try < 5; try++ { // it was over before its time
					target = newPlace(t)
					p = legacy.into(t, target)
					m.delay /= 2
					first, ok = p.kill(t, m)
				}
				if !ok {
					t.Fatalf("the cutover was always over before it was killed %v", m)
				}
				killings := []killing{first}
				if i%2 == 1 {
					if second, ok := p.kill(t, line.again(r, first.stage)); ok {
						killings = append(killings, second)
						twice++
					}
				}
				hits[first.stage]++
				resumes(t, p, target, want, killings)
			}
			t.Logf("of %d killed cutovers %d were killed twice; stages hit by the first kill: %v", len(moments), twice, hits)
			if hits["load"] == 0 || len(hits) < 4 && !testing.Short() {
				t.Errorf("the kills hit too few stages, or not the load: %v", hits)
			}
			if twice == 0 {
				t.Error("no cutover was killed twice")
			}
		})
	}
}

func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("TRAVASO_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("TRAVASO_TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// timeline is how long an uninterrupted cutover took, and its stages.
type timeline struct {
	whole time.Duration
	// between is the time from an event to the next one of another name.
	between map[string]time.Duration
	// applied is how often that event comes up, restoring the time from the last
	// one to the end of the load, in which the constraints come back.
	applied   int
	restoring time.Duration
}

func timelineOf(t *testing.T, p *project, whole time.Duration) timeline {
	t.Helper()
	line := timeline{whole: whole, between: map[string]time.Duration{}}
	var last, applied journal.Event
	for _, e := range p.events(t) {
		switch e.Name {
		case "applied":
			line.applied++
			applied = e
		case "loaded":
			line.restoring = e.At.Sub(applied.At)
		}
		if e.Name == last.Name {
			continue
		}
		line.between[last.Name] = e.At.Sub(last.At)
		last = e
	}
	if line.applied < 2 {
		t.Fatalf("a cutover that applies %d batches cannot be killed between two", line.applied)
	}
	return line
}

// moments are when to kill: half of them spread over the whole duration, half
// aimed at what is soon over, above all the load.
func (l timeline) moments(r *rand.Rand) []moment {
	const spread = 5
	var all []moment
	for i := range time.Duration(spread) {
		part := l.whole / spread
		all = append(all, moment{delay: i*part + within(r, part)})
	}
	return append(all,
		moment{"loaded", 1, within(r, l.between["loaded"])},
		moment{"loading", 1, within(r, l.between["loading"])},
		moment{"applied", 1 + r.IntN(l.applied-1), within(r, 5*time.Millisecond)},
		moment{"applied", l.applied, within(r, l.restoring)},
		moment{"applied", 1 + r.IntN(l.applied-1), within(r, 5*time.Millisecond)},
	)
}

// again is when to kill a cutover that was killed in a stage and resumes: in
// the load once more, or soon.
func (l timeline) again(r *rand.Rand, stage string) moment {
	if stage == "load" {
		return moment{"loading", 2, within(r, l.between["loading"]+l.between["applied"])}
	}
	return moment{"resumed", 1, within(r, 60*time.Millisecond)}
}

func within(r *rand.Rand, d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d))) }

// kill starts a cutover and kills it at a moment, where it lives so long.
func (p *project) kill(t *testing.T, m moment) (killing, bool) {
	t.Helper()
	s := p.start(t, "cutover")
	deadline := time.Now().Add(time.Minute)
	for m.event != "" && p.count(t, m.event) < m.nth {
		select {
		case err := <-s.done:
			return killing{}, p.failed(t, s.outcome(t, err))
		case <-time.After(500 * time.Microsecond):
		}
		if time.Now().After(deadline) {
			s.signal(t, syscall.SIGKILL)
			t.Fatalf("no %s %d in a minute: %v", m.event, m.nth, s.wait(t))
		}
	}
	select {
	case err := <-s.done:
		return killing{}, p.failed(t, s.outcome(t, err))
	case <-time.After(m.delay):
	}
	s.signal(t, syscall.SIGKILL)
	if o := s.wait(t); !o.killed {
		return killing{}, p.failed(t, o)
	}
	return killing{m, p.stage(t)}, true
}

// failed fails the test where a cutover did not end well by itself.
func (p *project) failed(t *testing.T, o outcome) bool {
	t.Helper()
	if o.code != exitDone {
		t.Fatalf("the cutover that was to be killed failed: %v", o)
	}
	return false
}

// events are those of the newest run, none where it has not begun.
func (p *project) events(t *testing.T) []journal.Event {
	t.Helper()
	if p.runs(t) == 0 {
		return nil
	}
	events, err := journal.Read(p.newestRun(t))
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func (p *project) count(t *testing.T, event string) int {
	t.Helper()
	n := 0
	for _, e := range p.events(t) {
		if e.Name == event {
			n++
		}
	}
	return n
}

// stage is what the newest run was doing by its journal.
func (p *project) stage(t *testing.T) string {
	t.Helper()
	stages := map[string]string{
		"begun": "extract", "extracted": "transform", "transformed": "validate", "validated": "report", "reported": "report",
		"loading": "load", "applied": "load", "loaded": "verify", "verified": "last report",
	}
	for _, e := range slices.Backward(p.events(t)) {
		if stage, ok := stages[e.Name]; ok {
			return stage
		}
	}
	return "start"
}

// resumes repeats the command until it is done, and compares the target with
// what it should be.
func resumes(t *testing.T, p *project, target *place, want targetState, killings []killing) {
	t.Helper()
	var said []string
	for _, k := range killings {
		said = append(said, fmt.Sprintf("killed %v, in %s", k.moment, k.stage))
	}
	t.Log(strings.Join(said, ", then "))
	p.run(t, exitDone, "cutover")
	if r := p.report(t); !r.Verdict.Go || len(r.Differences) > 0 {
		t.Errorf("%v: the report says go %t, differences %v", said, r.Verdict.Go, r.Differences)
	}
	got := target.state(t)
	if failed := got.differences(want); len(failed) > 0 {
		t.Errorf("%v: the target differs from that of an uninterrupted cutover in %s", said, strings.Join(failed, ", "))
	}
}

// targetState is all that a cutover leaves in a target, but for times.
type targetState struct {
	contents  map[string]string // digest by table
	catalogue []string          // constraints and indexes
	journal   []string          // batches
	runs      []string          // that applied them
	migration []string
	waiting   []string // constraints that are still to be restored
	documents []string // by type: in the journal, of those distinct
}

func (p *place) state(t *testing.T) targetState {
	t.Helper()
	return targetState{
		contents:  p.contents(t),
		catalogue: p.lines(t, p.catalogue),
		journal:   p.lines(t, `select document, part, parts, documents, "rows", digest from travaso_batch order by document, part`),
		runs:      p.lines(t, `select distinct run from travaso_batch`),
		migration: p.lines(t, `select migration, run, scope, types, finished, baseline from travaso_migration`),
		waiting:   p.lines(t, `select "table", name from travaso_constraint`),
		documents: p.documents(t),
	}
}

// documents counts the documents in the target's journal, 48 bytes each: 16 of
// id and 32 of digest.
func (p *place) documents(t *testing.T) []string {
	t.Helper()
	rows, err := p.db.QueryContext(t.Context(), `select document, documents, content from travaso_batch`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	counted, distinct := map[string]int{}, map[string]map[string]bool{}
	for rows.Next() {
		var document string
		var n int
		var content []byte
		if err := rows.Scan(&document, &n, &content); err != nil {
			t.Fatal(err)
		}
		if len(content) != 48*n {
			t.Errorf("a batch of %s counts %d documents and has %d bytes of them", document, n, len(content))
		}
		counted[document] += n
		if distinct[document] == nil {
			distinct[document] = map[string]bool{}
		}
		for record := range slices.Chunk(content, 48) {
			distinct[document][string(record[:16])] = true
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, document := range slices.Sorted(maps.Keys(counted)) {
		if counted[document] != len(distinct[document]) {
			t.Errorf("some documents of %s are in the journal twice", document)
		}
		lines = append(lines, fmt.Sprintf("%s: %d, distinct %d", document, counted[document], len(distinct[document])))
	}
	return lines
}

// differences says in what two states differ.
func (s targetState) differences(want targetState) []string {
	var found []string
	for table := range want.contents {
		if s.contents[table] != want.contents[table] {
			found = append(found, fmt.Sprintf("table %s: %s, not %s", table, s.contents[table], want.contents[table]))
		}
	}
	for what, lines := range map[string][2][]string{
		"catalogue": {s.catalogue, want.catalogue}, "journal": {s.journal, want.journal}, "runs": {s.runs, want.runs}, "migration": {s.migration, want.migration},
		"waiting constraints": {s.waiting, want.waiting}, "documents": {s.documents, want.documents},
	} {
		if !slices.Equal(lines[0], lines[1]) {
			found = append(found, fmt.Sprintf("%s:\n%s\nnot\n%s\n", what, strings.Join(lines[0], "\n"), strings.Join(lines[1], "\n")))
		}
	}
	return found
}
