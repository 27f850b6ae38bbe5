package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// NonBlock is not needed: opening a pipe does not block.
const NonBlock = 0

// OpenShared opens a file for reading and, unlike [os.Open], allows other processes to
// replace it in the meantime. A reader must not block an agent.
func OpenShared(path string) (*os.File, error) {
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

// rename retries for a second, because the target cannot be replaced while an agent
// reads it.
func rename(from, to string) error {
	return retry(func() error { return os.Rename(from, to) }, isOpenElsewhere, func() { time.Sleep(50 * time.Millisecond) })
}

// isOpenElsewhere reports whether a rename failed because the target may be open. The
// system returns the same error if there is no write permission for the target.
func isOpenElsewhere(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
}

// alive reports whether a process exists, including one of another user.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return errors.Is(err, fs.ErrPermission)
	}
	_ = p.Release()
	return true
}

// syncDir does nothing: directories cannot be synced, and renames are journaled.
func syncDir(string) error { return nil }

// chownLike does nothing: replacing a file keeps its owner.
func chownLike(*os.File, fs.FileInfo) error { return nil }

// adopt does nothing: permissions are inherited from the directory.
func adopt(*os.File, fs.FileInfo, fs.FileInfo) error { return nil }

func cannotRename(error) bool { return false }
