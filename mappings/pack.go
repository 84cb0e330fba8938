package mappings

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed all:unica all:municipal
var packs embed.FS

// Packs names the packs that are embedded in the program.
func Packs() []string { return []string{"municipal", "unica"} }

// Pack opens an embedded pack: its mappings, rules, crosswalks and DDL.
func Pack(name string) (fs.FS, error) {
	if !slices.Contains(Packs(), name) {
		return nil, fmt.Errorf("pack %q: there is none of that name; the packs are %s", name, strings.Join(Packs(), ", "))
	}
	return fs.Sub(packs, name)
}
