package targettest

import (
	"strconv"
	"testing"

	"github.com/travaso/travaso/transform/staged"
)

// Notes are a type without money, whose shape the cases change: a head with
// lines of two kinds.
const notesDDL = `
	create table nota (id uuid not null primary key, testo text, stato text not null default 'nuova');
	create table riga (id uuid not null primary key, nota_id uuid not null references nota (id), lato text not null);
	create table altra_nota (id uuid not null primary key, testo text);
	create table altra_riga (id uuid not null primary key, nota_id uuid not null, lato text not null)`

// notes stages documents of a head and a line of each kind; fields are the
// values of the head's columns after its id.
func notes(run, head, lines, left string, columns []string, values ...string) *Staged {
	kind := staged.Document{Name: "nota", Entities: []staged.Entity{
		{Name: "nota", Table: head, Key: []string{"id"}, Columns: []staged.Column{{Name: "id", Type: "uuid"}}},
		notesLine(left, lines), notesLine("avere", lines)}}
	for _, c := range columns {
		kind.Entities[0].Columns = append(kind.Entities[0].Columns, staged.Column{Name: c, Type: "text"})
	}
	var documents []Document
	for n, value := range values {
		id := ID("nota", n)
		row := []any{id}
		for range columns {
			row = append(row, value)
		}
		documents = append(documents, Document{ID: id, Rows: [][][]any{{row}, {{ID("dare", n), id, "D" + value}}, {{ID("avere", n), id, "A" + value}}}})
	}
	return NewStaged("notes", run).Add(kind, 1, documents...)
}

func notesLine(name, table string) staged.Entity {
	return staged.Entity{Name: name, Table: table, Key: []string{"id"}, Parent: "nota", ParentColumns: []string{"nota_id"},
		Columns: []staged.Column{{Name: "id", Type: "uuid"}, {Name: "nota_id", Type: "uuid"}, {Name: "lato", Type: "text"}}}
}

func openNotes(t *testing.T, s Subject) Target {
	t.Helper()
	s.Exec(t, notesDDL)
	return s.Open(t, "auto")
}

// The lines of one entity are not those that the other no longer stages; nor is
// an entity under another name.
func sharedTable(t *testing.T, s Subject) {
	target := openNotes(t, s)
	load(t, target, notes("run-1", "nota", "riga", "dare", []string{"testo"}, "a", "b"))
	load(t, target, notes("run-2", "nota", "riga", "dare", []string{"testo"}, "a", "c"))
	sameLines(t, []string{"a|Aa", "a|Da", "c|Ac", "c|Dc"}, s.Query(t, "select testo, lato from nota n join riga r on r.nota_id = n.id order by 1, 2"))
	load(t, target, notes("run-3", "nota", "riga", "sinistra", []string{"testo"}, "x", "c"))
	sameLines(t, []string{"c|Ac", "c|Dc", "x|Ax", "x|Dx"}, s.Query(t, "select testo, lato from nota n join riga r on r.nota_id = n.id order by 1, 2"))
	load(t, target, notes("run-4", "nota", "riga", "sinistra", []string{"testo"}, "x"))
	sameLines(t, []string{"x|Ax", "x|Dx"}, s.Query(t, "select testo, lato from nota n join riga r on r.nota_id = n.id order by 1, 2"))
}

// A target that was loaded twice is as one loaded once, also where the first
// of the two loads never came to its end.
func droppedColumn(t *testing.T, s Subject) {
	target := openNotes(t, s)
	load(t, target, notes("run-1", "nota", "riga", "dare", []string{"testo", "stato"}, "a", "b"))
	s.Exec(t, "update nota set stato = 'by hand' where testo = 'b'")
	second := notes("run-2", "nota", "riga", "dare", []string{"testo"}, "a2", "b")
	firstBatch(t, target, second, "nota") // prepared, and interrupted
	load(t, s.Open(t, "auto"), second)
	sameLines(t, []string{"a2|nuova", "b|nuova"}, s.Query(t, "select testo, stato from nota order by 1"))
	load(t, target, notes("run-3", "nota", "riga", "dare", []string{"stato"}, "a3", "b3"))
	sameLines(t, []string{"NULL|a3", "NULL|b3"}, s.Query(t, "select testo, stato from nota order by 2"))
	s.Exec(t, "update nota set testo = 'a user wrote this'")
	load(t, target, notes("run-4", "nota", "riga", "dare", []string{"stato"}, "a4", "b4"))
	sameLines(t, []string{"a user wrote this|a4", "a user wrote this|b4"}, s.Query(t, "select testo, stato from nota order by 2"))
}

