package poolstate

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// openShared opens a file to be read, and lets others rename over it meanwhile:
// looking at the store must not stand in an agent's way. [os.Open] would.
func openShared(path string) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	const shared = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	h, err := windows.CreateFile(name, windows.GENERIC_READ, shared, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// rename waits for those who have the target open: an agent that reads it does
// not let it be replaced meanwhile.
func rename(from, to string) error {
	return untilFree(func() error { return os.Rename(from, to) }, isOpenElsewhere, func() { time.Sleep(lockPoll) })
}

// isOpenElsewhere reports whether a rename failed because somebody has the target open,
// which the system does not tell from a target that may not be written.
func isOpenElsewhere(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
}

// alive reports whether a process is there, be it somebody else's.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return errors.Is(err, fs.ErrPermission)
	}
	_ = p.Release()
	return true
}

// Directories cannot be synced here; the rename itself is journaled.
func syncDir(string) error { return nil }

// Replacing a file keeps its owner here.
func chownLike(*os.File, fs.FileInfo) error { return nil }

func cannotRename(error) bool { return false }
