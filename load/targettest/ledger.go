package targettest

import (
	"strconv"

	"github.com/travaso/travaso/transform/staged"
)

// DDL is a small ledger with every kind of key and check: creditors, the
// commitments to them with their subdivisions, and payments on those.
const DDL = `
-- creditors
create table soggetto (
	ente_id      integer not null,
	id           uuid not null,
	codice       varchar(20) not null,
	denominazione text,
	attivo       boolean not null,
	nascita      date,
	aggiornato   timestamp,
	primary key (ente_id, id),
	constraint soggetto_codice unique (ente_id, codice)
);
/* commitments; riferito_a is an earlier commitment */
create table impegno (
	ente_id     integer not null,
	id          uuid not null,
	numero      integer not null,
	importo     numeric(15,2) not null,
	pagato      numeric(15,2) default 0,
	stato       varchar(1) not null,
	soggetto_id uuid,
	riferito_a  uuid,
	primary key (ente_id, id),
	unique (ente_id, numero),
	constraint impegno_soggetto foreign key (ente_id, soggetto_id) references soggetto (ente_id, id),
	constraint impegno_riferito foreign key (ente_id, riferito_a) references impegno (ente_id, id),
	constraint impegno_capienza check (importo >= 0 and coalesce(pagato, 0) <= importo)
);
create index impegno_per_soggetto on impegno (ente_id, soggetto_id);
create table sub_impegno (
	ente_id    integer not null,
	id         uuid not null,
	impegno_id uuid not null,
	sub        smallint not null,
	importo    numeric(15,2) not null,
	primary key (ente_id, id),
	constraint sub_impegno_numero unique (ente_id, impegno_id, sub),
	constraint sub_impegno_padre foreign key (ente_id, impegno_id) references impegno (ente_id, id)
);
create table liquidazione (
	ente_id    integer not null,
	id         uuid not null,
	numero     bigint not null,
	impegno_id uuid not null,
	sub_id     uuid,
	importo    numeric(15,2) not null,
	primary key (ente_id, id),
	constraint liquidazione_impegno foreign key (ente_id, impegno_id) references impegno (ente_id, id),
	constraint liquidazione_sub foreign key (ente_id, sub_id) references sub_impegno (ente_id, id)
);
create index liquidazione_per_impegno on liquidazione (ente_id, impegno_id);
`

// Tables are those of DDL.
var Tables = []string{"impegno", "liquidazione", "soggetto", "sub_impegno"}

// Ente is the constant of the made-up documents; Scope holds them apart from others.
const Ente = int64(30)

// Scope is the scope of the made-up documents.
func Scope() map[string]string { return map[string]string{"ente_id": "30"} }

func columns(pairs ...string) []staged.Column {
	list := []staged.Column{{Name: "ente_id", Type: "integer"}, {Name: "id", Type: "uuid"}}
	for i := 0; i < len(pairs); i += 2 {
		c := staged.Column{Name: pairs[i], Type: pairs[i+1]}
		if c.Type == "money" {
			c.Precision, c.Scale = 15, 2
		}
		list = append(list, c)
	}
	return list
}

func key() []string { return []string{"ente_id", "id"} }

// Soggetti is the type of the creditors.
func Soggetti() staged.Document {
	return staged.Document{Name: "soggetto", Entities: []staged.Entity{{Name: "soggetto", Table: "soggetto", Key: key(),
		Columns: columns("codice", "code", "denominazione", "text", "attivo", "boolean", "nascita", "date", "aggiornato", "timestamp")}}}
}

// Impegni is the type of the commitments, with their subdivisions.
func Impegni() staged.Document {
	return staged.Document{Name: "impegno", Entities: []staged.Entity{
		{Name: "impegno", Table: "impegno", Key: key(),
			Columns: columns("numero", "integer", "importo", "money", "pagato", "money", "stato", "code", "soggetto_id", "uuid", "riferito_a", "uuid")},
		{Name: "sub_impegno", Table: "sub_impegno", Key: key(), Parent: "impegno", ParentColumns: []string{"ente_id", "impegno_id"},
			Columns: columns("impegno_id", "uuid", "sub", "integer", "importo", "money")}}}
}

// Liquidazioni is the type of the payments due.
func Liquidazioni() staged.Document {
	return staged.Document{Name: "liquidazione", Entities: []staged.Entity{{Name: "liquidazione", Table: "liquidazione", Key: key(),
		Columns: columns("numero", "integer", "impegno_id", "uuid", "sub_id", "uuid", "importo", "money")}}}
}

// Soggetto makes a creditor.
func Soggetto(n int, name any) Document {
	id := ID("soggetto", n)
	return Document{ID: id, Rows: [][][]any{{{Ente, id, "S" + strconv.Itoa(n), name, n%2 == 0, int32(-7000 + n), int64(n) * 1_000_001}}}}
}

// Impegno makes a commitment of so many cents to a creditor (0: to none),
// which refers to another commitment (0: to none), with subdivisions of so
// many cents.
func Impegno(n int, cents int64, soggetto, refers int, subs ...int64) Document {
	id := ID("impegno", n)
	head := []any{Ente, id, int64(n), cents, nil, "D", nil, nil}
	if soggetto > 0 {
		head[6] = ID("soggetto", soggetto)
	}
	if refers > 0 {
		head[7] = ID("impegno", refers)
	}
	d := Document{ID: id, Rows: [][][]any{{head}, {}}}
	for i, s := range subs {
		d.Rows[1] = append(d.Rows[1], []any{Ente, SubID(n, i+1), id, int64(i + 1), s})
	}
	return d
}

// SubID is the id of a subdivision of a commitment.
func SubID(impegno, sub int) [16]byte { return ID("sub_impegno", impegno*1000+sub) }

// Liquidazione makes a payment on a commitment, or on its subdivision (0: on none).
func Liquidazione(n int, cents int64, impegno, sub int) Document {
	id := ID("liquidazione", n)
	row := []any{Ente, id, int64(n), ID("impegno", impegno), nil, cents}
	if sub > 0 {
		row[4] = SubID(impegno, sub)
	}
	return Document{ID: id, Rows: [][][]any{{row}}}
}

// Ledger stages n creditors, commitments and payments that refer to one
// another, in so many parts each.
func Ledger(run string, n, parts int) *Staged {
	var soggetti, impegni, liquidazioni []Document
	for i := 1; i <= n; i++ {
		soggetti = append(soggetti, Soggetto(i, "Creditor "+strconv.Itoa(i)))
		impegni = append(impegni, Impegno(i, int64(i)*100+7, i, (i+n/2)%n+1, int64(i), int64(i)*2))
		liquidazioni = append(liquidazioni, Liquidazione(i, int64(i), i, i%3))
	}
	return NewStaged("ledger", run).Add(Soggetti(), parts, soggetti...).
		Add(Impegni(), parts, impegni...).Add(Liquidazioni(), parts, liquidazioni...)
}
