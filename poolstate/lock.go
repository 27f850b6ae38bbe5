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

// Agents wait for the lock in the same way.
const (
	lockPoll = 50 * time.Millisecond
	// LockPatience is how long a write waits for the lock.
	LockPatience = 15 * time.Second
)

// ErrLocked is the error of a lock that another process held for longer than
// LockPatience.
var ErrLocked = errors.New("another process holds the lock")

// ErrLockNotFile is the error of a lock that is a directory, a pipe or a device.
var ErrLockNotFile = errors.New("the lock is not a regular file; move it away")

// LockPath returns the path of a store's lock file: the path as given, with the
// suffix replaced by .lock.
func LockPath(store string) string {
	dir, base := filepath.Split(store)
	if i := strings.LastIndexByte(base, '.'); i > 0 && i < len(base)-1 {
		base = base[:i]
	}
	return dir + base + ".lock"
}

// lock takes the store's lock and returns the function that releases it. The
// lock file is created if it is missing and never deleted, because then two
// processes could hold a lock on different files. Symlinks are followed, as
// agents do.
func (s *Store) lock(ctx context.Context) (unlock func() error, err error) {
	path := LockPath(s.path)
	// Opening a pipe would block until there is a writer.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("lock %s: %w", path, ErrLockNotFile)
	}
	l := flock.New(path, flock.SetPermissions(atomicfile.Mode))
	ok, err := take(ctx, l)
	if ok {
		return func() error { return withPath(path, l.Unlock()) }, nil
	}
	_ = l.Close()
	if errors.Is(err, ErrLocked) {
		return nil, fmt.Errorf("%w %s for more than %v", ErrLocked, path, LockPatience)
	}
	return nil, fmt.Errorf("lock %s: %w", path, withPath(path, err))
}

// take takes the lock at once, or traces and waits.
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

// lockTrace is the context key of TraceLock.
type lockTrace struct{}

// TraceLock returns a context for a write. If another process holds the lock,
// the write calls waits with true before it waits and with false afterwards,
// whether or not it got the lock.
func TraceLock(ctx context.Context, waits func(bool)) context.Context {
	return context.WithValue(ctx, lockTrace{}, waits)
}

// withPath adds the path to a system error that has none.
func withPath(path string, err error) error {
	var bare syscall.Errno
	var complete *fs.PathError
	if errors.As(err, &bare) && !errors.As(err, &complete) {
		return &fs.PathError{Op: "flock", Path: path, Err: err}
	}
	return err
}
