//go:build unix

package poolstate

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What stands where the lock should be is refused at once, without a wait; a
// pipe would keep whoever opens it for ever.
func TestALockThatIsNoFile(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(path string) error
		want error
	}{
		{"directory", func(path string) error { return os.Mkdir(path, 0o700) }, ErrLockNotFile},
		{"pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, ErrLockNotFile},
		{"device", func(path string) error { return os.Symlink(os.DevNull, path) }, ErrLockNotFile},
		{"link to itself", func(path string) error { return os.Symlink(filepath.Base(path), path) }, syscall.ELOOP},
		{"link to nowhere", func(path string) error { return os.Symlink("no/such/lock", path) }, syscall.ENOENT},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, small)
			if err := tt.make(LockPath(s.Path())); err != nil {
				t.Fatal(err)
			}
			err := untouched(t, s, small, func() error { return useOnce(s) })
			wantErr(t, err, tt.want)
			if err != nil && !strings.Contains(err.Error(), LockPath(s.Path())) {
				t.Errorf("%q does not name the lock", err)
			}
		})
	}
}

// A lock that is a link is the lock of where it leads, as it is for an agent.
func TestALockThatIsALink(t *testing.T) {
	s := newStore(t, small)
	elsewhere := filepath.Join(t.TempDir(), "lock")
	if err := os.Symlink(elsewhere, LockPath(s.Path())); err != nil {
		t.Fatal(err)
	}
	release := hold(t, s) // which follows the link and creates the lock
	f, err := os.Open(elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	try := func() error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
	wantErr(t, try(), syscall.EWOULDBLOCK)
	release()
	wantErr(t, s.Update(t.Context(), func(*Draft) error {
		wantErr(t, try(), syscall.EWOULDBLOCK)
		return nil
	}), nil)
	wantErr(t, useOnce(s), nil)
	equal(t, "content", readFile(t, s.Path()), smallAfter)
	equal(t, "the lock is a link", mode(t, LockPath(s.Path())).Type(), os.ModeSymlink)
}

// A link that leads back to itself is no store.
func TestALinkToItself(t *testing.T) {
	s := openStore(filepath.Join(t.TempDir(), "auth.json"))
	for link, to := range map[string]string{"auth.json": "b", "b": "auth.json"} {
		if err := os.Symlink(to, filepath.Join(filepath.Dir(s.Path()), link)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Load()
	for _, err := range []error{err, useOnce(s), s.Create(t.Context(), []byte(small))} {
		wantErr(t, err, syscall.ELOOP)
		if err != nil && !strings.Contains(err.Error(), s.Path()) {
			t.Errorf("%q does not name the file", err)
		}
	}
	checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock", "b")
}

// A gigabyte, nearly all of it holes, is refused before it is read.
func TestAGigabyteIsRefused(t *testing.T) {
	s := newStore(t, small)
	if err := os.Truncate(s.Path(), 1<<30); err != nil {
		if errors.Is(err, syscall.EFBIG) || errors.Is(err, syscall.ENOSPC) {
			t.Skip("no holes in files here: ", err)
		}
		t.Fatal(err)
	}
	_, err := s.Load()
	for _, err := range []error{err, useOnce(s)} {
		wantErr(t, err, ErrTooLarge)
	}
	info, err := os.Stat(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "size", info.Size(), 1<<30)
}

// What a path was when it was looked at may not be what is opened then: a pipe
// that came between is not waited for, and what has grown is not read whole.
func TestAFileThatChangesBetweenLookingAndOpening(t *testing.T) {
	for name, tt := range map[string]struct {
		swap func(path string) error
		want error
	}{
		"pipe": {func(path string) error { return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)) }, ErrNotFile},
		"size": {func(path string) error { return os.Truncate(path, maxStoreSize+1) }, ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, small)
			s.fs = stepping{step: func(step string) {
				if step == "ReadFile" {
					wantErr(t, tt.swap(s.Path()), nil)
				}
			}}
			_, err := s.Load()
			wantErr(t, err, tt.want)
		})
	}
}
