//go:build unix

package atomicfile

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// diskErrors are errors that a file system may return for anything.
var diskErrors = []syscall.Errno{
	syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EROFS, syscall.EACCES, syscall.EPERM, syscall.ENOMEM, syscall.EMFILE,
}

// Every step fails with every error at every occurrence, with and without a
// rename. Either the content was replaced, or the file is as it was and there is
// an error; no other file is left.
func TestReplace_AnyError(t *testing.T) {
	steps := []string{"Stat", "ReadFile", "Create", "Chmod", "ChownLike", "Write", "Truncate", "Sync", "Close", "Rename", "SyncDir", "OpenForCopy"}
	injected := 0
	for _, cause := range diskErrors {
		for _, step := range steps {
			for _, renameErr := range []error{nil, syscall.EXDEV, syscall.EBUSY} {
				for n := 1; ; n++ {
					faults := map[string]fault{step: {n: n, err: cause}}
					if renameErr != nil && step != "Rename" {
						faults["Rename"] = fault{err: renameErr}
					}
					path := target(t, long)
					f, count := fail(faults)
					warning, err := replaceWith(f, path, after)
					if count[step] < n {
						wantErr(t, errors.Join(warning, err), nil)
						break
					}
					injected++
					checkFaulty(t, path, fmt.Sprintf("%v of %s %d", cause, step, n), warning, err, cause)
				}
			}
		}
	}
	equal(t, "enough faults", injected > 250, true)
}

func checkFaulty(t *testing.T, path, what string, warning, err, cause error) {
	t.Helper()
	want := long
	if err == nil {
		want, err = after, warning
	}
	checkContent(t, path, want)
	if err == nil || !errors.Is(err, cause) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: the error is %v", what, err)
	}
	checkFiles(t, path, "auth.json")
}

// The disk is full after any number of bytes.
func TestReplace_FullDisk(t *testing.T) {
	for _, silent := range []bool{false, true} {
		for room := range len(after) {
			path := target(t, short)
			_, err := replaceWith(&fakeFS{FS: OS, step: func(string) error { return nil }, room: &room, silent: silent}, path, after)
			if !errors.Is(err, syscall.ENOSPC) && !strings.Contains(err.Error(), "short write") {
				t.Errorf("with room for %d bytes the error is %v", room, err)
			}
			checkContent(t, path, short)
			checkFiles(t, path, "auth.json")
		}
	}
}

// A copy in place needs the space a second time. If there is none to restore the
// old content either, the new content is kept in a file that the error names.
func TestReplace_FullDiskWhileCopying(t *testing.T) {
	for room := range len(after) {
		path := target(t, short)
		left := len(after) + room
		f, _ := fail(map[string]fault{"Rename": {err: syscall.EXDEV}})
		f.room = &left
		_, err := replaceWith(f, path, after)
		wantErr(t, err, syscall.ENOSPC)
		var damaged *DamagedError
		if !errors.As(err, &damaged) || !strings.Contains(err.Error(), damaged.Whole) {
			t.Fatalf("the error is %v", err)
		}
		checkContent(t, damaged.Whole, after)
	}
}

// The fields of DamagedError name the cause of both failures.
func TestReplace_Damaged(t *testing.T) {
	path := target(t, short)
	f, _ := fail(map[string]fault{"Rename": {err: syscall.EBUSY}, "Truncate": {n: 2, err: syscall.EIO}})
	opened, step := 0, f.step
	f.step = func(name string) error {
		if name == "OpenForCopy" {
			if opened++; opened == 2 {
				return errFault
			}
		}
		return step(name)
	}
	_, err := replaceWith(f, path, after)
	wantErr(t, err, syscall.EIO)
	wantErr(t, err, errFault)
	equal(t, "says that the file may be damaged", strings.Contains(err.Error(), "may be damaged"), true)
}

// A bind-mounted file cannot be renamed over.
func TestReplace_CopiesInPlace(t *testing.T) {
	for _, renameErr := range []error{syscall.EXDEV, syscall.EBUSY} {
		for _, old := range []string{short, long} {
			path := target(t, old)
			before, err := os.Stat(path)
			wantErr(t, err, nil)
			f, count := fail(map[string]fault{"Rename": {err: renameErr}})
			warning, err := replaceWith(f, path, after)
			wantErr(t, errors.Join(warning, err), nil)
			now, err := os.Stat(path)
			wantErr(t, err, nil)
			equal(t, "same file", os.SameFile(before, now), true)
			equal(t, "syncs", count["Sync"], 2)
			checkMode(t, path)
			checkContent(t, path, after)
			checkFiles(t, path, "auth.json")
		}
	}
}

// A crash while copying leaves valid content between any two system calls. In the
// middle of the one write it may not, and then the new content is in the
// temporary file.
func TestReplace_CrashWhileCopying(t *testing.T) {
	for _, old := range []string{short, long} {
		writes := 0
		for n := 1; ; n++ {
			path := target(t, old)
			step := crashAt(path, after, syscall.EBUSY, n)
			if step == "" {
				break
			}
			if step == midWrite {
				writes++
			}
			if step == midWrite && writes == 2 {
				checkContent(t, fmt.Sprintf("%s.tmp.%d.pooltopr4nd0m", path, os.Getpid()), after)
				continue
			}
			checkCrashed(t, path, step, old, after)
		}
		equal(t, "writes", writes, 2)
	}
}

// Mode 0600 does not depend on the umask.
func TestReplace_Umask(t *testing.T) {
	for _, umask := range []int{0, 0o777} {
		path := target(t, short)
		old := syscall.Umask(umask)
		_, err := replaceWith(OS, path, after)
		syscall.Umask(old)
		wantErr(t, err, nil)
		checkMode(t, path)
	}
}

func TestReplace_KeepsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can change the owner of a file")
	}
	path := target(t, short)
	if err := os.Chown(path, 12345, 23456); err != nil {
		t.Skip("this root cannot change the owner: ", err)
	}
	_, err := replaceWith(OS, path, after)
	wantErr(t, err, nil)
	info, err := os.Stat(path)
	wantErr(t, err, nil)
	owner := info.Sys().(*syscall.Stat_t)
	equal(t, "user", owner.Uid, 12345)
	equal(t, "group", owner.Gid, 23456)
}

func TestSyncDir(t *testing.T) {
	wantErr(t, syncDir(t.TempDir()), nil)
	wantErr(t, syncDir(filepath.Join(t.TempDir(), "gone")), fs.ErrNotExist)
}

// FuzzReplace crashes at any step, with any contents, with and without a rename.
func FuzzReplace(f *testing.F) {
	f.Add(short, after, false, uint8(11))
	f.Add(long, after, true, uint8(16))
	f.Add("", "x", true, uint8(20))
	f.Add("x\n\n", "", true, uint8(18))
	f.Fuzz(func(t *testing.T, old, content string, copying bool, n uint8) {
		var renameErr error
		if copying {
			renameErr = syscall.EBUSY
		}
		path := target(t, old)
		step := crashAt(path, content, renameErr, int(n))
		if step != midWrite || !copying {
			checkCrashed(t, path, cmp.Or(step, "the end"), old, content)
		}
	})
}
