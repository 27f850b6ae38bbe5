package cli

import (
	"syscall"
	"testing"

	"github.com/gofrs/flock"

	"pooltop/poolstate"

	"pooltop/cli/internal/testkit"
)

// Keys that come all at once are done one after the other, the last of them too:
// who resets and quits in a hurry has reset, and reads so in the shell.
func TestAHurry(t *testing.T) {
	c := testkit.Open(t)
	file := sampleFile(t, "backoff.json")
	runOn(t, c, "pooltop", nil, "--file", file, "--now", pictureAt)
	c.Shows("work-oauth", "personal-api-key")
	c.Type("jrq")
	equal(t, "the exit code", c.Wait(), exitDone)
	c.CheckRestored()
	c.Shows("reset work-oauth: cooling, streak 3, until", "ready, streak 0; a running agent sees it at its next pool load")
	says(t, done(t, at(t, file, "list", "anthropic")), "2 of 3 ready")
}

// Who interrupts a command that waits reads that it did nothing.
func TestAnInterruptedWait(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	l := flock.New(poolstate.LockPath(file))
	if ok, err := l.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := testkit.Open(t)
	runOn(t, c, "pooltop", nil, "reset", "openrouter", "backup-key", "--file", file, "--now", pictureAt)
	c.Shows("reset: waiting up to 15s for the lock, which ")
	c.Signal(syscall.SIGINT)
	equal(t, "the exit code", c.Wait(), exitFailed)
	c.Shows("pooltop: reset: interrupted; nothing was written")
	equal(t, "the file", string(readFile(t, file)), string(sample(t, "backoff.json")))
}
