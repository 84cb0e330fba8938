package transform

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/mappings"
)

// conversionOf maps one field over one column and says, for each input, the
// value as text ("~" is NULL) or the kind of the finding ("!bad_number").
func conversionOf(t *testing.T, f *fixture, field mappings.Field, inputs int) []string {
	t.Helper()
	f.mapping("d", mappings.Entity{From: []string{"in"}, Key: []string{"N"}, Fields: []mappings.Field{{Name: "id", ID: "d"}, {Name: "n", From: "N", As: "integer"}, field}})
	m, _ := f.run()
	outcome := make([]string, inputs)
	if m.Documents[0].Staged > 0 {
		for _, pair := range f.pairs("select n, coalesce(cast(v as varchar), '~') from read_parquet(%s)", "run/staged/d/d/*/*.parquet") {
			outcome[pair.n] = pair.text
		}
	}
	for _, pair := range f.pairs("select cast(key as integer), string_agg(case severity when 'error' then '!' else '?' end || kind, ' ' order by kind) from read_parquet(%s) group by key", "run/rejects/findings.parquet") {
		if outcome[pair.n] != "" {
			outcome[pair.n] += " "
		}
		outcome[pair.n] += pair.text
	}
	return outcome
}

// texted is a fixture with one dataset "in" of the columns N, V.
func texted(t *testing.T, inputs []string) *fixture {
	t.Helper()
	rows := make([][]string, len(inputs))
	for i, in := range inputs {
		rows[i] = []string{fmt.Sprint(i), in}
	}
	return newFixture(t, 1).cells("in", []string{"N", "V"}, rows)
}

