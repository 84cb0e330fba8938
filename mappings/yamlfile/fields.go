package yamlfile

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// field is one key of a struct.
type field struct {
	name      string
	index     []int
	required  bool
	shorthand bool
}

// fieldsOf reads the tags of a struct. A field without one is a mistake in our
// own code, not in a file.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("yaml")
		if tag == "-" || !f.IsExported() {
			continue
		}
		parts := strings.Split(tag, ",")
		if f.Type.Kind() == reflect.Struct && slices.Contains(parts[1:], "inline") {
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				fields = append(fields, inner)
			}
			continue
		}
		if !tagged || parts[0] == "" {
			panic(fmt.Sprintf("yamlfile: field %s of %s needs a tag yaml:\"name\" or yaml:\"-\"", f.Name, t))
		}
		fields = append(fields, field{
			name: parts[0], index: []int{i},
			required:  !slices.Contains(parts[1:], "omitempty"),
			shorthand: slices.Contains(parts[1:], "shorthand"),
		})
	}
	return fields
}

// named says whether a slice of t stands in the file as a mapping whose keys
// are the names of its elements.
func named(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	f, ok := t.FieldByName("Name")
	return ok && f.Type.Kind() == reflect.String && f.Tag.Get("yaml") == "-"
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// isText says whether a value is written as a scalar.
func isText(v reflect.Value) bool {
	if reflect.PointerTo(v.Type()).Implements(textUnmarshaler) {
		return true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Struct, reflect.Map:
		return false
	}
	return true
}

// isAny says whether a value takes whatever the file holds.
func isAny(v reflect.Value) bool { return v.Kind() == reflect.Interface && v.NumMethod() == 0 }
