package yamlfile

import "testing"

func TestInlineFieldsStandBesideTheOthers(t *testing.T) {
	type format struct {
		Delimiter string `yaml:"delimiter"`
		Header    *bool  `yaml:"header,omitempty"`
	}
	var into struct {
		Folder string `yaml:"folder"`
		Format format `yaml:",inline"`
	}
	file, mistakes := Decode("x.yaml", []byte("folder: in\ndelimiter: tab\nheader: false\nquote: none\n"), &into, Options{})
	if len(mistakes) != 1 || mistakes[0].What != `unknown key "quote"` {
		t.Errorf("mistakes are %v, want the unknown key alone", mistakes)
	}
	if into.Folder != "in" || into.Format.Delimiter != "tab" || into.Format.Header == nil || *into.Format.Header {
		t.Errorf("read %+v", into)
	}
	if file.Position("delimiter").Line != 2 {
		t.Errorf("delimiter is at line %d, want 2", file.Position("delimiter").Line)
	}
	if _, mistakes := Decode("x.yaml", []byte("folder: in\n"), &into, Options{}); len(mistakes) != 1 {
		t.Errorf("mistakes are %v, want the missing delimiter", mistakes)
	}
}
