package watch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

func TestOverflow(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		old := r.source()
		want := r.dirs()
		r.event(fsnotify.Write) // opens a window
		r.inEvents(r.after(defaultWindow))
		old.errors <- fmt.Errorf("reading: %w", fsnotify.ErrEventOverflow)
		r.inEvents(r.atOnce())
		if !old.closed || r.source() == old {
			t.Fatal("the source was not replaced")
		}
		if got := r.dirs(); !slices.Equal(got, want) {
			t.Fatalf("watches %q, want %q", got, want)
		}
		r.quiet(time.Second)
		r.event(fsnotify.Create)
		r.inEvents(r.atOnce())
	})
}

func TestOverflowAtTheLimit(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		r.fail(syscall.EMFILE, nil)
		r.source().errors <- fsnotify.ErrEventOverflow
		r.polling(r.atOnce(), explain(syscall.EMFILE))
	})
}

func TestUnknownErrorRenewsTheWatches(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		r.quiet(time.Second)
		before := r.added()
		for range 5 {
			r.source().errors <- errors.New("bad descriptor")
		}
		r.inEvents(r.after(defaultWindow))
		if n := len(r.dirs()); r.added() != before+n {
			t.Errorf("%d watches added, want %d", r.added()-before, n)
		}
		r.quiet(time.Minute)
	})
}

func TestLimitReachedAtFirst(t *testing.T) {
	limit := func(r *rig, err error, where string) {
		if where == "open" {
			r.fail(err, nil)
		} else {
			r.fail(nil, err)
		}
	}
	for _, where := range []string{"open", "add"} {
		t.Run(where, func(t *testing.T) {
			bubble(t, func(r *rig) {
				limit(r, fmt.Errorf("no: %w", syscall.EMFILE), where)
				r.polling(r.start(), explain(syscall.EMFILE))
				r.quiet(3 * time.Second)
				r.write("second, longer")
				r.polling(r.after(time.Second), explain(syscall.EMFILE))

				// Another obstacle is another reason.
				limit(r, syscall.ENOSPC, where)
				r.polling(r.after(26*time.Second), explain(syscall.ENOSPC))

				limit(r, nil, where)
				r.inEvents(r.after(defaultRetry))
				r.quiet(time.Minute)
				r.event(fsnotify.Write)
				r.inEvents(r.atOnce())
			})
		})
	}
}

func TestLimitReachedLater(t *testing.T) {
	bubble(t, func(r *rig) {
		r.inEvents(r.start())
		r.fail(nil, syscall.ENOSPC)
		r.eventFor(r.dir, fsnotify.Remove)
		r.polling(r.atOnce(), explain(syscall.ENOSPC))
		if !r.source().closed {
			t.Error("the remaining watches were kept")
		}
		r.fail(nil, nil)
		r.inEvents(r.after(defaultRetry))
	})
}

func TestAncestorsCanBeDoneWithout(t *testing.T) {
	if !watchAncestors {
		t.Skip("ancestors are not watched on this system")
	}
	bubble(t, func(r *rig) {
		r.addErr = func(dir string) error {
			if dir != r.dir {
				return os.ErrPermission
			}
			return nil
		}
		r.inEvents(r.start())
		if got := r.dirs(); !slices.Equal(got, []string{r.dir}) {
			t.Fatalf("watches %q", got)
		}
		r.fail(nil, nil)
		r.quiet(defaultSafety)
		synctest.Wait()
		if got := r.dirs(); !slices.Contains(got, filepath.Dir(r.dir)) {
			t.Errorf("not tried again: %q", got)
		}
	})
}

func TestUnrestDoesNotKeepTheProcessorBusy(t *testing.T) {
	bubble(t, func(r *rig) {
		r.fail(nil, os.ErrNotExist)
		r.inEvents(r.start())
		end := time.After(time.Hour)
		for waiting := true; waiting; {
			select {
			case <-r.w.Changes():
			case <-end:
				waiting = false
			}
		}
		// Every attempt is limited; there is one per retry or safety interval.
		attempts := int(time.Hour/defaultSafety) + int(time.Hour/defaultRetry) + 20
		dirs := len(layout(r.path, lookup, watchAncestors).dirs)
		if limit := attempts * maxTries * dirs; r.added() > limit {
			t.Errorf("%d watches tried in an hour, want %d at most", r.added(), limit)
		}
		r.fail(nil, nil)
		r.within(2 * defaultRetry)
		r.quiet(time.Second)
		if got := r.dirs(); !slices.Contains(got, r.dir) {
			t.Errorf("not watched in the end: %q", got)
		}
	})
}

