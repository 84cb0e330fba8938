-- The cloud schema of a local authority's accounts, for PostgreSQL and SQLite.
--
-- Every table is multi-tenant: ente_id (the authority) is the first column of
-- every key. id is a UUIDv5 of the natural key, so that the same input always
-- gives the same target. Money is numeric(15,2), never a float.
--
-- States of movements: provvisorio, definitivo, non_liquidabile, annullato; of
-- orders: inserito, trasmesso, firmato, quietanzato, annullato. Void documents
-- (annullato, annullata) are kept and count in no total.
--
-- The balances between the documents are rules (rules.yaml) and not constraints:
-- a balance that is broken is for people to see, not for a load to stop at.

-- Budget chapter (capitolo di bilancio): uscita U, entrata E.
create table capitolo (
  ente_id                       integer       not null,
  id                            uuid          not null,
  esercizio                     smallint      not null,
  tipo                          varchar(1)    not null,
  numero                        integer       not null,
  articolo                      integer       not null,
  ueb                           integer       not null,
  descrizione                   varchar(500)  not null,
  descrizione_articolo          varchar(500),
  titolo                        varchar(7),
  missione                      varchar(2),
  programma                     varchar(4),
  macroaggregato                varchar(7),
  tipologia                     varchar(7),
  categoria                     varchar(7),
  piano_dei_conti               varchar(17),
  cofog                         varchar(4),
  centro_responsabilita         varchar(10),
  classe                        varchar(10),
  rilevante_iva                 boolean       not null,
  per_memoria                   boolean       not null,
  movimentabile                 boolean       not null,
  stanziamento_iniziale         numeric(15,2) not null,
  stanziamento_iniziale_residui numeric(15,2) not null,
  stanziamento_iniziale_cassa   numeric(15,2) not null,
  stanziamento                  numeric(15,2) not null,
  stanziamento_residui          numeric(15,2) not null,
  stanziamento_cassa            numeric(15,2) not null,
  stanziamento_iniziale_anno2   numeric(15,2) not null,
  stanziamento_anno2            numeric(15,2) not null,
  stanziamento_iniziale_anno3   numeric(15,2) not null,
  stanziamento_anno3            numeric(15,2) not null,
  inserito_il                   timestamp,
  massimo_impegnabile           numeric(15,2), -- none: the appropriation
  constraint capitolo_pk primary key (ente_id, id),
  constraint capitolo_uk unique (ente_id, esercizio, tipo, numero, articolo, ueb),
  constraint capitolo_tipo_ck check (tipo in ('U', 'E')),
  constraint capitolo_esercizio_ck check (esercizio between 1990 and 2100)
);

-- Creditor or debtor (soggetto): person PF, other PG.
create table soggetto (
  ente_id              integer      not null,
  id                   uuid         not null,
  codice               varchar(20)  not null,
  tipo                 varchar(2)   not null,
  denominazione        varchar(200) not null,
  cognome              varchar(150),
  nome                 varchar(100),
  sesso                varchar(1),
  codice_fiscale       varchar(16),
  partita_iva          varchar(11),
  codice_fiscale_estero varchar(30),
  data_nascita         date,
  comune_nascita       varchar(60),
  provincia_nascita    varchar(2),
  nazione_nascita      varchar(60),
  tipo_indirizzo       varchar(20),
  tipo_via             varchar(20),
  via                  varchar(100),
  numero_civico        varchar(10),
  frazione             varchar(60),
  cap                  varchar(5),
  comune               varchar(60),
  provincia            varchar(2),
  nazione              varchar(60),
  telefono             varchar(30),
  fax                  varchar(30),
  email                varchar(100),
  stato                varchar(20)  not null,
  generico             boolean      not null,
  inserito_il          timestamp,
  constraint soggetto_pk primary key (ente_id, id),
  constraint soggetto_uk unique (ente_id, codice),
  constraint soggetto_tipo_ck check (tipo in ('PF', 'PG'))
);

-- Payment method of a creditor (modalità di pagamento).
create table modalita_pagamento (
  ente_id        integer      not null,
  id             uuid         not null,
  soggetto_id    uuid         not null,
  codice         integer      not null,
  tipo_accredito varchar(4)   not null,
  iban           varchar(34),
  bic            varchar(11),
  abi            varchar(5),
  cab            varchar(5),
  conto_corrente varchar(20),
  intestatario   varchar(200),
  quietanzante   varchar(200),
  codice_fiscale_quietanzante varchar(16),
  note           varchar(500),
  stato          varchar(20)  not null,
  inserito_il    timestamp,
  data_fine      date,
  constraint modalita_pagamento_pk primary key (ente_id, id),
  constraint modalita_pagamento_uk unique (ente_id, soggetto_id, codice),
  constraint modalita_pagamento_soggetto_fk foreign key (ente_id, soggetto_id)
    references soggetto (ente_id, id)
);

