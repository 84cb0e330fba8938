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
