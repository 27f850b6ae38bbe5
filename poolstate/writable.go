package poolstate

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// ErrReadOnly is the error of a store that this user has no permission to write.
var ErrReadOnly = errors.New("read-only for this user; act as its owner, or change its mode")

// ErrReadOnlyDisk is the error of a store on a read-only file system.
var ErrReadOnlyDisk = errors.New("on a read-only file system; mount it writable")

// Writable checks the permissions for writing the store. Its error, ErrReadOnly
// or ErrReadOnlyDisk, names the file or directory that cannot be written. A
// missing file is not an error. It writes nothing.
func (s *Store) Writable() error {
	target := s.path
	if resolved, err := filepath.EvalSymlinks(s.path); err == nil {
		target = resolved
	}
	paths := []string{target, filepath.Dir(target), LockPath(s.path)}
	if _, err := s.fs.Stat(LockPath(s.path)); err != nil {
		paths = append(paths, filepath.Dir(s.path)) // where the lock has to be created
	}
	for _, path := range paths {
		switch err := mayWrite(path); {
		case errors.Is(err, ErrReadOnlyDisk):
			return fmt.Errorf("%s: %w", path, ErrReadOnlyDisk)
		case errors.Is(err, fs.ErrPermission):
			return fmt.Errorf("%s: %w", path, ErrReadOnly)
		}
	}
	return nil
}