-- Act behind a movement (provvedimento): resolution or decision.
create table provvedimento (
  ente_id    integer     not null,
  id         uuid        not null,
  anno       smallint    not null,
  tipo       varchar(10) not null,
  sottotipo  varchar(10),
  struttura  varchar(20),
  numero     integer     not null,
  oggetto    varchar(500),
  note       varchar(500),
  stato      varchar(20) not null,
  data       date,
  constraint provvedimento_pk primary key (ente_id, id),
  constraint provvedimento_stato_ck check (stato in ('provvisorio', 'definitivo', 'annullato'))
);

-- Commitment of expenditure (impegno).
create table impegno (
  ente_id           integer       not null,
  id                uuid          not null,
  esercizio         smallint      not null,
  anno              smallint      not null,
  numero            integer       not null,
  capitolo_id       uuid          not null,
  provvedimento_id  uuid,
  soggetto_id       uuid,
  impegno_pluriennale_id uuid,
  impegno_riaccertato_id uuid,
  stato             varchar(15)   not null,
  tipo_impegno      varchar(10),
  data_emissione    date          not null,
  data_scadenza     date,
  importo_iniziale  numeric(15,2) not null,
  importo_attuale   numeric(15,2) not null,
  descrizione       varchar(500)  not null,
  classe_soggetto   varchar(50),
  nota              varchar(500),
  cup               varchar(15),
  cig               varchar(10),
  piano_dei_conti   varchar(17),
  missione          varchar(2),
  programma         varchar(2),
  siope             varchar(10),
  pluriennale       boolean       not null,
  soggetto_determinato boolean    not null,
  parere_finanziario   boolean    not null,
  importo_pagato    numeric(15,2), -- in the esercizio, with its parts
  residuo           numeric(15,2), -- what is left at its end
  constraint impegno_pk primary key (ente_id, id),
  constraint impegno_uk unique (ente_id, esercizio, anno, numero),
  constraint impegno_stato_ck check (stato in ('provvisorio', 'definitivo', 'non_liquidabile', 'annullato')),
  constraint impegno_capitolo_fk foreign key (ente_id, capitolo_id) references capitolo (ente_id, id),
  constraint impegno_provvedimento_fk foreign key (ente_id, provvedimento_id) references provvedimento (ente_id, id),
  constraint impegno_soggetto_fk foreign key (ente_id, soggetto_id) references soggetto (ente_id, id),
  constraint impegno_pluriennale_fk foreign key (ente_id, impegno_pluriennale_id) references impegno (ente_id, id),
  constraint impegno_riaccertato_fk foreign key (ente_id, impegno_riaccertato_id) references impegno (ente_id, id)
);

-- Part of a commitment (sub-impegno).
create table sub_impegno (
  ente_id           integer       not null,
  id                uuid          not null,
  impegno_id        uuid          not null,
  numero            integer       not null,
  provvedimento_id  uuid,
  soggetto_id       uuid,
  stato             varchar(15)   not null,
  data_emissione    date          not null,
  data_scadenza     date,
  importo_iniziale  numeric(15,2) not null,
  importo_attuale   numeric(15,2) not null,
  descrizione       varchar(500)  not null,
  classe_soggetto   varchar(50),
  nota              varchar(500),
  cup               varchar(15),
  cig               varchar(10),
  siope             varchar(10),
  soggetto_determinato boolean    not null,
  parere_finanziario   boolean    not null,
  importo_pagato    numeric(15,2),
  residuo           numeric(15,2),
  constraint sub_impegno_pk primary key (ente_id, id),
  constraint sub_impegno_uk unique (ente_id, impegno_id, numero),
  constraint sub_impegno_stato_ck check (stato in ('provvisorio', 'definitivo', 'non_liquidabile', 'annullato')),
  constraint sub_impegno_impegno_fk foreign key (ente_id, impegno_id) references impegno (ente_id, id),
  constraint sub_impegno_provvedimento_fk foreign key (ente_id, provvedimento_id) references provvedimento (ente_id, id),
  constraint sub_impegno_soggetto_fk foreign key (ente_id, soggetto_id) references soggetto (ente_id, id)
);

