package watch

import (
	"errors"
	"io/fs"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Reasons for polling that are not an error's.
const (
	reasonSilent = "no events arrive from this file system"
	reasonLost   = "file events have stopped"
	reasonRemote = "network file system without events"
	reasonFuse   = "user-space file system that may send no events"
)

// health is all that decides between events and polling.
type health struct {
	broken string // why there is no watch, empty if there is one
	remote string // why events of this file system are not to be trusted
	silent bool   // a modification was found that no event announced
}

// change returns how changes are noticed in this state of health.
func (h health) change(interval time.Duration) Change {
	reason := h.broken
	if reason == "" {
		reason = h.remote
	}
	if reason == "" && h.silent {
		reason = reasonSilent
	}
	if reason == "" {
		return Change{Mode: Events}
	}
	return Change{Mode: Polling, Interval: interval, Reason: reason}
}

// explain turns the error of a source into a reason for polling.
func explain(err error) string {
	linux := runtime.GOOS == "linux"
	var number syscall.Errno
	switch {
	case errors.Is(err, syscall.ENOSPC) && linux:
		return "inotify watch limit reached"
	case errors.Is(err, syscall.EMFILE) && linux:
		// The kernel has one answer for both limits.
		return "inotify or open file limit reached"
	case errors.Is(err, syscall.EMFILE):
		return "open file limit reached"
	case errors.Is(err, syscall.ENFILE):
		return "open file limit of the system reached"
	case errors.Is(err, fs.ErrPermission):
		return "the directory may not be read"
	case errors.As(err, &number):
		return "no file events: " + strings.ToLower(strings.TrimRight(number.Error(), "."))
	default:
		return "no file events"
	}
}

// vanished reports whether err says that a directory was gone by the time it
// was to be watched, which calls for another look, not for polling.
func vanished(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
