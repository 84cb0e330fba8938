create table impegno (
  id uuid not null,
  anno integer not null,
  stato varchar(12),
  importo numeric(15,2) not null,
  primary key (id)
);
