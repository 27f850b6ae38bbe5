// Package userfile creates, opens and locks the files that pooltop keeps for a user, such as the
// journal. New files and directories get the owner of the directory that contains them, so that
// users can use what root creates in their home directories.
//
// Except for [OpenLog], the functions return [poolstate.ErrNotFile] for files that are not
// regular, because a pipe may block and a device may have side effects. They never change the
// mode of a link's target.
package userfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"pooltop/poolstate"
	"pooltop/poolstate/internal/atomicfile"
)

// MkdirAll creates a directory and its parents with mode 0700.
func MkdirAll(dir string) error {
	if info, err := os.Stat(dir); err == nil {
		if info.IsDir() {
			return nil
		}
		return &fs.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := MkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		if info, statErr := os.Stat(dir); statErr == nil && info.IsDir() { // another process created it
			return nil
		}
		return err
	}
	err := adoptDir(dir, parent)
	if err != nil {
		_ = os.Remove(dir)
	}
	return err
}

// adoptDir gives a new directory the owner of its parent, unless the directory has been replaced
// by a link.
func adoptDir(dir, parent string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // opened read-only
	if !isAt(f, dir) {
		return nil
	}
	return atomicfile.Adopt(f, parent)
}

// Adopt gives a new file the owner of the file at path, which it is about to replace, or, if there
// is none, the owner of its directory.
func Adopt(f *os.File, path string) error {
	if _, err := os.Stat(path); err != nil {
		path = filepath.Dir(path)
	}
	return atomicfile.Adopt(f, path)
}

// isAt reports whether path is f itself, not a link to it.
func isAt(f *os.File, path string) bool {
	info, err := f.Stat()
	at, lstatErr := os.Lstat(path)
	return err == nil && lstatErr == nil && os.SameFile(info, at)
}

// Open opens a file for reading.
func Open(path string) (*os.File, error) {
	return regular(path, func() (*os.File, error) { return atomicfile.OpenShared(path) })
}

// Read returns the content of a file.
func Read(path string) ([]byte, error) {
	file, err := atomicfile.Read(atomicfile.OS, path)
	if err != nil {
		return nil, err
	}
	return file.Data, nil
}

// Append opens a file for reading and appending, and creates it if necessary. It sets the mode
// to 0600, unless path is a link.
func Append(path string) (*os.File, error) {
	f, err := create(path, os.O_RDWR|os.O_APPEND)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm() != atomicfile.Mode && runtime.GOOS != "windows" && isAt(f, path) {
		_ = f.Chmod(atomicfile.Mode) // fails if the file belongs to another user
	}
	return f, nil
}

// OpenLog opens a file for appending, and creates it if necessary. It may be a device or a pipe.
// Opening a pipe that has no reader is an error.
func OpenLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.OpenFile(path, os.O_WRONLY|os.O_APPEND|atomicfile.NonBlock, 0)
	}
	return create(path, os.O_WRONLY|os.O_APPEND)
}

// create opens a file, and creates it, or the missing target of a link, if it does not exist.
func create(path string, flag int) (*os.File, error) {
	path = atomicfile.Follow(path)
	f, err := os.OpenFile(path, flag|os.O_CREATE|os.O_EXCL, atomicfile.Mode)
	if errors.Is(err, fs.ErrExist) {
		return regular(path, func() (*os.File, error) {
			return os.OpenFile(path, flag|os.O_CREATE|atomicfile.NonBlock, atomicfile.Mode)
		})
	}
	if err != nil {
		return nil, err
	}
	dir, _ := filepath.Split(path)
	if err := atomicfile.Adopt(f, dir+"."); err != nil {
		_ = f.Close()
		_ = os.Remove(path)
		return nil, err
	}
	return f, nil
}

// regular calls open unless the file at path is not regular. It checks the file again after
// opening it, because the file may have been replaced.
func regular(path string, open func() (*os.File, error)) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, notRegular(path)
	}
	f, err := open()
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, notRegular(path)
	}
	return f, nil
}

func notRegular(path string) error {
	return &fs.PathError{Op: "open", Path: path, Err: poolstate.ErrNotFile}
}

// lockPoll is how often Lock checks whether another process has released the lock.
const lockPoll = 5 * time.Millisecond

// Lock locks the file at path, and creates it and its directory if necessary. The error is
// [poolstate.ErrLocked] if another process holds the lock for longer than timeout.
func Lock(path string, timeout time.Duration) (*flock.Flock, error) {
	if err := MkdirAll(filepath.Dir(path)); err != nil {
		return nil, err
	}
	f, err := create(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	_ = f.Close() // opened read-only
	l := flock.New(path, flock.SetFlag(os.O_RDONLY|atomicfile.NonBlock), flock.SetPermissions(atomicfile.Mode))
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if locked, err := l.TryLockContext(ctx, lockPoll); !locked {
		_ = l.Close()
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("%s: %w", path, poolstate.ErrLocked)
		}
		return nil, err
	}
	return l, nil
}
