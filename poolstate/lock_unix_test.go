//go:build unix

package poolstate

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// hold takes the lock of a store as an agent does, with flock(2) on the lock
// file, and returns the function that releases it.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	f, err := os.OpenFile(LockPath(s.Path()), os.O_CREATE|os.O_RDWR, 0o644)
	must(t, err)
	must(t, tryLock(f))
	return func() { wantErr(t, f.Close(), nil) }
}

func tryLock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// The lock is polled every 50 ms for fifteen seconds, as agents do, or until the
// context ends.
func TestUpdate_WaitsForLock(t *testing.T) {
	for _, tt := range []struct {
		name                   string
		free, cancel, deadline time.Duration // when the lock is released or the context ends; 0 is never
		waited                 time.Duration
		want                   error
	}{
		{"released", 14*time.Second + 10*time.Millisecond, 0, 0, 14*time.Second + 50*time.Millisecond, nil},
		{"timeout", 0, 0, 0, 15 * time.Second, ErrLocked},
		{"canceled", 0, 3*time.Second + time.Millisecond, 0, 3*time.Second + time.Millisecond, context.Canceled},
		{"deadline", 0, 0, 2 * time.Second, 2 * time.Second, context.DeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, small)
			release := hold(t, s)
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(tt.deadline, time.Hour))
				defer cancel()
				if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, cancel)
				}
				if tt.free > 0 {
					time.AfterFunc(tt.free, release)
				}
				start := time.Now()
				err := useOnce(ctx, s)
				wantErr(t, err, tt.want)
				equal(t, "time waited", time.Since(start), tt.waited)
				equal(t, "given up as locked", errors.Is(err, ErrLocked), errors.Is(tt.want, ErrLocked))
				equal(t, "names the lock", err == nil || strings.Contains(err.Error(), LockPath(s.Path())), true)
			})
			want := small
			if tt.free > 0 {
				want = smallAfter
			} else {
				release()
			}
			equal(t, "content", readFile(t, s.Path()), want)
			checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
		})
	}
}

// With a canceled context, not even the lock file is created.
func TestUpdate_CanceledTouchesNothing(t *testing.T) {
	s := newStore(t, small)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Update(ctx, func(*Draft) error { return nil })
	wantErr(t, err, context.Canceled)
	checkNames(t, filepath.Dir(s.Path()), "auth.json")
}

// The lock is held during the edit and free afterwards. The lock file is never
// deleted, and a symlink in its place is followed, as agents do.
func TestUpdate_HoldsLock(t *testing.T) {
	for name, linked := range map[string]bool{"file": false, "symlink": true} {
		t.Run(name, func(t *testing.T) { checkHoldsLock(t, linked) })
	}
}

func checkHoldsLock(t *testing.T, linked bool) {
	t.Helper()
	s := newStore(t, small)
	lock := LockPath(s.Path())
	if linked {
		lock = filepath.Join(t.TempDir(), "lock")
		wantErr(t, os.Symlink(lock, LockPath(s.Path())), nil)
	}
	f, err := os.OpenFile(lock, os.O_CREATE|os.O_RDWR, 0o644)
	wantErr(t, err, nil)
	defer func() { wantErr(t, f.Close(), nil) }()
	before, err := f.Stat()
	wantErr(t, err, nil)
	for _, want := range []error{nil, errFault} {
		_, err := s.Update(t.Context(), func(d *Draft) error {
			wantErr(t, tryLock(f), syscall.EWOULDBLOCK)
			return errors.Join(d.Apply(smallRef, Used(Credential{}, 9)), want)
		})
		wantErr(t, err, want)
		wantErr(t, tryLock(f), nil)
		wantErr(t, syscall.Flock(int(f.Fd()), syscall.LOCK_UN), nil)
	}
	after, err := os.Stat(LockPath(s.Path()))
	wantErr(t, err, nil)
	equal(t, "same lock file", os.SameFile(before, after), true)
}

// A lock that is not a regular file is an error at once. Opening a pipe would
// block forever.
func TestUpdate_LockNotRegular(t *testing.T) {
	for name, tt := range map[string]struct {
		create func(path string) error
		want   error
	}{
		"directory":       {func(path string) error { return os.Mkdir(path, 0o700) }, ErrLockNotFile},
		"pipe":            {func(path string) error { return syscall.Mkfifo(path, 0o600) }, ErrLockNotFile},
		"device":          {func(path string) error { return os.Symlink(os.DevNull, path) }, ErrLockNotFile},
		"link to itself":  {func(path string) error { return os.Symlink(filepath.Base(path), path) }, syscall.ELOOP},
		"link to nowhere": {func(path string) error { return os.Symlink("no/such/lock", path) }, syscall.ENOENT},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, small)
			wantErr(t, tt.create(LockPath(s.Path())), nil)
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				err := untouched(t, s, func() error { return useOnce(t.Context(), s) })
				wantErr(t, err, tt.want)
				equal(t, "time waited", time.Since(start), 0)
				equal(t, "names the lock", strings.Contains(fmt.Sprint(err), LockPath(s.Path())), true)
			})
		})
	}
}

// The function is called only if a write has to wait.
func TestTraceLock(t *testing.T) {
	s := newStore(t, small)
	traced := func(ctx context.Context) (waits []bool) {
		ctx = TraceLock(ctx, func(w bool) { waits = append(waits, w) })
		_, err := s.Update(ctx, func(*Draft) error { return nil })
		wantErr(t, err, nil)
		return waits
	}
	equal(t, "calls with a free lock", len(traced(t.Context())), 0)
	release := hold(t, s)
	synctest.Test(t, func(t *testing.T) {
		time.AfterFunc(time.Second, release)
		if got := traced(t.Context()); !slices.Equal(got, []bool{true, false}) {
			t.Errorf("calls with a held lock are %v", got)
		}
	})
}

// A process that is killed while it holds the lock blocks no one, neither a
// later writer nor one that is already waiting.
func TestUpdate_LockHolderKilled(t *testing.T) {
	for round := range amount(4, 200) {
		s := newStore(t, small)
		kill := startHolder(t, s, round%2)
		var delay, wait time.Duration
		if round >= 2 {
			delay, wait = 10*time.Second+time.Millisecond, 10*time.Second+lockPoll
		}
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			if delay > 0 {
				time.AfterFunc(delay, kill)
			} else {
				kill()
			}
			wantErr(t, useOnce(t.Context(), s), nil)
			equal(t, "time waited", time.Since(start), wait)
		})
		equal(t, "content", readFile(t, s.Path()), smallAfter)
		checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
	}
}

// startHolder starts a process that holds the lock, and returns the function that
// kills it.
func startHolder(t *testing.T, s *Store, role int) (kill func()) {
	t.Helper()
	cmd := helper(t, "holder", s.Path(), role)
	in, err := cmd.StdinPipe()
	wantErr(t, err, nil)
	t.Cleanup(func() { _ = in.Close() })
	out, err := cmd.StdoutPipe()
	wantErr(t, err, nil)
	wantErr(t, cmd.Start(), nil)
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != "held\n" {
		t.Fatalf("the holder prints %q, %v", line, err)
	}
	return func() {
		wantErr(t, cmd.Process.Kill(), nil)
		_, err := cmd.Process.Wait()
		wantErr(t, err, nil)
	}
}
