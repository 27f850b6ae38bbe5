package poolstate

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// ErrReadOnly is the error of a store that this user may not write.
var ErrReadOnly = errors.New("read-only for this user; act as its owner, or change its mode")

// ErrReadOnlyDisk is the error of a store on a file system that nobody may
// write.
var ErrReadOnlyDisk = errors.New("on a read-only file system; mount it writable")

// Writable returns nil when, as far as permissions tell, the store can be
// written, else an error that names what cannot. It writes nothing. A file
// that is not there is no reason.
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
