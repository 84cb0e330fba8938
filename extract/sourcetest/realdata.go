package sourcetest

import (
	"os"
	"path/filepath"
	"testing"
)

// Realdata is the folder of real exports: $TRAVASO_REALDATA, or shared/realdata
// in a folder above the test's own. Without it the test is skipped.
func Realdata(t testing.TB) string {
	t.Helper()
	if folder := os.Getenv("TRAVASO_REALDATA"); folder != "" {
		return folder
	}
	above, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; above != filepath.Dir(above); above = filepath.Dir(above) {
		folder := filepath.Join(above, "shared", "realdata")
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			return folder
		}
	}
	t.Skip("skipped: there is no shared/realdata above this folder, and TRAVASO_REALDATA is not set")
	return ""
}
