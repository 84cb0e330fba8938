package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/travaso/travaso/cmd/internal/pipeline"
	"github.com/travaso/travaso/extract/filesource"
	"github.com/travaso/travaso/extract/sqlsource"
	"github.com/travaso/travaso/load/sqltarget"
	"github.com/travaso/travaso/load/sqltarget/testserver"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/validate"
)

// sameNames compares the names that a table has with those of the code.
func sameNames(t *testing.T, table string, got, want []string) {
	t.Helper()
	if len(want) == 0 {
		t.Fatalf("%s: the code has none: nothing was compared", table)
	}
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("README, %s: %s is missing", table, name)
		}
	}
	for i, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("README, %s: %s is not in the code", table, name)
		}
		if slices.Contains(got[:i], name) {
			t.Errorf("README, %s: %s is there twice", table, name)
		}
	}
}

// firstCodes are the names in the first column of a table.
func firstCodes(rows [][]string) []string {
	var names []string
	for _, row := range rows {
		names = append(names, codes(row[0])...)
	}
	return names
}

// sentence makes a usage text or a comment comparable with a cell.
func sentence(text string) string {
	return plain(strings.Join(strings.Fields(text), " "))
}

func TestReadmeCommands(t *testing.T) {
	rows := readReadme(t).table(t, "Commands")
	said := map[string][]string{}
	for _, row := range rows {
		said[code(row[0])] = row
	}
	var names []string
	for _, command := range newApp().Commands {
		names = append(names, command.Name)
		row := said[command.Name]
		if row == nil {
			continue
		}
		if sentence(row[1]) != sentence(command.Usage) {
			t.Errorf("README, command %s: %q, the program says %q", command.Name, row[1], command.Usage)
		}
		if !slices.Contains(examples(command), code(row[2])) {
			t.Errorf("README, command %s: the example %q is none of the program's: %q", command.Name, code(row[2]), examples(command))
		}
	}
	sameNames(t, "Commands", firstCodes(rows), names)
}

// examples are the lines of a command's usage text.
func examples(command *cli.Command) []string {
	var lines []string
	for line := range strings.Lines(command.UsageText) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func TestReadmeOptions(t *testing.T) {
	type option struct{ commands, usage string }
	options := map[string]option{}
	for _, command := range newApp().Commands {
		for _, flag := range command.Flags {
			name := "--" + flag.Names()[0]
			o := options[name]
			usage := sentence(flag.(cli.DocGenerationFlag).GetUsage())
			if o.commands != "" && o.usage != usage {
				t.Fatalf("option %s means two things", name)
			}
			options[name] = option{strings.TrimPrefix(o.commands+" "+command.Name, " "), usage}
		}
	}
	rows := readReadme(t).table(t, "Options")
	sameNames(t, "Options", firstCodes(rows), slices.Sorted(maps.Keys(options)))
	for _, row := range rows {
		o := options[code(row[0])]
		if got := strings.Join(strings.Fields(strings.ReplaceAll(plain(row[1]), "·", " ")), " "); got != o.commands {
			t.Errorf("README, option %s: of %q, the program has it in %q", code(row[0]), got, o.commands)
		}
		if sentence(row[2]) != o.usage {
			t.Errorf("README, option %s: %q, the program says %q", code(row[0]), row[2], o.usage)
		}
	}
}

// constant is a constant of the code with the comment behind it.
type constant struct{ name, value, comment string }

// constantsOf reads the constants of a Go file for which take is true, by name and type.
func constantsOf(t *testing.T, file string, take func(name, typeName string) bool) []constant {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root(t), filepath.FromSlash(file)), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var all []constant
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		typeName := ""
		if named, ok := spec.Type.(*ast.Ident); ok {
			typeName = named.Name
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok || !take(spec.Names[0].Name, typeName) {
			return true
		}
		value := literal.Value
		if literal.Kind == token.STRING {
			if value, err = strconv.Unquote(value); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, constant{spec.Names[0].Name, value, strings.TrimSpace(spec.Comment.Text())})
		return true
	})
	if len(all) == 0 {
		t.Fatalf("%s: no such constants", file)
	}
	return all
}

