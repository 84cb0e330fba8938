package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/travaso/travaso/extract/filesource"
	"github.com/travaso/travaso/extract/sqlsource"
	"github.com/travaso/travaso/load/sqltarget"
	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/mappings/yamlfile"
)

// Plan is one migration as its engineers wrote it down: from where, by which
// mappings, into what, and what they will accept.
type Plan struct {
	// Migration names the migration in the target's journal; two plans of one
	// name are the same migration.
	Migration string `yaml:"migration" json:"migration"`
	// Pack is an embedded pack of mappings; Mappings is a folder of the
	// migration's own. One of them.
	Pack     string `yaml:"pack,omitempty" json:"pack,omitempty"`
	Mappings string `yaml:"mappings,omitempty" json:"mappings,omitempty"`
	// Constants are what ${name} stands for in mappings and rules. One that is
	// also a column of every table of the target bounds the rows that belong to
	// this migration.
	Constants map[string]string `yaml:"constants,omitempty" json:"constants,omitempty"`
	Source    Source            `yaml:"source" json:"source"`
	Target    Target            `yaml:"target" json:"target"`
	// Memory bounds the embedded engine, as in 1GiB (the default) or 512MiB.
	Memory string `yaml:"memory,omitempty" json:"memory,omitempty"`
	Accept Accept `yaml:"accept,omitempty" json:"accept"`
	// Ignore names the datasets that are read but not migrated, and why.
	Ignore []Ignored `yaml:"ignore,omitempty" json:"ignore,omitempty"`
	// Runs is the folder of the runs, default "runs" beside the plan.
	Runs string `yaml:"runs,omitempty" json:"runs,omitempty"`

	// Path is the file it was read from.
	Path string `yaml:"-" json:"path"`
	file *yamlfile.File
}

// Source is where the legacy data is: Files or Database.
type Source struct {
	Files    *filesource.Config `yaml:"files,omitempty" json:"files,omitempty"`
	Database *sqlsource.Config  `yaml:"database,omitempty" json:"database,omitempty"`
}

// Target is where the documents go.
type Target struct {
	sqltarget.Config `yaml:",inline"`
	// Create is the DDL of the target, made where its tables are missing: the
	// name of a pack, or a file. Default: what the pack of the mappings names.
	Create string `yaml:"create,omitempty" json:"create,omitempty"`
}

// Accept are the thresholds of go and no-go. Everything not said is zero.
type Accept struct {
	RejectedDocuments int64  `yaml:"rejected_documents,omitempty" json:"rejected_documents"`
	RejectedMoney     string `yaml:"rejected_money,omitempty" json:"rejected_money"`
	// UnreadableAmounts are those of rejected documents that are in no money.
	UnreadableAmounts int64 `yaml:"unreadable_amounts,omitempty" json:"unreadable_amounts,omitempty"`
	// Errors are findings of rules with severity error.
	Errors int64 `yaml:"errors,omitempty" json:"errors"`
}

// Ignored is a dataset that is not migrated.
type Ignored struct {
	Dataset string `yaml:"dataset" json:"dataset"`
	Reason  string `yaml:"reason" json:"reason"`
}

// PlanError says what is wrong in what people wrote: the plan, its mappings or
// its rules. Nothing was run.
type PlanError struct{ Err error }

func (e *PlanError) Error() string { return e.Err.Error() }

// Unwrap gives the mistakes behind it.
func (e *PlanError) Unwrap() error { return e.Err }

// packFile is what a pack says of itself.
type packFile struct {
	Pack   string            `yaml:"pack"`
	Title  map[string]string `yaml:"title,omitempty"`
	Target string            `yaml:"target,omitempty"`
	Files  *struct {
		filesource.Format `yaml:",inline"`
		Datasets          map[string]filesource.Dataset `yaml:"datasets,omitempty"`
	} `yaml:"files,omitempty"`
}

// LoadPlan reads a plan and fills in what its pack says; its mappings and
// rules are read by Prepare. The error is a *PlanError when the file is wrong.
func LoadPlan(path string) (*Plan, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &PlanError{fmt.Errorf("plan %s: %w; give the path of the plan, as in: travaso plan path/to/travaso.yaml", path, withoutPath(err))}
	}
	plan := &Plan{Path: path}
	file, mistakes := yamlfile.Decode(path, text, plan, yamlfile.Options{
		Constants: environment(), Kind: "environment variable", Remedy: "set it before starting travaso",
	})
	plan.file = file
	mistakes = append(mistakes, plan.mistakes()...)
	if err := mistakes.Err(); err != nil {
		return nil, &PlanError{err}
	}
	if err := plan.fillIn(); err != nil {
		return nil, &PlanError{err}
	}
	if err := plan.checkSettings().Err(); err != nil {
		return nil, &PlanError{err}
	}
	return plan, nil
}