func TestConversion_ofText(t *testing.T) {
	const blank = " \t\r\n\u00a0"
	cases := map[string]struct {
		field mappings.Field
		want  map[string]string
	}{
		"money, en": {mappings.Field{As: "money"}, map[string]string{
			"": "~", "  ": "~", "0": "0.00", "1": "1.00", "1.5": "1.50", "12.34": "12.34", "12.340": "12.34", ".71": "0.71", "5.": "5.00",
			"+5": "5.00", "-0": "0.00", "-12.5": "-12.50", "007": "7.00", blank + "12.5" + blank: "12.50",
			"12.345": "!too_many_decimals", "0.005": "!too_many_decimals", "1e3": "!bad_number", "1_000": "!bad_number", "abc": "!bad_number",
			"12,34": "!bad_number", "1,234.50": "!bad_number", "1 000": "!bad_number", "--1": "!bad_number", "5-": "!bad_number", ".": "!bad_number", "-": "!bad_number",
			"Infinity": "!bad_number", "NaN": "!bad_number", "inf": "!bad_number", "0x10": "!bad_number", "１２": "!bad_number", "1␀": "!bad_number",
			"9999999999999.99": "9999999999999.99", "10000000000000.00": "!out_of_range", "-10000000000000": "!out_of_range",
			"00000000000000000000000000000000000000000000000000012": "12.00",
			"123456789012345678901234567890123456789012345":         "!out_of_range",
		}},
		"money, it": {mappings.Field{As: "money", Format: []string{"it"}}, map[string]string{
			"1843,1": "1843.10", "3100": "3100.00", ",5": "0.50", "-1,25": "-1.25", "12,345": "!too_many_decimals", "12,3400": "12.34",
			"1843.1": "!bad_number", "1.234,56": "!bad_number", "1,2,3": "!bad_number", "1e3": "!bad_number", "abc": "!bad_number", "9999999999999,995": "!too_many_decimals",
		}},
		"money, it-grouped": {mappings.Field{As: "money", Format: []string{"it-grouped"}}, map[string]string{
			"1.234,56": "1234.56", "1.234.567,8": "1234567.80", "1234,56": "1234.56", "12": "12.00", "-1.000": "-1000.00",
			"1.23,4": "!bad_number", "12.34": "!bad_number", "1234.567,00": "!bad_number", ".123": "!bad_number", "1.234,567": "!too_many_decimals",
		}},
		"money, en-grouped": {mappings.Field{As: "money", Format: []string{"en-grouped"}}, map[string]string{
			"1,234.56": "1234.56", "1234.56": "1234.56", "1,23": "!bad_number", "1.234,56": "!bad_number",
		}},
		"money, cents": {mappings.Field{As: "money", Format: []string{"cents"}}, map[string]string{
			"12345": "123.45", "5": "0.05", "-150": "-1.50", "0": "0.00", "12.5": "!bad_number", "999999999999999": "9999999999999.99", "1000000000000000": "!out_of_range",
		}},
		"money, half up": {mappings.Field{As: "money", Format: []string{"it"}, Round: "half_up"}, map[string]string{
			"12,345": "12.35", "-12,345": "-12.35", "0,005": "0.01", "0,0049999999999999": "0.00", "12,34": "12.34",
			"9999999999999,995": "!out_of_range", "0,0000000000000000001": "!too_many_decimals", "abc": "!bad_number",
		}},
		"decimal(6,3)": {mappings.Field{As: "decimal", Precision: 6, Scale: 3}, map[string]string{
			"1.2345": "!too_many_decimals", "1.234": "1.234", "999.999": "999.999", "1000": "!out_of_range",
		}},
		"decimal(5,0)": {mappings.Field{As: "decimal", Precision: 5}, map[string]string{"12": "12", "12.0": "12", "12.5": "!too_many_decimals", "100000": "!out_of_range"}},
		"integer": {mappings.Field{As: "integer"}, map[string]string{
			"9223372036854775807": "9223372036854775807", "9223372036854775808": "!out_of_range", "12.0": "12", "12.5": "!too_many_decimals", "1e3": "!bad_number",
			"-7": "-7", "+7": "7", "1_000": "!bad_number", "": "~", "x": "!bad_number",
		}},
		"integer, 32 bits":  {mappings.Field{As: "integer", Bits: 32}, map[string]string{"2147483647": "2147483647", "2147483648": "!out_of_range", "-2147483649": "!out_of_range"}},
		"integer, 16 bits":  {mappings.Field{As: "integer", Bits: 16}, map[string]string{"32767": "32767", "32768": "!out_of_range"}},
		"integer, absent 0": {mappings.Field{As: "integer", Absent: []string{"", "0", "9999"}}, map[string]string{"0": "~", " 9999 ": "~", "10": "10"}},
		"date": {mappings.Field{As: "date"}, map[string]string{
			"2015-01-31": "2015-01-31", " 2015-01-31 ": "2015-01-31", "2015-02-31": "!bad_date", "31/02/2015": "!bad_date", "0000-00-00": "!bad_date", "2015-13-01": "!bad_date",
			"15-01-01": "!bad_date", "infinity": "!bad_date", "inf": "!bad_date", "-inf": "!bad_date", "-infinity": "!bad_date", "epoch": "!bad_date", "Epoch": "!bad_date", "2015-01-31x": "!bad_date", "": "~",
			"12015-01-01": "!bad_date", "2016-02-29": "2016-02-29", "2015-02-29": "!bad_date", "2015-01-31 10:00:00": "!bad_date",
		}},
		"date, several formats": {mappings.Field{As: "date", Format: []string{"%Y-%m-%d", "%d/%m/%Y", "%d/%m/%Y %H:%M:%S"}, Absent: []string{"0000-00-00"}}, map[string]string{
			"31/12/2015": "2015-12-31", "2015-12-31": "2015-12-31", "1/2/2015": "2015-02-01", "03/02/2016 10:38:41": "2016-02-03", "31/02/2015": "!bad_date", "0000-00-00": "~",
		}},
		"date, warn":           {mappings.Field{As: "date", OnFail: "warn"}, map[string]string{"31/02/2015": "~ ?bad_date", "2015-01-31": "2015-01-31"}},
		"date, warn, required": {mappings.Field{As: "date", OnFail: "warn", Required: true}, map[string]string{"x": "?bad_date !required", "": "!required"}},
		"timestamp": {mappings.Field{As: "timestamp"}, map[string]string{
			"2016-02-03 10:38:41": "2016-02-03 10:38:41", "2016-02-03T10:38:41": "2016-02-03 10:38:41", "2016-02-03 10:38:41.5": "2016-02-03 10:38:41.5", "2016-02-03": "2016-02-03 00:00:00",
			"2016-02-03 25:00:00": "!bad_date", "infinity": "!bad_date",
		}},
		"boolean":      {mappings.Field{As: "boolean"}, map[string]string{"true": "true", "false": "false", "1": "true", "0": "false", " 1 ": "true", "": "~", "S": "!bad_boolean", "yes": "!bad_boolean"}},
		"boolean, S/N": {mappings.Field{As: "boolean", Format: []string{"S/N", "SI/NO"}}, map[string]string{"S": "true", "N": "false", "SI": "true", "NO": "false", "X": "!bad_boolean", "s": "!bad_boolean", "1": "!bad_boolean"}},
		"uuid": {mappings.Field{As: "uuid"}, map[string]string{
			"6ba7b811-9dad-11d1-80b4-00c04fd430c8": "6ba7b811-9dad-11d1-80b4-00c04fd430c8", "6BA7B811-9DAD-11D1-80B4-00C04FD430C8": "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
			"6ba7b8119dad11d180b400c04fd430c8": "!bad_uuid", "{6ba7b811-9dad-11d1-80b4-00c04fd430c8}": "!bad_uuid", "x": "!bad_uuid",
		}},
		"json":                        {mappings.Field{As: "json"}, map[string]string{`{"a": 1}`: `{"a": 1}`, " 1 ": " 1 ", "{": "!bad_json", "": "~"}},
		"code":                        {mappings.Field{As: "code"}, map[string]string{" DD||K ": "DD||K", "A1": "A1", "caffè": "!bad_code", "a\tb": "!bad_code", "a␀": "!nul_byte", "": "~", "  ": "~"}},
		"code, warn":                  {mappings.Field{As: "code", OnFail: "warn"}, map[string]string{"caffè": "~ ?bad_code"}},
		"text":                        {mappings.Field{As: "text"}, map[string]string{"": "~", " a ": " a ", "  ": "  ", "caffè": "caffè", "a␀b": "!nul_byte", "=1+1": "=1+1"}},
		"text, trim":                  {mappings.Field{As: "text", Trim: true}, map[string]string{blank + "a b" + blank: "a b", blank: "~"}},
		"text, NUL removed":           {mappings.Field{As: "text", NUL: "remove"}, map[string]string{"a␀b": "ab", "␀": "~"}},
		"text, 4 characters":          {mappings.Field{As: "text", Length: 4}, map[string]string{"àèìò": "àèìò", "àèìòù": "!too_long", "🍷🍷🍷🍷": "🍷🍷🍷🍷"}},
		"text, absent":                {mappings.Field{As: "text", Absent: []string{"", "n.d."}}, map[string]string{" n.d. ": "~", "n.d": "n.d"}},
		"text, required":              {mappings.Field{As: "text", Required: true}, map[string]string{"": "!required", "x": "x"}},
		"text, required after absent": {mappings.Field{As: "text", Required: true, Absent: []string{"", "-"}}, map[string]string{"-": "!required"}},
		"money, required":             {mappings.Field{As: "money", Required: true}, map[string]string{"": "!required", "x": "!bad_number", "1": "1.00"}},
		"crosswalk":                   {mappings.Field{As: "text", Crosswalk: "stato"}, map[string]string{"P": "provvisorio", " D ": "definitivo", "X": "!unmapped", "": "~", "p": "!unmapped"}},
		"crosswalk, warn":             {mappings.Field{As: "text", Crosswalk: "stato", OnFail: "warn"}, map[string]string{"X": "~ ?unmapped"}},
		"crosswalk, required":         {mappings.Field{As: "text", Crosswalk: "stato", Required: true}, map[string]string{"X": "!unmapped", "": "!required"}},
		"crosswalk to integer":        {mappings.Field{As: "integer", Crosswalk: "numero"}, map[string]string{"uno": "1", "due": "2", "tre": "!bad_number"}},
		"check":                       {mappings.Field{As: "code", Check: "partita_iva"}, map[string]string{"00743110157": "00743110157", " 00743110157 ": "00743110157", "00743110158": "!check_failed", "": "~"}},
		"check, warn":                 {mappings.Field{As: "code", Check: "partita_iva", OnFail: "warn"}, map[string]string{"00743110158": "00743110158 ?check_failed", "743110157": "743110157 ?check_failed"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			inputs := slices.Sorted(maps.Keys(c.want))
			f := texted(t, inputs).crosswalk("stato", "P=provvisorio", "D=definitivo").crosswalk("numero", "uno=1", "due=2", "tre=III")
			field := c.field
			field.Name, field.From = "v", "V"
			for i, got := range conversionOf(t, f, field, len(inputs)) {
				if want := c.want[inputs[i]]; got != want {
					t.Errorf("%q gives %q, want %q", inputs[i], got, want)
				}
			}
		})
	}
}