-- Assessment of revenue (accertamento).
create table accertamento (
  ente_id           integer       not null,
  id                uuid          not null,
  esercizio         smallint      not null,
  anno              smallint      not null,
  numero            integer       not null,
  capitolo_id       uuid          not null,
  provvedimento_id  uuid,
  soggetto_id       uuid,
  accertamento_pluriennale_id uuid,
  accertamento_riaccertato_id uuid,
  stato             varchar(15)   not null,
  data_emissione    date          not null,
  data_scadenza     date,
  importo_iniziale  numeric(15,2) not null,
  importo_attuale   numeric(15,2) not null,
  descrizione       varchar(500)  not null,
  classe_soggetto   varchar(50),
  nota              varchar(500),
  piano_dei_conti   varchar(17),
  siope             varchar(10),
  automatico           boolean    not null,
  pluriennale          boolean    not null,
  soggetto_determinato boolean    not null,
  parere_finanziario   boolean    not null,
  cup               varchar(15),
  importo_riscosso  numeric(15,2), -- in the esercizio, with its parts
  residuo           numeric(15,2), -- what is left at its end
  constraint accertamento_pk primary key (ente_id, id),
  constraint accertamento_uk unique (ente_id, esercizio, anno, numero),
  constraint accertamento_stato_ck check (stato in ('provvisorio', 'definitivo', 'non_liquidabile', 'annullato')),
  constraint accertamento_capitolo_fk foreign key (ente_id, capitolo_id) references capitolo (ente_id, id),
  constraint accertamento_provvedimento_fk foreign key (ente_id, provvedimento_id) references provvedimento (ente_id, id),
  constraint accertamento_soggetto_fk foreign key (ente_id, soggetto_id) references soggetto (ente_id, id),
  constraint accertamento_pluriennale_fk foreign key (ente_id, accertamento_pluriennale_id) references accertamento (ente_id, id),
  constraint accertamento_riaccertato_fk foreign key (ente_id, accertamento_riaccertato_id) references accertamento (ente_id, id)
);

-- Part of an assessment (sub-accertamento).
create table sub_accertamento (
  ente_id           integer       not null,
  id                uuid          not null,
  accertamento_id   uuid          not null,
  numero            integer       not null,
  provvedimento_id  uuid,
  soggetto_id       uuid,
  stato             varchar(15)   not null,
  data_emissione    date          not null,
  data_scadenza     date,
  importo_iniziale  numeric(15,2) not null,
  importo_attuale   numeric(15,2) not null,
  descrizione       varchar(500)  not null,
  classe_soggetto   varchar(50),
  nota              varchar(500),
  siope             varchar(10),
  soggetto_determinato boolean    not null,
  parere_finanziario   boolean    not null,
  cup               varchar(15),
  importo_riscosso  numeric(15,2),
  residuo           numeric(15,2),
  constraint sub_accertamento_pk primary key (ente_id, id),
  constraint sub_accertamento_uk unique (ente_id, accertamento_id, numero),
  constraint sub_accertamento_stato_ck check (stato in ('provvisorio', 'definitivo', 'non_liquidabile', 'annullato')),
  constraint sub_accertamento_accertamento_fk foreign key (ente_id, accertamento_id) references accertamento (ente_id, id),
  constraint sub_accertamento_provvedimento_fk foreign key (ente_id, provvedimento_id) references provvedimento (ente_id, id),
  constraint sub_accertamento_soggetto_fk foreign key (ente_id, soggetto_id) references soggetto (ente_id, id)
);

-- Further address of a creditor or debtor (sede).
create table sede_soggetto (
  ente_id      integer not null,
  id           uuid not null,
  soggetto_id  uuid not null,
  codice       integer not null,
  tipo         varchar(2),
  indirizzo    varchar(120),
  cap          varchar(5),
  comune       varchar(60),
  provincia    varchar(2),
  constraint sede_soggetto_pk primary key (ente_id, id),
  constraint sede_soggetto_uk unique (ente_id, soggetto_id, codice),
  constraint sede_soggetto_soggetto_fk foreign key (ente_id, soggetto_id) references soggetto (ente_id, id)
);

-- What of a commitment is paid for by an assessment (vincolo).
create table vincolo (
  ente_id          integer not null,
  id               uuid not null,
  esercizio        smallint not null,
  impegno_id       uuid not null,
  accertamento_id  uuid not null,
  importo          numeric(15,2) not null,
  constraint vincolo_pk primary key (ente_id, id),
  constraint vincolo_uk unique (ente_id, impegno_id, accertamento_id),
  constraint vincolo_impegno_fk foreign key (ente_id, impegno_id) references impegno (ente_id, id),
  constraint vincolo_accertamento_fk foreign key (ente_id, accertamento_id) references accertamento (ente_id, id)
);

