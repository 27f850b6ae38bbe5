package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/poolstate/guard"
	"pooltop/watch"
)

// fakeWatcher lets a test send changes.
type fakeWatcher struct {
	changes chan watch.Change
	paths   []string
}

func (f *fakeWatcher) Changes() <-chan watch.Change { return f.changes }
func (f *fakeWatcher) Set(paths ...string)          { f.paths = paths }

// watchTest is a root whose profiles are created and removed by a test.
type watchTest struct {
	t    *testing.T
	root string
	cfg  *config.Config
	*storeWatch
	fake *fakeWatcher

	mu  sync.Mutex
	out bytes.Buffer // the printed lines
}

// newWatchTest creates a root with a "work" profile. Both stores are healthy.
func newWatchTest(t *testing.T) *watchTest {
	t.Helper()
	w := &watchTest{t: t, root: t.TempDir(), fake: &fakeWatcher{changes: make(chan watch.Change)}}
	w.put("default", healthy)
	w.put("work", healthy)
	w.cfg = configAt(t, w.path("default"))
	stores, err := poolstate.ProfilesOf(w.cfg.File)
	must(t, err)
	w.cfg.Stores, w.cfg.AllProfiles = stores, true
	w.storeWatch = newStoreWatch(w.cfg, noLog)
	w.watcher = w.fake
	return w
}

func (w *watchTest) path(profile string) string {
	if profile == poolstate.RootProfile {
		return filepath.Join(w.root, "auth.json")
	}
	return filepath.Join(w.root, "profiles", profile, "auth.json")
}

func (w *watchTest) put(profile, content string) {
	w.t.Helper()
	writeFile(w.t, w.path(profile), []byte(content))
}

// print adds a line to the output.
func (w *watchTest) print(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(&w.out, format+"\n", args...)
}

// expect sends a change and checks which lines are then printed.
func (w *watchTest) expect(path string, lines ...string) {
	w.t.Helper()
	w.fake.changes <- watch.Change{Path: path}
	<-time.After(time.Second) // in the bubble's time; longer than settleTime
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	got := strings.ReplaceAll(w.out.String(), w.root+string(filepath.Separator), "")
	all := slices.Sorted(strings.Lines(got)) // the stores are followed concurrently
	equal(w.t, "output after a change to "+path, strings.Join(all, ""), strings.Join(append(lines, ""), "\n"))
	w.out.Reset()
}

// watched checks which profiles are watched.
func (w *watchTest) watched(profiles ...string) {
	w.t.Helper()
	var want []string
	for _, p := range profiles {
		want = append(want, w.path(p))
	}
	want = append(want, filepath.Join(w.root, "profiles")+string(filepath.Separator))
	if !slices.Equal(w.fake.paths, want) {
		w.t.Errorf("%q are watched, want %q", w.fake.paths, want)
	}
}

// run calls test while follow is running.
func (w *watchTest) run(follow func(context.Context) error, test func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error)
	go func() { ended <- follow(ctx) }()
	synctest.Wait()
	test()
	cancel()
	must(w.t, <-ended)
}

const healthy = `{"credential_pool": {"p": [{"access_token": "none", "id": "a"}, {"access_token": "none", "id": "b"}]}}`

// TestFollowEvents_Profiles checks that profiles are followed from their creation until their
// removal.
func TestFollowEvents_Profiles(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	synctest.Test(t, testFollowEventsProfiles)
}

