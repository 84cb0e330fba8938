create table impegno (
  id uuid primary key,
  anno integer,
  importo text,
  stato text
);