// withoutPath is the reason of a failed opening alone.
func withoutPath(err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// environment is the environment as a map, for ${NAME} in a plan.
func environment() map[string]string {
	variables := map[string]string{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		variables[name] = value
	}
	return variables
}

var (
	migrationName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	exactMoney    = regexp.MustCompile(`^\d+(\.\d{1,2})?$`)
	byteSize      = regexp.MustCompile(`^(\d+)\s*(KiB|MiB|GiB)$`)
)

// mistakes finds what the decoder cannot know.
func (p *Plan) mistakes() yamlfile.Mistakes {
	var found yamlfile.Mistakes
	mistake := func(path, what, why, remedy string) {
		found = append(found, p.file.Mistake(path, what, why, remedy))
	}
	if p.Migration != "" && !migrationName.MatchString(p.Migration) {
		mistake("migration", fmt.Sprintf("migration %q is no name", p.Migration), "it becomes a key in the target's journal",
			"write at most 63 letters, digits, dots, dashes or underscores")
	}
	if (p.Pack == "") == (p.Mappings == "") {
		mistake("pack", "one of pack and mappings is wanted", "a pack is embedded, mappings is a folder of your own",
			"write pack: unica, or mappings: ./mappings")
	}
	if p.file.Has("source") && (p.Source.Files == nil) == (p.Source.Database == nil) {
		mistake("source", "one of files and database is wanted", "a plan reads one source", "write one of them")
	}
	if p.Accept.RejectedMoney != "" && !exactMoney.MatchString(p.Accept.RejectedMoney) {
		mistake("accept.rejected_money", fmt.Sprintf("rejected_money %q is no amount", p.Accept.RejectedMoney), "",
			`write it as "1000.00"`)
	}
	if _, err := p.MemoryBytes(); err != nil {
		mistake("memory", err.Error(), "", "write it as 1GiB or 512MiB")
	}
	return found
}

// fillIn completes the plan from its pack: what a file of it need not say.
func (p *Plan) fillIn() error {
	if p.Runs == "" {
		p.Runs = "runs"
	}
	p.Runs = p.beside(p.Runs)
	if p.Mappings != "" {
		p.Mappings = p.beside(p.Mappings)
	}
	if p.Source.Files != nil {
		p.Source.Files.Folder = p.beside(p.Source.Files.Folder)
	}
	if d := p.Source.Database; d != nil {
		d.DSNFile = p.beside(d.DSNFile)
		if d.Driver == sqlsource.SQLite {
			d.DSN = p.databaseFile(d.DSN)
		}
	}
	p.Target.DSNFile = p.beside(p.Target.DSNFile)
	if p.Target.Driver == sqltarget.SQLite {
		p.Target.DSN = p.databaseFile(p.Target.DSN)
	}
	pack, err := p.packFile()
	if err != nil {
		return err
	}
	if p.Target.Create == "" && pack != nil {
		p.Target.Create = pack.Target
	}
	if p.Source.Files != nil && pack != nil && pack.Files != nil {
		inherit(p.Source.Files, pack.Files.Format, pack.Files.Datasets)
	}
	if p.Source.Files != nil && len(p.Source.Files.Datasets) == 0 {
		return p.file.Mistake("source.files", "no datasets", "neither the plan nor its pack names any", "name them under datasets")
	}
	return nil
}

// checkSettings asks source and target what is wrong with their settings,
// before either of them is looked for.
func (p *Plan) checkSettings() yamlfile.Mistakes {
	var source error
	if p.Source.Files != nil {
		_, source = filesource.New(*p.Source.Files)
	} else {
		source = p.Source.Database.Check()
	}
	return append(p.settingMistakes("source.database", source), p.settingMistakes("target", p.Target.Check())...)
}

// settingMistakes are the mistakes behind an error of wrong settings, each at
// its setting or, where the error does not say which, at the key.
func (p *Plan) settingMistakes(key string, err error) yamlfile.Mistakes {
	if err == nil {
		return nil
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var mistakes yamlfile.Mistakes
		for _, one := range several.Unwrap() {
			mistakes = append(mistakes, p.settingMistakes(key, one)...)
		}
		return mistakes
	}
	var wrong *filesource.SettingError
	if errors.As(err, &wrong) {
		key = "source.files." + wrong.Key
	}
	return yamlfile.Mistakes{p.file.Mistake(key, err.Error(), "", "")}
}

// sourceMistakes is an error of a source as the plan's mistakes, where all that
// is in it can be mended in the plan; else the error as it is.
func (p *Plan) sourceMistakes(err error) error {
	if !allOfSettings(err) {
		return err
	}
	return &PlanError{p.settingMistakes("source", err).Err()}
}

func allOfSettings(err error) bool {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return !slices.ContainsFunc(several.Unwrap(), func(one error) bool { return !allOfSettings(one) })
	}
	var wrong *filesource.SettingError
	return errors.As(err, &wrong)
}

