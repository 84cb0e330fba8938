package yamlfile

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// nodeLimit bounds the values decoded, aliases followed: a file of SizeLimit
// has fewer unless its aliases multiply.
const nodeLimit = 1 << 20

// depthLimit bounds aliases that stand for aliases, and merges of merges.
const depthLimit = 32

// decoder reads one file. It goes on after a mistake wherever what follows can
// still be understood.
type decoder struct {
	file     *File
	options  Options
	anchors  map[string]ast.Node
	mistakes Mistakes
	budget   int
}

// shape says what is wanted of the value of a struct's field.
type shape struct {
	required bool
}

func (d *decoder) add(m Mistake) { d.mistakes = append(d.mistakes, m) }

// spend counts a value against nodeLimit, and says once that there are too many.
func (d *decoder) spend(node ast.Node) bool {
	d.budget--
	if d.budget == -1 {
		d.add(d.file.MistakeAt(nodePosition(node), "too many values", "aliases multiply them", "write fewer aliases"))
	}
	return d.budget >= 0
}

// value decodes a node into v, whatever v is.
func (d *decoder) value(node ast.Node, path string, v reflect.Value, s shape) {
	node, ok := d.resolve(node)
	if !ok {
		return
	}
	if !d.spend(node) {
		return
	}
	if _, here := d.file.Values[path]; !here {
		d.file.Values[path] = d.place(node, path)
	}
	if text, missing, isScalar := d.file.readScalar(node); isScalar {
		if missing {
			d.add(d.file.Mistake(path, quote(lastKey(path))+" has no value", "", "write the value, '' for an empty text, or remove the key"))
			return
		}
		d.scalar(text, path, v, s)
		return
	}
	switch {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(node, path, v.Elem(), s)
	case v.Kind() == reflect.Slice:
		d.slice(node, path, v, s)
	case v.Kind() == reflect.Struct && !isText(v):
		d.structure(node, path, v)
	case v.Kind() == reflect.Map:
		d.mapping(node, path, v, s)
	case isAny(v):
		d.any(node, path, v, s)
	default:
		d.wrongKind(node, path, v)
	}
}

// any decodes a list or a mapping as what it is.
func (d *decoder) any(node ast.Node, path string, v reflect.Value, s shape) {
	into := reflect.New(reflect.TypeFor[map[string]any]()).Elem()
	if _, isList := node.(*ast.SequenceNode); isList {
		into = reflect.New(reflect.TypeFor[[]any]()).Elem()
	}
	d.value(node, path, into, s)
	v.Set(into)
}

// place is where the value at the path is shown to stand: a scalar by itself,
// a mapping or a list by its key.
func (d *decoder) place(node ast.Node, path string) Position {
	if _, _, ok := d.file.readScalar(node); ok {
		return nodePosition(node)
	}
	if at, ok := d.file.Keys[path]; ok {
		return at
	}
	return nodePosition(node)
}

// scalar decodes a scalar: into a text or a number, the shorthand of a struct,
// the only element of a list.
func (d *decoder) scalar(s scalar, path string, v reflect.Value, want shape) {
	switch {
	case isText(v):
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.scalar(s, path, v.Elem(), want)
		return
	case v.Kind() == reflect.Slice && !named(v.Type().Elem()):
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		d.file.Values[path+"[0]"] = d.file.Values[path]
		d.scalar(s, path+"[0]", v.Index(0), want)
		return
	case v.Kind() == reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			if f.shorthand {
				inner := join(path, f.name)
				d.file.Values[inner] = d.file.Values[path]
				d.scalar(s, inner, v.FieldByIndex(f.index), want)
				return
			}
		}
		d.add(d.wrong(s.begin, path, v.Type(), "a text"))
		return
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Map:
		d.add(d.wrong(s.begin, path, v.Type(), "a text"))
		return
	}
	s = d.substitute(s)
	d.file.scalars[path] = s
	if want.required && s.text == "" {
		d.add(d.file.Mistake(path, quote(lastKey(path))+" is empty", "it is required", "write its value"))
		return
	}
	d.text(s.text, path, v)
}

// text decodes a scalar's text into a value that holds no others.
func (d *decoder) text(text, path string, v reflect.Value) {
	wrong := func(why string) {
		d.add(d.file.Mistake(path, "wrong value for "+quote(lastKey(path)), why, ""))
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(text)); err != nil {
			wrong(err.Error())
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Interface:
		v.Set(reflect.ValueOf(text))
	case reflect.Bool:
		switch text {
		case "true", "false":
			v.SetBool(text == "true")
		default:
			wrong("true or false is wanted, not " + quote(text))
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			wrong("a whole number is wanted, not " + quote(text))
			return
		}
		v.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if err != nil {
			wrong("a whole number from 0 is wanted, not " + quote(text))
			return
		}
		v.SetUint(n)
	default:
		panic(fmt.Sprintf("yamlfile: %s cannot be decoded (at %s)", v.Type(), path)) // a struct of ours is wrong, not the file
	}
}

