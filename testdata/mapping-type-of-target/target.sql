create table impegno (
  id uuid not null,
  anno real not null,
  stato xml,
  importo numeric(15,2) not null,
  primary key (id)
);
