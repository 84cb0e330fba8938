package mappings

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/travaso/travaso/mappings/yamlfile"
)

// Set is the mappings and crosswalks of one migration.
type Set struct {
	// Mappings stand in load order: a document type after those it refers to,
	// else in the order of their files' names.
	Mappings   []Mapping
	Crosswalks map[string]Crosswalk

	files  map[string]*yamlfile.File // by Mapping.File
	digest string                    // as loaded, before Resolve filled in what the target says
}

// Crosswalk turns old codes into new ones: a CSV file of the columns old, new
// and, where there is something to say, note.
type Crosswalk struct {
	Name string
	Rows []CrosswalkRow // in the file's order; each Old once
	File string
}

// CrosswalkRow is one line of a crosswalk. Old is trimmed, as the values
// looked up are; neither Old nor New is empty.
type CrosswalkRow struct{ Old, New, Note string }

// Entity finds an entity, and the mapping it belongs to, by its name.
func (s *Set) Entity(name string) (Mapping, Entity, bool) {
	for _, m := range s.Mappings {
		for _, e := range m.Entities {
			if e.Name == name {
				return m, e, true
			}
		}
	}
	return Mapping{}, Entity{}, false
}

// Mistake makes a mistake at a path of the mapping's file, as in
// "entities.impegno.fields.importo.from".
func (s *Set) Mistake(m Mapping, path, what, why, remedy string) yamlfile.Mistake {
	if file, ok := s.files[m.File]; ok {
		return file.Mistake(path, what, why, remedy)
	}
	return yamlfile.Mistake{File: m.File, Line: 1, Column: 1, What: what, Why: why, Remedy: remedy}
}

// unresolved says whether the value at the path names an unknown constant.
func (s *Set) unresolved(m Mapping, path string) bool {
	file, ok := s.files[m.File]
	return ok && file.Unresolved(path)
}

// keyMistake is Mistake at the key of the path: for what is wrong with a name.
func (s *Set) keyMistake(m Mapping, path, what, why, remedy string) yamlfile.Mistake {
	if file, ok := s.files[m.File]; ok {
		return file.KeyMistake(path, what, why, remedy)
	}
	return s.Mistake(m, path, what, why, remedy)
}

// Digest is the SHA-256, in hexadecimal, of what the mappings and crosswalks
// say: the same whatever the files are called, in whatever order they or the
// lines of a crosswalk stand, with whatever comments and notes.
func (s *Set) Digest() string {
	if s.digest == "" {
		return contentDigest(s)
	}
	return s.digest
}

func contentDigest(s *Set) string {
	type row struct{ Old, New string }
	var content struct {
		Mappings   []Mapping
		Crosswalks map[string][]row
	}
	content.Mappings = slices.SortedFunc(slices.Values(s.Mappings), func(a, b Mapping) int { return cmp.Compare(a.Document, b.Document) })
	content.Crosswalks = map[string][]row{}
	for name, crosswalk := range s.Crosswalks {
		rows := make([]row, len(crosswalk.Rows))
		for i, r := range crosswalk.Rows {
			rows[i] = row{r.Old, r.New}
		}
		slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.Old, b.Old) })
		content.Crosswalks[name] = rows
	}
	text, err := json.Marshal(content) // maps by sorted key
	if err != nil {
		panic("mappings: " + err.Error()) // texts, lists and maps of texts always marshal
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