// slice decodes a list, the only element of one, or a mapping of named elements.
func (d *decoder) slice(node ast.Node, path string, v reflect.Value, want shape) {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	list, isList := node.(*ast.SequenceNode)
	switch {
	case named(v.Type().Elem()):
		if isList {
			d.wrongKind(node, path, v)
			return
		}
		d.pairs(node, path, func(key string, value ast.Node) {
			element := reflect.New(v.Type().Elem()).Elem()
			element.FieldByName("Name").SetString(key)
			d.value(value, join(path, key), element, shape{required: true})
			v.Set(reflect.Append(v, element))
		})
	case isList:
		for i, item := range list.Values {
			element := reflect.New(v.Type().Elem()).Elem()
			d.value(item, fmt.Sprintf("%s[%d]", path, i), element, shape{})
			v.Set(reflect.Append(v, element))
		}
	default:
		element := reflect.New(v.Type().Elem()).Elem()
		d.value(node, path+"[0]", element, shape{})
		v.Set(reflect.Append(v, element))
	}
	if want.required && v.Len() == 0 {
		d.add(d.file.Mistake(path, quote(lastKey(path))+" is empty", "it is required", "write at least one"))
	}
}

func (d *decoder) mapping(node ast.Node, path string, v reflect.Value, want shape) {
	if v.Type().Key().Kind() != reflect.String {
		panic(fmt.Sprintf("yamlfile: %s cannot be decoded (at %s)", v.Type(), path))
	}
	v.Set(reflect.MakeMap(v.Type()))
	d.pairs(node, path, func(key string, value ast.Node) {
		element := reflect.New(v.Type().Elem()).Elem()
		d.value(value, join(path, key), element, shape{})
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), element)
	})
	if want.required && v.Len() == 0 {
		d.add(d.file.Mistake(path, quote(lastKey(path))+" is empty", "it is required", "write at least one"))
	}
}

// structure decodes a mapping into a struct, and tells the keys that do not
// belong and those that are missing.
func (d *decoder) structure(node ast.Node, path string, v reflect.Value) {
	fields := fieldsOf(v.Type())
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.name
	}
	found := map[string]bool{}
	isMapping := d.pairs(node, path, func(key string, value ast.Node) {
		for _, f := range fields {
			if f.name == key {
				found[key] = true
				d.value(value, join(path, key), v.FieldByIndex(f.index), shape{required: f.required})
				return
			}
		}
		d.add(d.file.KeyMistake(join(path, key), "unknown key "+quote(key), "", Suggestion(key, known)))
	})
	if !isMapping {
		return
	}
	for _, f := range fields {
		if f.required && !found[f.name] {
			d.add(d.file.Mistake(path, "missing key "+quote(f.name), "it is required"+in(path), "add it"))
		}
	}
}

func (d *decoder) wrongKind(node ast.Node, path string, v reflect.Value) {
	d.add(d.wrong(nodePosition(node), path, v.Type(), kindOf(node)))
}

// wrong says that a value is of another kind than t wants; a nil t wants a mapping.
func (d *decoder) wrong(at Position, path string, t reflect.Type, is string) Mistake {
	what := "wrong kind of value"
	if path != "" {
		what += " for " + quote(lastKey(path))
	}
	wanted := "a mapping (key: value)"
	if t != nil {
		wanted = kindWanted(t)
	}
	return d.file.MistakeAt(at, what, wanted+" is wanted, not "+is, "")
}

func kindWanted(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Pointer:
		return kindWanted(t.Elem())
	case t.Kind() == reflect.Slice && named(t.Elem()), t.Kind() == reflect.Map,
		t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(textUnmarshaler):
		return "a mapping (key: value)"
	case t.Kind() == reflect.Slice:
		return "a list"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		return "a whole number"
	}
	return "a text"
}

func kindOf(node ast.Node) string {
	switch node.(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	}
	return "a text"
}

func quote(text string) string { return `"` + text + `"` }

// in says in which part of the file a key is missing.
func in(path string) string {
	if path == "" {
		return ""
	}
	return " in " + path
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// lastKey is the key a path ends in, without the number of an element.
func lastKey(path string) string {
	if cut := strings.LastIndexByte(path, '.'); cut >= 0 {
		path = path[cut+1:]
	}
	if cut := strings.IndexByte(path, '['); cut > 0 {
		path = path[:cut]
	}
	return path
}
