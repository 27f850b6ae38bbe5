package poolstate

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asUser runs a function on a thread that is subject to file permissions. If the tests
// run as root, the thread switches to an unprivileged user.
func asUser(t *testing.T, run func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		run()
		return
	}
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	keep := ^uintptr(0)
	// Use the system call, because [unix.Setresuid] changes all threads. access(2) uses
	// the real user ID, and everything else the effective one.
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, nobody, nobody, keep); errno != 0 {
		t.Skip("cannot become another user even as root: ", errno)
	}
	defer func() {
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, 0, 0, keep); errno != 0 {
			panic(fmt.Sprint("the thread cannot become root again: ", errno))
		}
	}()
	run()
}

// The error of Writable contains the path that cannot be written: the file, its
// directory or the lock.
func TestWritable_Permissions(t *testing.T) {
	for _, tt := range []struct {
		name     string
		readOnly []string // any of real, real/pool.json, home and home/auth.lock
		lock     bool     // the lock exists
		want     string   // the path in the error; empty if the store is writable
	}{
		{"all writable", nil, true, ""},
		{"no lock", nil, false, ""},
		{"file", []string{"real/pool.json"}, true, "real/pool.json"},
		{"directory of the file", []string{"real"}, true, "real"},
		{"lock", []string{"home/auth.lock"}, true, "home/auth.lock"},
		{"directory of a missing lock", []string{"home"}, false, "home"},
		{"directory of a lock", []string{"home"}, true, ""},
		{"all read-only", []string{"real/pool.json", "real", "home/auth.lock", "home"}, true, "real/pool.json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			modes := map[string]fs.FileMode{"..": 0o711, ".": 0o711, "real": 0o777, "home": 0o777, "real/pool.json": 0o666}
			for _, dir := range []string{"real", "home"} {
				wantErr(t, os.Mkdir(filepath.Join(root, dir), 0o700), nil)
			}
			writeFile(t, filepath.Join(root, "real", "pool.json"), small)
			wantErr(t, os.Symlink("../real/pool.json", filepath.Join(root, "home", "auth.json")), nil)
			if tt.lock {
				modes["home/auth.lock"] = 0o666
				writeFile(t, filepath.Join(root, "home", "auth.lock"), "")
			}
			for _, path := range tt.readOnly {
				modes[path] &^= 0o222
			}
			chmodAll(t, root, modes)
			var err error
			asUser(t, func() { err = openStore(filepath.Join(root, "home", "auth.json")).Writable() })
			if tt.want == "" {
				wantErr(t, err, nil)
				return
			}
			wantErr(t, err, ErrReadOnly)
			equal(t, "error starts with the path", strings.HasPrefix(fmt.Sprint(err), filepath.Join(root, tt.want)+":"), true)
		})
	}
}

// chmodAll sets the modes of paths relative to root. At the end of the test, it makes the
// directories writable again.
func chmodAll(t *testing.T, root string, modes map[string]fs.FileMode) {
	t.Helper()
	for path, mode := range modes {
		path = filepath.Join(root, path)
		wantErr(t, os.Chmod(path, mode), nil)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			t.Cleanup(func() { _ = os.Chmod(path, 0o700) }) // so that the directory can be removed
		}
	}
}

// If the user may not read the file, take the lock or create a file, nothing changes.
func TestUpdate_Permissions(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		mode       fs.FileMode
	}{
		{"file", "auth.json", 0},
		{"lock", "auth.lock", 0},
		{"directory, write", ".", 0o555},
		{"directory, search", ".", 0o666},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, small)
			dir := filepath.Dir(s.Path())
			writeFile(t, LockPath(s.Path()), "")
			chmodAll(t, dir, map[string]fs.FileMode{"..": 0o711, ".": 0o777, "auth.json": 0o666, "auth.lock": 0o666})
			chmodAll(t, dir, map[string]fs.FileMode{tt.path: tt.mode})
			asUser(t, func() { wantErr(t, useOnce(t.Context(), s), fs.ErrPermission) })
			wantErr(t, os.Chmod(dir, 0o700), nil)
			wantErr(t, os.Chmod(s.Path(), 0o600), nil)
			equal(t, "content", readFile(t, s.Path()), small)
			checkNames(t, dir, "auth.json", "auth.lock")
		})
	}
}