func TestConversion_ofTyped(t *testing.T) {
	it := []string{"it"}
	cases := map[string]struct {
		column snapshot.Column
		sql    string // type of the values
		field  mappings.Field
		want   map[string]string
	}{
		"decimal to money, format not applied": {snapshot.Column{Type: snapshot.Decimal, Precision: 18, Scale: 4}, "decimal(18,4)", mappings.Field{As: "money", Format: it},
			map[string]string{"1843.1": "1843.10", "12.345": "!too_many_decimals", "99999999999999": "!out_of_range", "null": "~"}},
		"decimal, half up":         {snapshot.Column{Type: snapshot.Decimal, Precision: 18, Scale: 4}, "decimal(18,4)", mappings.Field{As: "money", Round: "half_up"}, map[string]string{"12.345": "12.35", "-12.345": "-12.35"}},
		"integer to money":         {snapshot.Column{Type: snapshot.Integer}, "bigint", mappings.Field{As: "money", Format: it}, map[string]string{"12": "12.00", "99999999999999": "!out_of_range"}},
		"integer to small integer": {snapshot.Column{Type: snapshot.Integer}, "bigint", mappings.Field{As: "integer", Bits: 16}, map[string]string{"32767": "32767", "32768": "!out_of_range"}},
		"decimal to integer":       {snapshot.Column{Type: snapshot.Decimal, Precision: 10, Scale: 2}, "decimal(10,2)", mappings.Field{As: "integer"}, map[string]string{"12.00": "12", "12.50": "!too_many_decimals"}},
		"exact text to money":      {snapshot.Column{Type: snapshot.Text, Number: true}, "varchar", mappings.Field{As: "money", Format: it}, map[string]string{"'1843.1'": "1843.10", "'12.345'": "!too_many_decimals"}},
		"decimal, absent 0":        {snapshot.Column{Type: snapshot.Decimal, Precision: 10, Scale: 2}, "decimal(10,2)", mappings.Field{As: "money", Absent: []string{"", "0", "1,5"}, Format: it}, map[string]string{"0": "~", "1.5": "~", "1": "1.00"}},
		"date":                     {snapshot.Column{Type: snapshot.Date}, "date", mappings.Field{As: "date", Format: []string{"%d/%m/%Y"}, Absent: []string{"01/01/1900"}}, map[string]string{"'2015-12-31'": "2015-12-31", "'1900-01-01'": "~"}},
		"date to timestamp":        {snapshot.Column{Type: snapshot.Date}, "date", mappings.Field{As: "timestamp"}, map[string]string{"'2015-12-31'": "2015-12-31 00:00:00"}},
		"timestamp to date":        {snapshot.Column{Type: snapshot.Timestamp}, "timestamp", mappings.Field{As: "date"}, map[string]string{"'2015-12-31 23:59:59'": "2015-12-31"}},
		"integer to date":          {snapshot.Column{Type: snapshot.Integer}, "bigint", mappings.Field{As: "date", Format: []string{"%Y%m%d"}}, map[string]string{"20151231": "2015-12-31", "20150231": "!bad_date"}},
		"boolean":                  {snapshot.Column{Type: snapshot.Boolean}, "boolean", mappings.Field{As: "boolean", Format: []string{"S/N"}}, map[string]string{"true": "true", "false": "false"}},
		"integer to boolean":       {snapshot.Column{Type: snapshot.Integer}, "bigint", mappings.Field{As: "boolean", Format: []string{"S/N"}}, map[string]string{"1": "true", "0": "false", "2": "!bad_boolean"}},
		"integer to text":          {snapshot.Column{Type: snapshot.Integer}, "bigint", mappings.Field{As: "text", Length: 2}, map[string]string{"12": "12", "123": "!too_long"}},
		"integer by crosswalk":     {snapshot.Column{Type: snapshot.Integer}, "bigint", mappings.Field{As: "text", Crosswalk: "stato"}, map[string]string{"1": "uno", "2": "!unmapped", "null": "~"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			inputs := slices.Sorted(maps.Keys(c.want))
			values := ""
			for i, in := range inputs {
				if i > 0 {
					values += ", "
				}
				values += fmt.Sprintf("('%d', cast(%s as %s))", i, in, c.sql)
			}
			c.column.Name = "V"
			f := newFixture(t, 1).crosswalk("stato", "1=uno").dataset("in", []snapshot.Column{{Name: "N", Type: snapshot.Text}, c.column}, `select * from (values `+values+`) v("N", "V")`)
			field := c.field
			field.Name, field.From = "v", "V"
			for i, got := range conversionOf(t, f, field, len(inputs)) {
				if want := c.want[inputs[i]]; got != want {
					t.Errorf("%s gives %q, want %q", inputs[i], got, want)
				}
			}
		})
	}
}

