package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/load/sqltarget"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/mappings/yamlfile"
	"github.com/travaso/travaso/transform"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/validate"
)

// Migration is a plan with everything it names: mappings, rules and the tables
// of the target.
type Migration struct {
	Plan   *Plan
	Set    *mappings.Set
	Rules  *validate.Rules
	Tables []schema.Table
	DDL    string
	// Scope are the constants that are a column of every table that is loaded:
	// they tell the rows of this migration from those of others.
	Scope map[string]string
	// TargetAsked is false where the tables are those of the DDL alone.
	TargetAsked bool
}

// Prepare loads the mappings and rules of a plan and the tables of its target;
// what is wrong with any of them is in the *PlanError, all of it. With
// askTarget false the target is not connected to: its tables are those of the
// plan's DDL.
func Prepare(ctx context.Context, plan *Plan, askTarget bool) (*Migration, error) {
	m := &Migration{Plan: plan, TargetAsked: askTarget}
	var err error
	if m.DDL, err = plan.DDL(); err != nil {
		return nil, err
	}
	mistakes, err := m.loadTexts()
	if err != nil {
		return nil, err
	}
	if err := m.readTables(ctx); err != nil {
		if len(mistakes) > 0 { // what is wrong in the texts can be told without a target
			err = &PlanError{errors.Join(mistakes.Err(), err)}
		}
		return nil, err
	}
	if len(mistakes) > 0 {
		return nil, &PlanError{append(mistakes, m.furtherMistakes(ctx)...).Err()}
	}
	m.Scope = m.scope()
	return m, nil
}

// loadTexts reads mappings and rules, and gives the mistakes of both at once.
func (m *Migration) loadTexts() (yamlfile.Mistakes, error) {
	files, err := m.Plan.MappingFiles()
	if err != nil {
		return nil, &PlanError{m.Plan.file.Mistake(m.Plan.mappingKey(), err.Error(), "", "")}
	}
	folder := namedFolder{path.Clean(filepath.ToSlash(m.Plan.MappingName())), files}
	var mistakes yamlfile.Mistakes
	if m.Set, err = mappings.Load(folder, folder.name, m.Plan.Constants); !collect(&mistakes, err) {
		return nil, &PlanError{err}
	}
	m.Rules, err = validate.LoadRules(folder, folder.name+"/rules.yaml", m.Plan.Constants)
	if errors.Is(err, fs.ErrNotExist) {
		m.Rules, err = &validate.Rules{}, nil // a migration without rules is allowed, and the report says so
	}
	if !collect(&mistakes, err) {
		return nil, &PlanError{err}
	}
	return mistakes, nil
}

// namedFolder is a folder of files whose paths begin with its name, so that a
// mistake tells of which pack, or in which folder, the file is.
type namedFolder struct {
	name string
	fs.FS
}

// Open opens a file by its name in messages.
func (f namedFolder) Open(name string) (fs.File, error) {
	within := strings.TrimPrefix(strings.TrimPrefix(name, f.name), "/")
	return f.FS.Open(cmp.Or(within, "."))
}

// furtherMistakes are those that mappings with mistakes of their own make
// against source and target, so that all are told at once. What cannot be
// found out is left for the next try.
func (m *Migration) furtherMistakes(ctx context.Context) (further yamlfile.Mistakes) {
	source, err := m.Plan.OpenSource(ctx)
	if err != nil {
		return nil
	}
	defer source.Close()
	sources, err := m.Plan.Shapes(ctx, source)
	if err != nil {
		collect(&further, err) // the columns are not known
		return further
	}
	scratch, eng, err := scratchEngine(ctx)
	if err != nil {
		return nil
	}
	defer os.RemoveAll(scratch)
	defer eng.Close()
	_, err = m.Set.Check(ctx, eng, sources, m.Tables)
	collect(&further, err)
	return further
}

// scratchEngine is an engine to check expressions in, and its folder.
func scratchEngine(ctx context.Context) (folder string, eng *engine.Engine, err error) {
	if folder, err = os.MkdirTemp("", "travaso-"); err != nil {
		return "", nil, err
	}
	eng, err = engine.Open(ctx, engine.Options{Folders: []string{folder}, Spill: filepath.Join(folder, "spill")})
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(folder))
	}
	return folder, eng, nil
}

// collect adds an error's mistakes to the others; false means it is none of
// that kind.
func collect(mistakes *yamlfile.Mistakes, err error) bool {
	var found yamlfile.Mistakes
	if err == nil {
		return true
	}
	if !errors.As(err, &found) {
		return false
	}
	*mistakes = append(*mistakes, found...)
	return true
}

