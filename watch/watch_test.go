package watch

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// rig watches real files with a fake clock and fake events.
type rig struct {
	t    *testing.T
	dir  string
	path string
	w    *Watcher

	mu      sync.Mutex // guards the fields below
	events  chan fsnotify.Event
	errors  chan error
	opened  int
	closed  int
	openErr error
	addErr  error
}

func (r *rig) open() (source, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.openErr != nil {
		return source{}, r.openErr
	}
	events, errs := make(chan fsnotify.Event), make(chan error)
	r.events, r.errors = events, errs
	r.opened++
	return source{events, errs, func(string) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.addErr
	}, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		close(events)
		close(errs)
		r.closed++
		return nil
	}}, nil
}

// bubble runs test in a synctest bubble, with a watcher for files with the given names.
func bubble(t *testing.T, names []string, test func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		top, err := filepath.EvalSymlinks(t.TempDir())
		must(t, err)
		r := &rig{t: t, dir: filepath.Join(top, "home")}
		var paths []string
		for _, name := range names {
			path := filepath.Join(r.dir, name)
			put(t, path, "first")
			must(t, os.Chtimes(path, time.Time{}, time.Unix(1, 0)))
			paths = append(paths, path)
		}
		r.path = paths[0]
		r.w = newWatcher(paths...)
		r.w.open = r.open
		test(r)
		if r.opened != r.closed {
			t.Errorf("%d sources opened, %d closed", r.opened, r.closed)
		}
	})
}

var oneFile = []string{"f"}

// start runs the watcher until test returns. The watcher ticks at even seconds, and test
// begins at an odd one.
func (r *rig) start(test func(first Change)) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	go r.w.run(ctx)
	first := r.atOnce()
	for range r.w.files[1:] {
		r.atOnce()
	}
	r.quiet(time.Second)
	test(first)
	cancel()
	if c, open := <-r.w.changes; open {
		r.t.Errorf("%+v was sent although the context was canceled", c)
	}
}

// fail sets the errors for opening a source and adding a directory.
func (r *rig) fail(open, add error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.openErr, r.addErr = open, add
}

func (r *rig) event(name string, op fsnotify.Op) {
	r.mu.Lock()
	events := r.events
	r.mu.Unlock()
	events <- fsnotify.Event{Name: name, Op: op}
}

// after returns the next Change, which must arrive after exactly d.
func (r *rig) after(d time.Duration) Change {
	r.t.Helper()
	begin := time.Now()
	select {
	case c := <-r.w.changes:
		if took := time.Since(begin); took != d {
			r.t.Fatalf("%+v came after %v, want %v", c, took, d)
		}
		return c
	case <-time.After(d + time.Minute):
		r.t.Fatalf("no change within %v", d+time.Minute)
		return Change{}
	}
}

func (r *rig) atOnce() Change { r.t.Helper(); return r.after(0) }

// quiet checks that no Change arrives within d.
func (r *rig) quiet(d time.Duration) {
	r.t.Helper()
	select {
	case c := <-r.w.changes:
		r.t.Fatalf("unexpected change %+v", c)
	case <-time.After(d):
	}
}

func (r *rig) live(c Change) { r.t.Helper(); r.polling(c, "") }

func (r *rig) polling(c Change, reason string) {
	r.t.Helper()
	if want := (Change{r.path, reason}); c != want {
		r.t.Fatalf("got %+v, want %+v", c, want)
	}
}

const noEvents = "no events from this file system"

func TestRun_Burst(t *testing.T) {
	bubble(t, oneFile, func(r *rig) {
		r.start(func(Change) {
			r.event(r.path, fsnotify.Write)
			r.live(r.atOnce())
			for range 10 {
				<-time.After(time.Millisecond)
				r.event(r.path, fsnotify.Write)
			}
			r.live(r.after(burst - 10*time.Millisecond))
			r.quiet(time.Minute)
		})
	})
}

func TestRun_SlowReceiver(t *testing.T) {
	bubble(t, oneFile, func(r *rig) {
		r.start(func(Change) {
			for range 100 {
				<-time.After(burst)
				r.event(r.path, fsnotify.Write)
			}
			<-time.After(burst)
			r.fail(syscall.EMFILE, nil)
			r.event(r.dir, fsnotify.Remove)
			synctest.Wait()
			r.polling(r.atOnce(), explain(syscall.EMFILE))
			r.quiet(time.Second)
		})
	})
}

func TestRun_UnrelatedEvents(t *testing.T) {
	bubble(t, []string{"f", "a/f", "b/f"}, func(r *rig) {
		r.start(func(Change) {
			for _, name := range []string{"other", "f.tmp", "a/f.tmp"} {
				r.event(filepath.Join(r.dir, name), fsnotify.Create)
			}
			r.event(r.dir, fsnotify.Write)
			synctest.Wait()
			if len(r.w.wake) > 0 {
				t.Error("woken by an event for another file")
			}
			r.quiet(time.Minute)
			r.path = filepath.Join(r.dir, "b", "f")
			put(t, r.path, "second")
			r.event(r.path, fsnotify.Write)
			r.live(r.atOnce())
			r.quiet(time.Minute)
		})
	})
}

func TestRun_AlreadyCanceled(t *testing.T) {
	bubble(t, oneFile, func(r *rig) {
		ctx, cancel := context.WithCancel(r.t.Context())
		cancel()
		go r.w.run(ctx)
		if c, ok := <-r.w.changes; ok {
			t.Errorf("got %+v, want a closed channel", c)
		}
	})
}

