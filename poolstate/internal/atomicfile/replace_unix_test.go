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

// diskErrors are errors that a file system may return for any operation.
var diskErrors = []syscall.Errno{
	syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EROFS, syscall.EACCES, syscall.EPERM, syscall.ENOMEM, syscall.EMFILE,
}

// Every call to every step fails once with each error, both with a rename and with an
// in-place copy. Either the content is replaced, or the file is unchanged and an error is
// returned. No other file is left.
func TestReplace_AnyError(t *testing.T) {
	steps := []string{"Stat", "ReadFile", "Create", "Chmod", "ChownLike", "Write", "Truncate", "Sync", "Close", "Rename", "SyncDir", "OpenForCopy"}
	injected, path := 0, target(t, long)
	for _, cause := range diskErrors {
		for _, step := range steps {
			for _, renameErr := range []error{nil, syscall.EXDEV} {
				for n := 1; ; n++ {
					faults := map[string]fault{step: {n: n, err: cause}}
					if renameErr != nil && step != "Rename" {
						faults["Rename"] = fault{err: renameErr}
					}
					wantErr(t, os.WriteFile(path, []byte(long), 0o640), nil)
					f, count := fail(faults)
					warning, err := replaceWith(f, path, after)
					if count[step] < n {
						wantErr(t, errors.Join(warning, err), nil)
						break
					}
					injected++
					checkFaulty(t, path, fmt.Sprintf("%v in %s, call %d", cause, step, n), warning, err, cause)
				}
			}
		}
	}
	equal(t, "enough faults", injected > 180, true)
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

// The file is unchanged no matter how many bytes are written before the disk is full.
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

// If the disk becomes full during an in-place copy and the old content cannot be restored,
// a file with the new content is kept, and the error includes its path.
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

// DamagedError wraps the errors from the in-place copy and from restoring the old content.
func TestReplace_Damaged(t *testing.T) {
	f, _ := fail(map[string]fault{"Rename": {err: syscall.EBUSY}, "Truncate": {2, syscall.EIO}, "OpenForCopy": {2, errFault}})
	_, err := replaceWith(f, target(t, short), after)
	wantErr(t, err, syscall.EIO)
	wantErr(t, err, errFault)
}

// A file that a rename cannot replace, such as a bind-mounted one, is overwritten in place.
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

// After a crash, the file has the old or the new content. The exception is a crash
// during an in-place copy, after which the temporary file has the new content.
func TestReplace_Crash(t *testing.T) {
	for _, renameErr := range []error{nil, syscall.EBUSY} {
		for _, old := range []string{short, long} {
			steps := 0
			for n, writes := 1, 0; ; n++ {
				path := target(t, old)
				step := crashAt(path, after, renameErr, n)
				if step == "" {
					break
				}
				steps++
				if step == midWrite {
					writes++
				}
				if step == midWrite && writes == 2 {
					checkContent(t, fmt.Sprintf("%s.tmp.%d.pooltopr4nd0m", path, os.Getpid()), after)
					continue
				}
				checkCrashed(t, path, step, old, after)
			}
			equal(t, "enough steps", steps >= 13, true)
		}
	}
}

// The mode is 0600 regardless of the umask.
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
		t.Skip("cannot change the owner even as root: ", err)
	}
	_, err := replaceWith(OS, path, after)
	wantErr(t, err, nil)
	info, err := os.Stat(path)
	wantErr(t, err, nil)
	owner := info.Sys().(*syscall.Stat_t)
	equal(t, "user", owner.Uid, 12345)
	equal(t, "group", owner.Gid, 23456)
}

func TestSyncDir_Missing(t *testing.T) {
	wantErr(t, syncDir(filepath.Join(t.TempDir(), "gone")), fs.ErrNotExist)
}

// FuzzReplace simulates a crash at any step, with any contents, with and without a
// rename.
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