func TestWatchRemoved(t *testing.T) {
	for _, op := range []fsnotify.Op{fsnotify.Remove, fsnotify.Rename} {
		t.Run(op.String(), func(t *testing.T) {
			bubble(t, func(r *rig) {
				r.start()
				r.quiet(time.Second)
				src := r.source()
				if err := src.Remove(r.dir); err != nil {
					t.Fatal(err)
				}
				r.eventFor(r.dir, op)
				r.inEvents(r.atOnce())
				if !slices.Contains(r.dirs(), r.dir) {
					t.Errorf("not watched again: %q", r.dirs())
				}
			})
		})
	}
}

func TestSourceEnds(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		r.close()
		r.polling(r.atOnce(), reasonLost)
		r.write("another content")
		r.polling(r.after(defaultPoll), reasonLost)
		r.inEvents(r.after(defaultRetry - defaultPoll))
		r.event(fsnotify.Write)
		r.inEvents(r.after(defaultWindow))
	})
}

func TestNetworkFileSystem(t *testing.T) {
	bubble(t, func(r *rig) {
		r.netfs = reasonRemote
		r.polling(r.start(), reasonRemote)
		r.quiet(time.Second)
		r.write("from elsewhere")
		r.polling(r.after(time.Second), reasonRemote)

		// What this machine does is still reported, and proves nothing.
		r.quiet(time.Second)
		r.event(fsnotify.Write)
		r.polling(r.atOnce(), reasonRemote)

		r.set(func() { r.netfs = "" })
		r.inEvents(r.after(27 * time.Second))
	})
}

func TestOnlyNeededDirectoriesMakeItANetworkFileSystem(t *testing.T) {
	for name, remote := range map[string]func(r *rig, dir string) bool{
		"above":  func(r *rig, dir string) bool { return dir != r.dir },
		"itself": func(r *rig, dir string) bool { return dir == r.dir },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var r *rig
				r = newRig(t, withNetFS(func(dir string) string {
					if remote(r, dir) {
						return reasonRemote
					}
					return ""
				}))
				c := r.start()
				if want := name == "itself"; (c.Mode == Polling) != want {
					t.Errorf("got %+v", c)
				}
				r.stop()
			})
		})
	}
}

func TestWatchesMoveAlong(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		r.quiet(time.Second)
		full := r.dirs()
		must(t, os.RemoveAll(r.dir))
		r.eventFor(r.dir, fsnotify.Remove)
		r.atOnce()
		if got := r.dirs(); slices.Contains(got, r.dir) || !slices.Contains(got, filepath.Dir(r.dir)) {
			t.Errorf("without the directory: watches %q", got)
		}
		must(t, os.Mkdir(r.dir, 0o700))
		r.eventFor(r.dir, fsnotify.Create)
		r.after(defaultWindow)
		got := r.dirs()
		slices.Sort(got)
		slices.Sort(full)
		if !slices.Equal(got, full) {
			t.Errorf("with the directory: watches %q, want %q", got, full)
		}
	})
}

func TestIgnoredEventsWakeNobody(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		for range 1000 {
			r.eventFor(filepath.Join(r.dir, "other.json"), fsnotify.Create)
			r.eventFor(r.path+".tmp", fsnotify.Write)
			r.eventFor(filepath.Join(filepath.Dir(r.dir), "elsewhere"), fsnotify.Rename)
			r.eventFor(r.dir, fsnotify.Write)
		}
		r.quiet(time.Second)
	})
}

func TestRunOnce(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		r.w.Run(t.Context()) // returns
		r.event(fsnotify.Write)
		r.after(defaultWindow)
		r.stop()
		r.w.Run(t.Context())
	})
}

func TestOptions(t *testing.T) {
	c := defaults()
	for _, opt := range []Option{
		WithWindow(1), WithPollInterval(2), WithRetryInterval(3), WithSafetyInterval(4),
		WithWindow(0), WithPollInterval(-1), WithRetryInterval(0), WithSafetyInterval(-4),
	} {
		opt(&c)
	}
	if c.window != 1 || c.poll != 2 || c.retry != 3 || c.safety != 4 {
		t.Errorf("got %v %v %v %v", c.window, c.poll, c.retry, c.safety)
	}
}
