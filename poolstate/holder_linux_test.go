package poolstate

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Of the kernel's table only the line of a flock on that very file counts, of
// somebody who has it.
func TestFlockPID(t *testing.T) {
	const inode = 1234567
	for line, want := range map[string]int{
		"1: FLOCK  ADVISORY  WRITE 4242 08:01:1234567 0 EOF":        4242,
		"1: FLOCK  ADVISORY  READ 4242 08:01:1234567 0 EOF":         4242,
		"12345: FLOCK  ADVISORY  WRITE 7 fd:00:1234567 0 EOF":       7,
		"1: FLOCK  ADVISORY  WRITE 4242 08:01:1234567":              4242,
		"1: -> FLOCK  ADVISORY  WRITE 4243 08:01:1234567 0 EOF":     0, // it waits
		"2: POSIX  ADVISORY  WRITE 4242 08:01:1234567 0 EOF":        0,
		"3: OFDLCK ADVISORY  WRITE -1 08:01:1234567 0 EOF":          0,
		"4: LEASE  ACTIVE    READ 4242 08:01:1234567 0 EOF":         0,
		"1: FLOCK  ADVISORY  WRITE 4242 08:01:11234567 0 EOF":       0, // another file
		"1: FLOCK  ADVISORY  WRITE 4242 08:01:234567 0 EOF":         0,
		"1: FLOCK  ADVISORY  WRITE 4242 08:01:12345678 0 EOF":       0,
		"1: FLOCK  ADVISORY  WRITE 4242 08:1234567:1 0 EOF":         0,
		"1: FLOCK  ADVISORY  WRITE 0 08:01:1234567 0 EOF":           0, // of another world
		"1: FLOCK  ADVISORY  WRITE somebody 08:01:1234567 0 EOF":    0,
		"1: FLOCK  ADVISORY  WRITE 4242":                            0,
		"FLOCK":                                                     0,
		"":                                                          0,
		strings.Repeat("x ", 1000):                                  0,
		"1: FLOCK  ADVISORY  WRITE 99999999999999999999 08:01:7 0 ": 0,
	} {
		equal(t, line, flockPID(line, inode), want)
	}
}

// Who holds the lock is named by what the system calls it.
func TestLockHolder(t *testing.T) {
	table, err := os.ReadFile(lockTable)
	if err != nil {
		t.Skip("the table of locks cannot be read: ", err)
	}
	s := newStore(t, small)
	equal(t, "holder of no lock", LockHolder(s.Path()), "")
	release := hold(t, s)
	if !seesOwnLock(t, s) {
		release()
		t.Skipf("the table of locks does not show this process's:\n%s", table)
	}
	who := LockHolder(s.Path())
	if !strings.Contains(who, fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("the holder is %q, want this process, %d", who, os.Getpid())
	}
	comm, err := os.ReadFile("/proc/self/comm")
	if err == nil && !strings.Contains(who, strings.TrimSpace(string(comm))) {
		t.Errorf("the holder is %q, want the name %q", who, comm)
	}
	release()
	equal(t, "holder of a free lock", LockHolder(s.Path()), "")
}

// seesOwnLock reports whether the system lists a lock that this process holds;
// some sandboxes list none.
func seesOwnLock(t *testing.T, s *Store) bool {
	t.Helper()
	table, err := os.ReadFile(lockTable)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(table), fmt.Sprintf(" %d ", os.Getpid())) || LockHolder(s.Path()) != ""
}

// A store that is nowhere has no lock.
func TestLockHolderOfNoStore(t *testing.T) {
	equal(t, "holder", LockHolder(filepath.Join(t.TempDir(), "nowhere", "auth.json")), "")
}

// A process without a name is known by its number.
func TestProcessName(t *testing.T) {
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Skip("no program to run: ", err)
	}
	gone := cmd.Process.Pid
	equal(t, "name of one that is gone", processName(gone), fmt.Sprintf("process %d", gone))
}
