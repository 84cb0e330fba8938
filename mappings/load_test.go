package mappings_test

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/travaso/travaso/mappings"
)

func TestLoadUnica(t *testing.T) {
	set := loadPack(t, "unica")
	var order []string
	for _, m := range set.Mappings {
		order = append(order, m.Document)
	}
	before := func(a, b string) {
		if slices.Index(order, a) < 0 || slices.Index(order, a) > slices.Index(order, b) {
			t.Errorf("%s does not come before %s in %v", a, b, order)
		}
	}
	before("capitolo_uscita", "impegno")
	before("soggetto", "impegno")
	before("soggetto", "modalita_pagamento")
	before("provvedimento", "accertamento")
	_, sub, ok := set.Entity("sub_impegno")
	if !ok || sub.TableName() != "sub_impegno" {
		t.Fatalf("sub_impegno: %+v", sub)
	}
	if f, ok := sub.ParentField(); !ok || f.Name != "impegno_id" {
		t.Errorf("parent field of sub_impegno: %+v", f)
	}
	if got := len(set.Crosswalks["stato_movimento"].Rows); got != 4 {
		t.Errorf("stato_movimento has %d rows, want 4", got)
	}
}

func loadPack(t *testing.T, name string) *mappings.Set {
	t.Helper()
	pack, err := mappings.Pack(name)
	if err != nil {
		t.Fatal(err)
	}
	set, err := mappings.Load(pack, ".", map[string]string{"ente_id": "30"})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

const (
	soggetto = `document: soggetto
entities:
  soggetto:
    from: soggetti
    key: CODICE
    fields:
      id: {id: soggetto}
      codice: {from: CODICE}
      ente: "'${ente_id}'"
`
	impegno = `document: impegno
entities:
  impegno:
    from: impegni
    key: [ANNO, NUMERO]
    fields:
      id: {id: impegno}
      soggetto_id: {ref: soggetto, key: [SOGGETTO], absent: [0]}
      stato: {from: STATO, crosswalk: stato}
`
	stato = "old,new,note\nP,provvisorio,\nD,definitivo,final\n"
)

func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func digest(t *testing.T, fsys fs.FS) string {
	t.Helper()
	set, err := mappings.Load(fsys, ".", map[string]string{"ente_id": "30"})
	if err != nil {
		t.Fatal(err)
	}
	return set.Digest()
}

// The digest is that of what the files say, not of how they stand.
func TestDigest(t *testing.T) {
	files := map[string]string{"a.yaml": impegno, "b.yaml": soggetto, "crosswalks/stato.csv": stato}
	base := digest(t, folder(files))
	change := func(name, text string) string {
		changed := maps.Clone(files)
		changed[name] = text
		return digest(t, folder(changed))
	}
	for what, same := range map[string]string{
		"files of other names": digest(t, folder(map[string]string{"2.yaml": impegno, "1.yaml": soggetto, "crosswalks/stato.csv": stato})),
		"a comment":            change("a.yaml", "# why\n"+impegno),
		"order of a crosswalk": change("crosswalks/stato.csv", "old;new\nD;definitivo\nP;provvisorio\n"),
		"other files":          change("README.md", "hello"),
		"a list of one":        change("a.yaml", strings.Replace(impegno, "from: impegni", "from: [impegni]", 1)),
	} {
		if same != base {
			t.Errorf("%s changes the digest", what)
		}
	}
	for what, other := range map[string]string{
		"a field":                change("a.yaml", strings.Replace(impegno, "from: STATO", "from: STATUS", 1)),
		"the name of a field":    change("a.yaml", strings.Replace(impegno, "stato: {", "status: {", 1)),
		"a value of a crosswalk": change("crosswalks/stato.csv", "old,new\nP,provv\nD,definitivo\n"),
		"a constant":             change("b.yaml", strings.Replace(soggetto, "${ente_id}", "31", 1)),
	} {
		if other == base {
			t.Errorf("%s does not change the digest", what)
		}
	}
}

func TestLoadOfNothing(t *testing.T) {
	fsys := folder(map[string]string{"README.md": "x", "m/rules.yaml": "rules: []"})
	for _, name := range []string{".", "m", "missing"} {
		if _, err := mappings.Load(fsys, name, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
