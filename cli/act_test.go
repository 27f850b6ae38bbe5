package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"pooltop/poolstate"
)

// The sessions of reset, exhaust, undo and sync are in testdata/script.

func TestNewActionRun_ReadOnlyFile(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("permissions do not stop root")
	}
	file := sampleFile(t, "backoff.json")
	if err := os.Chmod(file, 0o400); err != nil {
		t.Fatal(err)
	}
	refused(t, at(t, file, "reset", "--all"), exitRefused, "read-only", file)
}

func TestActionRun_JournalMode(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	done(t, at(t, sampleFile(t, "backoff.json"), "reset", "--all"))
	info, err := os.Stat(filepath.Join(os.Getenv("XDG_STATE_HOME"), "pooltop", "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the mode", info.Mode().Perm(), 0o600)
}

// A held lock is reported once, and given up after fifteen seconds of virtual time.
func TestActionRun_LockTimeout(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := sampleFile(t, "backoff.json")
	l := flock.New(poolstate.LockPath(file))
	if ok, err := l.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	got := at(t, file, "reset", "openrouter", "backup-key")
	equal(t, "the exit code", got.code, exitLocked)
	waited, gaveUp, _ := strings.Cut(got.stderr, "\n")
	for line, words := range map[string]string{waited: "pooltop reset: waiting up to 15s for the lock, which ", gaveUp: "pooltop reset: "} {
		if !strings.HasPrefix(line, words) || strings.Count(line, "\n") > 1 {
			t.Errorf("standard error is %q", got.stderr)
		}
	}
	equal(t, "the file", string(readFile(t, file)), string(sample(t, "backoff.json")))
}