-- Liquidation (liquidazione): what is due on a commitment or a part of it.
create table liquidazione (
  ente_id                integer not null,
  id                     uuid not null,
  esercizio              smallint not null,
  numero                 integer not null,
  stato                  varchar(15) not null,
  data                   date not null,
  soggetto_id            uuid not null,
  modalita_pagamento_id  uuid,
  impegno_id             uuid not null,
  sub_impegno_id         uuid, -- where it is on a part
  provvedimento_id       uuid,
  importo                numeric(15,2) not null,
  descrizione            varchar(500),
  cup                    varchar(15),
  cig                    varchar(10),
  constraint liquidazione_pk primary key (ente_id, id),
  constraint liquidazione_uk unique (ente_id, esercizio, numero),
  constraint liquidazione_stato_ck check (stato in ('provvisoria', 'definitiva', 'annullata')),
  constraint liquidazione_soggetto_fk foreign key (ente_id, soggetto_id) references soggetto (ente_id, id),
  constraint liquidazione_modalita_fk foreign key (ente_id, modalita_pagamento_id) references modalita_pagamento (ente_id, id),
  constraint liquidazione_impegno_fk foreign key (ente_id, impegno_id) references impegno (ente_id, id),
  constraint liquidazione_sub_impegno_fk foreign key (ente_id, sub_impegno_id) references sub_impegno (ente_id, id),
  constraint liquidazione_provvedimento_fk foreign key (ente_id, provvedimento_id) references provvedimento (ente_id, id)
);

-- Invoice or other document of a supplier (documento). tipo is that of electronic
-- invoices: TD04 is a credit note (nota di credito), whose amounts are positive too.
create table documento (
  ente_id             integer not null,
  id                  uuid not null,
  tipo                varchar(4) not null,
  anno                smallint not null,
  numero              varchar(20) not null,
  soggetto_id         uuid not null,
  data                date not null,
  data_registrazione  date not null,
  numero_registro     integer, -- register of invoices, by year
  data_scadenza       date,
  importo             numeric(15,2) not null, -- lines and rounding
  arrotondamento      numeric(15,2) not null,
  imposta             numeric(15,2) not null,
  stato               varchar(15) not null,
  split_payment       boolean not null,
  id_sdi              varchar(20),
  ufficio_ipa         varchar(6),
  descrizione         varchar(500),
  constraint documento_pk primary key (ente_id, id),
  constraint documento_uk unique (ente_id, tipo, anno, numero, soggetto_id),
  constraint documento_stato_ck check (stato in ('registrato', 'liquidato', 'annullato')),
  constraint documento_soggetto_fk foreign key (ente_id, soggetto_id) references soggetto (ente_id, id)
);

-- Line of a document (quota).
create table quota_documento (
  ente_id             integer not null,
  id                  uuid not null,
  documento_id        uuid not null,
  numero              integer not null,
  importo             numeric(15,2) not null, -- VAT in it
  importo_da_dedurre  numeric(15,2) not null, -- that of the credit notes on it
  codice_iva          varchar(4),
  imposta             numeric(15,2) not null,
  split_payment       boolean not null,
  liquidazione_id     uuid,
  cup                 varchar(15),
  cig                 varchar(10),
  descrizione         varchar(500),
  constraint quota_documento_pk primary key (ente_id, id),
  constraint quota_documento_uk unique (ente_id, documento_id, numero),
  constraint quota_documento_documento_fk foreign key (ente_id, documento_id) references documento (ente_id, id),
  constraint quota_documento_liquidazione_fk foreign key (ente_id, liquidazione_id) references liquidazione (ente_id, id)
);

-- What a credit note takes off an invoice.
create table documento_relazione (
  ente_id          integer not null,
  id               uuid not null,
  nota_credito_id  uuid not null,
  documento_id     uuid not null,
  importo          numeric(15,2) not null,
  constraint documento_relazione_pk primary key (ente_id, id),
  constraint documento_relazione_uk unique (ente_id, nota_credito_id, documento_id),
  constraint documento_relazione_nota_credito_fk foreign key (ente_id, nota_credito_id) references documento (ente_id, id),
  constraint documento_relazione_documento_fk foreign key (ente_id, documento_id) references documento (ente_id, id)
);

-- Payment order (mandato).
create table mandato (
  ente_id            integer not null,
  id                 uuid not null,
  esercizio          smallint not null,
  numero             integer not null,
  data               date not null,
  stato              varchar(15) not null,
  importo            numeric(15,2) not null,
  conto_tesoreria    varchar(7) not null, -- the treasurer's account
  distinta           integer,
  data_trasmissione  date,
  data_quietanza     date, -- the treasurer's receipt
  numero_quietanza   integer,
  data_storno        date,
  a_copertura        boolean not null, -- covers treasury items
  provvedimento_id   uuid,
  descrizione        varchar(500),
  constraint mandato_pk primary key (ente_id, id),
  constraint mandato_uk unique (ente_id, esercizio, numero),
  constraint mandato_stato_ck check (stato in ('inserito', 'trasmesso', 'firmato', 'quietanzato', 'annullato')),
  constraint mandato_provvedimento_fk foreign key (ente_id, provvedimento_id) references provvedimento (ente_id, id)
);

