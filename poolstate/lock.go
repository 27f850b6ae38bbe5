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

// LockPatience is how long a write waits for the lock, polling as agents do.
const (
	LockPatience = 15 * time.Second
	lockPoll     = 50 * time.Millisecond
)

// Errors of taking the lock: another process held it for LockPatience, or it is a
// directory, a pipe or a device.
var (
	ErrLocked      = errors.New("another process holds the lock")
	ErrLockNotFile = errors.New("the lock is not a regular file; move it away")
)

// LockPath returns the path of a store's lock: its suffix is replaced by .lock.
func LockPath(store string) string {
	dir, base := filepath.Split(store)
	if i := strings.LastIndexByte(base, '.'); i > 0 && i < len(base)-1 {
		base = base[:i]
	}
	return dir + base + ".lock"
}

// lock takes the store's lock and returns the function that releases it. The file
// is never deleted: two processes could then lock different files.
func (s *Store) lock(ctx context.Context) (unlock func() error, err error) {
	path := LockPath(s.path)
	// Opening a pipe would block until there is a writer.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("lock %s: %w", path, ErrLockNotFile)
	}
	l := flock.New(path, flock.SetPermissions(atomicfile.Mode))
	ok, err := take(ctx, l)
	if ok {
		return func() error {
			if err := l.Unlock(); err != nil {
				return fmt.Errorf("the lock could not be released: %w", withPath(path, err))
			}
			return nil
		}, nil
	}
	_ = l.Close()
	if errors.Is(err, ErrLocked) {
		return nil, fmt.Errorf("%w %s for more than %v", ErrLocked, path, LockPatience)
	}
	return nil, fmt.Errorf("lock %s: %w", path, withPath(path, err))
}

// take takes the lock. If that is not possible at once, it calls the trace and
// waits.
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

// TraceLock returns a context for a write. The write calls waits with true if it has
// to wait for the lock, and with false once it has got it or given up.
func TraceLock(ctx context.Context, waits func(bool)) context.Context {
	return context.WithValue(ctx, lockTrace{}, waits)
}

// withPath adds the path to a system error that has none.
func withPath(path string, err error) error {
	_, bare := errors.AsType[syscall.Errno](err)
	if _, complete := errors.AsType[*fs.PathError](err); bare && !complete {
		return &fs.PathError{Op: "flock", Path: path, Err: err}
	}
	return err
}
