package report

import (
	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate"
	"github.com/travaso/travaso/validate/finding"
)

// DocumentsOf takes the document types of a transformation. Titles are by type
// and language.
func DocumentsOf(manifest staged.Manifest, titles map[string]map[string]string) []Document {
	documents := make([]Document, 0, len(manifest.Documents))
	for _, d := range manifest.Documents {
		document := Document{
			Name: d.Name, Title: titles[d.Name],
			Extracted: d.Staged + d.Rejected + d.Excluded, Excluded: d.Excluded, Rejected: d.Rejected, Staged: d.Staged,
		}
		for _, e := range d.Entities {
			document.Entities = append(document.Entities, Entity{
				Name: e.Name, Table: e.Table,
				Source: e.Source, Excluded: e.Excluded, Exclusions: e.Exclusions, Rejected: e.Rejected, Staged: e.Staged,
			})
		}
		documents = append(documents, document)
	}
	return documents
}

// DatasetsOf joins what was read of each dataset with where its rows went.
func DatasetsOf(read *snapshot.Manifest, manifest staged.Manifest) []Dataset {
	went := map[string]staged.Dataset{}
	for _, d := range manifest.Datasets {
		went[d.Name] = d
	}
	datasets := make([]Dataset, 0, len(read.Datasets))
	for _, d := range read.Datasets {
		dataset := went[d.Name] // of one that went nowhere all counts are 0, which is a difference
		dataset.Name, dataset.Unreadable = d.Name, d.Rejected
		datasets = append(datasets, Dataset{
			Dataset: dataset, Origin: d.Origin, Source: d.Source, Snapshot: d.Files, RejectedSums: d.RejectedSums,
		})
	}
	return datasets
}

// RulesOf joins each rule with its findings.
func RulesOf(result *validate.Result) []Rule {
	found := map[string][]finding.Finding{}
	for _, f := range result.Findings {
		if len(found[f.Rule]) < SampleLimit {
			found[f.Rule] = append(found[f.Rule], f)
		}
	}
	rules := make([]Rule, 0, len(result.Rules))
	for _, r := range result.Rules {
		rules = append(rules, Rule{RuleResult: r, Findings: found[r.ID]})
	}
	return rules
}

// ControlsOf joins each table of control totals with its rule's title.
func ControlsOf(result *validate.Result) []Control {
	titles := map[string]map[string]string{}
	for _, r := range result.Rules {
		titles[r.ID] = r.Title
	}
	controls := make([]Control, 0, len(result.Controls))
	for _, c := range result.Controls {
		controls = append(controls, Control{Title: titles[c.Rule], ControlTotals: c})
	}
	return controls
}
