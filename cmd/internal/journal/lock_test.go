package journal

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// holdEnv makes the test binary a process that takes the lock of that folder
// and holds it until it is killed.
const holdEnv = "TRAVASO_TEST_HOLD_LOCK"

func TestMain(m *testing.M) {
	if folder := os.Getenv(holdEnv); folder != "" {
		hold(folder)
	}
	os.Exit(m.Run())
}

func hold(folder string) {
	if _, err := Lock(folder); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("locked")
	time.Sleep(time.Minute)
	os.Exit(1)
}

func TestLockNamesItsHolder(t *testing.T) {
	folder := t.TempDir()
	unlock, err := Lock(folder)
	if err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	_, err = Lock(folder)
	if !errors.Is(err, ErrLocked) {
		t.Fatalf("second lock: %v, want ErrLocked", err)
	}
	for _, want := range []string{fmt.Sprintf("process %d ", os.Getpid()), host, time.Now().UTC().Format("2006-01-02")} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not tell %q", err, want)
		}
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := Lock(folder)
	if err != nil {
		t.Fatalf("lock after unlock: %v", err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}

// A process killed while it holds the lock is not in the way of the next.
func TestLockOfADeadProcess(t *testing.T) {
	folder := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), holdEnv+"="+folder)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, len("locked"))
	if _, err := out.Read(said); err != nil || string(said) != "locked" {
		t.Fatalf("child said %q, %v", said, err)
	}
	_, err = Lock(folder)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d ", child.Process.Pid)) {
		t.Errorf("lock held by another process: %v, want its pid %d", err, child.Process.Pid)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child was not killed")
	}
	unlock, err := Lock(folder)
	if err != nil {
		t.Fatalf("lock of a dead process is in the way: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestLockWithoutAFolder(t *testing.T) {
	if _, err := Lock(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("locked a folder that is not there")
	}
	if _, err := Open(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("opened a journal in a folder that is not there")
	}
}
