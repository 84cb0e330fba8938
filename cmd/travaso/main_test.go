package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain puts the program itself, as "travaso", into the PATH of the tests
// and of their scripts: this test binary under another name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"travaso": main})
}
