package testserver

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// watchdog is the parent of a private server. It ends the server when this
// process ends, however it ends: the pipe on its standard input then closes.
// A line on the pipe is a signal for the server, whose folder is then kept.
//
//	$1 folder, $2 signal at the end, the rest is the server's command
const watchdog = `
folder=$1 signal=$2
shift 2
exec 3<&0
"$@" </dev/null &
server=$!
{
	if read -r word; then signal=$word; : >"$folder/keep"; fi
	kill -s "$signal" $server
} <&3 &
watch=$!
wait $server
kill $watch 2>/dev/null
if [ -e "$folder/keep" ]; then rm -f "$folder/keep"; else cd / && rm -rf "$folder"; fi
`

// startLimit bounds the wait for a server to answer. It is long because it
// is met only when something is wrong, and machines that run tests are busy.
const startLimit = 60 * time.Second

// Server is a database server: one that was there, of which only kind and dsn
// are known, or a private one, to be thrown away.
type Server struct {
	kind   kind
	dsn    string
	folder string
	owner  *user.User // nil: ourselves
	port   int
	signal string // that ends it at once
	// command and dsnOf are the server's command line and DSN on a port.
	command func(port int) []string
	dsnOf   func(port int) string

	log     *os.File
	pipe    *os.File      // to the watchdog; nil when the server is stopped
	stopped chan struct{} // closed when server and watchdog have ended
}

// newServer makes the folder of a server, owned by the first of owners that
// exists when we are root (which servers refuse to run as).
func newServer(k kind, owners ...string) (*Server, error) {
	folder, err := os.MkdirTemp("", "travaso-"+k.driver+"-")
	if err != nil {
		return nil, err
	}
	s := &Server{kind: k, folder: folder}
	if os.Geteuid() != 0 {
		return s, nil
	}
	for _, name := range owners {
		if s.owner, err = user.Lookup(name); err == nil {
			break
		}
	}
	if s.owner == nil {
		s.remove()
		return nil, fmt.Errorf("%s does not run as root and there is no other user: looked for %v", k.name, owners)
	}
	uid, gid := s.ids()
	if err := os.Chown(folder, int(uid), int(gid)); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// setUp runs the command that makes the server's files, and starts it.
func (s *Server) setUp(setup []string) (*Server, error) {
	cmd := s.as(exec.Command(setup[0], setup[1:]...))
	if out, err := cmd.CombinedOutput(); err != nil {
		s.remove()
		return nil, fmt.Errorf("%s: %w: %s", setup[0], err, lastLine(out))
	}
	var err error
	if s.port, err = freePort(); err == nil {
		err = s.start()
	}
	if err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// Database creates an empty database on the server and gives its DSN.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return s.kind.createDatabase(t, s.dsn)
}

// Stop ends the server at once, as a crash would; its files stay.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if err := s.stop(); err != nil {
		t.Fatalf("stop %s: %v", s.kind.name, err)
	}
}

// Start starts the stopped server again, on the same port, and waits until it
// answers.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatalf("start %s: %v", s.kind.name, err)
	}
}

// Restart is Stop and Start.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Stop(t)
	s.Start(t)
}

func (s *Server) start() error {
	if s.pipe != nil {
		return errors.New("it is running")
	}
	log, err := os.OpenFile(filepath.Join(s.folder, "log"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		log.Close()
		return err
	}
	defer read.Close()
	args := append([]string{"-c", watchdog, "watchdog", s.folder, s.signal}, s.command(s.port)...)
	cmd := s.as(exec.Command("/bin/sh", args...))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = read, log, log
	if err := cmd.Start(); err != nil {
		log.Close()
		write.Close()
		return err
	}
	s.log, s.pipe, s.dsn, s.stopped = log, write, s.dsnOf(s.port), make(chan struct{})
	go func(stopped chan struct{}) {
		cmd.Wait()
		close(stopped)
	}(s.stopped)
	return s.await()
}

// await returns when the server answers, or says why it does not.
func (s *Server) await() error {
	deadline := time.Now().Add(startLimit)
	for {
		err := s.kind.exec(s.dsn, "select 1")
		if err == nil {
			return nil
		}
		select {
		case <-s.stopped:
			return fmt.Errorf("it ended while starting: %s", s.lastLog())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("no answer in %v: %w: %s", startLimit, err, s.lastLog())
		}
	}
}

func (s *Server) stop() error {
	if s.pipe == nil {
		return errors.New("it is not running")
	}
	if _, err := s.pipe.WriteString(s.signal + "\n"); err != nil {
		return err
	}
	return s.ended()
}

// remove ends the server, where it runs, and removes its files.
func (s *Server) remove() {
	if s.pipe != nil {
		s.ended()
	}
	os.RemoveAll(s.folder) // what the watchdog has not removed
}

// ended closes the pipe and waits for the watchdog.
func (s *Server) ended() error {
	s.pipe.Close()
	s.log.Close()
	s.pipe = nil
	select {
	case <-s.stopped:
		return nil
	case <-time.After(startLimit):
		return fmt.Errorf("it did not end in %v", startLimit)
	}
}

// as makes a command run as the server's owner, in a process group of its own
// so that an interrupt at the terminal does not reach it.
func (s *Server) as(cmd *exec.Cmd) *exec.Cmd {
	cmd.Dir = s.folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.folder, "LC_ALL=C", "TZ=UTC"}
	if s.owner != nil {
		uid, gid := s.ids()
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	}
	return cmd
}

func (s *Server) ids() (uid, gid uint32) {
	u, _ := strconv.ParseUint(s.owner.Uid, 10, 32) // a number wherever SysProcAttr has a Credential
	g, _ := strconv.ParseUint(s.owner.Gid, 10, 32)
	return uint32(u), uint32(g)
}

func (s *Server) lastLog() string {
	text, err := os.ReadFile(s.log.Name())
	if err != nil {
		info, statErr := s.log.Stat() // the watchdog has removed the folder; we still hold the file
		if statErr != nil {
			return err.Error()
		}
		text = make([]byte, info.Size())
		if _, err := s.log.ReadAt(text, 0); err != nil {
			return err.Error()
		}
	}
	return lastLine(text)
}

func lastLine(text []byte) string {
	text = bytes.TrimSpace(text)
	return string(text[bytes.LastIndexByte(text, '\n')+1:])
}

// freePort gives a port of 127.0.0.1 that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
