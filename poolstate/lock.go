package poolstate

import (
	"cmp"
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

// LockTimeout is how long a write waits for the lock. It polls every lockPoll, as
// agents do.
const (
	LockTimeout = 15 * time.Second
	lockPoll    = 50 * time.Millisecond
)

// Errors from taking the lock.
var (
	// ErrLocked is returned when another process has held the lock for LockTimeout.
	ErrLocked = errors.New("another process holds the lock")
	// ErrLockNotFile is returned when the lock is a directory, a pipe or a device.
	ErrLockNotFile = errors.New("the lock is not a regular file; move it out of the way")
)

// LockPath returns the path of a store's lock, which is the path of the store with its
// extension replaced by .lock.
func LockPath(store string) string {
	dir, base := filepath.Split(store)
	if i := strings.LastIndexByte(base, '.'); i > 0 && i < len(base)-1 {
		base = base[:i]
	}
	return dir + base + ".lock"
}

// lock takes the store's lock and, if the path is a symlink, also the lock next to the
// real file. It waits at most LockTimeout for both, and returns a function that
// releases them. Lock files are never deleted, because two processes could then lock
// different files.
func (s *Store) lock(ctx context.Context) (unlock func() error, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, LockTimeout, ErrLocked)
	defer cancel()
	first, err := s.lockFile(ctx, LockPath(s.path))
	if err != nil {
		return nil, err
	}
	second, err := s.lockRealFile(ctx)
	unlock = func() error { return cmp.Or(second.release(), first.release()) }
	if err != nil {
		return nil, atomicfile.Join(err, unlock())
	}
	return unlock, nil
}

// lockRealFile takes the lock next to the real file, which is used by programs that open
// the real path. It returns nil if both paths have the same lock.
func (s *Store) lockRealFile(ctx context.Context) (*fileLock, error) {
	target, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		return nil, nil //nolint:nilerr // the file does not exist yet; reading it reports other errors
	}
	first, second := LockPath(s.path), LockPath(target)
	if first == second {
		return nil, nil
	}
	held, err := s.fs.Stat(first)
	if err != nil {
		return nil, err
	}
	info, err := s.fs.Stat(second)
	switch {
	case err == nil && os.SameFile(held, info):
		return nil, nil
	case err == nil || errors.Is(err, fs.ErrNotExist):
		return s.lockFile(ctx, second)
	}
	return nil, err
}

// fileLock is a held lock. It is nil if none is held.
type fileLock struct{ *flock.Flock }

func (l *fileLock) release() error {
	if l == nil {
		return nil
	}
	if err := l.Unlock(); err != nil {
		return fmt.Errorf("could not release the lock: %w", withPath(l.Path(), err))
	}
	return nil
}

// lockFile takes the lock at path. It creates the file if necessary.
func (s *Store) lockFile(ctx context.Context, path string) (*fileLock, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	// Opening a pipe would block until another process opens it.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("lock %s: %w", path, ErrLockNotFile)
	}
	if err := s.createLock(path); err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	l := flock.New(path, flock.SetPermissions(atomicfile.Mode))
	ok, err := take(ctx, l)
	if ok {
		return &fileLock{l}, nil
	}
	_ = l.Close()
	if errors.Is(err, ErrLocked) {
		return nil, fmt.Errorf("%w %s (waited %v)", ErrLocked, path, LockTimeout)
	}
	return nil, fmt.Errorf("lock %s: %w", path, withPath(path, err))
}

// createLock creates a lock file, or the target of a link, if it does not exist. The owner of the
// store, or of the directory if there is no store, becomes its owner. Otherwise, agents could not
// open a lock that root created.
func (s *Store) createLock(path string) error {
	target := atomicfile.Follow(path)
	f, err := s.fs.Create(target)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: failed.Op, Path: path, Err: failed.Err}
	}
	if err != nil {
		return err
	}
	owner, err := s.fs.Stat(s.path)
	if err != nil {
		owner, err = s.fs.Stat(filepath.Dir(s.path))
	}
	if err == nil {
		err = f.Chmod(atomicfile.Mode) // the umask may have removed bits
	}
	if err == nil {
		err = f.ChownLike(owner)
	}
	if err = atomicfile.Join(err, f.Close()); err != nil {
		err = atomicfile.Join(err, s.fs.Remove(target)) // no lock is better than one that the agent cannot open
	}
	return err
}

// take takes the lock. If it has to wait, it calls the function passed to TraceLock.
func take(ctx context.Context, l *flock.Flock) (ok bool, err error) {
	if ok, err := l.TryLock(); ok || err != nil {
		return ok, err
	}
	if notify, traced := ctx.Value(lockTrace{}).(func(string)); traced {
		notify(l.Path())
		defer notify("")
	}
	if ok, err = l.TryLockContext(ctx, lockPoll); errors.Is(context.Cause(ctx), ErrLocked) {
		err = ErrLocked
	}
	return ok, err
}

// lockTrace is the context key of TraceLock.
type lockTrace struct{}

// TraceLock returns a context for a write. If the write has to wait for a lock, it calls notify
// with the lock's path, and with "" once it has taken the lock or given up.
func TraceLock(ctx context.Context, notify func(lock string)) context.Context {
	return context.WithValue(ctx, lockTrace{}, notify)
}

// withPath adds the path to a system error that has none.
func withPath(path string, err error) error {
	_, bare := errors.AsType[syscall.Errno](err)
	if _, complete := errors.AsType[*fs.PathError](err); bare && !complete {
		return &fs.PathError{Op: "flock", Path: path, Err: err}
	}
	return err
}
