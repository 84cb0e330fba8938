create table impegno (
  id uuid not null,
  anno integer not null,
  stato varchar(12),
  importo integer not null,
  primary key (id)
);