func testFollowEventsProfiles(t *testing.T) {
	w := newWatchTest(t)
	failed := failedAt(guardStart.Add(-time.Second))
	open := func(p poolstate.Profile) *follower {
		f := newFollower(w.cfg, p.Path, noLog)
		f.clock = func() time.Time { return guardStart }
		f.hint = func(text string) { w.print("%s", text) }
		f.print = func(r *poolstate.Record) error { w.print("%s %s", p.Name, r.Kind); return nil }
		return f
	}
	dir := w.profilesDir()
	w.run(func(ctx context.Context) error { return followEvents(ctx, w.storeWatch, open) }, func() {
		w.expect(dir)
		w.put("new", healthy)
		must(t, os.Mkdir(filepath.Join(w.root, "profiles", "empty"), 0o700))
		w.expect(dir, "found "+filepath.Join("profiles", "new", "auth.json"), "waiting for "+filepath.Join("profiles", "empty", "auth.json"))
		w.watched("default", "empty", "new", "work")
		w.put("new", failed)
		w.expect(w.path("new"), "new exhausted")
		w.put("work", failed)
		w.expect(w.path("work"), "work exhausted")

		must(t, os.RemoveAll(filepath.Dir(w.path("work"))))
		must(t, os.RemoveAll(filepath.Dir(w.path("empty"))))
		w.expect(dir, "work file_missing")
		w.watched("default", "new")
		w.expect(w.path("work"))
		w.put("default", failed)
		w.expect(w.path("default"), "default exhausted")
		w.put("work", healthy)
		w.expect(dir, "found "+filepath.Join("profiles", "work", "auth.json"))
		w.put("work", failed)
		w.expect(w.path("work"), "work exhausted")

		must(t, os.Rename(dir, filepath.Join(w.root, "away")))
		writeFile(t, filepath.Join(w.root, "profiles"), nil) // the profiles cannot be listed
		w.expect(dir)
		w.watched("default", "new", "work")
	})
}

// TestRunGuards_Profiles checks that guard guards profiles from their creation until their
// removal.
func TestRunGuards_Profiles(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	synctest.Test(t, testRunGuardsProfiles)
}

func testRunGuardsProfiles(t *testing.T) {
	w := newWatchTest(t)
	guards := map[string]*guardian{}
	open := func(p poolstate.Profile) *guardian {
		g := newGuardian(w.cfg, p.Path, noLog)
		g.clock = func() time.Time { return guardStart }
		g.print = func(n *guard.Note) error { w.print("%s: %s %s", p.Name, n.Kind, n.Credential.ID); return nil }
		g.describe = func(string) error { w.print("%s: plan", p.Name); return nil }
		g.warn = func(problem string) { w.print("%s: %s", p.Name, strings.SplitN(problem, ":", 2)[0]) }
		guards[p.Name] = g
		return g
	}
	dir := w.profilesDir()
	running := func(profile string, want bool) {
		t.Helper()
		if _, got := guards[profile].Running(); got != want {
			t.Errorf("guard on %s: %v", profile, got)
		}
	}
	w.run(func(ctx context.Context) error { return runGuards(ctx, w.storeWatch, open) }, func() {
		w.expect(dir, "default: plan", "work: plan")
		w.put("new", failedAt(guardStart.Add(-time.Second)))
		w.expect(dir, "new: plan")
		running("new", true)
		other := newGuardian(w.cfg, w.path("taken"), noLog)
		must(t, other.acquire())
		w.put("taken", healthy)
		w.expect(dir, "taken: another guard is running on this store")
		other.end()

		must(t, os.RemoveAll(filepath.Dir(w.path("work"))))
		must(t, os.RemoveAll(filepath.Dir(w.path("new"))))
		w.expect(dir, "new: file missing", "work: file missing")
		running("work", false)
		running("new", false)
		running("default", true)
		w.put("work", healthy)
		w.expect(dir, "work: plan")
		running("work", true)
	})
	running("work", false)
	running("default", false)
}

// TestFollow_Error checks that follow stops all stores and returns the error if one fails.
func TestFollow_Error(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	failure := errors.New("output closed")
	synctest.Test(t, func(t *testing.T) {
		w := newWatchTest(t)
		err := w.follow(t.Context(), func(p poolstate.Profile) storeRun {
			return func(ctx context.Context, _ <-chan watch.Change) error {
				if p.Name == "work" {
					return failure
				}
				<-ctx.Done()
				return nil
			}
		})
		equal(t, "error", err, failure)
	})
}
