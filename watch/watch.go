package watch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"
)

// Mode is the way changes of the file are noticed at present.
type Mode int

const (
	// Events means that the operating system reports changes as they happen.
	Events Mode = iota
	// Polling means that the file is looked at in regular intervals, because
	// events are not available or cannot be relied upon.
	Polling
)

// String returns "events" or "polling".
func (m Mode) String() string {
	switch m {
	case Events:
		return "events"
	case Polling:
		return "polling"
	default:
		return fmt.Sprintf("mode %d", int(m))
	}
}

// Change says that the file may have changed and has to be read now. It does
// not say what has changed: by the time it is received the file may differ
// again, so only reading it tells the truth. A Change without any difference
// in the file is possible, a difference without a Change that follows it is
// not.
//
// Change is comparable; all fields but the fact of its arrival describe how
// changes are noticed from now on.
type Change struct {
	// Mode is how changes are noticed at present.
	Mode Mode
	// Interval is the time between two looks at the file in [Polling] mode,
	// which bounds how late a change is noticed. It is 0 in [Events] mode.
	Interval time.Duration
	// Reason says in one lower-case clause, made for people, why the file is
	// polled. It is empty in [Events] mode.
	Reason string
}

// Watcher watches one path. It is made by [New] and does nothing until
// [Watcher.Run] is called.
type Watcher struct {
	path    string
	cfg     config
	changes chan Change
	running atomic.Bool
}

// New returns a Watcher for the file at path. A relative path is bound to the
// working directory of this moment. Nothing needs to exist yet, neither the
// file nor the directories above it.
func New(path string, opts ...Option) *Watcher {
	cfg := defaults()
	for _, opt := range opts {
		opt(&cfg)
	}
	return &Watcher{
		path:    absolute(path),
		cfg:     cfg,
		changes: make(chan Change, 1),
	}
}

// Changes returns the channel on which changes are reported, always the same
// one. It holds at most one Change: a newer one takes the place of one that
// was not received yet, so a slow reader is never behind by more than one
// reading of the file. The channel is closed when [Watcher.Run] returns.
func (w *Watcher) Changes() <-chan Change {
	return w.changes
}

// Run watches until ctx is done, then closes the channel of [Watcher.Changes].
// It sends one Change as soon as the watch stands, because the file may have
// been read before and altered in between.
//
// Run is called once; further calls return at once. No goroutine outlives it.
// It cannot be interrupted while the operating system blocks a look at the
// file, as may happen on an unreachable network file system.
func (w *Watcher) Run(ctx context.Context) {
	if !w.running.CompareAndSwap(false, true) {
		return
	}
	defer close(w.changes)
	if ctx.Err() != nil {
		return
	}
	newRunner(w.path, w.cfg, w.changes).run(ctx)
}

// absolute makes path independent of the working directory. On Unix the path
// must not be cleaned: "link/../file" lies beside the target of the link.
func absolute(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	if runtime.GOOS == "windows" {
		if abs, err := filepath.Abs(path); err == nil {
			return abs
		}
		return path
	}
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	return dir + string(filepath.Separator) + path
}
