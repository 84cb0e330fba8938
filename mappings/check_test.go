package mappings_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
)

func openEngine(t *testing.T) *engine.Engine {
	t.Helper()
	eng, err := engine.Open(t.Context(), engine.Options{Folders: []string{t.TempDir()}, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	return eng
}

// municipalTables reads the cloud schema's tables out of its DDL.
func municipalTables(t *testing.T) []schema.Table {
	t.Helper()
	pack, err := mappings.Pack("municipal")
	if err != nil {
		t.Fatal(err)
	}
	ddl, err := fs.ReadFile(pack, "target.sql")
	if err != nil {
		t.Fatal(err)
	}
	tables := tablesOfDDL(t, string(ddl))
	if len(tables) < 8 {
		t.Fatalf("%d tables in target.sql", len(tables))
	}
	return tables
}

var (
	createTable  = regexp.MustCompile(`(?s)create table (\w+) \((.*?)\n\);`)
	columnLine   = regexp.MustCompile(`^(\w+)\s+(\w+)(?:\((\d+)(?:,(\d+))?\))?(.*)$`)
	primaryKeyOf = regexp.MustCompile(`primary key \(([^)]*)\)`)
)

// tablesOfDDL reads DDL as target.sql and the cases in testdata are written:
// one column a line.
func tablesOfDDL(t *testing.T, ddl string) []schema.Table {
	t.Helper()
	families := map[string]schema.Column{
		"varchar": {Type: schema.Text}, "text": {Type: schema.Text}, "uuid": {Type: schema.UUID},
		"smallint": {Type: schema.Integer, Bits: 16}, "integer": {Type: schema.Integer, Bits: 32}, "bigint": {Type: schema.Integer, Bits: 64},
		"numeric": {Type: schema.Decimal}, "date": {Type: schema.Date}, "timestamp": {Type: schema.Timestamp},
		"boolean": {Type: schema.Boolean}, "real": {Type: schema.Float}, "json": {Type: schema.JSON}, "xml": {Type: schema.Other},
	}
	number := func(text string) int {
		n, _ := strconv.Atoi(text)
		return n
	}
	var tables []schema.Table
	for _, parts := range createTable.FindAllStringSubmatch(ddl, -1) {
		table := schema.Table{Name: parts[1]}
		for _, line := range strings.Split(parts[2], "\n") {
			line = strings.TrimSpace(line)
			if key := primaryKeyOf.FindStringSubmatch(line); key != nil {
				table.PrimaryKey = strings.Split(key[1], ", ")
			}
			column := columnLine.FindStringSubmatch(strings.TrimSuffix(line, ","))
			if column == nil || column[1] == "constraint" || column[1] == "primary" || column[1] == "references" {
				continue
			}
			c, known := families[column[2]]
			if !known {
				t.Fatalf("type %s of %s.%s", column[2], table.Name, column[1])
			}
			c.Name, c.Declared = column[1], strings.TrimSuffix(strings.Fields(line)[1], ",")
			switch c.Type {
			case schema.Text:
				c.Length = number(column[3])
			case schema.Decimal:
				c.Precision, c.Scale = number(column[3]), number(column[4])
			}
			c.Required = strings.Contains(column[5], "not null")
			c.Default = strings.Contains(column[5], "default")
			c.Generated = strings.Contains(column[5], "generated")
			table.Columns = append(table.Columns, c)
		}
		tables = append(tables, table)
	}
	return tables
}

func TestCheckUnica(t *testing.T) {
	sources := realSources(t)
	eng := openEngine(t)
	resolved, err := loadPack(t, "unica").Check(t.Context(), eng, sources, municipalTables(t))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(resolved, func(m mappings.Mapping) bool { return m.Document == "impegno" })
	head := resolved[i].Entities[0]
	for name, want := range map[string]mappings.Field{
		"importo_attuale": {As: mappings.Money, Precision: 15, Scale: 2, Required: true},
		"esercizio":       {As: mappings.Integer, Bits: 16, Required: true},
		"descrizione":     {As: mappings.Text, Length: 500, Required: true},
		"capitolo_id":     {As: mappings.UUID, Required: true},
		"soggetto_id":     {As: mappings.UUID},
		"data_scadenza":   {As: mappings.Date},
	} {
		f, ok := head.Field(name)
		got := mappings.Field{As: f.As, Length: f.Length, Precision: f.Precision, Scale: f.Scale, Bits: f.Bits, Required: f.Required}
		if !ok || got.As != want.As || got.Length != want.Length || got.Precision != want.Precision || got.Scale != want.Scale || got.Bits != want.Bits || got.Required != want.Required {
			t.Errorf("%s: resolved as %+v, want %+v", name, got, want)
		}
	}
	var views int
	if err := eng.QueryRow(t.Context(), "select count(*) from duckdb_views() where not internal").Scan(&views); err != nil || views != 0 {
		t.Errorf("%d views left behind (%v)", views, err)
	}
}

// A mapping written for text files works unchanged where the source is a
// database: typed columns, names in another case.
func TestCheckOfTypedSource(t *testing.T) {
	set, err := mappings.Load(folder(map[string]string{"m.yaml": `document: impegno
entities:
  impegno:
    from: impegni
    where: STATO = 'P'
    exclude: {when: "NUMERO is null", reason: prova}
    key: [ANNO, NUMERO]
    state: stato || anno
    fields:
      id: {id: impegno}
      anno: {from: ANNO, as: integer}
      stato: {from: STATO, check: cig, on_fail: warn}
      importo: {from: IMPORTO, as: money, format: it}
      emesso: {from: DATA, as: date, format: ['%d/%m/%Y']}
      automatico: {from: AUTOMATICO, as: boolean, format: S/N}
      progressivo: row_number() over (partition by ANNO order by NUMERO)
      # a comment in a block is one of SQL
      nota: |
        case when check_cup(NOTA) is null -- as it stands
             then NOTA end
`}), ".", nil)
	if err != nil {
		t.Fatal(err)
	}
	tables := tablesOfDDL(t, `create table impegno (
  id varchar(36) not null,
  anno smallint not null,
  stato varchar(12),
  importo numeric(20,4) not null,
  emesso date,
  automatico boolean,
  progressivo numeric(10,0),
  nota text,
  creato timestamp not null default now(),
  primary key (id)
);`)
	source := mappings.SourceTable{Dataset: "impegni", Columns: []snapshot.Column{
		{Name: "anno", Type: snapshot.Integer}, {Name: "numero", Type: snapshot.Integer}, {Name: "stato", Type: snapshot.Text},
		{Name: "importo", Type: snapshot.Decimal, Precision: 15, Scale: 2}, {Name: "data", Type: snapshot.Timestamp},
		{Name: "automatico", Type: snapshot.Integer}, {Name: "nota", Type: snapshot.Text},
	}}
	resolved, err := set.Check(t.Context(), openEngine(t), []mappings.SourceTable{source}, tables)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"id": "uuid", "anno": "integer 16", "stato": "text 12", "importo": "money 18,4", "progressivo": "decimal 10,0", "nota": "text",
	} {
		f, _ := resolved[0].Entities[0].Field(name)
		got := f.As
		switch {
		case f.Length > 0:
			got += " " + strconv.Itoa(f.Length)
		case f.Bits > 0:
			got += " " + strconv.Itoa(f.Bits)
		case f.Precision > 0:
			got += " " + strconv.Itoa(f.Precision) + "," + strconv.Itoa(f.Scale)
		}
		if got != want {
			t.Errorf("%s: resolved as %s, want %s", name, got, want)
		}
	}
	if set.Mappings[0].Entities[0].Fields[2].As != "" {
		t.Error("Check changed the set itself")
	}
}
