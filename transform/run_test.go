package transform

import (
	"slices"
	"testing"

	"github.com/travaso/travaso/mappings"
)

func TestRun_small(t *testing.T) {
	f := newFixture(t, 2).
		texts("capitoli", "NUM|DESC", "1|uno", "2|due").
		texts("impegni", "TIPO|NUM|SUB|CAP|IMPORTO|STATO", "I|10||1|1843,1|P", "I|11||2|12,345|D", "S|10|1|1|100|D", "S|11|1|1|5|D", "S|99|1||5|D", "I|12||9|1|D", "X|1||||", "I|13||2|7|P", "I|13||2|7|P")
	f.crosswalk("stato", "P=provvisorio", "D=definitivo")
	f.mapping("capitolo", mappings.Entity{From: []string{"capitoli"}, Key: []string{"NUM"}, Fields: []mappings.Field{
		{Name: "id", ID: "capitolo"}, {Name: "descrizione", From: "DESC"}}})
	f.mapping("impegno",
		mappings.Entity{From: []string{"impegni"}, Where: "TIPO = 'I'", Key: []string{"NUM"}, Fields: []mappings.Field{
			{Name: "id", ID: "impegno"},
			{Name: "numero", From: "NUM", As: "integer"},
			{Name: "importo", From: "IMPORTO", As: "money", Format: []string{"it"}},
			{Name: "stato", From: "STATO", Crosswalk: "stato"},
			{Name: "capitolo_id", Ref: "capitolo", Key: []string{"CAP"}},
		}},
		mappings.Entity{Name: "sub", Parent: "impegno", From: []string{"impegni"}, Where: "TIPO = 'S'", Key: []string{"NUM", "SUB"}, Fields: []mappings.Field{
			{Name: "id", ID: "sub"},
			{Name: "impegno_id", Ref: "impegno", Key: []string{"NUM"}},
			{Name: "importo", From: "IMPORTO", As: "money", Format: []string{"it"}},
		}})
	m, findings := f.run()
	want := []string{
		"duplicate_key impegno 13 - [13]", "duplicate_key impegno 13 - [13]",
		"orphan impegno 12 capitolo_id [9]", "orphan sub 99/1 impegno_id [99]", "same_document sub 11/1 - -",
		"too_many_decimals impegno 11 importo [12,345]", "unclaimed - - - -",
	}
	if !slices.Equal(findings, want) {
		t.Errorf("findings\n%q, want\n%q", findings, want)
	}
	t.Logf("%+v", m)
}
