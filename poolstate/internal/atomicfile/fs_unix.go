//go:build unix

package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// NonBlock is the flag of [os.OpenFile] that keeps it from waiting for the other end of a pipe.
const NonBlock = syscall.O_NONBLOCK

// OpenShared opens a file for reading. It does not block on a pipe.
func OpenShared(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|NonBlock, 0) }

func rename(from, to string) error { return os.Rename(from, to) }

// alive reports whether a process exists, including one of another user.
func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// syncDir makes a rename in the directory survive a power failure. File systems that
// cannot sync a directory return EINVAL or ENOTSUP, which syncDir ignores.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// chownLike sets the owner and group of f to those in info. They differ if another user,
// usually root, replaces the file. With mode 0600, the agent could then not read it.
func chownLike(f *os.File, info fs.FileInfo) error {
	want, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	sameUser := int(want.Uid) == os.Geteuid()
	if sameUser && int(want.Gid) == os.Getegid() {
		return nil
	}
	err := f.Chown(int(want.Uid), int(want.Gid))
	if sameUser {
		return nil // the group does not matter with mode 0600
	}
	return err
}

// owned is a new file or directory.
type owned interface {
	Name() string
	Chown(uid, gid int) error
}

// adopt gives f the owner of its directory. It ignores a failure if that owner is root, who can use f
// anyway, or if the group or everyone may create files in the directory, as in /tmp.
func adopt(f owned, info, parent fs.FileInfo) error {
	have, known := info.Sys().(*syscall.Stat_t)
	want, alsoKnown := parent.Sys().(*syscall.Stat_t)
	if !known || !alsoKnown || have.Uid == want.Uid {
		return nil
	}
	err := f.Chown(int(want.Uid), int(want.Gid))
	if err == nil || want.Uid == 0 || parent.Mode().Perm()&0o022 != 0 {
		return nil
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		err = failed.Err
	}
	return &fs.PathError{Op: "create", Path: f.Name(), Err: fmt.Errorf("cannot give it to the owner of its directory: %w", err)}
}

// cannotRename reports whether a rename failed because the target is a mount point,
// such as a bind-mounted file, or is on another file system.
func cannotRename(err error) bool {
	return errors.Is(err, syscall.EXDEV) || errors.Is(err, syscall.EBUSY)
}
