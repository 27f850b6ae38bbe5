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

// nobody is a user without any rights of their own.
const nobody = 65534

// asNobody runs a function on a thread that permissions are checked on as for a
// common user; root would be allowed everything.
func asNobody(t *testing.T, run func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		run()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	keep := ^uintptr(0)
	// Of this thread only, and only the real user, for whom access(2) asks.
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, nobody, keep, keep); errno != 0 {
		t.Skip("permissions mean nothing to root, and this root cannot become somebody else: ", errno)
	}
	run()
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, 0, keep, keep); errno != 0 {
		panic(fmt.Sprint("the thread cannot become root again: ", errno))
	}
}

// What cannot be written is named: the file, its directory, the lock. Behind a
// link it is the target, and the lock that stands beside the link.
func TestReadOnly(t *testing.T) {
	tests := []struct {
		name     string
		readOnly []string // of real, real/pool.json, home, home/auth.lock
		lock     bool     // there is a lock already
		want     string   // what is named; empty when it can be written
	}{
		{"nothing", nil, true, ""},
		{"nothing, without a lock", nil, false, ""},
		{"the file", []string{"real/pool.json"}, true, "real/pool.json"},
		{"the directory of the target", []string{"real"}, true, "real"},
		{"the lock", []string{"home/auth.lock"}, true, "home/auth.lock"},
		{"the place of the lock", []string{"home"}, false, "home"},
		{"the place of a lock that is there", []string{"home"}, true, ""},
		{"all", []string{"real/pool.json", "real", "home/auth.lock", "home"}, true, "real/pool.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			modes := map[string]fs.FileMode{"..": 0o711, ".": 0o711, "real": 0o777, "home": 0o777, "real/pool.json": 0o666}
			for _, dir := range []string{"real", "home"} {
				if err := os.Mkdir(filepath.Join(root, dir), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			writeFile(t, filepath.Join(root, "real", "pool.json"), small)
			if err := os.Symlink("../real/pool.json", filepath.Join(root, "home", "auth.json")); err != nil {
				t.Fatal(err)
			}
			if tt.lock {
				modes["home/auth.lock"] = 0o666
				writeFile(t, filepath.Join(root, "home", "auth.lock"), "")
			}
			for _, path := range tt.readOnly {
				modes[path] &^= 0o222
			}
			for path, mode := range modes {
				if err := os.Chmod(filepath.Join(root, path), mode); err != nil {
					t.Fatal(err)
				}
			}
			t.Cleanup(func() {
				for _, dir := range []string{"real", "home"} {
					_ = os.Chmod(filepath.Join(root, dir), 0o700) // so that it can be removed
				}
			})
			var err error
			asNobody(t, func() { err = openStore(filepath.Join(root, "home", "auth.json")).Writable() })
			if tt.want == "" {
				wantErr(t, err, nil)
				return
			}
			wantErr(t, err, ErrReadOnly)
			if err != nil && !strings.HasPrefix(err.Error(), filepath.Join(root, tt.want)+":") {
				t.Errorf("%q does not name %s", err, tt.want)
			}
		})
	}
}
