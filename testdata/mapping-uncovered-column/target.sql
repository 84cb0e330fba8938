create table impegno (
  ente_id integer default 1,
  id uuid not null,
  anno integer not null,
  stato varchar(12),
  importo numeric(15,2) not null,
  primary key (ente_id, id)
);