func values(constants []constant) []string {
	all := make([]string, len(constants))
	for i, c := range constants {
		all[i] = c.value
	}
	return all
}

func TestReadmeExitCodes(t *testing.T) {
	rows := readReadme(t).table(t, "Exit codes")
	codesOf := constantsOf(t, "cmd/travaso/exit.go", func(name, _ string) bool { return strings.HasPrefix(name, "exit") })
	sameNames(t, "Exit codes", firstCodes(rows), values(codesOf))
	for _, c := range codesOf {
		for _, row := range rows {
			if code(row[0]) == c.value && sentence(row[1]) != sentence(c.comment) {
				t.Errorf("README, exit code %s: %q, exit.go says %q", c.value, row[1], c.comment)
			}
		}
	}
}

func TestReadmeFindings(t *testing.T) {
	kinds := constantsOf(t, "validate/finding/finding.go", func(_, typeName string) bool { return typeName == "Kind" })
	sameNames(t, "Kinds of findings", firstCodes(readReadme(t).table(t, "Kinds of findings")), values(kinds))
}

func TestReadmeRuleKinds(t *testing.T) {
	kinds := constantsOf(t, "validate/kind.go", func(_, typeName string) bool { return typeName == "Kind" })
	sameNames(t, "Kinds of rules", firstCodes(readReadme(t).table(t, "Kinds of rules")), values(kinds))
}

func TestReadmeWordsOfTheMappingLanguage(t *testing.T) {
	r := readReadme(t)
	sameNames(t, "Types", firstCodes(r.table(t, "Types")), mappings.Types())
	sameNames(t, "Formats of numbers", firstCodes(r.table(t, "Formats of numbers")), mappings.NumberFormats())
	sameNames(t, "Checks", firstCodes(r.table(t, "Checks")), mappings.CheckNames())
	sameNames(t, "Packs", firstCodes(r.table(t, "Packs")), mappings.Packs())
}

func TestReadmeTestServers(t *testing.T) {
	rows := readReadme(t).table(t, "Servers for the tests")
	sameNames(t, "Servers for the tests", firstCodes(rows), []string{testserver.PostgresVariable, testserver.MariaDBVariable})
}

// key is a key of a YAML file.
type key struct {
	path     string
	required bool
}

// keysOf are the keys under which a value of a type is written, those of the
// structs in it included; depth 1 gives only its own. NAME stands for a name
// that people choose.
func keysOf(prefix string, of reflect.Type, depth int) []key {
	var keys []key
	for i := range of.NumField() {
		field := of.Field(i)
		parts := strings.Split(field.Tag.Get("yaml"), ",")
		switch {
		case !field.IsExported() || parts[0] == "-":
		case slices.Contains(parts[1:], "inline"):
			keys = append(keys, keysOf(prefix, field.Type, depth)...)
		default:
			path := prefix + parts[0]
			required := !slices.Contains(parts[1:], "omitempty")
			inner, suffix := structIn(field.Type)
			if inner == nil || depth == 1 {
				keys = append(keys, key{path, required})
				continue
			}
			keys = append(keys, keysOf(path+suffix+".", inner, depth-1)...)
		}
	}
	return keys
}

// structIn is the struct that a type holds, and how it is written after its key.
func structIn(of reflect.Type) (inner reflect.Type, suffix string) {
	switch of.Kind() {
	case reflect.Struct:
		return of, ""
	case reflect.Pointer:
		return structIn(of.Elem())
	case reflect.Slice:
		inner, _ = structIn(of.Elem())
		return inner, "[]"
	case reflect.Map:
		inner, _ = structIn(of.Elem())
		return inner, ".NAME"
	}
	return nil, ""
}

// required is what the second column says of a key that may not be left out.
const required = "required"

// sameKeys compares the keys of tables with those of the code.
func sameKeys(t *testing.T, table string, rows [][]string, keys []key) {
	t.Helper()
	var want []string
	needed := map[string]bool{}
	for _, k := range keys {
		want = append(want, k.path)
		needed[k.path] = k.required
	}
	sameNames(t, table, firstCodes(rows), want)
	for _, row := range rows {
		if name := code(row[0]); (plain(row[1]) == required) != needed[name] {
			t.Errorf("README, %s: %s is %q, in the code it is required: %t", table, name, row[1], needed[name])
		}
	}
}

