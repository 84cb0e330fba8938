package mappings_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/mappings/yamlfile"
)

// TestSchemaIsCurrent makes the schema from the types and compares it with the
// file; with -update it writes the file.
func TestSchemaIsCurrent(t *testing.T) {
	text, err := json.MarshalIndent(schemaOfTypes(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "mapping.schema.json", string(text)+"\n")
	if !*update && string(mappings.Schema()) != string(text)+"\n" {
		t.Error("Schema() is not the file")
	}
}

const definitions = "#/$defs/"

// schemaOfTypes reflects the types, and adds what Go's types cannot say: which
// texts a key may have, what may stand in place of what.
func schemaOfTypes(t *testing.T) *jsonschema.Schema {
	t.Helper()
	reflector := &jsonschema.Reflector{FieldNameTag: "yaml", Anonymous: true, Mapper: inYAML}
	if err := reflector.AddGoComments("github.com/travaso/travaso/mappings", "./"); err != nil {
		t.Fatal(err)
	}
	root := reflector.Reflect(mappings.Mapping{})
	root.Title = "travaso mapping"
	for _, part := range []any{mappings.Entity{}, mappings.Exclude{}, mappings.Field{}} {
		for name, definition := range reflector.Reflect(part).Definitions {
			root.Definitions[name] = definition
		}
	}
	root.Definitions["Text"] = &jsonschema.Schema{
		Description: "A text; numbers and true, false are taken as they are written.",
		OneOf:       []*jsonschema.Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}, {Type: "null"}},
	}
	oneOf(root, "Field", "as", mappings.Types())
	oneOf(root, "Field", "check", mappings.CheckNames())
	oneOf(root, "Field", "on_fail", []string{mappings.OnFailReject, mappings.OnFailWarn})
	oneOf(root, "Field", "nul", []string{mappings.NULReject, mappings.NULRemove})
	oneOf(root, "Field", "round", []string{mappings.RoundNone, mappings.RoundHalfUp})
	for _, required := range [][]string{{"from"}, {"sql"}, {"ref", "key"}, {"id"}} {
		field := root.Definitions["Field"]
		field.OneOf = append(field.OneOf, &jsonschema.Schema{Required: required})
	}
	root.Definitions["Entity"].AnyOf = []*jsonschema.Schema{{Required: []string{"from"}}, {Required: []string{"query"}}}
	return root
}

// inYAML is how the decoder takes some of the types.
func inYAML(t reflect.Type) *jsonschema.Schema {
	one := uint64(1)
	reference := func(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: definitions + name} }
	listOrOne := func(name string) *jsonschema.Schema {
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{reference(name), {Type: "array", Items: reference(name)}}}
	}
	switch t {
	case reflect.TypeFor[string]():
		return reference("Text")
	case reflect.TypeFor[[]string]():
		return listOrOne("Text")
	case reflect.TypeFor[[]mappings.Exclude]():
		return listOrOne("Exclude")
	case reflect.TypeFor[[]mappings.Entity]():
		return &jsonschema.Schema{Type: "object", MinProperties: &one, AdditionalProperties: reference("Entity"),
			PropertyNames: &jsonschema.Schema{Pattern: "^[A-Za-z][A-Za-z0-9_]*$"}}
	case reflect.TypeFor[[]mappings.Field]():
		return &jsonschema.Schema{Type: "object", MinProperties: &one,
			AdditionalProperties: &jsonschema.Schema{OneOf: []*jsonschema.Schema{reference("Text"), reference("Field")}}}
	}
	return nil
}

func oneOf(root *jsonschema.Schema, definition, key string, values []string) {
	property, ok := root.Definitions[definition].Properties.Get(key)
	if !ok {
		panic("no property " + key)
	}
	property.Ref, property.Type = "", "string"
	for _, value := range values {
		property.Enum = append(property.Enum, value)
	}
}