// readTables takes the tables from the target itself, or from the DDL where
// the target has none of them yet.
func (m *Migration) readTables(ctx context.Context) error {
	var declared []schema.Table
	if m.DDL != "" {
		var err error
		if declared, err = sqltarget.SchemaOf(ctx, m.DDL); err != nil {
			return &PlanError{m.Plan.ddlMistake(m.DDL, err)}
		}
	}
	if !m.TargetAsked {
		if declared == nil {
			return &PlanError{m.Plan.file.Mistake("target", "the tables of the target are not known", "the target is not asked and the plan has no DDL",
				"say create: with the DDL, or let the target be asked")}
		}
		m.Tables = declared
		return nil
	}
	present, err := sqltarget.Look(ctx, m.Plan.Target.Config)
	if err != nil {
		return err
	}
	m.Tables = present
	for _, table := range declared {
		if _, ok := schema.Find(present, table.Name); !ok {
			m.Tables = append(m.Tables, table)
		}
	}
	return nil
}

func (m *Migration) scope() map[string]string {
	scope := map[string]string{}
	for name, value := range m.Plan.Constants {
		if m.everyTableHas(name) {
			scope[name] = value
		}
	}
	return scope
}

func (m *Migration) everyTableHas(column string) bool {
	for _, mapping := range m.Set.Mappings {
		for _, e := range mapping.Entities {
			table, _ := schema.Find(m.Tables, e.TableName())
			if _, ok := table.Column(column); !ok {
				return false
			}
		}
	}
	return true
}

// CheckAlone is Check in an engine of its own.
func (m *Migration) CheckAlone(ctx context.Context, sources []mappings.SourceTable) (*transform.Program, []validate.Statement, error) {
	scratch, eng, err := scratchEngine(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(scratch)
	defer eng.Close()
	return m.Check(ctx, eng, sources)
}

// Check holds mappings and rules against the columns of the source and the
// target, and compiles them. All mistakes are in the *PlanError.
func (m *Migration) Check(ctx context.Context, eng *engine.Engine, sources []mappings.SourceTable) (*transform.Program, []validate.Statement, error) {
	var mistakes yamlfile.Mistakes
	ignored := map[string]string{}
	for i, ignore := range m.Plan.Ignore {
		ignored[ignore.Dataset] = ignore.Reason
		if !hasDataset(sources, ignore.Dataset) {
			mistakes = append(mistakes, m.Plan.file.Mistake(fmt.Sprintf("ignore[%d].dataset", i),
				fmt.Sprintf("unknown dataset %q", ignore.Dataset), "the source has none of that name", "correct the name or remove it"))
		}
	}
	resolved, err := m.Set.Check(ctx, eng, sources, m.Tables)
	if !collect(&mistakes, err) {
		return nil, nil, &PlanError{err}
	}
	if err := mistakes.Err(); err != nil {
		return nil, nil, &PlanError{err}
	}
	program, err := transform.Compile(ctx, eng, m.input(resolved, sources, ignored))
	if err != nil {
		return nil, nil, &PlanError{err}
	}
	shape := validate.Shape{Documents: program.Documents()}
	for _, s := range sources {
		shape.Datasets = append(shape.Datasets, validate.Dataset{Name: s.Dataset, Columns: s.Columns})
	}
	statements, err := m.Rules.SQL(ctx, eng, shape)
	if err != nil {
		return nil, nil, &PlanError{err}
	}
	return program, statements, nil
}

func hasDataset(sources []mappings.SourceTable, name string) bool {
	for _, s := range sources {
		if s.Dataset == name {
			return true
		}
	}
	return false
}

func (m *Migration) input(resolved []mappings.Mapping, sources []mappings.SourceTable, ignored map[string]string) transform.Input {
	input := transform.Input{
		Migration: m.Plan.Migration, MappingsDigest: m.Set.Digest(), Mappings: resolved,
		Crosswalks: m.Set.Crosswalks, Tables: m.Tables,
		Line: func(mapping mappings.Mapping, path string) int { return m.Set.Mistake(mapping, path, "", "", "").Line },
	}
	for _, s := range sources {
		input.Datasets = append(input.Datasets, transform.Dataset{Name: s.Dataset, Columns: s.Columns, Ignored: ignored[s.Dataset]})
	}
	return input
}

// Digest identifies what will be done, apart from the data: mappings, rules
// and settings. A run of another digest is another run.
func (m *Migration) Digest() string {
	settings := struct {
		Migration, Mappings, Rules string
		Constants                  map[string]string
		Ignore                     []Ignored
		DDL                        string
	}{m.Plan.Migration, m.Set.Digest(), m.Rules.Digest(), m.Plan.Constants, m.Plan.Ignore, m.DDL}
	return digestOf(settings)
}

// Identity identifies a run's content: what is done, and to which data. The
// same identity always gives the same documents in the same batches.
func (m *Migration) Identity(s *snapshot.Manifest) string {
	return digestOf([]string{m.Digest(), s.Digest()})
}

func digestOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("pipeline: %v", err)) // texts, lists and maps of texts always can be written as JSON
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
