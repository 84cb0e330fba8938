create table impegno (
  id uuid not null,
  anno integer not null,
  stato varchar(12),
  soggetto_id uuid,
  esercizio integer not null,
  importo numeric(15,2) not null,
  primary key (id)
);

create table soggetto (
  id uuid not null,
  codice varchar(20) not null,
  primary key (id)
);
