package transform

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
	"github.com/travaso/travaso/validate/finding"
)

// family is what the engine's type of an input means for its conversion.
type family int

const (
	text family = iota
	exactText
	integer
	decimal
	float
	date
	timestamp
	boolean
	uuid
	other
)

// familyOf reads the engine's own name of a type. exactText is not among its
// answers: only the snapshot knows that a text holds exact numbers.
func familyOf(engineType string) family {
	name, _, _ := strings.Cut(engineType, "(")
	switch name {
	case "VARCHAR", "JSON":
		return text
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT":
		return integer
	case "DECIMAL":
		return decimal
	case "FLOAT", "DOUBLE":
		return float
	case "DATE":
		return date
	case "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return timestamp
	case "BOOLEAN":
		return boolean
	case "UUID":
		return uuid
	}
	return other
}

// isText says that values come as text, in which numbers and dates are read.
func (f family) isText() bool { return f == text || f == exactText }

// conversion turns an input into a value of the target's type. Its parts are
// SQL over the input, which is NULL where there is nothing to convert.
type conversion struct {
	value string // the value, or NULL where the input does not allow one
	// kind and detail say what is wrong where the input is there and the value is not.
	kind, detail string
	// residue is what rounding took away (exact − value); "" where nothing is rounded.
	residue string
	// total says that every input has a value.
	total bool
}

// column is a staged column with the bounds of its target.
type column struct {
	staged.Column
	length   int // characters of a text; 0: unbounded
	bits     int // of an integer; 0: 64
	digits   int // of an integer in a decimal column; 0: as bits says
	required bool
}

func kindLiteral(k finding.Kind) string { return engine.Literal(string(k)) }

// convert compiles the conversion of in, which is of a family, to a column.
// Formats are those of the mapping; halfUp allows rounding.
func convert(in string, from family, to column, formats []string, halfUp bool) (conversion, error) {
	if from == exactText {
		formats = []string{"en"} // the extractor wrote it so, whatever the files look like
	}
	cannot := fmt.Errorf("a %s cannot become %s: cast it in sql", familyName(from), to.Type)
	switch to.Type {
	case "text":
		return conversion{value: "cast(" + in + " as varchar)", total: true}, nil
	case "code":
		return codeConversion(in), nil
	case "json":
		if !from.isText() {
			return conversion{}, cannot
		}
		return conversion{value: "case when json_valid(" + in + ") then " + in + " end", kind: kindLiteral(finding.BadJSON), detail: "'not JSON'"}, nil
	case "uuid":
		return uuidConversion(in, from, cannot)
	case "boolean":
		return booleanConversion(in, from, formats, cannot)
	case "date", "timestamp":
		return timeConversion(in, from, to.Type, formats, cannot)
	case "integer", "money", "decimal":
		if from.isText() {
			return numberFromText(in, to, formats, halfUp)
		}
		return numberFromNumber(in, from, to, formats, halfUp, cannot)
	}
	return conversion{}, fmt.Errorf("unknown type %q", to.Type)
}

func familyName(f family) string {
	return [...]string{"text", "text", "integer", "decimal", "floating point number", "date", "timestamp", "boolean", "uuid", "nested value"}[f]
}

// codeConversion lets codes through whose characters are printable ASCII.
func codeConversion(in string) conversion {
	in = "cast(" + in + " as varchar)"
	return conversion{
		value:  "case when regexp_full_match(" + in + ", '[ -~]*') then " + in + " end",
		kind:   "case when contains(" + in + ", chr(0)) then " + kindLiteral(finding.NULByte) + " else " + kindLiteral(finding.BadCode) + " end",
		detail: "'a character outside printable ASCII'",
	}
}

func uuidConversion(in string, from family, cannot error) (conversion, error) {
	switch {
	case from == uuid:
		return conversion{value: in, total: true}, nil
	case !from.isText():
		return conversion{}, cannot
	}
	const form = `'[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'`
	return conversion{
		value:  "case when regexp_full_match(" + in + ", " + form + ") then try_cast(" + in + " as uuid) end",
		kind:   kindLiteral(finding.BadUUID),
		detail: "'not of the form 8-4-4-4-12'",
	}, nil
}

