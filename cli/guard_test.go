package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/counts"
	"pooltop/poolstate/guard"
	"pooltop/poolstate/journal"
)

// guardTest is a continuous guard with a clock that the test sets.
type guardTest struct {
	*guardian
	t        *testing.T
	now      time.Time
	messages []string // problems, and notes without their reasons
	// counts is the path of the file with the counts, without its extension.
	counts string
}

// guardStart is the time at which each guardTest starts. Credential "a" fails at that time.
var guardStart = time.Unix(1795425600, 0).UTC()

func newGuardTest(t *testing.T) *guardTest {
	t.Helper()
	g := &guardTest{t: t, now: guardStart}
	cfg := configAt(t, storeFile(t, failedAt(guardStart)))
	cfg.Now = time.Time{}
	g.guardian = newGuardian(cfg, cfg.File, noLog)
	g.clock = func() time.Time { return g.now }
	g.Store = poolstate.Open(cfg.File, poolstate.WithClock(g.clock))
	state := t.TempDir()
	g.Journal = journal.At(filepath.Join(state, "events.jsonl"))
	g.Counter = counts.New(state, g.Store.Identity())
	g.warn = func(problem string) { g.messages = append(g.messages, problem) }
	g.print = func(n *guard.Note) error {
		g.messages = append(g.messages, fmt.Sprintf("%s %s", n.Kind, n.Credential.ID))
		return nil
	}
	must(t, g.acquire())
	t.Cleanup(g.end)
	files, err := filepath.Glob(filepath.Join(state, "counts", "*.json"))
	must(t, err)
	g.counts = strings.TrimSuffix(files[0], ".json")
	g.loads()
	return g
}

// failedAt returns a store in which credential "a" failed at the given time and "b" is ready.
func failedAt(at time.Time) string {
	return poolOf(fmt.Sprintf(`{"access_token": "none", "id": "a", "last_status": "exhausted", "last_error_code": 429, "last_status_at": %d}`, at.Unix()),
		`{"access_token": "none", "id": "b"}`)
}

// fails replaces the file with a store in which credential "a" has just failed.
func (g *guardTest) fails() {
	g.t.Helper()
	writeFile(g.t, g.file, []byte(failedAt(g.now)))
}

// loads makes guard load the file and checks its messages. If an expected message ends in
// …, only its beginning is compared.
func (g *guardTest) loads(want ...string) {
	g.t.Helper()
	must(g.t, g.load(g.t.Context()))
	if !slices.EqualFunc(g.messages, want, func(got, want string) bool {
		prefix, cut := strings.CutSuffix(want, "…")
		return got == want || cut && strings.HasPrefix(got, prefix)
	}) {
		g.t.Errorf("after %v: messages %q, want %q", g.now.Sub(guardStart), g.messages, want)
	}
	g.messages = nil
}

// wakes checks how long guard will wait before it loads the file even without a change, and
// advances the clock by that time.
func (g *guardTest) wakes(after time.Duration) {
	g.t.Helper()
	equal(g.t, "time until guard wakes", g.recount.Sub(g.now), after)
	g.now = g.recount
}

// TestGuardian_Check checks that guard continues if its output cannot be printed, and says so once.
func TestGuardian_Check(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuardTest(t)
		g.print = func(*guard.Note) error { return syscall.ENOSPC }
		g.now = g.now.Add(time.Hour)
		g.fails()
		g.loads("the output could not be printed: no space left on device; guard continues")
		g.now = g.now.Add(2 * time.Hour)
		g.fails()
		g.loads()
		equal(t, "the error at the end", g.unprinted().Error(), "written, but this report could not be printed: no space left on device")
	})
}

// TestGuardian_Act_Retries checks that a problem is reported only once, and that the write is
// retried every minute.
func TestGuardian_Act_Retries(t *testing.T) {
	for name, problem := range map[string]struct {
		path func(g *guardTest) string // where the test creates a directory
		want string
	}{
		"lock of the file":   {func(g *guardTest) string { return poolstate.LockPath(g.file) }, "cannot write …"},
		"lock of the counts": {func(g *guardTest) string { return g.counts + ".lock" }, "cannot store the failure counts: …"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGuardTest(t)
				path := problem.path(g)
				g.now = g.now.Add(time.Hour)
				g.fails()
				_ = os.Remove(path)
				must(t, os.Mkdir(path, 0o700))
				g.loads(problem.want)
				g.wakes(time.Minute)
				g.loads()
				must(t, os.Remove(path))
				g.wakes(time.Minute)
				g.loads("pinned a")
				must(t, os.Remove(g.file))
				g.loads("file missing")
				writeFile(t, g.file, []byte("{"))
				g.loads("file unreadable: …")
				g.fails()
				g.loads("repinned a", "file recovered")
			})
		})
	}
}

// TestGuardian_Load_Forgotten checks that a continuous guard reports a streak that ends after
// a long time without a failure.
// If the journal cannot be written, guard says so once.
func TestGuardian_Publish_JournalFails(t *testing.T) {
	g := newGuardTest(t)
	g.Journal = journal.Missing(errors.New("no home"))
	g.messages = nil
	for range 2 {
		g.publish([]guard.Note{{Kind: guard.Forgotten}}, g.now)
	}
	equal(t, "the messages", strings.Join(g.messages, ", "), "forgotten , warning: could not write the journal: no home, forgotten ")
}

func TestGuardian_Load_Forgotten(t *testing.T) {
	g := newGuardTest(t)
	g.wakes(25 * time.Hour)
	g.now = g.now.Add(time.Second)
	g.loads("forgotten a")
	g.now = g.now.Add(time.Hour)
	g.loads()
}

// TestGuard_LockTimeout checks that guard, like other commands that write, gives up if the
// agent's lock stays busy.
func TestGuard_LockTimeout(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := storeFile(t, failedAt(guardStart.Add(-2*time.Hour)))
	now := guardStart.Format(time.RFC3339)
	done(t, pooltop(t, "guard", "--once", "--file", file, "--now", guardStart.Add(-2*time.Hour).Format(time.RFC3339)))
	writeFile(t, file, []byte(failedAt(guardStart)))
	lock(t, file)
	refused(t, pooltop(t, "guard", "--once", "--file", file, "--now", now), exitLocked, "lock", "nothing was written")
}
