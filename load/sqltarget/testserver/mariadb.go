package testserver

import (
	"errors"
	"path/filepath"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"
)

var mariadb = kind{
	name:     "MariaDB",
	variable: MariaDBVariable,
	driver:   "mysql",
	local:    func() []string { return []string{mariadbDSN(3306)} },
	start:    startMariaDB,
	database: mariadbDatabase,
	create:   "create database %s character set utf8mb4",
	drop:     "drop database if exists %s",
}

func mariadbDSN(port int) string {
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr = "root", "tcp", "127.0.0.1:"+strconv.Itoa(port)
	c.Timeout = 5 * time.Second
	return c.FormatDSN()
}

func mariadbDatabase(dsn, name string) (string, error) {
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		// The reason might hold the DSN, and with it a password.
		return "", errors.New("$" + MariaDBVariable + " is not a DSN as in user:password@tcp(host:port)/")
	}
	c.DBName = name
	return c.FormatDSN(), nil
}

// startMariaDB makes a server whose root needs no password and that does not
// wait for the disk at commit: it is thrown away.
func startMariaDB(k kind) (*Server, error) {
	folders := []string{"/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/usr/local/mysql/bin", "/opt/homebrew/opt/mariadb*/bin"}
	server, err := findBinary("mariadbd", folders...)
	if err != nil {
		return nil, err
	}
	install, err := findBinary("mariadb-install-db", append(folders, "/usr/bin")...)
	if err != nil {
		return nil, err
	}
	s, err := newServer(k, "mysql", "nobody")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(s.folder, "data")
	s.signal = "KILL"
	s.dsnOf = mariadbDSN
	s.command = func(port int) []string {
		return []string{server, "--no-defaults", "--datadir=" + data, "--port=" + strconv.Itoa(port),
			"--bind-address=127.0.0.1", "--socket=" + filepath.Join(s.folder, "s"), "--tmpdir=" + s.folder,
			"--pid-file=" + filepath.Join(s.folder, "pid"), "--local-infile=1",
			"--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M"}
	}
	setup := []string{install, "--no-defaults", "--datadir=" + data, "--auth-root-authentication-method=normal", "--skip-test-db"}
	return s.setUp(setup)
}