// inherit gives the plan's files what the pack says of them, where the plan says nothing.
func inherit(files *filesource.Config, format filesource.Format, datasets map[string]filesource.Dataset) {
	if len(files.Datasets) == 0 {
		files.Datasets = datasets
	}
	if files.Delimiter == "" {
		files.Delimiter = format.Delimiter
	}
	if files.Quoting == "" {
		files.Quoting = format.Quoting
	}
	if files.Encoding == "" {
		files.Encoding = format.Encoding
	}
	if files.Header == nil {
		files.Header = format.Header
	}
	if files.Trim == nil {
		files.Trim = format.Trim
	}
	if files.SkipLines == nil {
		files.SkipLines = format.SkipLines
	}
}

// packFile reads pack.yaml of the mappings; nil where there is none.
func (p *Plan) packFile() (*packFile, error) {
	files, err := p.MappingFiles()
	if err != nil {
		return nil, p.file.Mistake(p.mappingKey(), err.Error(), "", "")
	}
	text, err := fs.ReadFile(files, "pack.yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read pack: %w", err)
	}
	var pack packFile
	_, mistakes := yamlfile.Decode(p.MappingName()+"/pack.yaml", text, &pack, yamlfile.Options{Constants: p.Constants})
	return &pack, mistakes.Err()
}

// MappingFiles is the folder of the mappings, rules and crosswalks.
func (p *Plan) MappingFiles() (fs.FS, error) {
	if p.Pack != "" {
		return mappings.Pack(p.Pack)
	}
	if info, err := os.Stat(p.Mappings); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("mappings %s is no folder that can be read: give its path from the folder of the plan", p.Mappings)
	}
	return os.DirFS(p.Mappings), nil
}

// mappingKey is the key of the plan that names the mappings.
func (p *Plan) mappingKey() string {
	if p.Pack != "" {
		return "pack"
	}
	return "mappings"
}

// MappingName is what messages call the folder of the mappings.
func (p *Plan) MappingName() string {
	if p.Pack != "" {
		return "pack " + p.Pack
	}
	return p.Mappings
}

// DDL is the text that creates the target's tables, "" where the plan has none.
func (p *Plan) DDL() (string, error) {
	name := p.Target.Create
	if name == "" {
		return "", nil
	}
	if !strings.ContainsAny(name, "/.") {
		pack, err := mappings.Pack(name)
		if err != nil {
			return "", &PlanError{p.file.Mistake("target.create", err.Error(), "", "or give the path of a .sql file")}
		}
		text, err := fs.ReadFile(pack, "target.sql")
		return string(text), err
	}
	text, err := os.ReadFile(p.beside(name))
	if err != nil {
		return "", &PlanError{p.file.Mistake("target.create", "the DDL cannot be read", err.Error(), "give the path of a .sql file, from the plan's folder")}
	}
	return string(text), nil
}

// ddlMistake is what is wrong with the DDL as a mistake in its file, where it is known.
func (p *Plan) ddlMistake(ddl string, err error) error {
	name := p.Target.Create
	if strings.ContainsAny(name, "/.") {
		name = p.beside(name)
	} else {
		name = "pack " + name + "/target.sql"
	}
	var wrong *sqltarget.DDLError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("%s: %w", name, err)
	}
	at := yamlfile.Position{Line: wrong.Line, Column: wrong.Column}
	return yamlfile.Mistakes{{File: name, Line: at.Line, Column: at.Column,
		What: wrong.What, Remedy: wrong.Remedy, Excerpt: yamlfile.Excerpt(ddl, at)}}
}

// MemoryBytes is the bound of the embedded engine.
func (p *Plan) MemoryBytes() (int64, error) { return ParseBytes(p.Memory) }

// ParseBytes reads a size as in "512MiB"; empty is 1 GiB.
func ParseBytes(size string) (int64, error) {
	if size == "" {
		return 1 << 30, nil
	}
	parts := byteSize.FindStringSubmatch(size)
	if parts == nil {
		return 0, fmt.Errorf("memory %q is no size", size)
	}
	n, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		return 0, fmt.Errorf("memory %q is no size", size)
	}
	bytes := n << map[string]int{"KiB": 10, "MiB": 20, "GiB": 30}[parts[2]]
	if bytes < 128<<20 {
		return 0, fmt.Errorf("memory %s is too little: the engine needs at least 128MiB", size)
	}
	return bytes, nil
}
