// Package watch reports when files may have changed.
//
// It uses the file events that the operating system reports for the directory of
// each path and, if the path is a symbolic link, for the directory of its target.
// It therefore notices a file that is written in place, replaced, removed or
// created. Neither the file nor its directory has to exist.
//
// Every [Interval] it also compares the results of os.Stat. That finds what events
// do not report, such as another machine's change on a network file system or a
// replaced directory further up, and takes the place of events if the system
// cannot provide them.
//
//	for c := range watch.Start(ctx, "config.json", "/var/lib/app/state.json") {
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

// Interval is the time between two comparisons, and the longest time that a
// change can go unnoticed.
const Interval = 2 * time.Second

// burst is how long events are collected after one was handled.
const burst = 25 * time.Millisecond

// Change means that the file at Path may have changed, or that Polled has.
// Read the file to learn its state: one Change may follow any number of events.
type Change struct {
	Path   string // as given to Start
	Polled string // why changes are only found within Interval, as a short lower-case clause; "" if at once
}

// watcher is one call of Start. Its goroutine owns all fields but wake.
type watcher struct {
	interval time.Duration
	burst    time.Duration
	open     func() (source, error)
	changes  chan Change
	wake     chan struct{} // capacity 1: an event for a file has arrived
	files    []*file
	pending  []*file // files with a Change to send
	feed     *feed   // nil if there are no events
	broken   error   // why feed is nil
}

// file is a watched path. The goroutine of the watcher owns all fields but touched.
type file struct {
	path    string
	abs     string
	touched atomic.Bool // set by the feed when an event is for this file
	dirs    []string    // directories whose events it needs
	seen    state
	reason  string // why it is polled, "" if it is not
	silent  bool   // its last change came without an event
}

// Start watches paths until ctx is done, then releases everything and closes
// the channel. It sends a first Change for each path as soon as the path is
// watched, since the file may have changed after an earlier read. A slow
// receiver gets one Change per path. Relative paths are resolved at the call.
//
// A system call that blocks, as on an unreachable network file system, delays
// all paths and the end.
func Start(ctx context.Context, paths ...string) <-chan Change {
	w := newWatcher(paths...)
	go w.run(ctx)
	return w.changes
}

func newWatcher(paths ...string) *watcher {
	w := &watcher{
		interval: Interval, burst: burst, open: openSource,
		changes: make(chan Change), wake: make(chan struct{}, 1),
	}
	for _, path := range paths {
		f := &file{path: path, abs: path}
		if abs, err := filepath.Abs(path); err == nil && !filepath.IsAbs(path) {
			f.abs = abs // an absolute path is not cleaned: "link/.." depends on the link
		}
		f.touched.Store(true)
		w.files = append(w.files, f)
	}
	return w
}

func (w *watcher) run(ctx context.Context) {
	defer close(w.changes)
	defer w.closeFeed()
	tick := time.NewTicker(w.interval)
	defer tick.Stop()
	wake := w.wake             // nil while a burst is collected
	var pause <-chan time.Time // the end of the burst
	post(w.wake)
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

// check arranges the watches and then compares the state of all files. In this
// order, any later change causes an event and with it another check.
func (w *watcher) check(ticked bool) {
	renewed := w.arrange()
	for _, f := range w.files {
		touched := f.touched.Swap(false)
		now := observe(f.abs)
		differs := !now.same(f.seen)
		// Two changes close together may leave the same state: file systems
		// record times in steps of up to two seconds.
		unsure := ticked && f.reason != "" && now.age < 2*Interval
		f.silent = !touched && (f.silent || (ticked && !renewed && differs && f.reason == ""))
		reason := w.reason(f)
		if (touched || renewed || differs || unsure || reason != f.reason) && !slices.Contains(w.pending, f) {
			w.pending = append(w.pending, f)
		}
		f.seen, f.reason = now, reason
	}
}

// reason returns why f is polled, or "" if it is not.
func (w *watcher) reason(f *file) string {
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
	age  time.Duration // since the last modification
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

// identified makes info load its identity. Windows otherwise loads it at the
// first comparison, when the path may lead to another file.
func identified(info os.FileInfo) os.FileInfo {
	os.SameFile(info, info)
	return info
}
