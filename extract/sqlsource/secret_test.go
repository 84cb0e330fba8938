package sqlsource

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestAConfigurationHidesItsDSN(t *testing.T) {
	c := Config{Driver: MySQL, DSN: "user:s3cret@tcp(127.0.0.1:3306)/legacy"}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{string(text), c.String(), fmt.Sprintf("%v %+v %#v", c, c, c), fmt.Sprint(&c)} {
		if strings.Contains(shown, "s3cret") {
			t.Errorf("the password is shown in %s", shown)
		}
	}
	if !strings.Contains(string(text), `"driver":"mysql"`) {
		t.Errorf("the driver is missing in %s", text)
	}
}

// Two configurations of one place read the same; a password makes no other.
func TestPlaceTellsDatabasesApart(t *testing.T) {
	place := func(driver, dsn string) string {
		t.Helper()
		text, err := Config{Driver: driver, DSN: dsn}.Place()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "s3cret") {
			t.Errorf("the place %s shows the password", text)
		}
		return text
	}
	for driver, dsns := range map[string][]string{
		"sqlite":   {"legacy.db", "other.db"},
		"postgres": {"postgres://a:s3cret@127.0.0.1:1/cassa", "postgres://b:s3cret@127.0.0.1:1/cassa", "postgres://a:s3cret@127.0.0.2:1/cassa", "postgres://a:s3cret@127.0.0.1:1/altra", "postgres://a:s3cret@127.0.0.1:1/cassa?search_path=ente30"},
		"mysql":    {"a:s3cret@tcp(127.0.0.1:1)/cassa", "b:s3cret@tcp(127.0.0.1:1)/cassa", "a:s3cret@tcp(127.0.0.1:2)/cassa", "a:s3cret@tcp(127.0.0.1:1)/altra"},
	} {
		seen := map[string]string{}
		for _, dsn := range dsns {
			text := place(driver, dsn)
			if other, twice := seen[text]; twice {
				t.Errorf("%s and %s are one place, %s", other, dsn, text)
			}
			seen[text] = dsn
			if place(driver, strings.Replace(dsn, "s3cret", "an0ther", 1)) != text {
				t.Errorf("with another password %s is another place", dsn)
			}
		}
	}
}
