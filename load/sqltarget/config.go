package sqltarget

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// The drivers.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// What becomes of constraints and indexes during a load.
const (
	// Auto defers them where all tables of the migration are empty before its
	// first load, and keeps them otherwise.
	Auto = "auto"
	// Defer drops them before a load and restores them at its end.
	Defer = "defer"
	// Keep leaves them as they are.
	Keep = "keep"
)

// Config says where the target is. It prints without its password; as JSON it
// has no DSN at all.
type Config struct {
	// Driver is sqlite or postgres.
	Driver string `yaml:"driver" json:"driver"`
	// DSN is the path of the database file for sqlite, a connection URL or
	// key=value text for postgres.
	DSN string `yaml:"dsn,omitempty" json:"-"`
	// DSNFile is a file that holds the DSN, in place of DSN.
	DSNFile string `yaml:"dsn_file,omitempty" json:"dsn_file,omitempty"`
	// Schema is the PostgreSQL schema of the tables; default public.
	Schema string `yaml:"schema,omitempty" json:"schema,omitempty"`
	// Constraints is auto (default), defer or keep.
	Constraints string `yaml:"constraints,omitempty" json:"constraints,omitempty"`
}

// Check says what is wrong with the configuration in itself, without asking
// the target.
func (c Config) Check() error {
	switch {
	case c.Driver != SQLite && c.Driver != Postgres:
		return fmt.Errorf("target: unknown driver %q: give sqlite or postgres", c.Driver)
	case !slices.Contains([]string{"", Auto, Defer, Keep}, c.Constraints):
		return fmt.Errorf("target: constraints: %q is not known: give auto, defer or keep", c.Constraints)
	case c.Driver == SQLite && c.Schema != "":
		return fmt.Errorf("target: sqlite has no schemas: remove schema %q from the target", c.Schema)
	case c.DSN != "" && c.DSNFile != "":
		return fmt.Errorf("target: both dsn and dsn_file are given: keep one of them")
	case c.DSN == "" && c.DSNFile == "":
		return fmt.Errorf("target: no dsn: give dsn (its secrets as ${NAME} from the environment) or dsn_file")
	}
	return nil
}

// resolve fills in the defaults, reads the DSN file and refuses what is not known.
func (c Config) resolve() (Config, error) {
	if err := c.Check(); err != nil {
		return c, err
	}
	if c.Constraints == "" {
		c.Constraints = Auto
	}
	if c.Schema == "" && c.Driver == Postgres {
		c.Schema = "public"
	}
	if c.DSNFile != "" {
		text, err := os.ReadFile(c.DSNFile)
		if err != nil {
			return c, fmt.Errorf("target: dsn_file: %w", err)
		}
		c.DSN = strings.TrimSpace(string(text))
	}
	if c.DSN == "" {
		return c, fmt.Errorf("target: dsn_file %s is empty", c.DSNFile)
	}
	return c, nil
}

// hidden stands in place of a password.
const hidden = "xxxxx"

var keyedPassword = regexp.MustCompile(`(?i)(password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]+)`)

// Redacted is the configuration without its password, to be shown and kept.
func (c Config) Redacted() Config {
	c.DSN = redactDSN(c.Driver, c.DSN)
	return c
}

func redactDSN(driver, dsn string) string {
	if dsn == "" || driver == SQLite {
		return dsn
	}
	if !strings.Contains(dsn, "://") {
		return keyedPassword.ReplaceAllString(dsn, "${1}"+hidden)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "(a dsn that cannot be read)" // where its password ends is not known
	}
	if _, ok := u.User.Password(); ok {
		u.User = url.UserPassword(u.User.Username(), hidden)
	}
	u.RawQuery = keyedPassword.ReplaceAllString(u.RawQuery, "${1}"+hidden)
	return u.String()
}

// String prints where the target is, as Target.Name does, without its password.
func (c Config) String() string {
	if c.Driver == Postgres && c.DSN != "" {
		if parsed, err := pgx.ParseConfig(c.DSN); err == nil {
			return address(parsed)
		}
	}
	return fmt.Sprintf("%s %s", c.Driver, redactDSN(c.Driver, c.DSN))
}

// GoString prints the configuration without its password.
func (c Config) GoString() string { return c.String() }