-- Line of a payment order (quota): pays a liquidation.
create table quota_mandato (
  ente_id                integer not null,
  id                     uuid not null,
  mandato_id             uuid not null,
  numero                 integer not null,
  importo                numeric(15,2) not null,
  liquidazione_id        uuid not null,
  impegno_id             uuid not null,
  sub_impegno_id         uuid,
  soggetto_id            uuid not null,
  modalita_pagamento_id  uuid,
  siope                  varchar(10),
  cup                    varchar(15),
  cig                    varchar(10),
  constraint quota_mandato_pk primary key (ente_id, id),
  constraint quota_mandato_uk unique (ente_id, mandato_id, numero),
  constraint quota_mandato_mandato_fk foreign key (ente_id, mandato_id) references mandato (ente_id, id),
  constraint quota_mandato_liquidazione_fk foreign key (ente_id, liquidazione_id) references liquidazione (ente_id, id),
  constraint quota_mandato_impegno_fk foreign key (ente_id, impegno_id) references impegno (ente_id, id),
  constraint quota_mandato_sub_impegno_fk foreign key (ente_id, sub_impegno_id) references sub_impegno (ente_id, id),
  constraint quota_mandato_soggetto_fk foreign key (ente_id, soggetto_id) references soggetto (ente_id, id),
  constraint quota_mandato_modalita_fk foreign key (ente_id, modalita_pagamento_id) references modalita_pagamento (ente_id, id)
);

-- Collection order (reversale).
create table reversale (
  ente_id            integer not null,
  id                 uuid not null,
  esercizio          smallint not null,
  numero             integer not null,
  data               date not null,
  stato              varchar(15) not null,
  importo            numeric(15,2) not null,
  conto_tesoreria    varchar(7) not null, -- the treasurer's account
  distinta           integer,
  data_trasmissione  date,
  data_quietanza     date, -- the treasurer's receipt
  numero_quietanza   integer,
  data_storno        date,
  a_copertura        boolean not null, -- covers treasury items
  provvedimento_id   uuid,
  descrizione        varchar(500),
  constraint reversale_pk primary key (ente_id, id),
  constraint reversale_uk unique (ente_id, esercizio, numero),
  constraint reversale_stato_ck check (stato in ('inserito', 'trasmesso', 'firmato', 'quietanzato', 'annullato')),
  constraint reversale_provvedimento_fk foreign key (ente_id, provvedimento_id) references provvedimento (ente_id, id)
);

-- Line of a collection order (quota): collects an assessment.
create table quota_reversale (
  ente_id              integer not null,
  id                   uuid not null,
  reversale_id         uuid not null,
  numero               integer not null,
  importo              numeric(15,2) not null,
  accertamento_id      uuid not null,
  sub_accertamento_id  uuid,
  soggetto_id          uuid not null,
  siope                varchar(10),
  cup                  varchar(15),
  constraint quota_reversale_pk primary key (ente_id, id),
  constraint quota_reversale_uk unique (ente_id, reversale_id, numero),
  constraint quota_reversale_reversale_fk foreign key (ente_id, reversale_id) references reversale (ente_id, id),
  constraint quota_reversale_accertamento_fk foreign key (ente_id, accertamento_id) references accertamento (ente_id, id),
  constraint quota_reversale_sub_accertamento_fk foreign key (ente_id, sub_accertamento_id) references sub_accertamento (ente_id, id),
  constraint quota_reversale_soggetto_fk foreign key (ente_id, soggetto_id) references soggetto (ente_id, id)
);

-- Orders that belong together: a withholding (ritenuta) or the VAT of split payment
-- is paid out by the mandato and comes in by the reversale.
create table ordine_relazione (
  ente_id       integer not null,
  id            uuid not null,
  mandato_id    uuid not null,
  reversale_id  uuid not null,
  tipo          varchar(15) not null,
  importo       numeric(15,2) not null,
  constraint ordine_relazione_pk primary key (ente_id, id),
  constraint ordine_relazione_uk unique (ente_id, mandato_id, reversale_id, tipo),
  constraint ordine_relazione_tipo_ck check (tipo in ('ritenuta', 'split_payment')),
  constraint ordine_relazione_mandato_fk foreign key (ente_id, mandato_id) references mandato (ente_id, id),
  constraint ordine_relazione_reversale_fk foreign key (ente_id, reversale_id) references reversale (ente_id, id)
);

