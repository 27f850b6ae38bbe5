//go:build unix

package poolstate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// The time in these tests is a bubble's: nobody waits for it.

// hold takes the lock of a store as an agent does, with flock(2) on the lock
// file, and returns the function that gives it back.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	f, err := os.OpenFile(LockPath(s.Path()), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// As the agent does: after fifteen seconds it is enough.
func TestAForeignLockIsWaitedForFifteenSeconds(t *testing.T) {
	s := newStore(t, small)
	defer hold(t, s)()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := untouched(t, s, small, func() error { return useOnce(s) })
		wantErr(t, err, ErrLocked)
		equal(t, "time waited", time.Since(start), 15*time.Second)
		if !strings.Contains(err.Error(), LockPath(s.Path())) {
			t.Errorf("%q does not name the lock", err)
		}
	})
}

// The lock is polled every 50 ms, and taken as soon as it is seen to be free.
func TestALockThatIsGivenBackIsTaken(t *testing.T) {
	s := newStore(t, small)
	release := hold(t, s)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		time.AfterFunc(14*time.Second+10*time.Millisecond, release)
		wantErr(t, useOnce(s), nil)
		equal(t, "time waited", time.Since(start), 14*time.Second+50*time.Millisecond)
	})
	equal(t, "content", readFile(t, s.Path()), smallAfter)
}

// Waiting can be given up: at once, midway, or by a deadline of the caller's.
func TestWaitingEndsWithTheContext(t *testing.T) {
	s := newStore(t, small)
	defer hold(t, s)()
	tests := []struct {
		name   string
		ctx    func() (context.Context, context.CancelFunc)
		waited time.Duration
		want   error
	}{
		{"before it began", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return ctx, cancel
		}, 0, context.Canceled},
		{"midway", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(3*time.Second+time.Millisecond, cancel)
			return ctx, cancel
		}, 3*time.Second + time.Millisecond, context.Canceled},
		{"by a deadline", func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 2*time.Second)
		}, 2 * time.Second, context.DeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := tt.ctx()
				defer cancel()
				start := time.Now()
				err := untouched(t, s, small, func() error {
					return s.Update(ctx, func(*Draft) error {
						t.Error("the edit was asked")
						return nil
					})
				})
				wantErr(t, err, tt.want)
				equal(t, "given up as locked", errors.Is(err, ErrLocked), false)
				equal(t, "time waited", time.Since(start), tt.waited)
			})
		})
	}
}

// A context that ended before anything began leaves not even a lock file.
func TestACancelledUpdateTouchesNothing(t *testing.T) {
	s := newStore(t, small)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	wantErr(t, s.Update(ctx, func(*Draft) error { return nil }), context.Canceled)
	checkNames(t, filepath.Dir(s.Path()), "auth.json")
}

// The lock is held while the edit runs, on the file that an agent locks, and is
// free afterwards, whatever came of it. Its file is never deleted.
func TestTheLockIsHeldDuringTheEditAndFreeAfterwards(t *testing.T) {
	s := newStore(t, small)
	f, err := os.OpenFile(LockPath(s.Path()), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { wantErr(t, f.Close(), nil) }()
	before, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	try := func() error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
	for _, outcome := range []error{nil, errFault} {
		err := s.Update(context.Background(), func(*Draft) error {
			wantErr(t, try(), syscall.EWOULDBLOCK)
			return outcome
		})
		wantErr(t, err, outcome)
		wantErr(t, try(), nil)
		wantErr(t, syscall.Flock(int(f.Fd()), syscall.LOCK_UN), nil)
	}
	after, err := os.Stat(LockPath(s.Path()))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "same lock file", os.SameFile(before, after), true)
}

// A lock that cannot even be tried is an error at once, not after a wait.
func TestALockThatCannotBeTriedIsAnErrorAtOnce(t *testing.T) {
	s := newStore(t, small)
	if err := os.Mkdir(LockPath(s.Path())+".d", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere/lock", LockPath(s.Path())); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := useOnce(s)
		wantErr(t, err, os.ErrNotExist)
		equal(t, "given up as locked", errors.Is(err, ErrLocked), false)
		equal(t, "time waited", time.Since(start), 0)
		if !strings.Contains(err.Error(), LockPath(s.Path())) {
			t.Errorf("%q does not name the lock", err)
		}
	})
	equal(t, "content", readFile(t, s.Path()), small)
}

// A write tells of its wait, and of nothing else.
func TestAWaitForTheLockIsTold(t *testing.T) {
	s := newStore(t, small)
	told := func() (waits []bool) {
		ctx := TraceLock(context.Background(), func(w bool) { waits = append(waits, w) })
		wantErr(t, s.Update(ctx, func(*Draft) error { return nil }), nil)
		return waits
	}
	equal(t, "a free lock", fmt.Sprint(told()), "[]")
	release := hold(t, s)
	synctest.Test(t, func(t *testing.T) {
		time.AfterFunc(time.Second, release)
		equal(t, "a held lock", fmt.Sprint(told()), "[true false]")
	})
}
