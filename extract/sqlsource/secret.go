package sqlsource

import "encoding/json"

// hidden stands in place of a DSN: which part of one is secret depends on its
// driver, so none of it is shown. Source.Name tells what was connected to.
const hidden = "(not shown)"

// MarshalJSON writes the configuration without its DSN.
func (c Config) MarshalJSON() ([]byte, error) {
	type plain Config
	if c.DSN != "" {
		c.DSN = hidden
	}
	return json.Marshal(plain(c))
}

// String prints the configuration without its DSN.
func (c Config) String() string { return c.Driver + " database" }

// GoString prints the configuration without its DSN.
func (c Config) GoString() string { return c.String() }

// Name names the database for people, without secrets.
func (s *Source) Name() string { return s.place.String() }
