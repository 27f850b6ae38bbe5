//go:build unix

package poolstate

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// holder starts a process that holds the lock of a store, and returns what
// kills it.
func holder(t *testing.T, s *Store, role int) (kill func()) {
	t.Helper()
	cmd := helper(t, "holder", s.Path(), role)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	if line := started(t, cmd); line != "held\n" {
		t.Fatalf("the holder says %q", line)
	}
	return func() {
		wantErr(t, cmd.Process.Kill(), nil)
		_, err := cmd.Process.Wait()
		wantErr(t, err, nil)
	}
}

// started starts a process and returns the first line that it says.
func started(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	wantErr(t, err, nil)
	return line
}

// A writer that is killed while it holds the lock keeps nobody waiting, whoever
// it was: the lock ends with the process. The time is a bubble's.
func TestAKilledHolderBlocksNobody(t *testing.T) {
	for round := range amount(4, 200) {
		s := newStore(t, small)
		kill := holder(t, s, round%2)
		after, wait := time.Duration(0), time.Duration(0)
		if round >= 2 { // when somebody waits already
			after, wait = 10*time.Second+time.Millisecond, 10*time.Second+lockPoll
		}
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			if after > 0 {
				time.AfterFunc(after, kill)
			} else {
				kill()
			}
			wantErr(t, useOnce(s), nil)
			equal(t, "time waited", time.Since(start), wait)
		})
		equal(t, "content", readFile(t, s.Path()), smallAfter)
		checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
	}
}
