package watch

import (
	"errors"
	"os"
	"runtime"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// signal is a set of things that the watcher has to act upon.
type signal uint32

const (
	// touched: an event for the file itself.
	touched signal = 1 << iota
	// moved: a directory or link on the way to the file came, went or was
	// replaced. Watches may be gone although their paths look unchanged.
	moved
	// review: the way to the file may lead elsewhere, the watches still stand.
	review
	// overflow: an unknown number of events was lost.
	overflow
	// trouble: the source reported an error of unknown consequence.
	trouble
	// lost: the source has ended.
	lost
)

func (s signal) has(t signal) bool { return s&t != 0 }

// foldNames: file systems of these systems usually ignore case, and report
// names as they are stored, not as they were asked for.
const foldNames = runtime.GOOS == "windows" || runtime.GOOS == "darwin"

// entryOps are the operations that change what a name stands for.
const entryOps = fsnotify.Create | fsnotify.Remove | fsnotify.Rename

// filter decides which events matter. It is immutable, so that it can be
// replaced while events are coming in.
type filter struct {
	sites []site
	dirs  []string
}

// newFilter returns the filter for the places that p watches.
func newFilter(p plan) *filter {
	f := &filter{}
	for _, s := range p.sites {
		s.dir = trimSeparator(s.dir)
		f.sites = append(f.sites, s)
	}
	for _, d := range p.dirs {
		f.dirs = append(f.dirs, trimSeparator(d.path))
	}
	return f
}

// classify returns what ev means, 0 for an event that does not matter. It is
// called for every event of every watched directory and does not allocate.
func (f *filter) classify(ev fsnotify.Event) signal {
	if f == nil || ev.Name == "" {
		return 0
	}
	var s signal
	dir, base := splitName(ev.Name)
	for i := range f.sites {
		site := &f.sites[i]
		if sameName(site.name, base) && site.dir == dir {
			s |= siteSignal(site.file, ev.Op)
		}
	}
	self := trimSeparator(ev.Name)
	for _, d := range f.dirs {
		if d == self {
			s |= dirSignal(ev.Op)
		}
	}
	return s
}

// siteSignal is the meaning of op for a name on the way to the file, or for
// the file itself.
func siteSignal(file bool, op fsnotify.Op) signal {
	switch {
	case !file:
		return dirSignal(op)
	case op.Has(entryOps):
		return touched | review
	default:
		return touched
	}
}

// dirSignal is the meaning of op for a directory. Writes are left out: some
// systems report one whenever anything inside of the directory changes.
func dirSignal(op fsnotify.Op) signal {
	switch {
	case op.Has(entryOps):
		return moved
	case op.Has(fsnotify.Chmod):
		return review
	default:
		return 0
	}
}

func classifyError(err error) signal {
	if errors.Is(err, fsnotify.ErrEventOverflow) {
		return overflow
	}
	return trouble
}

// splitName cuts the name of an event into directory and base name. Sources
// put a second separator behind the root directory, or none.
func splitName(name string) (dir, base string) {
	i := len(name)
	for i > 0 && !os.IsPathSeparator(name[i-1]) {
		i--
	}
	return trimSeparator(name[:i]), name[i:]
}

// trimSeparator removes trailing separators, which leaves nothing of "/".
func trimSeparator(path string) string {
	for path != "" && os.IsPathSeparator(path[len(path)-1]) {
		path = path[:len(path)-1]
	}
	return path
}

func sameName(a, b string) bool {
	if foldNames {
		return strings.EqualFold(a, b)
	}
	return a == b
}