-- Treasury item (provvisorio di cassa): money that moved before its order. E in, U out.
create table provvisorio_cassa (
  ente_id          integer not null,
  id               uuid not null,
  tipo             varchar(1) not null,
  anno             smallint not null,
  numero           integer not null,
  data             date not null,
  conto_tesoreria  varchar(7) not null,
  importo          numeric(15,2) not null,
  denominazione    varchar(200),
  causale          varchar(500),
  constraint provvisorio_cassa_pk primary key (ente_id, id),
  constraint provvisorio_cassa_uk unique (ente_id, tipo, anno, numero),
  constraint provvisorio_cassa_tipo_ck check (tipo in ('E', 'U'))
);

-- What an order covers of a treasury item: one of the two orders is there.
create table copertura_provvisorio (
  ente_id         integer not null,
  id              uuid not null,
  provvisorio_id  uuid not null,
  mandato_id      uuid,
  reversale_id    uuid,
  importo         numeric(15,2) not null,
  constraint copertura_provvisorio_pk primary key (ente_id, id),
  constraint copertura_provvisorio_mandato_uk unique (ente_id, provvisorio_id, mandato_id),
  constraint copertura_provvisorio_reversale_uk unique (ente_id, provvisorio_id, reversale_id),
  constraint copertura_provvisorio_ordine_ck check ((mandato_id is null) <> (reversale_id is null)),
  constraint copertura_provvisorio_provvisorio_fk foreign key (ente_id, provvisorio_id) references provvisorio_cassa (ente_id, id),
  constraint copertura_provvisorio_mandato_fk foreign key (ente_id, mandato_id) references mandato (ente_id, id),
  constraint copertura_provvisorio_reversale_fk foreign key (ente_id, reversale_id) references reversale (ente_id, id)
);

-- Treasurer's journal (giornale di cassa), line by line. E in, U out.
create table giornale_cassa (
  ente_id          integer not null,
  id               uuid not null,
  conto_tesoreria  varchar(7) not null,
  esercizio        smallint not null,
  numero           integer not null,
  data             date not null,
  segno            varchar(1) not null,
  importo          numeric(15,2) not null,
  mandato_id       uuid,
  reversale_id     uuid,
  provvisorio_id   uuid,
  constraint giornale_cassa_pk primary key (ente_id, id),
  constraint giornale_cassa_uk unique (ente_id, conto_tesoreria, esercizio, numero),
  constraint giornale_cassa_segno_ck check (segno in ('E', 'U')),
  constraint giornale_cassa_mandato_fk foreign key (ente_id, mandato_id) references mandato (ente_id, id),
  constraint giornale_cassa_reversale_fk foreign key (ente_id, reversale_id) references reversale (ente_id, id),
  constraint giornale_cassa_provvisorio_fk foreign key (ente_id, provvisorio_id) references provvisorio_cassa (ente_id, id)
);

-- Treasurer's balance by account and month.
create table saldo_cassa (
  ente_id          integer not null,
  id               uuid not null,
  conto_tesoreria  varchar(7) not null,
  esercizio        smallint not null,
  mese             smallint not null,
  saldo_iniziale   numeric(15,2) not null,
  entrate          numeric(15,2) not null,
  uscite           numeric(15,2) not null,
  saldo_finale     numeric(15,2) not null,
  constraint saldo_cassa_pk primary key (ente_id, id),
  constraint saldo_cassa_uk unique (ente_id, conto_tesoreria, esercizio, mese)
);

-- Final accounts (rendiconto) by chapter, in the letters of the law: RS, RR or PR, R,
-- A or I, RC or PC, CP, FPV, EP, EC, TR, ECP.
create table rendiconto (
  ente_id                 integer not null,
  id                      uuid not null,
  esercizio               smallint not null,
  capitolo_id             uuid not null,
  tipo                    varchar(1) not null,
  previsione              numeric(15,2) not null, -- CP
  residui_iniziali        numeric(15,2) not null, -- RS
  residui_movimentati     numeric(15,2) not null, -- RR collected, PR paid
  riaccertamento          numeric(15,2) not null, -- R, either sign
  competenza              numeric(15,2) not null, -- A assessed, I committed
  competenza_movimentata  numeric(15,2) not null, -- RC collected, PC paid
  fondo_pluriennale       numeric(15,2) not null, -- FPV
  residui_passati         numeric(15,2) not null, -- EP
  residui_competenza      numeric(15,2) not null, -- EC
  residui_totali          numeric(15,2) not null, -- TR
  economie                numeric(15,2), -- ECP, of expenditure
  constraint rendiconto_pk primary key (ente_id, id),
  constraint rendiconto_uk unique (ente_id, esercizio, capitolo_id),
  constraint rendiconto_tipo_ck check (tipo in ('U', 'E')),
  constraint rendiconto_capitolo_fk foreign key (ente_id, capitolo_id) references capitolo (ente_id, id)
);

