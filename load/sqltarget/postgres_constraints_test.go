package sqltarget

import (
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/load/targettest"
)

// unusual are the things about constraints that are easily lost on the way.
const unusual = `
	alter table liquidazione add constraint non_validata foreign key (ente_id, impegno_id) references impegno (ente_id, id) on delete restrict not valid;
	alter table impegno add constraint differibile foreign key (ente_id, riferito_a) references impegno (ente_id, id) deferrable initially deferred;
	alter table liquidazione add constraint unica unique (ente_id, numero) deferrable;
	alter table liquidazione add constraint esclusa exclude using btree (id with =);
	create unique index parziale on impegno (ente_id, numero) where stato <> 'A';
	create index espressione on soggetto (lower(denominazione) text_pattern_ops desc nulls last) include (attivo) with (fillfactor = 70);
	create index "Strano "" nome" on soggetto (codice);
	create index gin_json on soggetto using gin (to_tsvector('simple', coalesce(denominazione, '')));
	comment on constraint soggetto_codice on soggetto is 'one code, it''s the law';
	comment on index parziale is 'numbers of live commitments';
	alter table soggetto cluster on "Strano "" nome";
	create schema altri;
	create table altri.nota (ente_id integer, soggetto_id uuid, foreign key (ente_id, soggetto_id) references public.soggetto (ente_id, id));
	create view per_impegno as select i.ente_id, i.id, i.numero, count(s.id) from impegno i left join sub_impegno s on s.impegno_id = i.id group by i.ente_id, i.id;
	alter table sub_impegno replica identity using index sub_impegno_numero;
`

// All constraints come back exactly as they were; those that others depend on
// never go.
func TestUnusualConstraints(t *testing.T) {
	subject := postgresSubject(t)
	target := subject.Open(t, Auto)
	if err := target.Create(t.Context(), targettest.DDL); err != nil {
		t.Fatal(err)
	}
	subject.Exec(t, unusual)
	before := subject.Catalogue(t)
	staged := targettest.Ledger("run-1", 20, 2)
	prepared, err := target.Prepare(t.Context(), migrationOf(staged))
	if err != nil {
		t.Fatal(err)
	}
	during := strings.Join(subject.Catalogue(t), "\n")
	for _, stays := range []string{"soggetto_pkey", "impegno_pkey", "sub_impegno_numero", "impegno_capienza"} {
		if !strings.Contains(during, stays) {
			t.Errorf("%s was dropped, and others depend on it", stays)
		}
	}
	for _, goes := range []string{"differibile", "non_validata", "unica", "esclusa", "parziale", "espressione", "liquidazione_pkey", "sub_impegno_pkey", "impegno_per_soggetto"} {
		if strings.Contains(during, goes) {
			t.Errorf("%s was kept", goes)
		}
	}
	if prepared.Constraints < 12 {
		t.Errorf("%d constraints wait", prepared.Constraints)
	}
	if restored, err := target.Finish(t.Context()); err != nil || restored != prepared.Constraints {
		t.Errorf("%d restored: %v", restored, err)
	}
	if after := subject.Catalogue(t); !slices.Equal(before, after) {
		t.Errorf("before\n%s\nafter\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}

// A restoration that was interrupted between its steps goes on, and one whose
// constraint somebody restored by hand does not mind.
func TestRestoreInterrupted(t *testing.T) {
	subject := postgresSubject(t)
	target := subject.Open(t, Auto)
	if err := target.Create(t.Context(), targettest.DDL); err != nil {
		t.Fatal(err)
	}
	before := subject.Catalogue(t)
	staged := targettest.Ledger("run-1", 20, 2)
	if _, err := target.Prepare(t.Context(), migrationOf(staged)); err != nil {
		t.Fatal(err)
	}
	byHand := subject.Query(t, `select ddl from travaso_constraint where kind = 'primary key' and "table" = 'soggetto'
		union all select ddl || ' not valid' from travaso_constraint where name = 'impegno_soggetto'`)
	for _, ddl := range byHand {
		subject.Exec(t, ddl)
	}
	subject.Exec(t, "update travaso_constraint set added = 1 where name = 'impegno_soggetto'")
	if _, err := target.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := subject.Catalogue(t); !slices.Equal(before, after) {
		t.Errorf("before\n%s\nafter\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}

// Duplicates found at the end are named by their primary keys: the values that
// are there twice may be personal data.
func TestRestoreDuplicates(t *testing.T) {
	subject := postgresSubject(t)
	target := subject.Open(t, Auto)
	if err := target.Create(t.Context(), targettest.DDL); err != nil {
		t.Fatal(err)
	}
	twice := targettest.Soggetto(2, "B")
	twice.Rows[0][0][2] = "S1"
	staged := targettest.NewStaged("ledger", "run-1").Add(targettest.Soggetti(), 1, targettest.Soggetto(1, "A"), twice)
	if _, err := target.Prepare(t.Context(), migrationOf(staged)); err != nil {
		t.Fatal(err)
	}
	b, err := staged.Batch("soggetto", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	_, err = target.Finish(t.Context())
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"unique soggetto_codice of table soggetto does not hold for the rows with key", "30/" + string(appendUUID(nil, twice.ID))} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "S1") {
		t.Errorf("error %v", err)
	}
}
