create table impegno (
  id uuid not null,
  anno integer not null,
  importo numeric(15,2) not null,
  primary key (id)
);
