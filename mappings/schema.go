package mappings

import (
	_ "embed"
	"slices"
)

//go:generate go test -run TestSchemaIsCurrent . -update

//go:embed mapping.schema.json
var schemaText []byte

// Schema is the JSON Schema of a mapping file, for editors and other tools. It
// is made from the types of this package (go generate).
func Schema() []byte { return slices.Clone(schemaText) }