func TestSet(t *testing.T) {
	bubble(t, []string{"f", "g"}, func(r *rig) {
		r.start(func(Change) {
			f, g, h := r.path, filepath.Join(r.dir, "g"), filepath.Join(r.dir, "new", "h")
			put(t, h, "first")
			must(t, os.Chtimes(h, time.Time{}, time.Unix(1, 0)))
			r.w.Set(g, h) // while a change to f is pending
			for _, r.path = range []string{g, h} {
				r.live(r.atOnce())
			}
			r.quiet(time.Minute)
			if r.opened-r.closed != 1 {
				t.Errorf("%d sources are open", r.opened-r.closed)
			}
			r.event(f, fsnotify.Write)
			put(t, f, "second")
			r.quiet(time.Minute)
			r.event(h, fsnotify.Write)
			r.live(r.atOnce())
			r.w.Set(h, g)
			r.quiet(time.Minute)
			r.event(g, fsnotify.Write)
			r.path = g
			r.live(r.atOnce())
		})
	})
}

func TestSet_Pending(t *testing.T) {
	bubble(t, []string{"f", "g"}, func(r *rig) {
		r.start(func(Change) {
			r.event(r.path, fsnotify.Write)
			synctest.Wait() // the change waits for its receiver
			r.w.Set(filepath.Join(r.dir, "g"))
			<-time.After(burst)
			synctest.Wait()
			r.path = filepath.Join(r.dir, "g")
			r.live(r.atOnce())
			r.quiet(time.Minute)
		})
	})
}

// For a directory, events about entries count, and writes inside an entry do not.
func TestMark_Directory(t *testing.T) {
	bubble(t, []string{"f", "d/a/f"}, func(r *rig) {
		r.start(func(Change) {
			f, d := r.path, filepath.Join(r.dir, "d")+string(filepath.Separator)
			r.w.Set(f, d)
			for _, r.path = range []string{f, d} {
				r.live(r.atOnce())
			}
			r.quiet(time.Minute)
			for _, op := range []fsnotify.Op{fsnotify.Create, fsnotify.Remove, fsnotify.Rename} {
				r.event(filepath.Join(d, "a"), op)
				r.live(r.atOnce())
				r.quiet(time.Minute)
			}
			r.event(filepath.Join(d, "a"), fsnotify.Write)
			r.event(filepath.Join(d, "a"), fsnotify.Chmod)
			r.event(filepath.Join(r.dir, "new"), fsnotify.Create)
			r.quiet(time.Minute)
			must(t, os.Mkdir(filepath.Join(d, "b"), 0o700)) // without an event
			r.polling(r.after(time.Second), noEvents)
		})
	})
}

func TestCheck_NoEvents(t *testing.T) {
	for name, alter := range map[string]func(r *rig){
		"write":       func(r *rig) { put(r.t, r.path, "second") },
		"remove":      func(r *rig) { must(r.t, os.Remove(r.path)) },
		"permissions": func(r *rig) { must(r.t, os.Chmod(r.path, 0o400)) },
		"time":        func(r *rig) { must(r.t, os.Chtimes(r.path, time.Time{}, time.Unix(2, 0))) },
		"replace": func(r *rig) {
			put(r.t, r.path+".tmp", "other")
			must(r.t, os.Chtimes(r.path+".tmp", time.Time{}, time.Unix(1, 0)))
			must(r.t, os.Rename(r.path+".tmp", r.path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, oneFile, func(r *rig) {
				r.start(func(Change) {
					alter(r)
					r.polling(r.after(time.Second), noEvents)
					r.quiet(time.Minute + time.Second)

					must(t, os.RemoveAll(r.path))
					put(t, r.path, "found by polling")
					r.polling(r.after(time.Second), noEvents)
					r.quiet(time.Minute + time.Second)
					r.event(r.path, fsnotify.Write)
					r.live(r.atOnce())
					r.quiet(time.Minute)
				})
			})
		})
	}
}

// A recently modified file is reported again at the next check, because os.Stat might not
// reveal a second modification.
func TestCheck_RecentlyChanged(t *testing.T) {
	bubble(t, oneFile, func(r *rig) {
		r.fail(syscall.EMFILE, nil)
		r.start(func(first Change) {
			r.polling(first, explain(syscall.EMFILE))
			put(t, r.path, "second")
			must(t, os.Chtimes(r.path, time.Time{}, time.Now()))
			r.after(time.Second)
			r.after(Interval)
			r.quiet(time.Minute)
		})
	})
}

// A change to a link or directory that is not watched may make the path lead to another file.
// The next check detects this and opens a new source.
func TestCheck_OtherFile(t *testing.T) {
	for name, alter := range map[string]func(r *rig){
		"ancestor replaced": func(r *rig) {
			must(r.t, os.Rename(filepath.Join(r.dir, "a"), filepath.Join(r.dir, "old")))
			must(r.t, os.Rename(filepath.Join(r.dir, "new"), filepath.Join(r.dir, "a")))
		},
		"link to the directory switched": func(r *rig) { link(r.t, "new", filepath.Join(r.dir, "now")) },
		"second link switched":           func(r *rig) { link(r.t, filepath.Join("..", "new", "b", "f"), filepath.Join(r.dir, "a", "b", "link")) },
		"second link broken":             func(r *rig) { must(r.t, os.Remove(filepath.Join(r.dir, "a", "b", "link"))) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, []string{"link"}, func(r *rig) {
				for _, dir := range []string{"a", "new"} {
					put(t, filepath.Join(r.dir, dir, "b", "f"), dir)
					link(t, "f", filepath.Join(r.dir, dir, "b", "link"))
				}
				link(t, "a", filepath.Join(r.dir, "now"))
				link(t, filepath.Join("now", "b", "link"), r.path)
				r.start(func(Change) {
					alter(r)
					r.live(r.after(time.Second))
					r.quiet(time.Minute)
					if r.opened != 2 {
						t.Errorf("%d sources opened, want 2", r.opened)
					}
				})
			})
		})
	}
}
