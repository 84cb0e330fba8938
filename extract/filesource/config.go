package filesource

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/travaso/travaso/extract/snapshot"
)

// Config is the source.files part of a plan: the folder, how its files are
// written, and the datasets they hold.
type Config struct {
	Folder string `yaml:"folder" json:"folder"`
	// Format is what holds for every dataset that does not say otherwise.
	Format   `yaml:",inline"`
	Datasets map[string]Dataset `yaml:"datasets,omitempty" json:"datasets"`
}

// Dataset is the files of one dataset: one header, rows of one kind.
type Dataset struct {
	// Files are globs relative to the folder, with / between folders. They are
	// read in the order of their names; a file that two globs match is read once.
	Files []string `yaml:"files" json:"files"`
	// Columns names the columns of files that have no header line.
	Columns []string `yaml:"columns,omitempty" json:"columns,omitempty"`
	// Format overrides the format of the source, setting by setting.
	Format `yaml:",inline"`
}

// Format is how a delimited text file is written. A setting that is absent is
// inherited; the word in brackets is its default.
type Format struct {
	// Delimiter is "tab" or one character, as in ";". It must be given.
	Delimiter string `yaml:"delimiter,omitempty" json:"delimiter,omitempty"`
	// Quoting is none (a quote is an ordinary character) or standard (RFC 4180:
	// a quoted field may hold delimiters and line ends, and "" for a quote) [none].
	Quoting string `yaml:"quoting,omitempty" json:"quoting,omitempty"`
	// Encoding is one of utf-8, cp1252, latin-1, cp850, ibm037 [utf-8].
	Encoding string `yaml:"encoding,omitempty" json:"encoding,omitempty"`
	// Header says that the first line names the columns [true, unless columns are given].
	Header *bool `yaml:"header,omitempty" json:"header,omitempty"`
	// Trim removes blanks and tabs around every field [false].
	Trim *bool `yaml:"trim,omitempty" json:"trim,omitempty"`
	// SkipLines is how many lines stand before the header or the first row [0].
	SkipLines *int `yaml:"skip_lines,omitempty" json:"skip_lines,omitempty"`
}

const (
	quotingNone     = "none"
	quotingStandard = "standard"
)

// layout is the resolved form of one dataset.
type layout struct {
	files     []string
	delimiter string // one character
	quoting   string
	charset   *charset
	columns   []string // nil: the header names them
	trim      bool
	skipLines int
}

// layouts resolves every dataset, and collects what is wrong with any of them:
// every error is a *SettingError.
func (c Config) layouts() (map[string]layout, error) {
	var mistakes []error
	mistake := func(key string, err error) {
		told := func(other error) bool { return other.Error() == err.Error() } // of what all datasets inherit
		if !slices.ContainsFunc(mistakes, told) {
			mistakes = append(mistakes, &SettingError{Key: key, Err: err})
		}
	}
	if c.Folder == "" {
		mistake("folder", errors.New("no folder: set folder to where the files are"))
	}
	if len(c.Datasets) == 0 {
		mistake("datasets", errors.New("no datasets: name at least one, with its files"))
	}
	layouts := map[string]layout{}
	for _, name := range slices.Sorted(maps.Keys(c.Datasets)) {
		layouts[name] = c.Datasets[name].layout(c.Format, func(key string, inherited bool, err error) {
			if inherited {
				mistake(key, err)
			} else {
				mistake("datasets."+name+"."+key, fmt.Errorf("dataset %s: %w", name, err))
			}
		})
	}
	return layouts, errors.Join(mistakes...)
}

// layout resolves the dataset, and tells what is wrong with which setting, and
// whether that is the source's.
func (d Dataset) layout(below Format, tell func(key string, inherited bool, err error)) layout {
	f := d.over(below)
	l := layout{files: d.Files, columns: d.Columns, quoting: f.Quoting}
	mistake := func(key string, inherited bool, err error) {
		if err != nil {
			tell(key, inherited, err)
		}
	}
	mistake("files", false, checkGlobs(d.Files))
	mistake("columns", false, d.checkColumns(f))
	if l.quoting == "" {
		l.quoting = quotingNone
	}
	if l.quoting != quotingNone && l.quoting != quotingStandard {
		mistake("quoting", d.Quoting == "", fmt.Errorf("quoting %q is not known: set quoting: none or quoting: standard", l.quoting))
	}
	var err error
	l.charset, err = charsetNamed(f.Encoding)
	mistake("encoding", d.Encoding == "", err)
	l.delimiter, err = delimiterNamed(f.Delimiter)
	mistake("delimiter", d.Delimiter == "", err)
	if l.delimiter == `"` && l.quoting == quotingStandard {
		mistake("delimiter", d.Delimiter == "", errors.New(`delimiter '"' is the quote of quoting: standard: set quoting: none, or another delimiter`))
	}
	if l.charset != nil && l.delimiter != "" && !l.charset.holds(l.delimiter) {
		mistake("delimiter", d.Delimiter == "", fmt.Errorf("delimiter %s is no character of %s", delimiterName(l.delimiter), l.charset.name))
	}
	if f.Trim != nil {
		l.trim = *f.Trim
	}
	if f.SkipLines != nil {
		l.skipLines = *f.SkipLines
	}
	if l.skipLines < 0 {
		mistake("skip_lines", d.SkipLines == nil, fmt.Errorf("skip_lines is %d: it cannot be negative", l.skipLines))
	}
	return l
}