// booleanConversion takes the declared texts and no others: a legacy flag that
// also holds a third value must not become false.
func booleanConversion(in string, from family, formats []string, cannot error) (conversion, error) {
	switch {
	case from == boolean:
		return conversion{value: in, total: true}, nil
	case from == integer:
		formats = append(append([]string(nil), formats...), "1/0")
		in = "cast(" + in + " as varchar)"
	case !from.isText():
		return conversion{}, cannot
	}
	if len(formats) == 0 {
		formats = []string{"true/false", "1/0"}
	}
	var yes, no []string
	for _, f := range formats {
		t, n, ok := strings.Cut(f, "/")
		if !ok || t == n {
			return conversion{}, fmt.Errorf("boolean format %q: write the text of true, a slash and the text of false, as in S/N", f)
		}
		yes, no = append(yes, engine.Literal(t)), append(no, engine.Literal(n))
	}
	return conversion{
		value:  fmt.Sprintf("case when %s in (%s) then true when %s in (%s) then false end", in, strings.Join(yes, ", "), in, strings.Join(no, ", ")),
		kind:   kindLiteral(finding.BadBoolean),
		detail: engine.Literal("neither text of " + strings.Join(formats, ", ")),
	}, nil
}

// timeConversion reads dates and timestamps by strptime patterns. A date is
// the day of a timestamp. Years before 1000 are refused: '15-01-01' would
// otherwise be a day of the year 15; and so are 'epoch' and 'infinity', which
// the engine takes, whatever the pattern, for days of 1900. Time zones are
// refused: with one among the patterns the engine takes 30/02/2016 for a day,
// and moves every value by the zone of the one before.
func timeConversion(in string, from family, as string, formats []string, cannot error) (conversion, error) {
	switch from {
	case date, timestamp:
		return conversion{value: "cast(" + in + " as " + as + ")", total: true}, nil
	case integer:
		in = "cast(" + in + " as varchar)" // 20151231
	case text, exactText:
	default:
		return conversion{}, cannot
	}
	if from == exactText {
		formats = nil
	}
	if len(formats) == 0 {
		formats = []string{"%Y-%m-%d"}
		if as == "timestamp" {
			formats = []string{"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d"}
		}
	}
	patterns := make([]string, len(formats))
	for i, f := range formats {
		if !strings.Contains(f, "%") {
			return conversion{}, fmt.Errorf("%s format %q: write a strptime pattern, as in %%d/%%m/%%Y", as, f)
		}
		if strings.Contains(strings.ToLower(f), "%z") {
			return conversion{}, fmt.Errorf("%s format %q: a time zone is not read: cut it off in sql, as in left(X, 19)", as, f)
		}
		patterns[i] = engine.Literal(f)
	}
	pattern := patterns[0]
	if len(patterns) > 1 {
		pattern = "[" + strings.Join(patterns, ", ") + "]"
	}
	read := "try_strptime(" + in + ", " + pattern + ")"
	return conversion{
		value: fmt.Sprintf("case when %s between timestamp '1000-01-01' and timestamp '9999-12-31 23:59:59.999999' and lower(%s) not in ('epoch', 'infinity', '-infinity')\n      then cast(cast(%s as timestamp) as %s) end",
			"cast("+read+" as timestamp)", in, read, as),
		kind:   kindLiteral(finding.BadDate),
		detail: engine.Literal("no such day, or not of the form " + strings.Join(formats, " or ")),
	}, nil
}

// numberForm is how a number is written.
type numberForm struct {
	point, group string
	cents        bool
}

func numberFormOf(formats []string) (numberForm, error) {
	if len(formats) > 1 {
		return numberForm{}, fmt.Errorf("a number has one format, not %s", strings.Join(formats, ", "))
	}
	format := "en"
	if len(formats) == 1 {
		format = formats[0]
	}
	switch format {
	case "en":
		return numberForm{point: "."}, nil
	case "it":
		return numberForm{point: ","}, nil
	case "en-grouped":
		return numberForm{point: ".", group: ","}, nil
	case "it-grouped":
		return numberForm{point: ",", group: "."}, nil
	case "cents":
		return numberForm{cents: true}, nil
	}
	return numberForm{}, fmt.Errorf("number format %q: write one of it, it-grouped, en, en-grouped, cents", format)
}

// pattern is the form of a number with at most scale decimals that count: more
// of them may follow when they are zeros. A scale below 0 allows any.
func (f numberForm) pattern(scale int) string {
	if f.cents {
		return `[+-]?[0-9]+`
	}
	digits, point := "[0-9]+", regexp.QuoteMeta(f.point)
	if f.group != "" {
		digits = "([0-9]{1,3}(" + regexp.QuoteMeta(f.group) + "[0-9]{3})+|[0-9]+)"
	}
	switch {
	case scale < 0:
		return "[+-]?(" + digits + "(" + point + "[0-9]*)?|" + point + "[0-9]+)"
	case scale == 0:
		return "[+-]?(" + digits + "(" + point + "0*)?|" + point + "0+)"
	}
	return fmt.Sprintf("[+-]?(%s(%s[0-9]{0,%d}0*)?|%s[0-9]{1,%d}0*)", digits, point, scale, point, scale)
}

