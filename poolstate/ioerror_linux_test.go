package poolstate

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// powerless runs a function on a thread for which permissions hold: root would
// be allowed everything.
func powerless(t *testing.T, run func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		run()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	keep := ^uintptr(0)
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, keep, nobody, keep); errno != 0 {
		t.Skip("permissions mean nothing to root, and this root cannot become somebody else: ", errno)
	}
	defer func() { // before the thread is anybody else's
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, keep, 0, keep); errno != 0 {
			panic(fmt.Sprint("the thread cannot become root again: ", errno))
		}
	}()
	run()
}

// Who may not read the file, take the lock or create a file beside it, changes
// nothing and is told so.
func TestPermissions(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		mode       fs.FileMode
	}{
		{"the file", "auth.json", 0},
		{"the lock", "auth.lock", 0},
		{"the directory, for writing", ".", 0o555},
		{"the directory, for searching", ".", 0o666},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, small)
			dir := filepath.Dir(s.Path())
			writeFile(t, LockPath(s.Path()), "")
			for _, path := range []string{s.Path(), LockPath(s.Path())} {
				if err := os.Chmod(path, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			modes := map[string]fs.FileMode{filepath.Dir(dir): 0o711, dir: 0o777}
			modes[filepath.Join(dir, tt.path)] = tt.mode
			for path, mode := range modes {
				if err := os.Chmod(path, mode); err != nil {
					t.Fatal(err)
				}
			}
			t.Cleanup(func() { _ = os.Chmod(dir, 0o700) }) // so that it can be removed
			powerless(t, func() { wantErr(t, useOnce(s), fs.ErrPermission) })
			for path, mode := range map[string]fs.FileMode{dir: 0o700, s.Path(): 0o600} {
				if err := os.Chmod(path, mode); err != nil {
					t.Fatal(err)
				}
			}
			equal(t, "content", readFile(t, s.Path()), small)
			checkNames(t, dir, "auth.json", "auth.lock")
		})
	}
}
