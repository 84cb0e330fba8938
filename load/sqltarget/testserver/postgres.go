package testserver

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
)

var postgres = kind{
	name:     "PostgreSQL",
	variable: PostgresVariable,
	driver:   "pgx",
	local:    localPostgres,
	start:    startPostgres,
	database: postgresDatabase,
	create:   `create database %s template template0 encoding 'UTF8' locale 'C'`,
	drop:     `drop database if exists %s with (force)`,
}

func localPostgres() []string {
	users := []string{"postgres", "root"}
	if u, err := user.Current(); err == nil {
		users = append(users, u.Username)
	}
	var dsns []string
	for _, name := range users {
		dsns = append(dsns, postgresURL(name, 5432))
	}
	return dsns
}

func postgresURL(name string, port int) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User(name),
		Host:     "127.0.0.1:" + strconv.Itoa(port),
		Path:     "/postgres",
		RawQuery: "sslmode=disable&connect_timeout=5",
	}
	return u.String()
}

func postgresDatabase(dsn, name string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" {
		// The reason would hold the DSN, and with it a password.
		return "", errors.New("$" + PostgresVariable + " is not a URL as in postgres://user@host:port/database")
	}
	u.Path = "/" + name
	return u.String(), nil
}

// startPostgres makes a cluster that trusts every local user and never syncs:
// it is thrown away.
func startPostgres(k kind) (*Server, error) {
	initdb, err := findBinary("initdb", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
	if err != nil {
		return nil, err
	}
	server, err := findBinary("postgres", filepath.Dir(initdb), "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
	if err != nil {
		return nil, err
	}
	s, err := newServer(k, "postgres", "nobody")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(s.folder, "data")
	s.signal = "QUIT" // PostgreSQL's immediate shutdown, after which a start recovers as after a crash
	s.dsnOf = func(port int) string { return postgresURL("postgres", port) }
	s.command = func(port int) []string {
		return []string{server, "-D", data, "-p", strconv.Itoa(port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
			"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200"}
	}
	setup := []string{initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"}
	return s.setUp(setup)
}

// findBinary looks in PATH, then in the folders (patterns; of several the last,
// which is the newest version).
func findBinary(name string, folders ...string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		// Servers look for their own files beside the real binary.
		return filepath.EvalSymlinks(path)
	}
	for _, folder := range folders {
		matches, err := filepath.Glob(filepath.Join(folder, name))
		if err != nil {
			return "", err
		}
		for i := len(matches) - 1; i >= 0; i-- {
			if info, err := os.Stat(matches[i]); err == nil && info.Mode()&0o111 != 0 {
				return matches[i], nil
			}
		}
	}
	return "", fmt.Errorf("%w: %s is neither in PATH nor in %v", errNoBinaries, name, folders)
}