// plain is the number as the engine reads it.
func (f numberForm) plain(in string) string {
	if f.group != "" {
		in = "replace(" + in + ", " + engine.Literal(f.group) + ", '')"
	}
	if f.point == "," {
		in = "replace(" + in + ", ',', '.')"
	}
	return in
}

// residueScale is the finest fraction that rounding may start from.
const residueScale = 18

// numberFromText checks the form first, because the engine's own cast rounds
// without a word and takes 1e3 and 1_000 for numbers.
func numberFromText(in string, to column, formats []string, halfUp bool) (conversion, error) {
	form, err := numberFormOf(formats)
	if err != nil {
		return conversion{}, err
	}
	target := engineNumber(to)
	scale := to.Scale
	if halfUp {
		scale = residueScale
	}
	exact, any := engine.Literal(form.pattern(scale)), engine.Literal(form.pattern(-1))
	c := conversion{detail: numberDetail(to, formats)}
	if form.cents {
		// The engine divides in floating point, so cents are multiplied.
		amount := "try_cast(" + in + " as decimal(36,0)) * cast(0.01 as decimal(2,2))"
		c.value = castExactly(amount, target, halfUp)
		c.kind = fmt.Sprintf("case when not regexp_full_match(%s, %s) then %s when try_cast(%s as %s) is null then %s else %s end",
			in, exact, kindLiteral(finding.BadNumber), amount, target, kindLiteral(finding.OutOfRange), kindLiteral(finding.TooManyDecimals))
		c.value = fmt.Sprintf("case when regexp_full_match(%s, %s) then %s end", in, exact, c.value)
		if halfUp {
			c.residue = "(" + amount + ") - " + "(" + c.value + ")"
		}
		return c, nil
	}
	plain := form.plain(in)
	c.value = fmt.Sprintf("case when regexp_full_match(%s, %s) then try_cast(%s as %s) end", in, exact, plain, target)
	c.kind = fmt.Sprintf("case when regexp_full_match(%s, %s) then %s when regexp_full_match(%s, %s) then %s else %s end",
		in, exact, kindLiteral(finding.OutOfRange), in, any, kindLiteral(finding.TooManyDecimals), kindLiteral(finding.BadNumber))
	if halfUp {
		c.residue = fmt.Sprintf("try_cast(%s as decimal(38,%d)) - (%s)", plain, residueScale, c.value)
	}
	return c, nil
}

// numberFromNumber keeps a typed number only where the target holds it exactly.
func numberFromNumber(in string, from family, to column, formats []string, halfUp bool, cannot error) (conversion, error) {
	switch from {
	case float:
		return conversion{}, fmt.Errorf("a floating point number is not exact: cast its parts to decimal in sql")
	case integer:
		if len(formats) == 1 && formats[0] == "cents" {
			return conversion{}, fmt.Errorf("format cents is for texts, and this column is an integer: say what it holds with sql, as in X * cast(0.01 as decimal(2,2))")
		}
		in = "try_cast(" + in + " as decimal(38,0))"
	case decimal:
	default:
		return conversion{}, cannot
	}
	target := engineNumber(to)
	c := conversion{
		value:  castExactly(in, target, halfUp),
		kind:   fmt.Sprintf("case when try_cast(%s as %s) is null then %s else %s end", in, target, kindLiteral(finding.OutOfRange), kindLiteral(finding.TooManyDecimals)),
		detail: numberDetail(to, nil),
	}
	if halfUp {
		c.residue = fmt.Sprintf("try_cast(%s as decimal(38,%d)) - (%s)", in, residueScale, c.value)
	}
	return c, nil
}

func castExactly(in, target string, halfUp bool) string {
	if halfUp {
		return "try_cast(" + in + " as " + target + ")"
	}
	return fmt.Sprintf("case when try_cast(%s as %s) = %s then try_cast(%s as %s) end", in, target, in, in, target)
}

// engineNumber is the engine's type that has exactly the target's range.
func engineNumber(to column) string {
	if to.Type != "integer" {
		return fmt.Sprintf("decimal(%d,%d)", to.Precision, to.Scale)
	}
	switch {
	case to.digits > 0:
		return fmt.Sprintf("decimal(%d,0)", to.digits)
	case to.bits == 16:
		return "smallint"
	case to.bits == 32:
		return "integer"
	}
	return "bigint"
}

func numberDetail(to column, formats []string) string {
	target := engineNumber(to)
	if len(formats) == 0 {
		return engine.Literal("for " + target)
	}
	return engine.Literal("for " + target + ", format " + formats[0])
}
