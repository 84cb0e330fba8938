package snapshot

import (
	"fmt"

	"github.com/xitongsys/parquet-go/parquet"
)

// hiddenColumns come after the source's own in every snapshot file.
func hiddenColumns() []Column {
	return []Column{{Name: PartColumn, Type: Integer}, {Name: RowColumn, Type: Integer}}
}

// physicalType is the Parquet type that keeps the values of a column.
func physicalType(t Type) parquet.Type {
	switch t {
	case Text:
		return parquet.Type_BYTE_ARRAY
	case Date:
		return parquet.Type_INT32
	case Boolean:
		return parquet.Type_BOOLEAN
	}
	return parquet.Type_INT64
}

// schemaElement describes a column in the footer, by its real name.
func schemaElement(c Column, repetition parquet.FieldRepetitionType) *parquet.SchemaElement {
	e := parquet.NewSchemaElement()
	physical := physicalType(c.Type)
	e.Name, e.Type, e.RepetitionType = c.Name, &physical, &repetition
	switch c.Type {
	case Text:
		e.ConvertedType = parquet.ConvertedTypePtr(parquet.ConvertedType_UTF8)
		e.LogicalType = &parquet.LogicalType{STRING: parquet.NewStringType()}
	case Decimal:
		precision, scale := int32(c.Precision), int32(c.Scale)
		e.Precision, e.Scale = &precision, &scale
		e.ConvertedType = parquet.ConvertedTypePtr(parquet.ConvertedType_DECIMAL)
		e.LogicalType = &parquet.LogicalType{DECIMAL: &parquet.DecimalType{Precision: precision, Scale: scale}}
	case Date:
		e.ConvertedType = parquet.ConvertedTypePtr(parquet.ConvertedType_DATE)
		e.LogicalType = &parquet.LogicalType{DATE: parquet.NewDateType()}
	case Timestamp:
		unit := &parquet.TimeUnit{MICROS: parquet.NewMicroSeconds()}
		e.LogicalType = &parquet.LogicalType{TIMESTAMP: &parquet.TimestampType{Unit: unit}}
	}
	return e
}

// storage is how a column of a file is kept and what must be done to its values.
type storage struct {
	column   Column
	physical parquet.Type
	width    int   // bytes of a FIXED_LEN_BYTE_ARRAY
	optional bool  // NULLs have definition level 0
	factor   int64 // to microseconds: 1, or 1000 for milliseconds
	divisor  int64 // to microseconds: 1, or 1000 for nanoseconds
	unsigned bool
	wide     bool // a decimal of more than 18 digits: given as Text
	fraction int  // digits after the point of a wide decimal
}

// storageOf reads a column of a footer. Floating point is refused: nothing
// here is allowed to keep amounts in it.
func storageOf(e *parquet.SchemaElement) (storage, error) {
	s := storage{column: Column{Name: e.Name}, factor: 1, divisor: 1}
	if e.Type == nil || e.GetNumChildren() > 0 || e.GetRepetitionType() == parquet.FieldRepetitionType_REPEATED {
		return s, fmt.Errorf("column %q: nested columns are not read here", e.Name)
	}
	s.physical = e.GetType()
	s.optional = e.GetRepetitionType() == parquet.FieldRepetitionType_OPTIONAL
	logical := e.LogicalType
	if logical == nil {
		logical = parquet.NewLogicalType()
	}
	converted := func(c parquet.ConvertedType) bool { return e.ConvertedType != nil && *e.ConvertedType == c }
	c := &s.column
	switch s.physical {
	case parquet.Type_BOOLEAN:
		c.Type = Boolean
		return s, nil
	case parquet.Type_BYTE_ARRAY:
		c.Type = Text
		if logical.DECIMAL == nil && !converted(parquet.ConvertedType_DECIMAL) {
			return s, nil
		}
	case parquet.Type_INT32, parquet.Type_INT64:
		switch {
		case logical.DATE != nil || converted(parquet.ConvertedType_DATE):
			c.Type = Date
			return s, nil
		case logical.TIME != nil || converted(parquet.ConvertedType_TIME_MICROS) || converted(parquet.ConvertedType_TIME_MILLIS):
			// a time of day is no type of a snapshot
		case logical.TIMESTAMP != nil:
			c.Type = Timestamp
			unit := logical.TIMESTAMP.Unit
			if unit != nil && unit.MILLIS != nil {
				s.factor = 1000
			} else if unit != nil && unit.NANOS != nil {
				s.divisor = 1000
			}
			return s, nil
		case converted(parquet.ConvertedType_TIMESTAMP_MICROS):
			c.Type = Timestamp
			return s, nil
		case converted(parquet.ConvertedType_TIMESTAMP_MILLIS):
			c.Type, s.factor = Timestamp, 1000
			return s, nil
		case logical.DECIMAL != nil || converted(parquet.ConvertedType_DECIMAL):
			return s, s.setDecimal(e)
		default:
			c.Type = Integer
			s.unsigned = logical.INTEGER != nil && !logical.INTEGER.IsSigned ||
				converted(parquet.ConvertedType_UINT_8) || converted(parquet.ConvertedType_UINT_16) ||
				converted(parquet.ConvertedType_UINT_32) || converted(parquet.ConvertedType_UINT_64)
			return s, nil
		}
	case parquet.Type_FIXED_LEN_BYTE_ARRAY:
		s.width = int(e.GetTypeLength())
		switch {
		case (logical.DECIMAL != nil || converted(parquet.ConvertedType_DECIMAL)) && s.width > 0 && s.width <= 32:
			return s, s.setDecimal(e)
		case s.width == 16 && !converted(parquet.ConvertedType_INTERVAL):
			c.Type = UUID
			return s, nil
		}
	}
	return s, fmt.Errorf("column %q: %s %s is not read here: cast it in the query that writes the file", e.Name, e.GetType(), annotation(e))
}

func (s *storage) setDecimal(e *parquet.SchemaElement) error {
	precision, scale := int(e.GetPrecision()), int(e.GetScale())
	if l := e.LogicalType; l != nil && l.DECIMAL != nil {
		precision, scale = int(l.DECIMAL.Precision), int(l.DECIMAL.Scale)
	}
	if precision < 1 || precision > 76 || scale < 0 || scale > precision {
		return fmt.Errorf("column %q: decimal(%d,%d) cannot be", e.Name, precision, scale)
	}
	c := &s.column
	c.Type, c.Precision, c.Scale = Decimal, precision, scale
	if precision > 18 {
		s.wide, s.fraction = true, scale
		c.Type, c.Number, c.Precision, c.Scale = Text, true, 0, 0
		c.Origin = fmt.Sprintf("decimal(%d,%d)", precision, scale)
	}
	return nil
}

func annotation(e *parquet.SchemaElement) string {
	if e.ConvertedType != nil {
		return e.ConvertedType.String()
	}
	return "without annotation"
}
