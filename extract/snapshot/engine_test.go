package snapshot

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/transform/engine"
)

// copied lets the engine write a query's rows into a file.
func copied(t testing.TB, query, options string) string {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "x.parquet")
	e := openEngine(t, folder)
	if err := e.Exec(t.Context(), "copy ("+query+") to "+engine.Literal(path)+" (format parquet"+options+")"); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReaderReadsWhatTheEngineWrites(t *testing.T) {
	id := [16]byte{0xc2, 0x32, 0xab, 0x00, 0x94, 0x14, 0x11, 0xec, 0xb3, 0xc8, 0x9f, 0x6b, 0xde, 0xce, 0xd8, 0x46}
	cases := []struct {
		sql    string
		column Column
		want   any
	}{
		{"'a' || chr(0) || 'è'", Column{Type: Text}, "a\x00è"},
		{"''", Column{Type: Text}, ""},
		{"'{\"a\":1}'::json", Column{Type: Text}, `{"a":1}`},
		{"(-7)::tinyint", Column{Type: Integer}, int64(-7)},
		{"(-32768)::smallint", Column{Type: Integer}, int64(-32768)},
		{"(-2147483648)::integer", Column{Type: Integer}, int64(math.MinInt32)},
		{"(-9223372036854775808)::bigint", Column{Type: Integer}, int64(math.MinInt64)},
		{"255::utinyint", Column{Type: Integer}, int64(255)},
		{"4294967295::uinteger", Column{Type: Integer}, int64(math.MaxUint32)},
		{"9223372036854775807::ubigint", Column{Type: Integer}, int64(math.MaxInt64)},
		{"-1234.56::decimal(15,2)", Column{Type: Decimal, Precision: 15, Scale: 2}, int64(-123456)},
		{"-1234567.89::decimal(9,2)", Column{Type: Decimal, Precision: 9, Scale: 2}, int64(-123456789)},
		{"12.3::decimal(4,1)", Column{Type: Decimal, Precision: 4, Scale: 1}, int64(123)},
		{"-999999999999999999::decimal(18,0)", Column{Type: Decimal, Precision: 18}, int64(-999999999999999999)},
		{"-12345678901234567890.50::decimal(38,2)", Column{Type: Text, Number: true, Origin: "decimal(38,2)"}, "-12345678901234567890.50"},
		{"0.00::decimal(38,2)", Column{Type: Text, Number: true, Origin: "decimal(38,2)"}, "0.00"},
		{"7::decimal(20,0)", Column{Type: Text, Number: true, Origin: "decimal(20,0)"}, "7"},
		{"date '2016-02-03'", Column{Type: Date}, int32(16834)},
		{"date '0001-01-01'", Column{Type: Date}, int32(-719162)},
		{"timestamp '2016-02-03 10:38:41.123456'", Column{Type: Timestamp}, int64(1454495921123456)},
		{"timestamp_ms '2016-02-03 10:38:41.123'", Column{Type: Timestamp}, int64(1454495921123000)},
		{"timestamp_ns '1969-12-31 23:59:59.999999000'", Column{Type: Timestamp}, int64(-1)},
		{"timestamptz '2016-02-03 10:38:41+00'", Column{Type: Timestamp}, int64(1454495921000000)},
		{"true", Column{Type: Boolean}, true},
		{"'c232ab00-9414-11ec-b3c8-9f6bdeced846'::uuid", Column{Type: UUID}, id},
	}
	for _, c := range cases {
		t.Run(c.sql, func(t *testing.T) {
			path := copied(t, `select * from (values (1, `+c.sql+`), (2, null), (3, `+c.sql+`)) v(n, "the value") order by n`, "")
			columns, rows := readRows(t, path)
			c.column.Name = "the value"
			if columns[1] != c.column {
				t.Errorf("column is %+v, want %+v", columns[1], c.column)
			}
			want := [][]any{{int64(1), c.want}, {int64(2), nil}, {int64(3), c.want}}
			if !slices.EqualFunc(rows, want, slices.Equal) {
				t.Errorf("rows are %v, want %v", rows, want)
			}
		})
	}
}

