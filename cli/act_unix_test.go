//go:build unix

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"pooltop/poolstate"
)

// More tests for reset, exhaust, undo and sync are in testdata/script.

// clearable is a store with a credential that reset changes.
var clearable = poolOf(`{"access_token": "none", "id": "a", "last_status": "exhausted", "last_status_at": 1795425000}`, `{"access_token": "none", "id": "b"}`)

// TestReset_UnusableFiles checks that unusable stores and locks are refused with advice, and
// that no file is changed.
func TestReset_UnusableFiles(t *testing.T) {
	store := func(make func(path string) error) func(*testing.T, string) {
		return func(t *testing.T, file string) {
			must(t, os.Remove(file))
			must(t, make(file))
		}
	}
	lock := func(make func(path string) error) func(*testing.T, string) {
		return func(t *testing.T, file string) {
			must(t, make(poolstate.LockPath(file)))
		}
	}
	pipe := func(path string) error { return syscall.Mkfifo(path, 0o600) }
	directory := func(path string) error { return os.Mkdir(path, 0o700) }
	device := func(path string) error { return os.Symlink(os.DevNull, path) }
	loop := func(path string) error { return os.Symlink(filepath.Base(path), path) }
	nowhere := func(path string) error { return os.Symlink("no/such/file", path) }
	gigabyte := func(path string) error {
		return errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 1<<30)) // sparse
	}
	for _, tt := range []struct {
		name string
		make func(*testing.T, string)
		code int
		want []string
	}{
		{"a pipe", store(pipe), exitRefused, []string{"not a regular file", "--file"}},
		{"a directory", store(directory), exitRefused, []string{"not a regular file", "--file"}},
		{"a device", store(device), exitRefused, []string{"not a regular file", "--file"}},
		{"a link to itself", store(loop), exitRefused, []string{"the path is a symlink loop", "--file"}},
		{"a link to nowhere", store(nowhere), exitRefused, []string{"no such file", "--file"}},
		{"a gigabyte", store(gigabyte), exitRefused, []string{"larger than 256 MB", "--file"}},
		{"a pipe for the lock", lock(pipe), exitRefused, []string{"auth.lock", "not a regular file", "move it out of the way"}},
		{"a lock that links to itself", lock(loop), exitFailed, []string{"auth.lock", "remove the broken symlink", "nothing was written"}},
		{"a lock that links to nowhere", lock(nowhere), exitRefused, []string{"auth.lock", "remove the broken symlink", "nothing was written"}},
		{"a read-only store", func(t *testing.T, file string) {
			if os.Geteuid() == 0 {
				t.Skip("permissions do not stop root")
			}
			must(t, os.Chmod(file, 0o400))
		}, exitRefused, []string{"read-only"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := storeFile(t, clearable)
			tt.make(t, file)
			before := tree(t, filepath.Dir(file))
			refused(t, at(t, file, "reset", "p", "a"), tt.code, append(tt.want, filepath.Dir(file), "reset: ")...)
			equal(t, "files", tree(t, filepath.Dir(file)), before)
		})
	}
}

// An action that is not recorded fails only if the journal had been opened.
func TestIsLost(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{&fs.PathError{Op: "write", Err: syscall.ENOSPC}, true},
		{fmt.Errorf("wrapped: %w", &fs.PathError{Op: "sync", Err: syscall.EIO}), true},
		{&fs.PathError{Op: "open", Err: syscall.EACCES}, false},
		{&fs.PathError{Op: "mkdir", Err: syscall.EROFS}, false},
		{errors.New("no home"), false},
	} {
		equal(t, fmt.Sprint(tt.err), isLost(tt.err), tt.want)
	}
}
