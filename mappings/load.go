package mappings

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/travaso/travaso/mappings/yamlfile"
)

// Load reads the mappings (*.yaml but for rules.yaml and pack.yaml) and the
// crosswalks (crosswalks/*.csv) of a folder. ${name} in a mapping stands for
// the constant of that name. Where the folder was read and what it says is
// wrong, the error is a yamlfile.Mistakes with all the mistakes of all the
// files, and the Set is what could be understood: Check tells what else is
// wrong with it, so that all comes at once.
func Load(fsys fs.FS, folder string, constants map[string]string) (*Set, error) {
	l := loader{fsys: fsys, folder: folder, constants: constants, set: &Set{
		Crosswalks: map[string]Crosswalk{}, files: map[string]*yamlfile.File{},
	}}
	if err := l.readMappings(); err != nil {
		return nil, fmt.Errorf("load mappings: %w", err)
	}
	if err := l.readCrosswalks(); err != nil {
		return nil, fmt.Errorf("load mappings: %w", err)
	}
	l.index()
	for _, m := range l.read {
		l.checkMapping(m)
	}
	l.order()
	l.set.digest = contentDigest(l.set)
	return l.set, l.mistakes.Err()
}

// loader reads one folder and collects the mistakes in it.
type loader struct {
	fsys      fs.FS
	folder    string
	constants map[string]string
	set       *Set
	read      []source // in the order of the files' names
	entities  map[string]place
	// unread: a file holds no entities that could be read, so that references
	// to unknown ones may be to those.
	unread   bool
	mistakes yamlfile.Mistakes
}

// source is a mapping with the file it was read from.
type source struct {
	Mapping
	file *yamlfile.File
}

// place is where an entity is: which of the mappings, which of its entities.
type place struct{ mapping, entity int }

func (l *loader) fail(m source, path, what, why, remedy string) {
	if m.file.Unresolved(path) {
		return
	}
	l.mistakes = append(l.mistakes, m.file.Mistake(path, what, why, remedy))
}

// failKey is fail at the key of the path: for what is wrong with a name.
func (l *loader) failKey(m source, path, what, why, remedy string) {
	l.mistakes = append(l.mistakes, m.file.KeyMistake(path, what, why, remedy))
}

func (l *loader) readMappings() error {
	entries, err := fs.ReadDir(l.fsys, l.folder)
	if err != nil {
		return err
	}
	for _, entry := range entries { // sorted by name
		name := entry.Name()
		shown := path.Join(l.folder, name)
		switch {
		case entry.IsDir(), name == "rules.yaml", name == "pack.yaml":
		case strings.HasSuffix(name, ".yml"):
			l.mistakes = append(l.mistakes, yamlfile.Mistake{File: shown, Line: 1, Column: 1,
				What: "a mapping in a .yml file would not be read", Remedy: "rename it to .yaml"})
		case strings.HasSuffix(name, ".yaml"):
			text, err := fs.ReadFile(l.fsys, shown)
			if err != nil {
				return err
			}
			l.decode(shown, text)
		}
	}
	if len(l.read) == 0 && len(l.mistakes) == 0 {
		return fmt.Errorf("no mapping (*.yaml) in folder %s", l.folder)
	}
	return nil
}

// decode reads one mapping. One with mistakes of form is kept too, so that
// those of meaning are told in the same go.
func (l *loader) decode(name string, text []byte) {
	m := Mapping{}
	file, mistakes := yamlfile.Decode(name, text, &m, yamlfile.Options{Constants: l.constants})
	l.mistakes = append(l.mistakes, mistakes...)
	m.File = name
	l.read = append(l.read, source{m, file})
	l.set.files[name] = file
	l.unread = l.unread || len(m.Entities) == 0
}

// index notes where the entities are and tells names that are taken twice.
// Names that differ in case only are the same to the engine.
func (l *loader) index() {
	l.entities = map[string]place{}
	documents, entities := map[string]source{}, map[string]source{}
	for i, m := range l.read {
		if m.Document != "" {
			if first, twice := documents[strings.ToLower(m.Document)]; twice {
				l.fail(m, "document", fmt.Sprintf("document type %q a second time", m.Document), "it is in "+first.File+" already", "give it a name of its own")
			} else {
				documents[strings.ToLower(m.Document)] = m
			}
		}
		for j, e := range m.Entities {
			if first, twice := entities[strings.ToLower(e.Name)]; twice {
				l.failKey(m, entityPath(e), fmt.Sprintf("entity %q a second time", e.Name), "it is in "+first.File+" already", "give it a name of its own")
				continue
			}
			entities[strings.ToLower(e.Name)] = m
			l.entities[e.Name] = place{i, j}
		}
	}
}

func (l *loader) entity(name string) (Entity, bool) {
	p, ok := l.entities[name]
	if !ok {
		return Entity{}, false
	}
	return l.read[p.mapping].Entities[p.entity], true
}

func (l *loader) entityNames() []string {
	var names []string
	for name := range l.entities {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func entityPath(e Entity) string { return "entities." + e.Name }

func fieldPath(e Entity, f Field) string { return entityPath(e) + ".fields." + f.Name }
