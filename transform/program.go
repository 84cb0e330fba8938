package transform

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// Input is all that a transformation is made from.
type Input struct {
	Migration string
	// Snapshot and MappingsDigest are written into the manifest of what is staged.
	Snapshot       string
	MappingsDigest string

	// Mappings are resolved against the target (mappings.Set.Check), in load order.
	Mappings   []mappings.Mapping
	Crosswalks map[string]mappings.Crosswalk
	Datasets   []Dataset
	// Tables are those of the target: they give the keys of the entities.
	Tables []schema.Table
	// Line gives the line of a mapping's file at which a path stands, as in
	// "entities.impegno.fields.importo"; 0 where it does not know. It may be nil.
	Line func(m mappings.Mapping, path string) int
}

// Program is a set of mappings compiled to SQL.
type Program struct {
	input     Input
	documents []*document // in the order of their references
}

// document is one document type, compiled.
type document struct {
	name     string
	file     string
	ordinal  int // place in load order
	lineOf   func(path string) int
	entities []*entity // the head first
}

// Compile turns mappings into SQL. The engine is asked only what types
// expressions have: no row is read. The error holds every mistake it found,
// each with its file, entity and field.
func Compile(ctx context.Context, eng *engine.Engine, in Input) (*Program, error) {
	c := &compiler{ctx: ctx, eng: eng, in: in, entities: map[string]*entity{}, datasets: map[string]Dataset{}}
	defer c.forget()
	if err := c.declare(); err != nil {
		return nil, err
	}
	p := &Program{input: in}
	for i, m := range in.Mappings {
		p.documents = append(p.documents, c.document(i, m))
	}
	for _, d := range p.documents {
		for _, e := range d.entities {
			c.entity(e)
		}
	}
	if err := errors.Join(c.mistakes...); err != nil {
		return nil, err
	}
	for _, d := range p.documents {
		for _, e := range d.entities {
			e.write()
		}
	}
	return p, nil
}

// compiler holds what a compilation needs on its way.
type compiler struct {
	ctx      context.Context
	eng      *engine.Engine
	in       Input
	entities map[string]*entity
	datasets map[string]Dataset
	mistakes []error
}

// declare makes the macros, and the datasets as empty views, so that the
// engine can tell the types of expressions over them.
func (c *compiler) declare() error {
	if err := c.eng.Exec(c.ctx, vocabulary); err != nil {
		return fmt.Errorf("compile mappings: %w", err)
	}
	if err := c.eng.Exec(c.ctx, mappings.Checks); err != nil {
		return fmt.Errorf("compile mappings: macros of the checks: %w", err)
	}
	for _, d := range c.in.Datasets {
		if err := c.eng.Exec(c.ctx, d.view(nil)); err != nil {
			return fmt.Errorf("compile mappings: dataset %s: %w", d.Name, err)
		}
		c.datasets[strings.ToLower(d.Name)] = d
	}
	return nil
}

// forget removes the empty views.
func (c *compiler) forget() {
	for _, d := range c.in.Datasets {
		_ = c.eng.Exec(context.WithoutCancel(c.ctx), "drop view if exists "+engine.Quote(d.Name))
	}
}

// document makes the entities of a mapping known by name, before any of them
// is compiled: references go both ways inside a document type.
func (c *compiler) document(ordinal int, m mappings.Mapping) *document {
	d := &document{name: m.Document, file: m.File, ordinal: ordinal, lineOf: func(string) int { return 0 }}
	if c.in.Line != nil {
		d.lineOf = func(path string) int { return c.in.Line(m, path) }
	}
	for i, spec := range m.Entities {
		e := &entity{spec: spec, name: spec.Name, table: spec.TableName(), document: d, ordinal: i, idName: spec.Name}
		e.target, _ = schema.Find(c.in.Tables, e.table)
		if id, ok := spec.IDField(); ok {
			e.idName, e.idField = id.ID, id.Name
		}
		if _, twice := c.entities[spec.Name]; twice {
			c.mistake(e, "", fmt.Errorf("two entities have this name: rename one"))
		}
		d.entities = append(d.entities, e)
		c.entities[spec.Name] = e
	}
	return d
}

// line is ":12" where the entity, or a field of it, stands on line 12 of its file.
func (e *entity) line(field string) string {
	path := "entities." + e.name
	if _, ok := e.spec.Field(field); ok {
		path += ".fields." + field
	}
	if n := e.document.lineOf(path); n > 0 {
		return fmt.Sprintf(":%d", n)
	}
	return ""
}

// mistake notes what is wrong with a field of an entity, or with the entity.
func (c *compiler) mistake(e *entity, field string, err error) {
	where := e.document.place() + e.line(field) + ": entity " + e.name
	if field != "" {
		where += ": field " + field
	}
	c.mistakes = append(c.mistakes, fmt.Errorf("%s: %w", where, err))
}

// SQL is the whole program for people to read: the macros, then for each
// document type the statements that make and judge its rows.
func (p *Program) SQL() string {
	b := &strings.Builder{}
	b.WriteString("-- The words that mappings are compiled to.\n" + vocabulary)
	for _, d := range p.documents {
		fmt.Fprintf(b, "\n-- ═══ %s (%s) ═══\n", d.name, d.place())
		for _, e := range d.entities {
			if e.triedSQL != "" {
				fmt.Fprintf(b, "\n-- Expressions of %s that may fail, which they do for their row only.\n%s;\n", e.name, e.triedSQL)
			}
		}
		for _, e := range d.entities {
			if e.keysSQL != "" {
				fmt.Fprintf(b, "\n-- Keys of %s, for those who refer to it.\n%s;\n", e.name, e.keysSQL)
			}
		}
		for _, e := range d.entities {
			fmt.Fprintf(b, "\n-- %s, to table %s (%s%s).\n%s;\n", e.name, e.table, d.place(), e.line(""), e.rowsSQL)
		}
		for _, s := range d.rejection() {
			fmt.Fprintf(b, "\n-- %s.\n%s;\n", s.purpose, s.sql)
		}
	}
	return b.String()
}

// Over is the program over the files of a snapshot whose datasets have the
// columns that it was compiled for.
func (p *Program) Over(snapshotDigest string, datasets []Dataset) *Program {
	over := *p
	over.input.Snapshot, over.input.Datasets = snapshotDigest, datasets
	return &over
}

// Documents are the document types in the order in which they are made and loaded.
func (p *Program) Documents() []staged.Document {
	documents := make([]staged.Document, len(p.documents))
	for i, d := range p.documents {
		documents[i].Name = d.name
		for _, e := range d.entities {
			documents[i].Entities = append(documents[i].Entities, e.staged())
		}
	}
	return documents
}

// crosswalks are the names of those that any field uses.
func (p *Program) crosswalks() []string {
	used := map[string]bool{}
	for _, d := range p.documents {
		for _, e := range d.entities {
			for _, f := range e.fields {
				if f.spec.Crosswalk != "" {
					used[f.spec.Crosswalk] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(used))
}
