package mappings

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/travaso/travaso/mappings/yamlfile"
	"github.com/travaso/travaso/transform/staged"
)

// name is what documents, entities and their ids may be called: they become
// names of folders and of tables.
var name = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// hiddenColumns stand beside the fields of every staged row.
func hiddenColumns() []string {
	return []string{staged.DocumentColumn, staged.DigestColumn, staged.KeyColumn, staged.DatasetColumn,
		staged.PartColumn, staged.RowColumn, staged.StatusColumn, staged.BatchColumn}
}

// checkMapping tells what is wrong with a mapping in itself and in its
// references to others, whatever source and target are.
func (l *loader) checkMapping(m source) {
	if m.Document != "" && !name.MatchString(m.Document) {
		l.fail(m, "document", fmt.Sprintf("document type %q", m.Document), "a name is letters, digits and _, a letter first", "rename it")
	}
	for i, e := range m.Entities {
		if i == 0 && m.Document != "" && e.Name != m.Document {
			l.failKey(m, entityPath(e), fmt.Sprintf("head entity %q", e.Name), "the first entity of a document type is its head and bears its name", "call it "+m.Document+", or move the head to the front")
		}
		l.checkEntity(m, i)
	}
}

func (l *loader) checkEntity(m source, i int) {
	e := m.Entities[i]
	at := entityPath(e)
	if !name.MatchString(e.Name) {
		l.failKey(m, at, fmt.Sprintf("entity %q", e.Name), "a name is letters, digits and _, a letter first", "rename it")
	}
	if len(e.From) == 0 && e.Query == "" && !m.file.Has(at+".from") && !m.file.Has(at+".query") {
		l.failKey(m, at, fmt.Sprintf("entity %q takes no rows", e.Name), "", "name its dataset under from, or write a query")
	}
	for j, dataset := range e.From {
		if slices.Contains(e.From[:j], dataset) {
			l.fail(m, fmt.Sprintf("%s.from[%d]", at, j), fmt.Sprintf("dataset %q a second time", dataset), "its rows would be taken twice", "remove one of them")
		}
	}
	l.checkParent(m, i)
	seen := map[string]string{}
	for _, f := range e.Fields {
		if first, twice := seen[strings.ToLower(f.Name)]; twice {
			l.failKey(m, fieldPath(e, f), fmt.Sprintf("field %q a second time", f.Name), "it is there as "+first+": names that differ in case only are the same", "remove one of them")
		}
		seen[strings.ToLower(f.Name)] = f.Name
		l.checkField(m, e, f)
	}
	l.checkID(m, e)
}

// checkParent: the head has none; the others hang on an entity before them by
// exactly one ref.
func (l *loader) checkParent(m source, i int) {
	e := m.Entities[i]
	at := entityPath(e)
	if i == 0 {
		if e.Parent != "" {
			l.fail(m, at+".parent", fmt.Sprintf("head entity %q has a parent", e.Name), "the first entity of a document type is its head", "remove parent, or move the head to the front")
		}
		return
	}
	var before []string
	for _, other := range m.Entities[:i] {
		before = append(before, other.Name)
	}
	switch {
	case e.Parent == "":
		l.failKey(m, at, fmt.Sprintf("entity %q has no parent", e.Name), "all but the first entity of a document type hang on another", "add parent: "+before[0]+", or give it a mapping of its own")
		return
	case !slices.Contains(before, e.Parent):
		l.fail(m, at+".parent", fmt.Sprintf("unknown parent %q", e.Parent), "a parent is an entity before this one, of the same document type", yamlfile.Suggestion(e.Parent, before))
		return
	}
	var links []string
	for _, f := range e.Fields {
		if f.Ref == e.Parent {
			links = append(links, f.Name)
		}
	}
	switch {
	case len(links) == 0:
		l.fail(m, at+".parent", fmt.Sprintf("no field refers to the parent %q", e.Parent), "", fmt.Sprintf("add a field {ref: %s, key: [...]}", e.Parent))
	case len(links) > 1:
		l.fail(m, at+".parent", fmt.Sprintf("%d fields refer to the parent %q", len(links), e.Parent),
			"of "+strings.Join(links, " and ")+" only one can say on what the row hangs", "keep one ref to it")
	}
}

// checkID: one field at most holds the entity's id.
func (l *loader) checkID(m source, e Entity) {
	first := ""
	for _, f := range e.Fields {
		switch {
		case f.ID == "":
		case first != "":
			l.failKey(m, fieldPath(e, f), fmt.Sprintf("field %q is a second id", f.Name), "the id is "+first+" already", "remove one of them")
		default:
			first = f.Name
		}
	}
}