// A mapping that would lose something whatever the data is refused.
func TestConversion_refused(t *testing.T) {
	cases := map[string]struct {
		column snapshot.Column
		field  mappings.Field
		want   string
	}{
		"cents of an integer": {snapshot.Column{Type: snapshot.Integer}, mappings.Field{As: "money", Format: []string{"cents"}}, "format cents is for texts"},
		"money that warns":    {snapshot.Column{Type: snapshot.Text}, mappings.Field{As: "money", OnFail: "warn"}, "on_fail: warn is not for numbers"},
		"date to number":      {snapshot.Column{Type: snapshot.Date}, mappings.Field{As: "integer"}, "a date cannot become integer"},
		"unknown format":      {snapshot.Column{Type: snapshot.Text}, mappings.Field{As: "money", Format: []string{"fr"}}, `number format "fr"`},
		"time zone":           {snapshot.Column{Type: snapshot.Text}, mappings.Field{As: "date", Format: []string{"%d/%m/%Y", "%Y-%m-%dT%H:%M:%S%z"}}, "a time zone is not read: cut it off in sql"},
		"name of a time zone": {snapshot.Column{Type: snapshot.Text}, mappings.Field{As: "timestamp", Format: []string{"%Y-%m-%d %H:%M:%S %Z"}}, "a time zone is not read"},
		"unknown column":      {snapshot.Column{Type: snapshot.Text}, mappings.Field{From: "W", As: "money"}, "column W is not in the source"},
		"division":            {snapshot.Column{Type: snapshot.Integer}, mappings.Field{SQL: "V / 3", As: "money"}, "a floating point number is not exact"},
		"wrong expression":    {snapshot.Column{Type: snapshot.Integer}, mappings.Field{SQL: "V +", As: "money"}, "syntax error"},
		"unknown crosswalk":   {snapshot.Column{Type: snapshot.Text}, mappings.Field{As: "text", Crosswalk: "x"}, "crosswalk x is not there"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 1)
			c.column.Name = "V"
			f.in.Datasets = []Dataset{{Name: "in", Columns: []snapshot.Column{c.column}}}
			field := c.field
			field.Name = "v"
			if field.From == "" && field.SQL == "" {
				field.From = "V"
			}
			f.mapping("d", mappings.Entity{From: []string{"in"}, Key: []string{"V"}, Fields: []mappings.Field{{Name: "id", ID: "d"}, field}})
			_, err := Compile(t.Context(), f.eng, f.in)
			wantError(t, err, "d.yaml: entity d: field v: ", c.want)
		})
	}
}