// A line keeps its key where its document is renumbered: whichever of the two
// documents is applied first, in one batch or two, the line is there once. A
// line of someone else is not taken over.
func movedLine(t *testing.T, s Subject) {
	target := openNotes(t, s)
	stage := func(run string, parts int, lines map[int][]int) *Staged {
		kind := notes(run, "nota", "riga", "dare", []string{"testo"}).manifest.Documents[0]
		kind.Batches = nil
		var documents []Document
		for n := range 12 {
			if lines[n] == nil {
				continue
			}
			d := Document{ID: ID("nota", n), Rows: [][][]any{{{ID("nota", n), strconv.Itoa(n)}}, {}, {}}}
			for _, line := range lines[n] {
				d.Rows[1] = append(d.Rows[1], []any{ID("riga", line), d.ID, strconv.Itoa(line)})
			}
			documents = append(documents, d)
		}
		return (&Staged{manifest: &staged.Manifest{Version: 1, Migration: "notes"}, run: run, parts: map[string][][]Document{}}).Add(kind, parts, documents...)
	}
	held := func() []string {
		return s.Query(t, "select testo, lato from nota n join riga r on r.nota_id = n.id order by cast(testo as integer), cast(lato as integer)")
	}
	load(t, target, stage("run-1", 64, map[int][]int{1: {1, 2}, 2: {3}, 3: {4}, 4: {5}}))
	load(t, target, stage("run-2", 64, map[int][]int{5: {1, 2}, 6: {3}, 7: {4}, 8: {5}, 4: {6}}))
	sameLines(t, []string{"4|6", "5|1", "5|2", "6|3", "7|4", "8|5"}, held())
	load(t, target, stage("run-3", 64, map[int][]int{1: {1}, 9: {2, 6}, 6: {4}, 7: {3}, 8: {5}}))
	sameLines(t, []string{"1|1", "6|4", "7|3", "8|5", "9|2", "9|6"}, held())
	load(t, target, stage("run-4", 1, map[int][]int{2: {1, 5}, 3: {3, 4}, 4: {2}, 10: {6}}))
	sameLines(t, []string{"2|1", "2|5", "3|3", "3|4", "4|2", "10|6"}, held())

	s.Exec(t, "insert into nota (id, testo) values ('"+text(ID("nota", 99))+"', '99')")
	s.Exec(t, "insert into riga (id, nota_id, lato) values ('"+text(ID("riga", 50))+"', '"+text(ID("nota", 99))+"', '50')")
	if _, err := tryLoad(t, target, stage("run-5", 1, map[int][]int{2: {1, 5}, 3: {3, 4}, 4: {2}, 11: {50}})); err == nil {
		t.Error("someone else's line was taken over")
	}
	if _, err := tryLoad(t, target, stage("run-6", 1, map[int][]int{2: {1, 5, 50}, 3: {3, 4}, 4: {2}, 10: {6}})); err == nil {
		t.Error("someone else's line was taken over by a changed document")
	}
	sameLines(t, []string{"2|1", "2|5", "3|3", "3|4", "4|2", "10|6", "99|50"}, held())
	s.Exec(t, "delete from riga where lato in ('50', '5')") // by hand
	load(t, target, stage("run-7", 1, map[int][]int{2: {1, 5, 50}, 3: {3, 4}, 4: {2}, 10: {6}}))
	sameLines(t, []string{"2|1", "2|5", "2|50", "3|3", "3|4", "4|2", "10|6"}, held())
}

func movedEntity(t *testing.T, s Subject) {
	target := openNotes(t, s)
	load(t, target, notes("run-1", "nota", "riga", "dare", []string{"testo"}, "a", "b"))
	s.Exec(t, "insert into nota (id, testo) values ('"+text(ID("nota", 9))+"', 'theirs')")
	second := notes("run-2", "altra_nota", "altra_riga", "dare", []string{"testo"}, "a", "b2")
	second.parts["nota"][0] = reshaped(second.parts["nota"][0])
	if r := load(t, target, second); r.Postponed != 0 {
		t.Errorf("result: %+v", r)
	}
	sameLines(t, []string{"a|Aa", "a|Da", "b2|Ab2", "b2|Db2"}, s.Query(t, "select testo, lato from altra_nota n join altra_riga r on r.nota_id = n.id order by 1, 2"))
	sameLines(t, []string{"theirs|0"}, s.Query(t, "select testo, (select count(*) from riga) from nota"))
	s.Exec(t, "drop table riga; drop table nota")
	load(t, target, notes("run-3", "altra_nota", "altra_riga", "dare", []string{"testo"}, "z"))
	sameLines(t, []string{"z|Az", "z|Dz"}, s.Query(t, "select testo, lato from altra_nota n join altra_riga r on r.nota_id = n.id order by 1, 2"))
}

// reshaped gives documents the digests that a transformation gives them where
// the same values go elsewhere.
func reshaped(documents []Document) []Document {
	for i := range documents {
		documents[i].sum[0] ^= 1
	}
	return documents
}
