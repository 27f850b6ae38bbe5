// Package watch reports when files may have changed.
//
// The package uses file events from the operating system for the directory of each path and, if
// the path is a symbolic link, for the directory of its target. It therefore notices when a
// file is created, written in place, replaced or removed. Neither the file nor its directory
// has to exist. All paths share one event source and one timer.
//
// A path that ends in a separator is a directory. It changes when one of its entries is
// created, renamed or removed.
//
// The package also calls os.Stat every [Interval] and compares the result with the last one.
// This detects changes that cause no event, such as a change by another machine on a network
// file system or the replacement of a parent directory. If the system cannot provide events,
// all changes are detected in this way.
//
//	w := watch.Start(ctx, "config.json", "/var/lib/app/state.json")
//	for c := range w.Changes() {
//		reload(c.Path)
//	}
package watch

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"
)

// Interval is the time between two comparisons, and the longest time that a change can
// go unnoticed.
const Interval = 2 * time.Second

// burst is how long events are collected after the first one has been handled.
const burst = 25 * time.Millisecond

// Change reports that the file at Path may have changed, or that Polled has changed.
// One Change may represent any number of events, so read the file to find out its
// current state.
type Change struct {
	Path   string // as given to Start or Set
	Polled string // why the file is polled, as a short lower-case clause; "" if changes are reported at once
}

// Watcher watches paths. All fields except wake and next are used only by its goroutine.
type Watcher struct {
	interval time.Duration
	burst    time.Duration
	open     func() (source, error)
	changes  chan Change
	wake     chan struct{}           // has capacity 1; signals that an event for a file has arrived, or that next is set
	next     atomic.Pointer[[]*file] // replaces files at the next check, or nil
	files    []*file
	pending  []*file // files that a Change must be sent for
	feed     *feed   // nil if events are not available
	broken   error   // why feed is nil
}

// file is a watched path. All fields except touched are used only by the watcher's
// goroutine.
type file struct {
	path    string
	abs     string
	isDir   bool        // the list of names in the directory is watched
	touched atomic.Bool // set by the feed when it receives an event for this file
	dirs    []string    // directories whose events concern the file
	seen    state
	reason  string // why the file is polled, or "" if it is not
	silent  bool   // the last change to the file caused no event
}

// Start watches paths until ctx is done, then releases all resources and closes the
// channel of changes. It sends a first Change for each path as soon as the path is
// watched, since the file may have changed after the caller last read it. For a slow
// receiver, several changes to a path are combined into one Change. Relative paths are
// resolved when Start is called.
//
// A system call that blocks, for example on an unreachable network file system, delays
// the changes to all paths and the closing of the channel.
func Start(ctx context.Context, paths ...string) *Watcher {
	w := newWatcher(paths...)
	go w.run(ctx)
	return w
}

// Changes returns the channel of changes.
func (w *Watcher) Changes() <-chan Change { return w.changes }

// Set replaces the watched paths. It sends a first Change for each new path, and possibly
// for the others. It does not wait; a Change for a path that is no longer watched may still
// arrive.
func (w *Watcher) Set(paths ...string) {
	files := make([]*file, len(paths))
	for i, path := range paths {
		f := &file{path: path, abs: path}
		if last := len(path) - 1; last > 0 && os.IsPathSeparator(path[last]) {
			f.isDir, f.abs = true, path[:last]
		}
		if abs, err := filepath.Abs(f.abs); err == nil && !filepath.IsAbs(path) {
			f.abs = abs // do not clean an absolute path: the meaning of "link/.." depends on the link
		}
		f.touched.Store(true)
		files[i] = f
	}
	w.next.Store(&files)
	post(w.wake)
}

func newWatcher(paths ...string) *Watcher {
	w := &Watcher{
		interval: Interval, burst: burst, open: openSource,
		changes: make(chan Change), wake: make(chan struct{}, 1),
	}
	w.Set(paths...)
	return w
}

func (w *Watcher) run(ctx context.Context) {
	defer close(w.changes)
	defer w.closeFeed()
	tick := time.NewTicker(w.interval)
	defer tick.Stop()
	wake := w.wake             // nil during a burst
	var pause <-chan time.Time // signals the end of the burst
	for ctx.Err() == nil {
		var out chan Change // nil if there is nothing to send
		var next Change
		if len(w.pending) > 0 {
			out, next = w.changes, Change{w.pending[0].path, w.pending[0].reason}
		}
		select {
		case <-ctx.Done():
		case out <- next:
			w.pending = w.pending[1:]
		case <-wake:
			w.check(false)
			wake, pause = nil, time.After(w.burst)
		case <-pause:
			wake, pause = w.wake, nil
		case <-tick.C:
			w.check(true)
		}
	}
}

// check updates the watches and then compares each file with its last known state. The
// watches are updated first so that a change after the comparison causes an event and
// therefore another check.
func (w *Watcher) check(ticked bool) {
	w.replaceFiles()
	renewed := w.arrange()
	for _, f := range w.files {
		touched := f.touched.Swap(false)
		now := observe(f.abs)
		differs := !now.same(f.seen)
		// A second change soon after the first may leave the state unchanged, because some
		// file systems record times with a resolution of only two seconds.
		unsure := ticked && f.reason != "" && now.age < 2*Interval
		f.silent = !touched && (f.silent || (ticked && !renewed && differs && f.reason == ""))
		reason := w.reason(f)
		if (touched || renewed || differs || unsure || reason != f.reason) && !slices.Contains(w.pending, f) {
			w.pending = append(w.pending, f)
		}
		f.seen, f.reason = now, reason
	}
}

// replaceFiles applies the last call of Set. Files that were watched before keep their
// state.
func (w *Watcher) replaceFiles() {
	next := w.next.Swap(nil)
	if next == nil {
		return
	}
	for i, f := range *next {
		if j := slices.IndexFunc(w.files, func(o *file) bool { return o.path == f.path && o.abs == f.abs }); j >= 0 {
			(*next)[i] = w.files[j]
		}
	}
	w.files = *next
	w.pending = slices.DeleteFunc(slices.Clone(w.pending), func(f *file) bool { return !slices.Contains(w.files, f) })
}

// reason returns why f is polled, or "" if it is not.
func (w *Watcher) reason(f *file) string {
	if w.feed == nil {
		return explain(w.broken)
	}
	for _, dir := range f.dirs {
		if err := w.feed.missing[dir]; err != nil {
			return explain(err)
		}
	}
	if f.silent {
		return "no events from this file system"
	}
	return ""
}

// state is the result of os.Stat.
type state struct {
	info os.FileInfo
	err  string
	age  time.Duration // time since the last modification
}

func observe(path string) state {
	info, err := os.Stat(path)
	if err != nil {
		return state{err: err.Error(), age: Interval * 2}
	}
	return state{info: identified(info), age: time.Since(info.ModTime()).Abs()}
}

func (s state) same(t state) bool {
	if s.info == nil || t.info == nil {
		return s.info == nil && t.info == nil && s.err == t.err
	}
	return s.info.Size() == t.info.Size() && s.info.Mode() == t.info.Mode() &&
		s.info.ModTime().Equal(t.info.ModTime()) && os.SameFile(s.info, t.info)
}

// identified makes info load the file's identity. On Windows it would otherwise be
// loaded at the first comparison, when the path may already lead to another file.
func identified(info os.FileInfo) os.FileInfo {
	os.SameFile(info, info)
	return info
}