-- Result of the year (risultato di amministrazione).
create table risultato_amministrazione (
  ente_id            integer not null,
  id                 uuid not null,
  esercizio          smallint not null,
  fondo_iniziale     numeric(15,2) not null,
  riscossioni        numeric(15,2) not null,
  pagamenti          numeric(15,2) not null,
  fondo_finale       numeric(15,2) not null,
  residui_attivi     numeric(15,2) not null,
  residui_passivi    numeric(15,2) not null,
  fondo_pluriennale  numeric(15,2) not null,
  risultato          numeric(15,2) not null,
  constraint risultato_amministrazione_pk primary key (ente_id, id),
  constraint risultato_amministrazione_uk unique (ente_id, esercizio)
);

-- Chart of accounts of the entries (piano dei conti integrato).
create table conto (
  ente_id     integer      not null,
  id          uuid         not null,
  codice      varchar(20)  not null,
  descrizione varchar(200) not null,
  livello     smallint     not null,
  constraint conto_pk primary key (ente_id, id),
  constraint conto_uk unique (ente_id, codice)
);

-- Journal entry (scrittura, prima nota).
create table scrittura (
  ente_id         integer not null,
  id              uuid not null,
  esercizio       smallint not null,
  numero          integer not null,
  data            date not null,
  causale         varchar(25) not null,
  stato           varchar(15) not null,
  descrizione     varchar(500),
  origine_tipo    varchar(15), -- of what document it is, as it was written
  origine_numero  varchar(40),
  constraint scrittura_pk primary key (ente_id, id),
  constraint scrittura_uk unique (ente_id, esercizio, numero),
  constraint scrittura_stato_ck check (stato in ('provvisoria', 'definitiva', 'annullata'))
);

-- Line of an entry (movimento): an amount in dare or in avere, the other is 0.
create table movimento_contabile (
  ente_id       integer not null,
  id            uuid not null,
  scrittura_id  uuid not null,
  numero        integer not null,
  conto         varchar(20) not null,
  dare          numeric(15,2) not null,
  avere         numeric(15,2) not null,
  descrizione   varchar(500),
  constraint movimento_contabile_pk primary key (ente_id, id),
  constraint movimento_contabile_uk unique (ente_id, scrittura_id, numero),
  constraint movimento_contabile_segno_ck check (dare = 0 or avere = 0),
  constraint movimento_contabile_scrittura_fk foreign key (ente_id, scrittura_id) references scrittura (ente_id, id),
  constraint movimento_contabile_conto_fk foreign key (ente_id, conto) references conto (ente_id, codice)
);

-- Payment through pagoPA, as its receipt (RT) tells it.
create table transazione_pagopa (
  ente_id                  integer not null,
  id                       uuid not null,
  iuv                      varchar(35) not null,
  codice_fiscale_ente      varchar(11) not null,
  ricevuta                 varchar(35) not null,
  codice_avviso            varchar(18),
  importo                  numeric(15,2) not null,
  commissione              numeric(15,2) not null, -- the provider's, not in the amount
  esito                    varchar(2) not null,
  pagata_il                timestamp not null,
  data_applicazione        date,
  data_trasferimento       date,
  tributo                  varchar(4),
  anno_riferimento         smallint,
  tefa_distinta            boolean, -- of TARI: TEFA is a transfer of its own
  codice_fiscale_debitore  varchar(16),
  debitore                 varchar(140),
  codice_fiscale_versante  varchar(16),
  versante                 varchar(140),
  psp                      varchar(35),
  metodo                   varchar(4),
  causale                  varchar(140),
  constraint transazione_pagopa_pk primary key (ente_id, id),
  constraint transazione_pagopa_uk unique (ente_id, iuv, codice_fiscale_ente, ricevuta)
);

-- Transfer of a payment: one of up to five beneficiaries.
create table trasferimento_pagopa (
  ente_id                      integer not null,
  id                           uuid not null,
  transazione_id               uuid not null,
  indice                       smallint not null,
  importo                      numeric(15,2) not null,
  codice_fiscale_beneficiario  varchar(11) not null,
  iban                         varchar(34),
  categoria                    varchar(10), -- 0101101IM TARI, 0201102IM TEFA
  constraint trasferimento_pagopa_pk primary key (ente_id, id),
  constraint trasferimento_pagopa_uk unique (ente_id, transazione_id, indice),
  constraint trasferimento_pagopa_transazione_fk foreign key (ente_id, transazione_id) references transazione_pagopa (ente_id, id)
);

