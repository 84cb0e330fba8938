package city

import (
	"fmt"

	"github.com/travaso/travaso/cmd/internal/fiction"
)

// firstRecoveryYear is when the recovery plan (PNRR) begins.
const firstRecoveryYear = 2021

// recovery are the projects of the recovery plan.
type recovery struct {
	projects []*project
	number   int // of the last movement of the year
}

type project struct {
	cup, measure, title string
	out, in             fiction.Cents
}

func (s *suite) makeProjects() {
	r := s.random.recovery
	for i := range s.quotas.projects {
		s.recovery.projects = append(s.recovery.projects, &project{
			cup:     fmt.Sprintf("%s%05d", fiction.CUP(r)[:10], i+1),
			measure: fmt.Sprintf("M%dC%dI%d.%d", 1+r.IntN(6), 1+r.IntN(4), 1+r.IntN(4), 1+r.IntN(4)),
			title:   "PNRR - " + s.purpose(r.IntN(len(s.plan))),
		})
	}
}

// joinProject gives a new movement to a project.
func (s *suite) joinProject(m *movement, oneOf int) {
	if s.year() < firstRecoveryYear || m.state != final || !oneIn(s.random.recovery, oneOf) {
		return
	}
	m.recovery = s.recovery.projects[s.random.recovery.IntN(len(s.recovery.projects))]
	m.cup = m.recovery.cup
}

// writeRecovery writes the year's movements of projects, with what has become
// of their amounts.
func (s *suite) writeRecovery() {
	for _, m := range s.movements.year {
		if m.recovery == nil || m.anno != s.year() {
			continue
		}
		s.recovery.number++
		cig := m.cig
		if m.kind == typeIn {
			cig = ""
			m.recovery.in += m.current
		} else {
			m.recovery.out += m.current
		}
		issued := fmt.Sprintf("%02d/%02d/%d", m.issued%100, m.issued/100%100, m.issued/10_000)
		s.out.recovery.row().ints(s.year(), s.recovery.number).text(m.recovery.cup).text(cig).letter(m.kind).
			ints(m.anno, m.number).amount(m.current).text(issued).end()
		s.tally.document(group{name: typeRecovery, year: s.year()}, m.current)
	}
}

func (s *suite) writeProjects() {
	for _, p := range s.recovery.projects {
		s.out.projects.row().text(p.cup).text(p.measure).text(p.title).amount(p.out+p.out/10, p.out, p.in).end()
		s.tally.document(group{name: typeProject}, p.out)
	}
}
