//go:build unix

package poolstate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// diskErrors are what a file system may answer to anything.
var diskErrors = []syscall.Errno{
	syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EROFS, syscall.EACCES, syscall.EPERM, syscall.ENOMEM, syscall.EMFILE,
}

// Whatever any step answers, at any of the times that it is taken: either all
// of the change is there and said to be, or nothing has changed; the error is
// the system's and names the file; and nothing lies beside it.
func TestAnyErrorOfAnyStep(t *testing.T) {
	steps := []string{"Stat", "ReadFile", "Create", "Chmod", "ChownLike", "Write", "Truncate", "Sync", "Close", "Rename", "SyncDir", "OpenForCopy"}
	faulty := 0
	for _, cause := range diskErrors {
		for _, step := range steps {
			for _, copied := range []error{nil, syscall.EXDEV, syscall.EBUSY} {
				for n := 1; ; n++ {
					fail := map[string]fault{step: {n: n, err: cause}}
					if copied != nil && step != "Rename" {
						fail["Rename"] = fault{err: copied}
					}
					s := newStore(t, shrinking)
					f := withFaults(s, fail)
					err := useOnce(s)
					if f.taken[step] < n {
						wantErr(t, err, nil)
						break
					}
					faulty++
					if n == 1 && (step == "Stat" || step == "ReadFile") {
						// The look ahead of the lock is only there to save time.
						wantErr(t, err, nil)
						equal(t, "store", readFile(t, s.Path()), smallAfter)
						continue
					}
					checkFaulty(t, s, fmt.Sprintf("%v of %s %d", cause, step, n), err, cause)
				}
			}
		}
	}
	equal(t, "enough faults", faulty > 250, true)
}

func checkFaulty(t *testing.T, s *Store, what string, err error, cause error) {
	t.Helper()
	want := shrinking
	if errors.Is(err, ErrWritten) {
		want = smallAfter
	}
	if got := readFile(t, s.Path()); got != want {
		t.Errorf("%s: the file has %d bytes, want %d", what, len(got), len(want))
	}
	if err == nil || !errors.Is(err, cause) || !strings.Contains(err.Error(), s.Path()) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: the error is %v", what, err)
	}
	checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
}

// full is a disk that has room for so many bytes more.
type full struct {
	osFiles
	room   int
	silent bool // it writes less, and says nothing of it
	rename error
}

func (f *full) Create(path string) (file, error)      { return f.wrap(f.osFiles.Create(path)) }
func (f *full) OpenForCopy(path string) (file, error) { return f.wrap(f.osFiles.OpenForCopy(path)) }

func (f *full) Rename(from, to string) error {
	if f.rename != nil {
		return f.rename
	}
	return f.osFiles.Rename(from, to)
}

func (f *full) wrap(opened file, err error) (file, error) { return fullFile{opened, f}, err }

type fullFile struct {
	file
	disk *full
}

func (f fullFile) Write(p []byte) (int, error) {
	n := min(len(p), f.disk.room)
	f.disk.room -= n
	written, err := f.file.Write(p[:n])
	if err == nil && n < len(p) && !f.disk.silent {
		err = syscall.ENOSPC
	}
	return written, err
}

// A disk may be full at any byte. Nothing is lost, and once there is room the
// same write works.
func TestADiskThatIsFullAtAnyByte(t *testing.T) {
	for _, silent := range []bool{false, true} {
		for room := range len(smallAfter) {
			s := newStore(t, small)
			s.fs = &full{room: room, silent: silent}
			err := useOnce(s)
			if !errors.Is(err, syscall.ENOSPC) && !strings.Contains(err.Error(), "short write") {
				t.Errorf("with room for %d bytes the error is %v", room, err)
			}
			equal(t, "content", readFile(t, s.Path()), small)
			checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
			s.fs = osFiles{}
			wantErr(t, useOnce(s), nil)
			equal(t, "content with room", readFile(t, s.Path()), smallAfter)
		}
	}
}

// Copying in place needs the room a second time. A disk that has none even to
// put back what was overwritten is the worst case: the whole content is kept
// beside the file, and the error says where, until a later write.
func TestADiskThatIsFullAtAnyByteOfACopy(t *testing.T) {
	for room := range len(smallAfter) {
		s := newStore(t, small)
		s.fs = &full{room: len(smallAfter) + room, rename: syscall.EXDEV}
		err := useOnce(s)
		wantErr(t, err, syscall.ENOSPC)
		var damaged *DamagedError
		if !errors.As(err, &damaged) || !strings.Contains(err.Error(), damaged.Whole) {
			t.Fatalf("the error is %v", err)
		}
		equal(t, "what is whole", readFile(t, damaged.Whole), smallAfter)
		if err := os.Rename(damaged.Whole, s.Path()); err != nil { // as somebody mends it
			t.Fatal(err)
		}
		s.fs = osFiles{}
		wantErr(t, useOnce(s), nil)
		checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
	}
}
