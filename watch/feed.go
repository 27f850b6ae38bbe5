package watch

import (
	"cmp"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// source delivers file events for directories.
type source struct {
	events <-chan fsnotify.Event
	errors <-chan error
	add    func(dir string) error
	close  func() error
}

func openSource() (source, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return source{}, err
	}
	return source{w.Events, w.Errors, w.Add, w.Close}, nil
}

// feed receives events from a source and marks the files that have changed.
type feed struct {
	source
	layout  *layout
	missing map[string]error // directories that could not be added, and why
	stale   atomic.Bool      // some watches may have ended
	wake    chan struct{}
	ended   chan struct{}
}

// arrange updates the feed to match the files, and reports whether events may have
// been missed. If the layout has changed, it opens a new source, because Windows
// cannot remove the watch of a moved directory.
func (w *Watcher) arrange() (renewed bool) {
	for range 8 { // if the directories keep changing, try again at the next check
		layout := newLayout(w.files)
		if w.feed != nil && !w.feed.stale.Load() && w.feed.layout.equal(layout) {
			// The layout has not changed since the watches were added.
			return w.feed.addMissing() || renewed
		}
		w.closeFeed()
		var src source
		if src, w.broken = w.open(); w.broken != nil {
			return renewed
		}
		w.feed = newFeed(src, layout, w.wake)
		renewed = true
	}
	return renewed
}

func newFeed(src source, l *layout, wake chan struct{}) *feed {
	f := &feed{source: src, layout: l, missing: map[string]error{}, wake: wake, ended: make(chan struct{})}
	go f.receive()
	for dir := range l.dirs {
		f.missing[dir] = nil
	}
	f.addMissing()
	return f
}

// addMissing tries to add the missing directories and reports whether it added any.
func (f *feed) addMissing() (added bool) {
	for dir := range f.missing {
		if err := f.add(dir); err != nil {
			f.missing[dir] = err
		} else {
			delete(f.missing, dir)
			added = true
		}
	}
	return added
}

// receive handles events until the source is closed. It needs a separate goroutine because
// add may block until an event is received.
func (f *feed) receive() {
	defer close(f.ended)
	for {
		select {
		case ev, ok := <-f.events:
			if !ok {
				return
			}
			f.mark(ev)
		case _, ok := <-f.errors:
			if !ok {
				return
			}
			f.stale.Store(true) // lost events may include the removal of a watched directory
			post(f.wake)
		}
	}
}

func (f *feed) mark(ev fsnotify.Event) {
	name := fold(ev.Name)
	touched := f.layout.files[name]
	if ev.Has(fsnotify.Create) || ev.Has(fsnotify.Remove) || ev.Has(fsnotify.Rename) {
		touched = slices.Concat(touched, f.layout.files[filepath.Join(filepath.Dir(name), anyName)])
	}
	for _, file := range touched {
		file.touched.Store(true)
		post(f.wake)
	}
	// Some systems report each change inside a directory as a write to the directory.
	if _, watched := f.layout.dirs[filepath.Clean(ev.Name)]; watched && ev.Op != fsnotify.Write {
		f.stale.Store(true)
		post(f.wake)
	}
}

func (w *Watcher) closeFeed() {
	if w.feed != nil && w.feed.close() == nil {
		<-w.feed.ended
	}
	w.feed = nil
}

// post wakes the receiver of wake. Several calls may wake it only once.
func post(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// explain returns the reason for polling after a source has returned err.
func explain(err error) string {
	number, isNumber := errors.AsType[syscall.Errno](err)
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "inotify watch limit reached"
	case errors.Is(err, syscall.EMFILE):
		return "inotify or open file limit reached" // Linux returns the same error for both
	case isNumber:
		return "no file events: " + number.Error()
	default:
		return "no file events"
	}
}

// layout lists the directories to watch and the files to look for in their events.
type layout struct {
	dirs  map[string]os.FileInfo // directories to watch, by name
	files map[string][]*file     // watched files, by the names in their events
}

// anyName represents all names in a directory.
const anyName = "*"

func newLayout(files []*file) *layout {
	l := &layout{map[string]os.FileInfo{}, map[string][]*file{}}
	for _, f := range files {
		f.dirs = nil
		paths := []string{f.abs, target(f.abs)}
		if f.isDir {
			paths = []string{filepath.Join(paths[0], anyName), filepath.Join(paths[1], anyName)}
		}
		for _, path := range paths {
			dir, info := filepath.Dir(path), os.FileInfo(nil)
			for ; ; path, dir = dir, filepath.Dir(dir) { // go up to a directory that exists
				var err error
				if info, err = os.Stat(dir); (err == nil && info.IsDir()) || dir == path {
					break
				}
			}
			f.dirs = append(f.dirs, dir)
			l.dirs[dir] = identified(info)
			if name := fold(path); !slices.Contains(l.files[name], f) {
				l.files[name] = append(l.files[name], f)
			}
		}
	}
	return l
}

// target resolves symbolic links, even if the last one is broken.
func target(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	link, err := os.Readlink(path)
	if err == nil && !filepath.IsAbs(link) {
		link = filepath.Join(filepath.Dir(path), link)
	}
	return cmp.Or(link, path)
}

func (l *layout) equal(m *layout) bool {
	sameDir := func(a, b os.FileInfo) bool { return a == nil && b == nil || os.SameFile(a, b) }
	return maps.EqualFunc(l.dirs, m.dirs, sameDir) && maps.EqualFunc(l.files, m.files, slices.Equal)
}

// fold normalizes path for comparison. File systems on macOS and Windows usually
// ignore case.
func fold(path string) string {
	path = filepath.Clean(path)
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return strings.ToLower(path)
	}
	return path
}
