//go:build unix

package poolstate

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pooltop/poolstate/internal/atomicfile"
)

// hold takes the lock of a store as an agent does, with flock(2) on the lock file. It
// returns a function that releases the lock.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	f, err := os.OpenFile(LockPath(s.Path()), os.O_CREATE|os.O_RDWR, 0o644)
	must(t, err)
	must(t, tryLock(f))
	return func() { wantErr(t, f.Close(), nil) }
}

func tryLock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// An update polls the lock every 50 ms, as agents do, for 15 seconds or until the
// context is done.
func TestUpdate_WaitsForLock(t *testing.T) {
	for _, tt := range []struct {
		name                   string
		free, cancel, deadline time.Duration // when the lock is released or the context is done; 0 means never
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
				equal(t, "is ErrLocked", errors.Is(err, ErrLocked), errors.Is(tt.want, ErrLocked))
				equal(t, "error contains the lock", err == nil || strings.Contains(err.Error(), LockPath(s.Path())), true)
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

// If the context is already canceled, not even the lock file is created.
func TestUpdate_AlreadyCanceled(t *testing.T) {
	s := newStore(t, small)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Update(ctx, func(*Draft) error { return nil })
	wantErr(t, err, context.Canceled)
	checkNames(t, filepath.Dir(s.Path()), "auth.json")
}

// An update holds the lock during the edit and releases it afterwards. It does not
// delete the lock file and, like agents, follows a symlink in its place.
func TestUpdate_HoldsLock(t *testing.T) {
	s := newStore(t, small)
	lock := filepath.Join(t.TempDir(), "lock")
	wantErr(t, os.Symlink(lock, LockPath(s.Path())), nil)
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

// A lock that is not a regular file is refused without waiting. Opening a pipe would
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
				err := runUnchanged(t, s, func() error { return useOnce(t.Context(), s) })
				wantErr(t, err, tt.want)
				equal(t, "time waited", time.Since(start), 0)
				equal(t, "error contains the lock", strings.Contains(fmt.Sprint(err), LockPath(s.Path())), true)
			})
		})
	}
}

// linkedStore returns a store that is a symlink to a file in another directory, and the
// paths of its two locks.
func linkedStore(t *testing.T) (s *Store, first, second string) {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"home", "real"} {
		must(t, os.Mkdir(filepath.Join(root, dir), 0o700))
	}
	writeFile(t, filepath.Join(root, "real", "auth.json"), small)
	must(t, os.Symlink("../real/auth.json", filepath.Join(root, "home", "auth.json")))
	s = openStore(filepath.Join(root, "home", "auth.json"))
	return s, filepath.Join(root, "home", "auth.lock"), filepath.Join(root, "real", "auth.lock")
}

// A write through a symlink also takes the lock next to the real file, because agents that
// open the real path use that lock.
func TestUpdate_TakesBothLocks(t *testing.T) {
	s, first, second := linkedStore(t)
	_, err := s.Update(t.Context(), func(*Draft) error {
		checkLock(t, first, syscall.EWOULDBLOCK)
		checkLock(t, second, syscall.EWOULDBLOCK)
		return nil
	})
	wantErr(t, err, nil)
	checkLock(t, first, nil)
	checkLock(t, second, nil)
}

// checkLock tries to take a lock and checks the error.
func checkLock(t *testing.T, path string, want error) {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	wantErr(t, tryLock(f), want)
	must(t, f.Close())
}

// The 15-second limit applies to both locks together. The error contains the path of
// the lock that is still held.
func TestUpdate_WaitsForBothLocks(t *testing.T) {
	s, first, second := linkedStore(t)
	target := openStore(filepath.Join(filepath.Dir(second), "auth.json"))
	releaseFirst, releaseSecond := hold(t, s), hold(t, target)
	defer releaseSecond()
	synctest.Test(t, func(t *testing.T) {
		time.AfterFunc(10*time.Second, releaseFirst)
		var waits []string
		start := time.Now()
		err := useOnce(TraceLock(t.Context(), func(lock string) { waits = append(waits, lock) }), s)
		wantErr(t, err, ErrLocked)
		equal(t, "time waited", time.Since(start), LockTimeout)
		equal(t, "error contains the lock", strings.Contains(fmt.Sprint(err), second), true)
		if want := []string{first, "", second, ""}; !slices.Equal(waits, want) {
			t.Errorf("waited for %q, want %q", waits, want)
		}
	})
	checkLock(t, first, nil)
	equal(t, "content", readFile(t, s.Path()), small)
}

