package mappings

import "testing"

// However a crosswalk is written, a line of it is a row or a mistake, and no
// row is empty or there twice.
func FuzzReadCrosswalk(f *testing.F) {
	for _, seed := range []string{"old,new\nP,x\n", "old;new;note\r\n\"a;b\";c;\r\n", "old,new\n\"a\nb\",c\n", "\ufeffold,new\nè,\"\"\"\"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		crosswalk, mistakes := readCrosswalk("c.csv", []byte(text))
		seen := map[string]bool{}
		for _, row := range crosswalk.Rows {
			if row.Old == "" || row.New == "" || seen[row.Old] {
				t.Errorf("row %+v in %q", row, text)
			}
			seen[row.Old] = true
		}
		for _, m := range mistakes {
			if m.Line < 1 || m.Column < 1 || m.What == "" {
				t.Errorf("mistake %+v in %q", m, text)
			}
		}
		if len(crosswalk.Rows) == 0 && len(mistakes) == 0 && len(text) > len("old;new;note\r\n")+3 && !isBlank(text) {
			t.Errorf("nothing said of %q", text)
		}
	})
}

// isBlank says that nothing but blank lines follows the header.
func isBlank(text string) bool {
	for i, c := range text {
		if c == '\n' {
			for _, rest := range text[i:] {
				if rest != '\n' && rest != '\r' {
					return false
				}
			}
			return true
		}
	}
	return true
}
