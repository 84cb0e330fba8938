package report

import (
	"reflect"
	"testing"

	"github.com/travaso/travaso/validate/finding"
)

// A language has every text, and every kind of finding, in words.
func TestTextsAreComplete(t *testing.T) {
	words := reflect.ValueOf(english())
	for i := range words.NumField() {
		if words.Field(i).String() == "" {
			t.Errorf("no text for %s", words.Type().Field(i).Name)
		}
	}
	for _, kind := range []finding.Kind{
		finding.RaggedRow, finding.BadEncoding, finding.StrayQuote, finding.BadNumber, finding.TooManyDecimals, finding.OutOfRange,
		finding.BadDate, finding.BadBoolean, finding.BadUUID, finding.BadJSON, finding.BadCode, finding.BadText, finding.NULByte,
		finding.TooLong, finding.Required, finding.Unmapped, finding.Orphan, finding.DuplicateKey, finding.CheckFailed,
		finding.DependsOn, finding.SameDocument, finding.Unclaimed, finding.Broken,
	} {
		if english().KindName(kind) == string(kind) {
			t.Errorf("no words for %s", kind)
		}
	}
}
