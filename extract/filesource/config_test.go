package filesource

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestConfigMistakes(t *testing.T) {
	yes, no, minus := true, false, -1
	files := []string{"*.csv"}
	for name, c := range map[string]struct {
		dataset Dataset
		want    string
	}{
		"no delimiter":            {Dataset{Files: files}, `no delimiter: set delimiter: tab, or one character`},
		"delimiter of two":        {Dataset{Files: files, Format: Format{Delimiter: "||"}}, `delimiter "||" has 2 characters: only one character, or the word tab, can be a delimiter`},
		"delimiter by a word":     {Dataset{Files: files, Format: Format{Delimiter: "pipe"}}, `delimiter "pipe" has 4 characters`},
		"delimiter ends lines":    {Dataset{Files: files, Format: Format{Delimiter: "\n"}}, `ends a line`},
		"delimiter is the quote":  {Dataset{Files: files, Format: Format{Delimiter: `"`, Quoting: "standard"}}, `is the quote of quoting: standard`},
		"delimiter not in cp1252": {Dataset{Files: files, Format: Format{Delimiter: "→", Encoding: "cp1252"}}, `delimiter "→" is no character of cp1252`},
		"quoting":                 {Dataset{Files: files, Format: Format{Delimiter: ";", Quoting: "double"}}, `quoting "double" is not known: set quoting: none or quoting: standard`},
		"encoding":                {Dataset{Files: files, Format: Format{Delimiter: ";", Encoding: "ascii"}}, `encoding "ascii" is not known: set one of utf-8, cp1252, latin-1, cp850, ibm037`},
		"no files":                {Dataset{Format: Format{Delimiter: ";"}}, `no files: give globs relative to folder`},
		"glob that is none":       {Dataset{Files: []string{"[a"}, Format: Format{Delimiter: ";"}}, `files "[a" is not a glob`},
		"out of the folder":       {Dataset{Files: []string{"../x.csv"}, Format: Format{Delimiter: ";"}}, `leads out of the folder`},
		"absolute":                {Dataset{Files: []string{"/etc/passwd"}, Format: Format{Delimiter: ";"}}, `leads out of the folder`},
		"no header, no columns":   {Dataset{Files: files, Format: Format{Delimiter: ";", Header: &no}}, `header is false and no columns are named`},
		"header and columns":      {Dataset{Files: files, Columns: []string{"A"}, Format: Format{Delimiter: ";", Header: &yes}}, `header is true and columns are named`},
		"two columns of one name": {Dataset{Files: files, Columns: []string{"A", "B", "a"}, Format: Format{Delimiter: ";"}}, `columns 1 and 3 have names that differ only in case, A and a`},
		"skip_lines":              {Dataset{Files: files, Format: Format{Delimiter: ";", SkipLines: &minus}}, `skip_lines is -1`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(Config{Folder: t.TempDir(), Datasets: map[string]Dataset{"d": c.dataset}})
			ofDataset := name != "no delimiter" // that could be said for all of them
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "dataset d: ") != ofDataset {
				t.Errorf("got %v\nexpected %s", err, c.want)
			}
		})
	}
}

func TestConfigMistakesAreAllReported(t *testing.T) {
	_, err := New(Config{Datasets: map[string]Dataset{"a": {}, "b": {Files: []string{"x"}, Format: Format{Delimiter: "::", Quoting: "no", Encoding: "no"}}}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"no folder", "dataset a: no files", "no delimiter", "dataset b: quoting", `encoding "no"`, `delimiter "::"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

func TestDatasetOverridesTheSource(t *testing.T) {
	yes, no, two := true, false, 2
	below := Format{Delimiter: "tab", Quoting: "standard", Encoding: "cp1252", Header: &no, Trim: &yes, SkipLines: &two}
	zero := 0
	for name, c := range map[string]struct {
		dataset Dataset
		want    layout
	}{
		"inherits all":  {Dataset{Columns: []string{"A"}}, layout{delimiter: "\t", quoting: "standard", charset: &charset{name: "cp1252"}, columns: []string{"A"}, trim: true, skipLines: 2}},
		"overrides all": {Dataset{Format: Format{Delimiter: "|", Quoting: "none", Encoding: "UTF-8", Header: &yes, Trim: &no, SkipLines: &zero}}, layout{delimiter: "|", quoting: "none", charset: &charset{name: "utf-8"}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.dataset.Files = []string{"*"}
			got := c.dataset.layout(below, func(key string, _ bool, err error) { t.Fatalf("%s: %v", key, err) })
			if got.delimiter != c.want.delimiter || got.quoting != c.want.quoting || got.charset.name != c.want.charset.name ||
				!slices.Equal(got.columns, c.want.columns) || got.trim != c.want.trim || got.skipLines != c.want.skipLines {
				t.Errorf("got %+v, expected %+v", got, c.want)
			}
		})
	}
}

// What all datasets inherit is told once, at the source's setting; what is a
// dataset's own at the dataset's.
func TestSettingsThatAreWrong(t *testing.T) {
	_, err := New(Config{Folder: "data", Format: Format{Quoting: "double"}, Datasets: map[string]Dataset{
		"a": {Files: []string{"a.csv"}},
		"b": {Files: []string{"b.csv"}, Format: Format{Delimiter: "||"}},
		"c": {},
	}})
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("error %v, want several", err)
	}
	var keys []string
	for _, one := range several.Unwrap() {
		var wrong *SettingError
		if !errors.As(one, &wrong) {
			t.Fatalf("%v is no *SettingError", one)
		}
		keys = append(keys, wrong.Key)
	}
	want := []string{"quoting", "delimiter", "datasets.b.delimiter", "datasets.c.files"}
	if !slices.Equal(keys, want) {
		t.Errorf("%v, want %v (%v)", keys, want, err)
	}
}

func TestGlobDistance(t *testing.T) {
	for _, c := range []struct {
		glob, name string
		want       int
	}{
		{"a.csv", "a.csv", 0}, {"*.csv", "impegni.csv", 0}, {"impegno_*.csv", "impegni_2016.csv", 1},
		{"a?.csv", "ab.csv", 0}, {"", "abc", 3}, {"abc", "", 3}, {"*", "", 0}, {"a*b*c", "axxbyyc", 0}, {"impegni.cvs", "impegni.csv", 2},
	} {
		if got := globDistance(c.glob, c.name); got != c.want {
			t.Errorf("%q to %q: %d, expected %d", c.glob, c.name, got, c.want)
		}
	}
}
