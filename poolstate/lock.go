package poolstate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"pooltop/poolstate/internal/atomicfile"
)

// How an agent waits for its lock, and so how we do.
const (
	lockPoll = 50 * time.Millisecond
	// LockPatience is how long a write waits for the lock.
	LockPatience = 15 * time.Second
)

// ErrLocked is the error of a lock that somebody else held for too long.
var ErrLocked = errors.New("another process holds the lock")

// ErrLockNotFile is the error of a lock that is a directory, a pipe or a device.
var ErrLockNotFile = errors.New("the lock is not a regular file; move it away")

// LockPath returns the path of the lock that guards a store: beside the path as
// given, its suffix replaced by .lock.
func LockPath(store string) string {
	dir, base := filepath.Split(store)
	if i := strings.LastIndexByte(base, '.'); i > 0 && i < len(base)-1 {
		base = base[:i]
	}
	return dir + base + ".lock"
}

// lock takes the store's lock, polling as an agent does, and returns the
// function that gives it back. The lock file is created if it is missing and
// never deleted: deleting it would let two processes hold two locks. A link is
// followed, as an agent does: both have to lock the same file.
func (s *Store) lock(ctx context.Context) (unlock func() error, err error) {
	path := LockPath(s.path)
	// Opening a pipe would wait for its other end, for ever.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("lock %s: %w", path, ErrLockNotFile)
	}
	l := flock.New(path, flock.SetPermissions(atomicfile.Mode))
	ok, err := take(ctx, l)
	if ok {
		return func() error { return aboutLock(path, l.Unlock()) }, nil
	}
	_ = l.Close()
	if errors.Is(err, ErrLocked) {
		return nil, fmt.Errorf("%w %s for more than %v", ErrLocked, path, LockPatience)
	}
	return nil, fmt.Errorf("lock %s: %w", path, aboutLock(path, err))
}

// take takes a lock at once, or waits for it and says so.
func take(ctx context.Context, l *flock.Flock) (ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if ok, err := l.TryLock(); ok || err != nil {
		return ok, err
	}
	if waits, traced := ctx.Value(lockTrace{}).(func(bool)); traced {
		waits(true)
		defer waits(false)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, LockPatience, ErrLocked)
	defer cancel()
	if ok, err = l.TryLockContext(ctx, lockPoll); errors.Is(context.Cause(ctx), ErrLocked) {
		err = ErrLocked
	}
	return ok, err
}

// lockTrace is the key of what TraceLock puts into a context.
type lockTrace struct{}

// TraceLock returns a context with which a write tells whether it waits for the
// lock: waits is called with true when somebody else is found to hold it, and
// with false when the wait is over, with the lock or without. A write that gets
// the lock at once calls nothing.
func TraceLock(ctx context.Context, waits func(bool)) context.Context {
	return context.WithValue(ctx, lockTrace{}, waits)
}

// aboutLock adds to a bare answer of the system which file it is about.
func aboutLock(path string, err error) error {
	var bare syscall.Errno
	var told *fs.PathError
	if errors.As(err, &bare) && !errors.As(err, &told) {
		return &fs.PathError{Op: "flock", Path: path, Err: err}
	}
	return err
}