-- Settlement flow (flusso di rendicontazione, FdR): what one credit transfer holds.
create table flusso_pagopa (
  ente_id           integer not null,
  id                uuid not null,
  identificativo    varchar(35) not null,
  prodotto_il       timestamp not null,
  regolamento       varchar(35) not null,
  data_regolamento  date not null,
  psp               varchar(35),
  numero_pagamenti  integer not null,
  importo           numeric(15,2) not null,
  provvisorio_id    uuid,
  constraint flusso_pagopa_pk primary key (ente_id, id),
  constraint flusso_pagopa_uk unique (ente_id, identificativo),
  constraint flusso_pagopa_provvisorio_fk foreign key (ente_id, provvisorio_id) references provvisorio_cassa (ente_id, id)
);

-- Payment in a settlement flow. The transfer it settles is not there where that was
-- not migrated: the flow is the bank's, and whole without it.
create table pagamento_flusso (
  ente_id           integer not null,
  id                uuid not null,
  flusso_id         uuid not null,
  iuv               varchar(35) not null,
  iur               varchar(35),
  indice            smallint not null,
  importo           numeric(15,2) not null,
  esito             smallint not null,
  data              date not null,
  trasferimento_id  uuid,
  constraint pagamento_flusso_pk primary key (ente_id, id),
  constraint pagamento_flusso_uk unique (ente_id, flusso_id, iuv, indice),
  constraint pagamento_flusso_esito_ck check (esito in (0, 3, 4, 8, 9)),
  constraint pagamento_flusso_flusso_fk foreign key (ente_id, flusso_id) references flusso_pagopa (ente_id, id),
  constraint pagamento_flusso_trasferimento_fk foreign key (ente_id, trasferimento_id) references trasferimento_pagopa (ente_id, id)
);

-- TEFA due to the province on the TARI collected, per day, tribute and year, on the
-- sum of the group. The remainders say exactly what the two roundings to five decimals
-- left: base × rate − gross × (100 + rate), and gross × 0.3 / 100 − commission.
create table riversamento_tefa (
  ente_id                 integer not null,
  id                      uuid not null,
  data                    date not null,
  tributo                 varchar(4) not null,
  anno_riferimento        smallint not null,
  distinta                boolean not null,
  transazioni             integer not null,
  base                    numeric(15,2) not null, -- C
  aliquota                numeric(5,2) not null, -- percent
  lordo                   numeric(18,5) not null,
  resto_lordo             numeric(18,5) not null,
  commissione             numeric(18,5) not null,
  resto_commissione       numeric(18,8) not null,
  credito                 numeric(18,5) not null,
  netto                   numeric(18,5) not null,
  importo_riversato       numeric(15,2) not null, -- netto in cents
  residuo_arrotondamento  numeric(18,5) not null, -- netto − importo_riversato
  constraint riversamento_tefa_pk primary key (ente_id, id),
  constraint riversamento_tefa_uk unique (ente_id, data, tributo, anno_riferimento, distinta)
);

-- Project of the recovery plan (PNRR), by its CUP.
create table progetto_pnrr (
  ente_id             integer not null,
  id                  uuid not null,
  cup                 varchar(15) not null,
  investimento        varchar(12),
  titolo              varchar(200) not null,
  importo_finanziato  numeric(15,2) not null,
  totale_impegnato    numeric(15,2) not null,
  totale_accertato    numeric(15,2) not null,
  constraint progetto_pnrr_pk primary key (ente_id, id),
  constraint progetto_pnrr_uk unique (ente_id, cup)
);

-- Movement of a project: one of the two is there.
create table movimento_pnrr (
  ente_id          integer not null,
  id               uuid not null,
  esercizio        smallint not null,
  numero           integer not null,
  progetto_id      uuid not null,
  cig              varchar(10),
  impegno_id       uuid,
  accertamento_id  uuid,
  importo          numeric(15,2) not null,
  data             date,
  constraint movimento_pnrr_pk primary key (ente_id, id),
  constraint movimento_pnrr_uk unique (ente_id, esercizio, numero),
  constraint movimento_pnrr_movimento_ck check ((impegno_id is null) <> (accertamento_id is null)),
  constraint movimento_pnrr_progetto_fk foreign key (ente_id, progetto_id) references progetto_pnrr (ente_id, id),
  constraint movimento_pnrr_impegno_fk foreign key (ente_id, impegno_id) references impegno (ente_id, id),
  constraint movimento_pnrr_accertamento_fk foreign key (ente_id, accertamento_id) references accertamento (ente_id, id)
);
