//go:build unix

package poolstate

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// openShared opens a file to be read. Opening a pipe does not wait for its other
// end.
func openShared(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// rename works here whoever has the file open.
func rename(from, to string) error { return os.Rename(from, to) }

// alive reports whether a process is there, be it somebody else's.
func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// syncDir makes a rename in the directory survive a power cut. File systems
// that cannot do it say so with EINVAL or ENOTSUP, which is not our failure.
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

// chownLike keeps a file in the hands of its owner when somebody else (root, as
// a rule) replaces it: with mode 0600 the agent could not read it any more.
func chownLike(f *os.File, info fs.FileInfo) error {
	was, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if int(was.Uid) == os.Geteuid() && int(was.Gid) == os.Getegid() {
		return nil
	}
	err := f.Chown(int(was.Uid), int(was.Gid))
	if err != nil && int(was.Uid) == os.Geteuid() {
		return nil // another group of ours changes nothing at mode 0600
	}
	return err
}

// cannotRename reports whether a rename failed because the target is a mount
// point or lies on another file system: a bind-mounted file.
func cannotRename(err error) bool {
	return errors.Is(err, syscall.EXDEV) || errors.Is(err, syscall.EBUSY)
}