func (l *loader) checkField(m source, e Entity, f Field) {
	at := fieldPath(e, f)
	if slices.Contains(hiddenColumns(), strings.ToLower(f.Name)) {
		l.failKey(m, at, fmt.Sprintf("field %q", f.Name), "the name is that of a hidden column of staged rows", "rename the target's column")
	}
	if !l.checkKind(m, e, f) {
		return
	}
	l.checkValues(m, e, f)
	if f.Ref != "" {
		l.checkRef(m, e, f)
	}
	if f.ID != "" && !name.MatchString(f.ID) {
		l.fail(m, at+".id", fmt.Sprintf("id name %q", f.ID), "a name is letters, digits and _, a letter first", "rename it")
	}
	if f.Crosswalk != "" {
		if _, ok := l.set.Crosswalks[f.Crosswalk]; !ok {
			l.fail(m, at+".crosswalk", fmt.Sprintf("unknown crosswalk %q", f.Crosswalk), "there is no crosswalks/"+f.Crosswalk+".csv",
				cmp.Or(yamlfile.Suggestion(f.Crosswalk, l.crosswalkNames()), "write that file, with the head old,new"))
		}
	}
	l.checkFormat(m, e, f)
	l.checkTogether(m, e, f)
}

// checkKind: a field says in exactly one way where its value comes from, and
// nothing that has no meaning for that way.
func (l *loader) checkKind(m source, e Entity, f Field) bool {
	at := fieldPath(e, f)
	var ways []string
	for _, way := range []struct{ name, value string }{{"from", f.From}, {"sql", f.SQL}, {"ref", f.Ref}, {"id", f.ID}} {
		if way.value != "" {
			ways = append(ways, way.name)
		}
	}
	if len(ways) != 1 {
		what, why := fmt.Sprintf("field %q has no value", f.Name), ""
		if len(ways) > 1 {
			what, why = fmt.Sprintf("field %q has two values", f.Name), "by "+strings.Join(ways, " and by ")
		}
		l.failKey(m, at, what, why, "write exactly one of from, sql, ref, id")
		return false
	}
	meaningful := map[string][]string{
		"from": {"as", "format", "absent", "crosswalk", "check", "on_fail", "trim", "nul", "round"},
		"sql":  {"as", "format", "absent", "crosswalk", "check", "on_fail", "trim", "nul", "round"},
		"ref":  {"key", "absent", "on_fail"},
		"id":   {},
	}[ways[0]]
	for _, key := range []string{"as", "format", "key", "absent", "crosswalk", "check", "on_fail", "trim", "nul", "round"} {
		if m.file.Has(at+"."+key) && !slices.Contains(meaningful, key) {
			l.failKey(m, at+"."+key, fmt.Sprintf("%q has no meaning with %q", key, ways[0]), "", "remove it")
		}
	}
	return true
}

// checkValues: what has a fixed list of values has one of them.
func (l *loader) checkValues(m source, e Entity, f Field) {
	for _, v := range []struct {
		key, value string
		known      []string
	}{
		{"as", f.As, Types()},
		{"check", f.Check, CheckNames()},
		{"on_fail", f.OnFail, onFailValues()},
		{"nul", f.NUL, nulValues()},
		{"round", f.Round, roundValues()},
	} {
		if v.value != "" && !slices.Contains(v.known, v.value) {
			l.fail(m, fieldPath(e, f)+"."+v.key, fmt.Sprintf("unknown value %q for %q", v.value, v.key), "", yamlfile.Suggestion(v.value, v.known))
		}
	}
}

func (l *loader) checkRef(m source, e Entity, f Field) {
	at := fieldPath(e, f)
	target, ok := l.entity(f.Ref)
	if !ok && l.unread {
		return
	}
	if !ok {
		l.fail(m, at+".ref", fmt.Sprintf("unknown entity %q", f.Ref), "", yamlfile.Suggestion(f.Ref, l.entityNames()))
		return
	}
	if _, ok := target.IDField(); !ok {
		l.fail(m, at+".ref", fmt.Sprintf("entity %q has no id to refer to", f.Ref), "", "add a field {id: "+f.Ref+"} to it")
	}
	if f.Ref == e.Parent && f.OnFail == OnFailWarn {
		l.failKey(m, at+".on_fail", "on_fail: warn on the reference to the parent", "a row without its document would go nowhere", "remove it")
	}
	switch {
	case len(f.Key) == 0:
		l.fail(m, at, fmt.Sprintf("field %q refers to %s without a key", f.Name, f.Ref), "", "add key, the parts of which find it: "+shown(target.Key))
	case len(f.Key) != len(target.Key):
		l.fail(m, at+".key", "key of "+counted(len(f.Key), "part"), fmt.Sprintf("the key of %s has %d: %s", f.Ref, len(target.Key), shown(target.Key)), "give as many, in that order")
	}
}

func (l *loader) checkFormat(m source, e Entity, f Field) {
	if mistake, wrong := formatMistake(f); wrong {
		l.fail(m, fieldPath(e, f)+".format", mistake.what, mistake.why, mistake.remedy)
	}
}

// checkTogether: what stands together in a field must agree, where its type is
// written; where it is the target's, Resolve looks again.
func (l *loader) checkTogether(m source, e Entity, f Field) {
	for _, mistake := range disagreements(f) {
		l.failKey(m, fieldPath(e, f)+"."+mistake.key, mistake.what, mistake.why, mistake.remedy)
	}
}

func (l *loader) crosswalkNames() []string {
	var names []string
	for name := range l.set.Crosswalks {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func shown(key []string) string { return "[" + strings.Join(key, ", ") + "]" }
