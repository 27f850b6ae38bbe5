package watch

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// fakeSource is a source that reports only what a test makes it report.
type fakeSource struct {
	rig    *rig
	events chan fsnotify.Event
	errors chan error
	dirs   []string
	closed bool
}

func (s *fakeSource) Events() <-chan fsnotify.Event { return s.events }
func (s *fakeSource) Errors() <-chan error          { return s.errors }

func (s *fakeSource) Add(dir string) error {
	s.rig.mu.Lock()
	defer s.rig.mu.Unlock()
	s.rig.adds++
	if s.rig.addErr != nil {
		if err := s.rig.addErr(dir); err != nil {
			return err
		}
	}
	if !slices.Contains(s.dirs, dir) {
		s.dirs = append(s.dirs, dir)
	}
	return nil
}

func (s *fakeSource) Remove(dir string) error {
	s.rig.mu.Lock()
	defer s.rig.mu.Unlock()
	i := slices.Index(s.dirs, dir)
	if i < 0 {
		return fsnotify.ErrNonExistentWatch
	}
	s.dirs = slices.Delete(s.dirs, i, i+1)
	return nil
}

func (s *fakeSource) Close() error {
	s.rig.mu.Lock()
	defer s.rig.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.events)
		close(s.errors)
	}
	return nil
}

// rig runs a Watcher of a real file, with fake events and, in a bubble, a fake
// clock.
type rig struct {
	t      *testing.T
	dir    string
	path   string
	w      *Watcher
	cancel context.CancelFunc

	mu      sync.Mutex // guards what follows, and the sources
	sources []*fakeSource
	openErr error
	addErr  func(dir string) error
	adds    int
	netfs   string
}

// newRig does not start the Watcher yet.
func newRig(t *testing.T, opts ...Option) *rig {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, dir: filepath.Join(dir, "home")}
	r.path = filepath.Join(r.dir, "auth.json")
	must(t, os.Mkdir(r.dir, 0o700))
	r.write("first")
	r.w = New(r.path, append([]Option{
		withSource(func() (source, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.openErr != nil {
				return nil, r.openErr
			}
			s := &fakeSource{rig: r, events: make(chan fsnotify.Event), errors: make(chan error)}
			r.sources = append(r.sources, s)
			return s, nil
		}),
		withNetFS(func(string) string {
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.netfs
		}),
	}, opts...)...)
	return r
}

// start runs the Watcher and returns its first Change.
func (r *rig) start() Change {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	r.cancel = cancel
	r.t.Cleanup(cancel)
	go r.w.Run(ctx)
	return r.atOnce()
}

// stop ends the Watcher and waits for it.
func (r *rig) stop() {
	r.t.Helper()
	r.cancel()
	for range r.w.Changes() {
		// What is left does not matter, only that it ends.
	}
}

// set alters the rig while the Watcher runs.
func (r *rig) set(alter func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	alter()
}

// fail makes opening and adding fail from now on, where the errors are not nil.
func (r *rig) fail(open, add error) {
	r.set(func() {
		r.openErr = open
		r.addErr = func(string) error { return add }
	})
}

// source is the one that was opened last.
func (r *rig) source() *fakeSource {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sources[len(r.sources)-1]
}

// dirs returns the directories that are watched.
func (r *rig) dirs() []string {
	synctest.Wait()
	src := r.source()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(src.dirs)
}

// added returns how many directories were added so far.
func (r *rig) added() int {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.adds
}

// close makes the source end by itself.
func (r *rig) close() {
	r.t.Helper()
	must(r.t, r.source().Close())
}

// event reports op for the file.
func (r *rig) event(op fsnotify.Op) { r.eventFor(r.path, op) }

func (r *rig) eventFor(name string, op fsnotify.Op) {
	r.source().events <- fsnotify.Event{Name: name, Op: op}
}

func (r *rig) write(content string) {
	r.t.Helper()
	write(r.t, r.path, content)
}

// atOnce returns a Change that must be there without any time passing.
func (r *rig) atOnce() Change {
	r.t.Helper()
	synctest.Wait()
	select {
	case c, ok := <-r.w.Changes():
		if !ok {
			r.t.Fatal("channel closed")
		}
		return c
	default:
		r.t.Fatal("no change at once")
		return Change{}
	}
}

// within returns a Change and how long it took to come, at most d.
func (r *rig) within(d time.Duration) (Change, time.Duration) {
	r.t.Helper()
	begin := time.Now()
	select {
	case c := <-r.w.Changes():
		return c, time.Since(begin)
	case <-time.After(d):
		r.t.Fatalf("no change within %v", d)
		return Change{}, 0
	}
}

// after returns a Change that must come exactly after d.
func (r *rig) after(d time.Duration) Change {
	r.t.Helper()
	c, took := r.within(d + time.Hour)
	if took != d {
		r.t.Fatalf("change %+v came after %v, want %v", c, took, d)
	}
	return c
}

// quiet lets d pass, in which no Change may come.
func (r *rig) quiet(d time.Duration) {
	r.t.Helper()
	begin := time.Now()
	select {
	case c := <-r.w.Changes():
		r.t.Fatalf("unexpected change %+v after %v", c, time.Since(begin))
	case <-time.After(d):
	}
}

// inEvents and polling check how changes are noticed.
func (r *rig) inEvents(c Change) {
	r.t.Helper()
	if c != (Change{Mode: Events}) {
		r.t.Fatalf("got %+v, want events", c)
	}
}

func (r *rig) polling(c Change, reason string) {
	r.t.Helper()
	want := Change{Mode: Polling, Interval: defaultPoll, Reason: reason}
	if c != want {
		r.t.Fatalf("got %+v, want %+v", c, want)
	}
}

// bubble runs test with a fake clock.
func bubble(t *testing.T, test func(r *rig), opts ...Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, opts...)
		test(r)
		if r.cancel != nil {
			r.stop()
		}
		for _, s := range r.sources {
			if !s.closed {
				t.Error("a source was left open")
			}
		}
	})
}
