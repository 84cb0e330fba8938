package pipeline

import (
	"encoding/csv"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/travaso/travaso/cmd/internal/report"
	"github.com/travaso/travaso/extract/sealed"
	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate/finding"
)

// The rows that could not be read as rows at all are in the snapshot. Here they
// join the other rejects: as reasons of the report, and as a CSV for people.

// unreadable gathers the unreadable rows of all datasets by kind, and writes
// them to one CSV for each dataset that has some.
func (r *Run) unreadable(read *snapshot.Manifest) ([]report.Reason, error) {
	var reasons []report.Reason
	for _, d := range read.Datasets {
		if d.Rejected == 0 {
			continue
		}
		found := gathered{dataset: d, places: map[finding.Kind]int{}}
		err := sealed.WriteWith(r.path(path.Join(staged.RejectsFolder, "unreadable-"+d.Name+".csv")), func(w io.Writer) error {
			return found.write(w, r.snapshotFolder())
		})
		if err != nil {
			return nil, err
		}
		reasons = append(reasons, found.reasons...)
	}
	return reasons, nil
}

// gathered are the unreadable rows of one dataset.
type gathered struct {
	dataset snapshot.Dataset
	reasons []report.Reason
	places  map[finding.Kind]int // in reasons
}

// write passes over the rows once: each becomes a line, and is counted.
func (g *gathered) write(w io.Writer, folder string) error {
	lines := csv.NewWriter(w)
	if err := lines.Write([]string{"severity", "kind", "value", "detail", "dataset", "origin", "part", "row"}); err != nil {
		return err
	}
	for row, err := range g.dataset.RejectedRows(folder) {
		if err != nil {
			return err
		}
		f := finding.Finding{
			Kind: finding.Kind(row.Code), Severity: finding.Error, Value: readable(row.Raw), Detail: row.Reason,
			Dataset: g.dataset.Name, Origin: originOf(g.dataset, row.Part), Part: row.Part, Row: row.Row,
		}
		g.add(f)
		line := []string{string(f.Severity), string(f.Kind), finding.Cell(f.Value), f.Detail, f.Dataset, f.Origin, strconv.Itoa(f.Part), strconv.FormatInt(f.Row, 10)}
		if err := lines.Write(line); err != nil {
			return err
		}
	}
	lines.Flush()
	return lines.Error()
}

func (g *gathered) add(f finding.Finding) {
	at, known := g.places[f.Kind]
	if !known {
		at = len(g.reasons)
		g.places[f.Kind] = at
		g.reasons = append(g.reasons, report.Reason{Kind: f.Kind, Dataset: f.Dataset})
	}
	reason := &g.reasons[at]
	reason.Rows++
	reason.Documents++ // which ones nobody can tell: each row counts as one, as in the verdict
	if len(reason.Examples) < report.ExampleLimit {
		reason.Examples = append(reason.Examples, f)
	}
}

// readable is a raw row as text: NUL and bytes that are not UTF-8 as \xE0.
func readable(raw []byte) string {
	var text strings.Builder
	for len(raw) > 0 {
		character, size := utf8.DecodeRune(raw)
		if character == 0 || character == utf8.RuneError && size == 1 {
			fmt.Fprintf(&text, `\x%02X`, raw[0])
		} else {
			text.Write(raw[:size])
		}
		raw = raw[size:]
	}
	return text.String()
}

// originOf is the file or table that a part of a dataset was read from.
func originOf(d snapshot.Dataset, part int) string {
	for _, p := range d.Parts {
		if p.Part == part {
			return p.Origin
		}
	}
	return d.Origin
}

// locate says of examples in which file their row is: there the row is a line.
// In a table it is none, so the dataset stands.
func locate(reasons []report.Reason, read *snapshot.Manifest) {
	datasets := map[string]snapshot.Dataset{}
	for _, d := range read.Datasets {
		datasets[d.Name] = d
	}
	for _, reason := range reasons {
		for i, f := range reason.Examples {
			if d, ok := datasets[f.Dataset]; ok {
				reason.Examples[i].Origin = originOf(d, f.Part)
			}
		}
	}
}