// What the loader takes the schema takes, and what is wrong in form it refuses.
func TestSchemaAgreesWithTheLoader(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(mappings.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	pack, err := mappings.Pack("unica")
	if err != nil {
		t.Fatal(err)
	}
	validates := func(text []byte) []string {
		var document any
		_, mistakes := yamlfile.Decode("x.yaml", text, &document, yamlfile.Options{Constants: map[string]string{"ente_id": "30"}})
		if err := mistakes.Err(); err != nil {
			t.Fatal(err)
		}
		return violations(root, root, document, "")
	}
	tried := 0
	for _, m := range loadPack(t, "unica").Mappings {
		file, err := pack.(interface {
			ReadFile(name string) ([]byte, error)
		}).ReadFile(m.File)
		if err != nil {
			t.Fatal(err)
		}
		tried++
		if wrong := validates(file); len(wrong) > 0 {
			t.Errorf("%s: %v", m.File, wrong)
		}
	}
	if tried < 7 {
		t.Errorf("only %d files tried", tried)
	}
	for _, kind := range []string{"unknown-key", "missing-key", "unknown-value", "two-values", "no-value-in-field", "no-rows", "wrong-kind", "bad-name"} {
		text, err := os.ReadFile("../testdata/mapping-" + kind + "/impegno.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if wrong := validates(text); len(wrong) == 0 {
			t.Errorf("%s is taken", kind)
		}
	}
}

// Every key of the language is described.
func TestSchemaDescribesEveryKey(t *testing.T) {
	root := schemaOfTypes(t)
	for name, definition := range root.Definitions {
		if definition.Description == "" {
			t.Errorf("%s is not described", name)
		}
		if definition.Properties == nil {
			continue
		}
		for pair := definition.Properties.Oldest(); pair != nil; pair = pair.Next() {
			if pair.Value.Description == "" {
				t.Errorf("%s.%s is not described", name, pair.Key)
			}
		}
	}
}

// violations judges a document, its scalars as texts, by the keywords that the
// schema uses.
func violations(root, schema map[string]any, document any, path string) []string {
	if reference, ok := schema["$ref"].(string); ok {
		definition := root["$defs"].(map[string]any)[strings.TrimPrefix(reference, definitions)]
		return violations(root, definition.(map[string]any), document, path)
	}
	var wrong []string
	if want, ok := schema["type"].(string); ok && want != kindOf(document) && !(want == "boolean" && document == "true") {
		return []string{fmt.Sprintf("%s: %s is wanted, not %s", path, want, kindOf(document))}
	}
	if values, ok := schema["enum"].([]any); ok && !slices.Contains(values, document) {
		wrong = append(wrong, fmt.Sprintf("%s: %v is none of %v", path, document, values))
	}
	for keyword, fits := range map[string]func(n int) bool{"oneOf": func(n int) bool { return n == 1 }, "anyOf": func(n int) bool { return n > 0 }} {
		if choices, ok := schema[keyword].([]any); ok {
			n := 0
			for _, choice := range choices {
				if len(violations(root, choice.(map[string]any), document, path)) == 0 {
					n++
				}
			}
			if !fits(n) {
				wrong = append(wrong, fmt.Sprintf("%s: %d of %s hold", path, n, keyword))
			}
		}
	}
	if items, ok := schema["items"].(map[string]any); ok {
		for i, item := range document.([]any) {
			wrong = append(wrong, violations(root, items, item, fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	object, isObject := document.(map[string]any)
	if !isObject {
		return wrong
	}
	for _, key := range asTexts(schema["required"]) {
		if _, has := object[key]; !has {
			wrong = append(wrong, path+": missing "+key)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for key, value := range object {
		if property, known := properties[key].(map[string]any); known {
			wrong = append(wrong, violations(root, property, value, path+"."+key)...)
			continue
		}
		switch others := schema["additionalProperties"].(type) {
		case bool:
			if !others {
				wrong = append(wrong, path+": unknown key "+key)
			}
		case map[string]any:
			wrong = append(wrong, violations(root, others, value, path+"."+key)...)
		}
		if names, ok := schema["propertyNames"].(map[string]any); ok && !regexp.MustCompile(names["pattern"].(string)).MatchString(key) {
			wrong = append(wrong, path+": wrong name "+key)
		}
	}
	return wrong
}

func asTexts(list any) []string {
	var texts []string
	values, _ := list.([]any)
	for _, value := range values {
		texts = append(texts, value.(string))
	}
	return texts
}

func kindOf(document any) string {
	switch document.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	}
	return "unknown"
}