// If both paths lead to the same lock file, it is locked only once.
func TestUpdate_SameLockTwoPaths(t *testing.T) {
	for name, link := range map[string]func(home, real string) error{
		"linked directory": func(home, real string) error { return os.Symlink(real, home) },
		"linked lock": func(home, real string) error {
			return errors.Join(os.Mkdir(home, 0o700), os.WriteFile(filepath.Join(real, "auth.lock"), nil, 0o600),
				os.Symlink(filepath.Join(real, "auth.json"), filepath.Join(home, "auth.json")),
				os.Symlink(filepath.Join(real, "auth.lock"), filepath.Join(home, "auth.lock")))
		},
		"linked file in one directory": func(home, real string) error {
			return errors.Join(os.Rename(filepath.Join(real, "auth.json"), filepath.Join(real, "auth.txt")),
				os.Symlink("auth.txt", filepath.Join(real, "auth.json")), os.Symlink(real, home))
		},
	} {
		t.Run(name, func(t *testing.T) {
			home, real := filepath.Join(t.TempDir(), "home"), t.TempDir()
			writeFile(t, filepath.Join(real, "auth.json"), small)
			must(t, link(home, real))
			s := openStore(filepath.Join(home, "auth.json"))
			synctest.Test(t, func(t *testing.T) { wantErr(t, useOnce(t.Context(), s), nil) })
			equal(t, "content", readFile(t, s.Path()), smallAfter)
		})
	}
}

// A new lock belongs to the owner of the store, or of the directory if there is no store, because
// an agent could not open a lock that belongs to root.
func TestUpdate_LockOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can change the owner of a file")
	}
	s, first, second := linkedStore(t)
	if err := os.Chown(s.Path(), 12345, 23456); err != nil {
		t.Skip("cannot change the owner even as root: ", err)
	}
	wantErr(t, useOnce(t.Context(), s), nil)
	checkOwner(t, first, 12345, 23456)
	checkOwner(t, second, 12345, 23456)

	must(t, os.Chown(first, 1, 1)) // an existing lock keeps its owner
	wantErr(t, useOnce(t.Context(), s), nil)
	checkOwner(t, first, 1, 1)

	missing := openStore(filepath.Join(t.TempDir(), "auth.json"))
	must(t, os.Chown(filepath.Dir(missing.Path()), 12345, 23456))
	wantErr(t, useOnce(t.Context(), missing), fs.ErrNotExist)
	checkOwner(t, LockPath(missing.Path()), 12345, 23456)

	must(t, os.Remove(LockPath(missing.Path())))
	must(t, os.Symlink("target", LockPath(missing.Path())))
	wantErr(t, useOnce(t.Context(), missing), fs.ErrNotExist)
	checkOwner(t, LockPath(missing.Path()), 12345, 23456)
}

func checkOwner(t *testing.T, path string, uid, gid uint32) {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	owner := info.Sys().(*syscall.Stat_t)
	equal(t, "owner of "+filepath.Base(path), owner.Uid, uid)
	equal(t, "group of "+filepath.Base(path), owner.Gid, gid)
	equal(t, "mode of "+filepath.Base(path), info.Mode(), 0o600)
}

// chownFails is a file system that cannot change the owner of a file.
type chownFails struct{ atomicfile.FS }

func (f chownFails) Create(path string) (atomicfile.File, error) {
	file, err := f.FS.Create(path)
	return chownFailsFile{file}, err
}

type chownFailsFile struct{ atomicfile.File }

func (chownFailsFile) ChownLike(fs.FileInfo) error { return syscall.EPERM }

// If the owner of a new lock cannot be set, the lock is removed.
func TestUpdate_LockOwnerFails(t *testing.T) {
	s := newStore(t, small)
	s.fs = chownFails{s.fs}
	wantErr(t, useOnce(t.Context(), s), fs.ErrPermission)
	equal(t, "content", readFile(t, s.Path()), small)
	checkNames(t, filepath.Dir(s.Path()), "auth.json")
}

// The callback is called only if a write has to wait for the lock.
func TestTraceLock(t *testing.T) {
	s := newStore(t, small)
	traced := func(ctx context.Context) (waits []string) {
		ctx = TraceLock(ctx, func(lock string) { waits = append(waits, lock) })
		_, err := s.Update(ctx, func(*Draft) error { return nil })
		wantErr(t, err, nil)
		return waits
	}
	equal(t, "calls with a free lock", len(traced(t.Context())), 0)
	release := hold(t, s)
	synctest.Test(t, func(t *testing.T) {
		time.AfterFunc(time.Second, release)
		if got := traced(t.Context()); !slices.Equal(got, []string{LockPath(s.Path()), ""}) {
			t.Errorf("calls while the lock is held: %v", got)
		}
	})
}

// A process that is killed while it holds the lock does not block later or waiting
// writers.
func TestUpdate_LockHolderKilled(t *testing.T) {
	for round := range repetitions(4, 200) {
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

// startHolder starts a process that holds the lock, and returns a function that kills
// it.
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
		t.Fatalf("the lock holder printed %q, %v", line, err)
	}
	return func() {
		wantErr(t, cmd.Process.Kill(), nil)
		_, err := cmd.Process.Wait()
		wantErr(t, err, nil)
	}
}
