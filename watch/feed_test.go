package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// After a lost event or an event for the directory itself, the source is replaced: the
// watch on the directory may have ended even if the directory seems unchanged.
func TestArrange_Renewed(t *testing.T) {
	lost := func(err error) func(*rig) { return func(r *rig) { r.errors <- fmt.Errorf("reading: %w", err) } }
	directory := func(op fsnotify.Op) func(*rig) { return func(r *rig) { r.event(r.dir, op) } }
	for name, happen := range map[string]func(*rig){
		"overflow": lost(fsnotify.ErrEventOverflow),
		"error":    lost(errors.New("bad descriptor")),
		"create":   directory(fsnotify.Create),
		"remove":   directory(fsnotify.Remove),
		"rename":   directory(fsnotify.Rename),
		"chmod":    directory(fsnotify.Chmod),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, oneFile, func(r *rig) {
				r.start(func(Change) {
					happen(r)
					r.live(r.atOnce())
					if r.opened != 2 || r.closed != 1 {
						t.Errorf("%d sources opened, %d closed", r.opened, r.closed)
					}
					r.quiet(time.Minute)
					r.event(r.path, fsnotify.Create)
					r.live(r.atOnce())
				})
			})
		})
	}
}

func TestArrange_Limits(t *testing.T) {
	for name, fail := range map[string]func(r *rig, err error){
		"open": func(r *rig, err error) { r.fail(err, nil) },
		"add":  func(r *rig, err error) { r.fail(nil, err) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, oneFile, func(r *rig) {
				fail(r, fmt.Errorf("opening: %w", syscall.EMFILE))
				r.start(func(first Change) {
					r.polling(first, explain(syscall.EMFILE))
					put(t, r.path, "second")
					r.polling(r.after(time.Second), explain(syscall.EMFILE))
					r.quiet(time.Minute + time.Second)

					fail(r, syscall.ENOSPC) // the reason changes with the error
					r.polling(r.after(time.Second), explain(syscall.ENOSPC))
					fail(r, nil)
					r.live(r.after(Interval))
					r.quiet(time.Minute + time.Second)
					r.event(r.path, fsnotify.Write)
					r.live(r.atOnce())

					r.quiet(time.Minute)
					fail(r, syscall.ENOSPC)
					r.event(r.dir, fsnotify.Remove)
					r.polling(r.atOnce(), explain(syscall.ENOSPC))
				})
			})
		})
	}
}

// A directory that is replaced whenever it is added does not cause a busy loop.
func TestArrange_Unstable(t *testing.T) {
	bubble(t, oneFile, func(r *rig) {
		add := 0
		open := r.w.open
		r.w.open = func() (source, error) {
			src, err := open()
			add++
			must(t, os.Rename(r.dir, fmt.Sprint(r.dir, add)))
			must(t, os.Mkdir(r.dir, 0o700))
			return src, err
		}
		r.start(func(Change) {
			if add > 10 {
				t.Errorf("%d sources opened in one check", add)
			}
			r.w.open = open
		})
	})
}

func TestMark_Names(t *testing.T) {
	root := filepath.VolumeName(t.TempDir()) + string(filepath.Separator)
	f := &file{}
	fd := &feed{wake: make(chan struct{}, 1), layout: &layout{
		files: map[string][]*file{fold(root + "f"): {f}}, dirs: map[string]os.FileInfo{root + "home": nil},
	}}
	fd.mark(fsnotify.Event{Name: root + string(filepath.Separator) + "f", Op: fsnotify.Write}) // two separators, as in events for files in the root directory
	if !f.touched.Load() || fd.stale.Load() {
		t.Error("the file is not marked")
	}
	fd.mark(fsnotify.Event{Name: root + "home", Op: fsnotify.Rename})
	if !fd.stale.Load() {
		t.Error("the feed is not stale")
	}
}

func TestExplain(t *testing.T) {
	seen := map[string]bool{}
	for _, err := range []error{syscall.ENOSPC, syscall.EMFILE, syscall.EACCES, syscall.EIO, fs.ErrInvalid} {
		got := explain(fmt.Errorf("adding: %w", err))
		if got == "" || got != strings.ToLower(got) || len(got) > 40 || seen[got] {
			t.Errorf("%v: %q is not a short lower-case clause", err, got)
		}
		seen[got] = true
	}
}