func TestReadmePlanKeys(t *testing.T) {
	r := readReadme(t)
	var rows [][]string
	for _, heading := range []string{"The plan file", "A source of files", "A source in a database", "The target"} {
		rows = append(rows, r.table(t, heading)...)
	}
	// The format of one dataset is that of the source, setting by setting.
	format := "source.files.datasets.NAME."
	var keys []key
	for _, k := range keysOf("", reflect.TypeFor[pipeline.Plan](), 9) {
		if name, ofDataset := strings.CutPrefix(k.path, format); !ofDataset || !isFormat(name) {
			keys = append(keys, k)
		}
	}
	sameKeys(t, "The plan file", rows, keys)
}

// isFormat says that a key is one of a file's format.
func isFormat(name string) bool {
	return slices.ContainsFunc(keysOf("", reflect.TypeFor[filesource.Format](), 1), func(k key) bool { return k.path == name })
}

func TestReadmeMappingKeys(t *testing.T) {
	r := readReadme(t)
	for heading, of := range map[string]reflect.Type{
		"A mapping file": reflect.TypeFor[mappings.Mapping](),
		"An entity":      reflect.TypeFor[mappings.Entity](),
		"A field":        reflect.TypeFor[mappings.Field](),
		"A rule":         reflect.TypeFor[validate.Rule](),
		"A term":         reflect.TypeFor[validate.Term](),
	} {
		depth := 1
		if heading == "An entity" {
			depth = 2 // exclude[].when
		}
		keys := keysOf("", of, depth)
		keys = slices.DeleteFunc(keys, func(k key) bool { return strings.HasPrefix(k.path, "fields[].") })
		if heading == "An entity" {
			keys = append(keys, key{"fields", true})
		}
		sameKeys(t, heading, r.table(t, heading), keys)
	}
}

func TestReadmeDrivers(t *testing.T) {
	for _, c := range []struct {
		heading, key string
		want         []string
	}{
		{"A source in a database", "source.database.driver", []string{sqlsource.SQLite, sqlsource.Postgres, sqlsource.MySQL}},
		{"The target", "target.driver", []string{sqltarget.SQLite, sqltarget.Postgres}},
		{"The target", "target.constraints", []string{sqltarget.Auto, sqltarget.Defer, sqltarget.Keep}},
	} {
		rows := readReadme(t).table(t, c.heading)
		i := slices.IndexFunc(rows, func(row []string) bool { return code(row[0]) == c.key })
		if i < 0 {
			t.Errorf("README, %s: no row of %s", c.heading, c.key)
			continue
		}
		names := codes(rows[i][2])
		slices.Sort(names) // a value may be named twice in the sentence
		sameNames(t, c.key, slices.Compact(names), c.want)
	}
}

func TestReadmeEncodings(t *testing.T) {
	rows := readReadme(t).table(t, "A source of files")
	for _, row := range rows {
		if code(row[0]) != "source.files.encoding" {
			continue
		}
		names := codes(row[2])
		if len(names) == 0 {
			t.Fatal("README: no encodings")
		}
		for _, name := range names {
			config := filesource.Config{Folder: ".", Format: filesource.Format{Delimiter: ";", Encoding: name},
				Datasets: map[string]filesource.Dataset{"a": {Files: []string{"*"}}}}
			if _, err := filesource.New(config); err != nil {
				t.Errorf("README, encoding %s: %v", name, err)
			}
		}
		config := filesource.Config{Folder: ".", Format: filesource.Format{Delimiter: ";", Encoding: "none"},
			Datasets: map[string]filesource.Dataset{"a": {Files: []string{"*"}}}}
		if _, err := filesource.New(config); err == nil || !strings.Contains(err.Error(), strings.Join(names, ", ")) {
			t.Errorf("README has the encodings %s, the program says: %v", strings.Join(names, ", "), err)
		}
		return
	}
	t.Error("README: no row of source.files.encoding")
}
