package poolstate

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFlockPID(t *testing.T) {
	type holder struct {
		pid        int
		sameDevice bool
	}
	for line, want := range map[string]holder{
		"1: FLOCK  ADVISORY  WRITE 4242 08:01:1234567 0 EOF":        {4242, true},
		"1: FLOCK  ADVISORY  READ 4242 08:01:1234567 0 EOF":         {4242, true},
		"12345: FLOCK  ADVISORY  WRITE 7 fd:00:1234567 0 EOF":       {7, false},
		"1: -> FLOCK  ADVISORY  WRITE 4243 08:01:1234567 0 EOF":     {}, // waiting
		"2: POSIX  ADVISORY  WRITE 4242 08:01:1234567 0 EOF":        {},
		"1: FLOCK  ADVISORY  WRITE 4242 08:01:11234567 0 EOF":       {}, // another inode
		"1: FLOCK  ADVISORY  WRITE 4242 08:01:12345678 0 EOF":       {},
		"1: FLOCK  ADVISORY  WRITE 4242 08:1234567:1 0 EOF":         {},
		"1: FLOCK  ADVISORY  WRITE 0 08:01:1234567 0 EOF":           {0, true}, // in another PID namespace
		"1: FLOCK  ADVISORY  WRITE none 08:01:1234567 0 EOF":        {0, true},
		"1: FLOCK  ADVISORY  WRITE 4242":                            {},
		"":                                                          {},
		"1: FLOCK  ADVISORY  WRITE 99999999999999999999 08:01:7 0 ": {},
	} {
		pid, sameDevice := flockPID(line, "08:01:1234567")
		equal(t, line, holder{pid, sameDevice}, want)
	}
}

// A file on another device may have the same inode number.
func TestHolderOf(t *testing.T) {
	const table = "1: FLOCK  ADVISORY  WRITE 7 fd:00:1234567 0 EOF\n2: FLOCK  ADVISORY  WRITE 8 fd:01:1234567 0 EOF\n"
	for _, tt := range []struct {
		file       string
		open, want int
	}{{"fd:00:1234567", 0, 7}, {"fd:01:1234567", 0, 8}, {"00:2a:1234567", 8, 8}, {"00:2a:1234567", 0, 0}} {
		got := holderOf(table, tt.file, func(pid int) bool { return pid == tt.open })
		equal(t, "holder of "+tt.file, got, tt.want)
	}
}

func TestLockHolder(t *testing.T) {
	s := newStore(t, small)
	equal(t, "holder of a missing lock", LockHolder(LockPath(s.Path())), "")
	equal(t, "holder without a directory", LockHolder(filepath.Join(t.TempDir(), "no", "auth.lock")), "")
	release := hold(t, s)
	who := LockHolder(LockPath(s.Path()))
	release()
	if who == "" {
		t.Skip("the lock table does not list this process")
	}
	comm, err := os.ReadFile("/proc/self/comm")
	wantErr(t, err, nil)
	equal(t, "holder", who, fmt.Sprintf("%s (process %d)", strings.TrimSpace(string(comm)), os.Getpid()))
	equal(t, "holder of a free lock", LockHolder(LockPath(s.Path())), "")
}

func TestHasOpen(t *testing.T) {
	s := newStore(t, small)
	info, err := os.Stat(s.Path())
	wantErr(t, err, nil)
	equal(t, "before it is opened", hasOpen(os.Getpid(), info), false)
	f, err := os.Open(s.Path())
	wantErr(t, err, nil)
	equal(t, "while it is open", hasOpen(os.Getpid(), info), true)
	wantErr(t, f.Close(), nil)
	equal(t, "by a process that does not exist", hasOpen(-1, info), false)
}

// The name of a process that has exited is unknown.
func TestProcessName(t *testing.T) {
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Skip("no program to run: ", err)
	}
	equal(t, "name", processName(cmd.Process.Pid), fmt.Sprintf("process %d", cmd.Process.Pid))
}
