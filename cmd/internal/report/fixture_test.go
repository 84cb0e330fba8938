package report

import (
	"fmt"
	"testing"
	"time"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate"
	"github.com/travaso/travaso/validate/finding"
)

func totals(rows int64, sums ...string) staged.Totals {
	t := staged.Totals{Rows: rows, Sums: map[string]string{}}
	for i := 0; i < len(sums); i += 2 {
		t.Sums[sums[i]] = sums[i+1]
	}
	return t
}

func rule(id, title string, kind validate.Kind, severity finding.Severity, groups int64) Rule {
	return Rule{RuleResult: validate.RuleResult{ID: id, Title: map[string]string{"en": title}, Kind: kind, Severity: severity, Groups: groups}}
}

// violate adds a finding to a rule, as a run does: the count is whole, the list is not.
func violate(r *Rule, f finding.Finding) {
	r.Violations++
	if len(r.Findings) < SampleLimit {
		r.Findings = append(r.Findings, f)
	}
}

// rehearsal is a report with something in every part of it; every total of it
// reconciles. It is reckoned against what accept says.
func rehearsal(t *testing.T, accept Accept) *Report {
	t.Helper()
	started := time.Date(2016, 2, 3, 10, 38, 41, 0, time.UTC)
	r := &Report{
		Run: Run{
			ID: "5f2c9d1e8b7a", Kind: "rehearse", Migration: "comune-2016", Host: "ced-01",
			Started: started, Finished: started.Add(7 * time.Second), ToolVersion: "1.0.0",
			Source: "folder /srv/export, 8 files", Target: "postgres cloud-test/contabilita",
			Identity: "9a1b", Snapshot: "5f2c9d1e8b7a44f0", Mappings: "00c1d2e3f4", Rules: "77aa88bb99",
			Moment:          snapshot.Moment{At: started, How: "files as they lay in the folder, 4 readers", Readers: 4},
			PeakMemoryBytes: 412 << 20,
			Notes:           []string{"constraints of 6 tables were deferred and rebuilt"},
		},
		Documents: []Document{
			{
				Name: "capitolo_uscita", Title: map[string]string{"it": "Capitoli di uscita", "en": "Expenditure chapters"},
				Extracted: 941, Staged: 941, Amount: "stanziamento_cassa",
				Entities: []Entity{{
					Name: "capitolo_uscita", Table: "capitolo",
					Source: totals(941, "stanziamento", "174468385.51", "stanziamento_cassa", "204540007.73"),
					Staged: totals(941, "stanziamento", "174468385.51", "stanziamento_cassa", "204540007.73"),
				}},
			},
			{
				Name: "impegno", Title: map[string]string{"it": "Impegni", "en": "Commitments"},
				Extracted: 1736, Excluded: 40, Rejected: 3, Staged: 1693,
				Entities: []Entity{
					{
						Name: "impegno", Table: "impegno",
						Source:     totals(1736, "importo_attuale", "30071622.22", "importo_iniziale", "12000000"),
						Excluded:   totals(40, "importo_attuale", "2500000.00", "importo_iniziale", "0"),
						Exclusions: []staged.Exclusion{{Reason: "annullato prima del riaccertamento", Totals: totals(40, "importo_attuale", "2500000.00")}},
						Rejected:   totals(3, "importo_attuale", "71622.22", "importo_iniziale", "0"),
						Staged:     totals(1693, "importo_attuale", "27500000.00", "importo_iniziale", "12000000"),
					},
					{
						Name: "sub_impegno", Table: "sub_impegno",
						Source: totals(197, "importo_attuale", "1037543.83"), Rejected: totals(2, "importo_attuale", "43.83"),
						Staged: totals(195, "importo_attuale", "1037500"),
					},
				},
			},
			{
				Name: "soggetto", Title: map[string]string{"it": "Soggetti", "en": "Creditors and debtors"},
				Extracted: 2053, Rejected: 1, Staged: 2052,
				Entities: []Entity{{Name: "soggetto", Table: "soggetto", Source: totals(2053), Rejected: totals(1), Staged: totals(2052)}},
			},
		},
		Datasets: []Dataset{
			{
				Dataset: staged.Dataset{Name: "impegni", Rows: 1933, Staged: 1888, Rejected: 5, Excluded: 40, Unreadable: 1},
				Origin:  "impegni_03022016.csv", Source: snapshot.Figures{Rows: 1934}, Snapshot: snapshot.Figures{Rows: 1933},
			},
			{
				Dataset: staged.Dataset{Name: "capitoli_uscita", Rows: 941, Staged: 941}, Origin: "legacy.capitoli_uscita",
				Source:   snapshot.Figures{Rows: 941, Sums: map[string]string{"STANZIAMENTO": "174468385.51"}},
				Snapshot: snapshot.Figures{Rows: 941, Sums: map[string]string{"STANZIAMENTO": "174468385.51", "NUMERO": "7"}},
			},
			{
				Dataset: staged.Dataset{Name: "log_accessi", Rows: 12, Ignored: "not accounts"}, Origin: "log.csv",
				Source: snapshot.Figures{Rows: 12}, Snapshot: snapshot.Figures{Rows: 12},
			},
		},
		Rules: []Rule{
			rule("cassa_uscita", "Cash appropriation = appropriation of the year + residuals", validate.Check, finding.Error, 941),
			rule("residui_capitolo_uscita", "Residual appropriation of an expenditure chapter = sum of its commitments of past years", validate.Balance, finding.Error, 941),
			rule("disponibilita", "Commitments of the year on a chapter ≤ its appropriation", validate.Ceiling, finding.Warning, 12),
			rule("vincoli", "Constraints balance", validate.SQL, finding.Error, validate.Uncounted),
		},
		Controls: []Control{{
			Title: map[string]string{"en": "Commitments, heads and parts, by state"},
			ControlTotals: validate.ControlTotals{Rule: "totali_impegni", By: []string{"esercizio", "stato"}, Rows: []validate.ControlRow{
				{Whole: true, Measure: Rows, Source: "1933", Excluded: "40", Rejected: "5", Staged: "1888", Difference: "0"},
				{Group: []string{"2016", "definitivo"}, Measure: "importo_attuale", Source: "9000000.1", Excluded: "0", Rejected: "0.05", Staged: "9000000.05", Difference: "0.00"},
				{Group: []string{"2016", "provvisorio"}, Measure: "importo_attuale", Excluded: "0", Rejected: "0", Staged: "12"},
			}},
		}},
		Rejects: []Reason{
			{Kind: finding.BadNumber, Document: "impegno", Entity: "impegno", Field: "importo_attuale", Documents: 2, Rows: 2, Examples: []finding.Finding{
				{Kind: finding.BadNumber, Document: "impegno", Entity: "impegno", Key: "30/2016/2015/77", Field: "importo_attuale", Value: "12,3x", Origin: "impegni_03022016.csv", Row: 78},
			}},
			{Kind: finding.CheckFailed, Document: "soggetto", Entity: "soggetto", Field: "codice_fiscale", Detail: "wrong check character", Documents: 1, Rows: 1, Examples: []finding.Finding{
				{Kind: finding.CheckFailed, Document: "soggetto", Entity: "soggetto", Key: "30/5611", Field: "codice_fiscale", Value: "RSSMRA70A01L726X", Origin: "soggetti.csv", Row: 12},
			}},
			{Kind: finding.RaggedRow, Dataset: "impegni", Rows: 1, Detail: "57 fields, expected 58"},
		},
		Dependants: []Reason{{Kind: finding.SameDocument, Document: "impegno", Entity: "sub_impegno", Documents: 1, Rows: 2, Money: "43.83"}},
		Warnings:   []Reason{{Kind: finding.CheckFailed, Document: "modalita_pagamento", Entity: "modalita_pagamento", Field: "iban", Detail: "wrong check digits", Documents: 83, Rows: 83}},
		Unmapped: []Unmapped{
			{Document: "impegno", Entity: "impegno", Field: "stato", Crosswalk: "stato_movimento", Value: "Z", Rows: 9, Documents: 9, Money: "71000.00"},
			{Document: "soggetto", Entity: "soggetto", Field: "ragione_sociale", Crosswalk: "nomi", Value: "Ditta Bianchi", Rows: 1, Documents: 1},
		},
		Target: map[string]staged.Totals{
			"capitolo":    totals(941, "stanziamento", "174468385.51", "stanziamento_cassa", "204540007.73", "stanziamento_anno3", "0"),
			"impegno":     totals(1693, "importo_attuale", "27500000", "importo_iniziale", "12000000.00"),
			"sub_impegno": totals(195, "importo_attuale", "1037500.00"),
			"soggetto":    totals(2052),
		},
		Timings: []Timing{
			{Stage: "extract", Unit: "rows", Done: 9433, ElapsedMS: 310, PerSecond: 30429, PeakMemoryBytes: 90 << 20},
			{Stage: "transform", Unit: "documents", Done: 4730, ElapsedMS: 12345, PerSecond: 383, PeakMemoryBytes: 412 << 20},
		},
		Files: []File{{What: "page", Path: "runs/5f2c9d1e8b7a/report.html"}, {What: "rejects", Path: "runs/5f2c9d1e8b7a/rejects"}},
	}
	for i := range 3 {
		violate(&r.Rules[1], finding.Finding{
			Kind: finding.Broken, Severity: finding.Error, Rule: "residui_capitolo_uscita", Document: "capitolo_uscita", Entity: "capitolo_uscita",
			Key: fmt.Sprintf("%d/0", 420000+i), Expected: "184200.5", Actual: "184100", Difference: "-100.5",
			Documents: []string{"30/2016/2015/77", "30/2016/2015/78"}, DocumentCount: 34,
		})
	}
	violate(&r.Rules[2], finding.Finding{Kind: finding.Broken, Severity: finding.Warning, Key: "7/0", Expected: "1", Actual: "2", Difference: "1"})
	r.Rules[3].CheckedNothing = true
	if err := r.Reckon(accept); err != nil {
		t.Fatal(err)
	}
	return r
}

func lenient() Accept {
	return Accept{RejectedDocuments: 10, RejectedMoney: "100000.00", Errors: 3}
}