// over is the dataset's format, with what it leaves out taken from below.
func (d Dataset) over(below Format) Format {
	f := d.Format
	if f.Delimiter == "" {
		f.Delimiter = below.Delimiter
	}
	if f.Quoting == "" {
		f.Quoting = below.Quoting
	}
	if f.Encoding == "" {
		f.Encoding = below.Encoding
	}
	if f.Header == nil && d.Columns == nil {
		f.Header = below.Header
	}
	if f.Trim == nil {
		f.Trim = below.Trim
	}
	if f.SkipLines == nil {
		f.SkipLines = below.SkipLines
	}
	return f
}

func checkGlobs(globs []string) error {
	if len(globs) == 0 {
		return errors.New(`no files: give globs relative to folder, as in files: ["impegni_*.csv"]`)
	}
	for _, glob := range globs {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("files %q is not a glob: %w", glob, err)
		}
		if glob == "" || path.IsAbs(glob) || slices.Contains(strings.Split(glob, "/"), "..") {
			return fmt.Errorf("files %q leads out of the folder: give a glob relative to folder, and move folder up if need be", glob)
		}
	}
	return nil
}

func (d Dataset) checkColumns(f Format) error {
	switch {
	case d.Columns == nil && f.Header != nil && !*f.Header:
		return errors.New("header is false and no columns are named: name them with columns")
	case d.Columns == nil:
		return nil
	case f.Header != nil && *f.Header:
		return errors.New("header is true and columns are named: leave out columns, or set header: false and skip the header with skip_lines")
	case len(d.Columns) == 0:
		return errors.New("columns is empty: name the columns, or leave it out to take their names from the header")
	}
	if err := checkNames(d.Columns); err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	return nil
}

// checkNames finds the names that no dataset can have: empty ones, and two of
// one name. Case does not tell names apart, since it does not in SQL.
func checkNames(names []string) error {
	first := map[string]int{}
	for i, name := range names {
		if strings.TrimSpace(name) == "" {
			remedy := "name the columns with columns and skip the header with skip_lines"
			if i == len(names)-1 && i > 0 {
				return fmt.Errorf("column %d, the last, has no name (does every line end with a delimiter?): %s", i+1, remedy)
			}
			return fmt.Errorf("column %d of %d has no name: %s", i+1, len(names), remedy)
		}
		lower := strings.ToLower(name)
		if lower == snapshot.PartColumn || lower == snapshot.RowColumn {
			return fmt.Errorf("column %d has the name %s, which every snapshot uses for itself: name the columns with columns and skip the header with skip_lines", i+1, name)
		}
		if before, ok := first[lower]; ok {
			same := fmt.Sprintf("both have the name %s", name)
			if names[before] != name {
				same = fmt.Sprintf("have names that differ only in case, %s and %s", names[before], name)
			}
			return fmt.Errorf("columns %d and %d %s: name the columns with columns and skip the header with skip_lines", before+1, i+1, same)
		}
		first[lower] = i
	}
	return nil
}

func delimiterNamed(name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New("no delimiter: set delimiter: tab, or one character")
	case name == "tab" || name == `\t`:
		return "\t", nil
	case !utf8.ValidString(name) || utf8.RuneCountInString(name) != 1:
		return "", fmt.Errorf("delimiter %q has %d characters: only one character, or the word tab, can be a delimiter", name, utf8.RuneCountInString(name))
	case strings.ContainsAny(name, "\r\n\u0085"):
		return "", fmt.Errorf("delimiter %q ends a line: set another", name)
	}
	return name, nil
}

// delimiterName writes a delimiter as a plan would.
func delimiterName(delimiter string) string {
	if delimiter == "\t" {
		return "tab"
	}
	return `"` + delimiter + `"`
}
