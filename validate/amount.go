package validate

import (
	"fmt"
	"regexp"
	"strconv"
)

// amountType is an exact number of the engine: at most digits digits, of
// which scale after the point.
type amountType struct{ digits, scale int }

// maxDigits is the most the engine keeps exactly; past it a sum is an error.
const maxDigits = 38

func (t amountType) String() string { return fmt.Sprintf("decimal(%d,%d)", t.digits, t.scale) }

// total is the type of a sum of amounts of this type.
func (t amountType) total() amountType { return amountType{maxDigits, t.scale} }

// with is the type that holds amounts of both, stated because the engine's own
// choice for mixed scales rounds where the digits would exceed 38.
func (t amountType) with(o amountType) amountType {
	scale := max(t.scale, o.scale)
	whole := max(t.digits-t.scale, o.digits-o.scale)
	return amountType{min(maxDigits, whole+scale), scale}
}

var decimalType = regexp.MustCompile(`^DECIMAL\((\d+),(\d+)\)$`)

// exactType is the amount type behind an engine's type; ok is false for what
// is no number or no exact one.
func exactType(engineType string) (amountType, bool) {
	switch engineType {
	case "TINYINT", "UTINYINT":
		return amountType{3, 0}, true
	case "SMALLINT", "USMALLINT":
		return amountType{5, 0}, true
	case "INTEGER", "UINTEGER":
		return amountType{10, 0}, true
	case "BIGINT":
		return amountType{19, 0}, true
	case "UBIGINT":
		return amountType{20, 0}, true
	case "HUGEINT", "UHUGEINT":
		return amountType{maxDigits, 0}, true
	}
	m := decimalType.FindStringSubmatch(engineType)
	if m == nil {
		return amountType{}, false
	}
	digits, err := strconv.Atoi(m[1])
	if err != nil {
		return amountType{}, false
	}
	scale, err := strconv.Atoi(m[2])
	return amountType{digits, scale}, err == nil
}

// isInteger says whether values of an engine's type are whole numbers.
func isInteger(engineType string) bool {
	_, exact := exactType(engineType)
	return exact && decimalType.FindString(engineType) == ""
}
