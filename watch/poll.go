package watch

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"time"
)

// compareMode: permissions are not part of a file's state on Windows, where no
// event announces them.
const compareMode = runtime.GOOS != "windows"

// granularity is the coarsest step in which file systems record times.
const granularity = 2 * time.Second

// state is what a look at the file found. That it cannot be looked at is a
// state like any other.
type state struct {
	fault fault
	info  os.FileInfo // nil if there is a fault
	// fresh: the file was modified so shortly before the look that another
	// modification after it may leave the same state behind.
	fresh bool
}

// fault is why a file cannot be looked at. Kinds are compared rather than
// errors, whose texts may differ from one look to the next.
type fault int

const (
	fine fault = iota
	missing
	forbidden
	unreadable
)

// observe looks at the file, following links.
func observe(path string) state {
	info, err := os.Stat(path)
	switch {
	case err == nil:
		age := time.Since(info.ModTime()).Abs()
		return state{info: pinned(info), fresh: age < granularity}
	case errors.Is(err, fs.ErrNotExist):
		return state{fault: missing}
	case errors.Is(err, fs.ErrPermission):
		return state{fault: forbidden}
	default:
		return state{fault: unreadable}
	}
}

// same reports whether nothing in the file tells s and t apart.
func (s state) same(t state) bool {
	if s.fault != t.fault || s.info == nil || t.info == nil {
		return s.fault == t.fault && s.info == nil && t.info == nil
	}
	a, b := s.info, t.info
	return a.Size() == b.Size() &&
		a.ModTime().Equal(b.ModTime()) &&
		(!compareMode || a.Mode() == b.Mode()) &&
		os.SameFile(a, b)
}

// sameFile is os.SameFile for identities that may be unknown.
func sameFile(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b)
}

// pinned makes info know its identity now. Some systems find it out on the
// first comparison, by a path that may mean another file by then.
func pinned(info os.FileInfo) os.FileInfo {
	os.SameFile(info, info)
	return info
}