// TestReaderReadsEveryLayout goes over row groups, dictionaries, runs of NULLs
// and files without rows, and compares every value with the engine's own sums.
func TestReaderReadsEveryLayout(t *testing.T) {
	const query = `select i as n,
		case when i % 7 <> 0 then i % 5 end as few,
		case when (i // 5000) % 2 = 0 then i * 1000003 end as runs,
		i % 3 = 0 as b,
		case when i % 11 <> 0 then 'testo ' || (i % 100) end as repeated,
		case when i % 13 <> 0 then repeat('x', (i % 40)::int) || i end as various,
		null::varchar as absent,
		md5(i::varchar)::uuid as id,
		'one' as one
		from range(ROWS) t(i)`
	cases := []struct {
		name, rows, options string
	}{
		{"one row group", "60000", ""},
		{"many row groups", "60000", ", row_group_size 2048"},
		{"uncompressed", "10000", ", compression uncompressed"},
		{"no rows", "0", ""},
		{"one row", "1", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := copied(t, strings.Replace(query, "ROWS", c.rows, 1), c.options)
			columns, rows := readRows(t, path)
			got := newTally(columns)
			read := map[int64]bool{}
			for _, row := range rows {
				if err := got.add(0, append(slices.Clone(row[:7]), nil, row[8])); err != nil {
					t.Fatal(err)
				}
				n := row[0].(int64)
				read[n] = true
				if (n%7 == 0) != (row[1] == nil) || n%7 != 0 && row[1] != n%5 || row[3] != (n%3 == 0) || (n/5000%2 == 0) != (row[2] == n*1000003) || row[8] != "one" {
					t.Fatalf("row %v", row)
				}
			}
			e := openEngine(t, filepath.Dir(path))
			for i, column := range columns[:7] {
				var values, bytes int64
				length := "0"
				if column.Type == Text {
					length = "strlen(" + column.Name + ")"
				}
				err := e.QueryRow(t.Context(), "select count("+column.Name+"), coalesce(sum("+length+"), 0)::bigint from "+engine.ReadParquet(path)).Scan(&values, &bytes)
				if err != nil {
					t.Fatal(err)
				}
				if g := got.columns[i]; g.values != values || g.bytes != bytes {
					t.Errorf("column %s: %d values of %d bytes, the engine finds %d of %d", column.Name, g.values, g.bytes, values, bytes)
				}
			}
			if int64(len(read)) != got.rows {
				t.Errorf("%d different rows of %d", len(read), got.rows)
			}
		})
	}
}

func TestReaderRefusesWhatItCannotGiveExactly(t *testing.T) {
	cases := []struct{ sql, options, want string }{
		{"1.5::double as importo", "", `column "importo": DOUBLE`},
		{"1.5::float as importo", "", `column "importo": FLOAT`},
		{"sum(1) as s", "", `column "s": DOUBLE`}, // a HUGEINT
		{"[1, 2] as l", "", "nested"},
		{"{'a': 1} as s", "", "nested"},
		{"time '10:00' as t", "", `column "t": INT64 TIME_MICROS is not read here`},
		{"18446744073709551615::ubigint as u", "", "18446744073709551615 is too large"},
		{"timestamp_ns '2016-02-03 10:38:41.123456789' as t", "", "finer than a microsecond"},
		{"'x' as c", ", compression zstd", "compression ZSTD is not read here"},
		{"i as n from range(1000) t(i)", ", parquet_version v2", "write the file with parquet version V1"},
	}
	for _, c := range cases {
		t.Run(c.sql, func(t *testing.T) {
			path := copied(t, "select "+c.sql, c.options)
			r, err := OpenFile(path)
			if err == nil {
				defer r.Close()
				_, err = r.Next()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
		})
	}
}

// TestEngineFindsNULLs has NULLs where the library's statistics would leave
// them out: an engine that believes those answers "is null" without looking.
func TestEngineFindsNULLs(t *testing.T) {
	folder := t.TempDir()
	var rows [][]any
	for i := range 5000 {
		row := []any{"x"}
		if i == 0 {
			row[0] = nil
		}
		rows = append(rows, row)
	}
	file := writeRows(t, folder, []Column{{Name: "a", Type: Text}}, rows)
	var nulls, present int64
	err := openEngine(t, folder).QueryRow(t.Context(), "select count(*) filter (where a is null), (select count(*) from "+
		engine.ReadParquet(filepath.Join(folder, file.Path))+" where a is not null) from "+engine.ReadParquet(filepath.Join(folder, file.Path))+" where a is null").Scan(&nulls, &present)
	if err != nil || nulls != 1 || present != 4999 {
		t.Errorf("%d NULLs and %d values, want 1 and 4999: %v", nulls, present, err)
	}
}

// TestEngineTellsNamesApart shows that checkColumns folds names as the engine does.
func TestEngineTellsNamesApart(t *testing.T) {
	folder := t.TempDir()
	columns := []Column{{Name: "PERCHÈ", Type: Text}, {Name: "PERCHè", Type: Text}, {Name: " a ", Type: Text}, {Name: "a", Type: Text}}
	file := writeRows(t, folder, columns, [][]any{{"1", "2", "3", "4"}})
	path := filepath.Join(folder, file.Path)
	for i, c := range columns {
		var value string
		if err := openEngine(t, folder).QueryRow(t.Context(), "select "+engine.Quote(c.Name)+" from "+engine.ReadParquet(path)).Scan(&value); err != nil || value != string(rune('1'+i)) {
			t.Errorf("column %q is %q: %v", c.Name, value, err)
		}
	}
	twins := copied(t, `select 1 as "A", 2 as "a"`, "")
	if described, err := openEngine(t, filepath.Dir(twins)).Columns(t.Context(), "select * from "+engine.ReadParquet(twins)); err != nil || described[1].Name == "a" {
		t.Errorf("the engine keeps A and a apart: checkColumns need not refuse them: %v, %v", described, err)
	}
}

func TestEngineReadsAFileWithoutRows(t *testing.T) {
	folder := t.TempDir()
	file := writeRows(t, folder, allTypes(), nil)
	var rows int64
	if err := openEngine(t, folder).QueryRow(t.Context(), "select count(*) from "+engine.ReadParquet(filepath.Join(folder, file.Path))).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows: %v", rows, err)
	}
}
