// Package atomicfile replaces the content of a file, either completely or not at all.
//
// [Replace] writes a temporary file next to the target and renames it over the target.
// It preserves the owner and group and sets the mode to 0600. A new file gets the owner of
// its directory. A target that a rename cannot replace, such as a bind-mounted file, is
// overwritten in place. If that fails, the old content is restored. The caller must hold a
// lock that excludes other writers.
package atomicfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
)

// DamagedError reports that a file had to be overwritten in place and could be neither
// written nor restored.
type DamagedError struct {
	Whole string // path of a file that contains the complete new content
	Err   error  // why the file could be neither written nor restored
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%v; the file may be damaged; its complete new content is in %s", e.Err, e.Whole)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// Replace replaces the content of a file. target is the path of the file, without
// symlinks. old is the state of the file, or nil if it does not exist. random makes the
// name of the temporary file unique within this process. The warning is a problem that
// occurred after the content was replaced. If there is an error, the file is unchanged,
// unless the error is a *[DamagedError].
func Replace(fsys FS, target string, data []byte, old *State, random string) (warning, err error) {
	sweep(fsys, target) // first, because leftover files may be filling the disk
	tmp, release := temporary(target, random)
	defer release()
	f, err := fsys.Create(tmp)
	if err != nil {
		return nil, err // do not remove it: an existing file belongs to another writer
	}
	if err := fill(f, data, old, filepath.Dir(target)); err != nil {
		return nil, Join(err, discard(fsys, tmp))
	}
	if err = fsys.Rename(tmp, target); err == nil {
		if err := fsys.SyncDir(filepath.Dir(target)); err != nil {
			warning = fmt.Errorf("a power failure may undo the change: %w", err)
		}
		return warning, nil
	}
	if cannotRename(err) && old != nil {
		err = overwriteOrRestore(fsys, target, tmp, data, old.Data)
	}
	if _, damaged := errors.AsType[*DamagedError](err); damaged {
		return nil, err
	}
	if err == nil {
		return discard(fsys, tmp), nil
	}
	return nil, Join(err, discard(fsys, tmp))
}

// discard removes a temporary file. The error includes the path, because the file
// contains secrets.
func discard(fsys FS, tmp string) error {
	err := fsys.Remove(tmp)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("a copy remains in %s: %w", tmp, err)
}

// Join joins two errors into one line. Either may be nil.
func Join(a, b error) error {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	return fmt.Errorf("%w; and %w", a, b)
}

// fill writes data to a new file in dir, syncs the file and closes it.
func fill(f File, data []byte, old *State, dir string) error {
	// The umask may have removed bits that the agent needs.
	err := f.Chmod(Mode)
	switch {
	case err == nil && old != nil:
		err = f.ChownLike(old.Info)
	case err == nil:
		err = f.Adopt(dir)
	}
	if err == nil {
		err = write(f, data, len(data))
	}
	return Join(err, f.Close())
}

// write writes data to the file, truncates the file to size and syncs it.
func write(f File, data []byte, size int) error {
	n, err := f.Write(data)
	if err == nil && n < len(data) { // some file systems write less without an error
		err = io.ErrShortWrite
	}
	if err == nil {
		err = f.Truncate(int64(size))
	}
	if err == nil {
		err = f.Sync()
	}
	return err
}

// overwriteOrRestore overwrites a file in place with data. If that fails, it restores
// the old content. whole is the path of a file that also contains data.
func overwriteOrRestore(fsys FS, path, whole string, data, old []byte) error {
	begun, err := overwrite(fsys, path, data, len(old))
	if err == nil || !begun {
		return err
	}
	if _, failed := overwrite(fsys, path, old, len(data)); failed != nil {
		return &DamagedError{whole, fmt.Errorf("%w; and the old content could not be restored: %w", err, failed)}
	}
	return err
}

// overwrite overwrites a file of up to longest bytes with data. If it fails, begun
// reports whether the file may have changed.
func overwrite(fsys FS, path string, data []byte, longest int) (begun bool, err error) {
	f, err := fsys.OpenForCopy(path)
	if err != nil {
		return false, err
	}
	if err := f.Chmod(Mode); err != nil {
		return false, Join(err, f.Close())
	}
	// Pad shorter data with empty lines and write everything in a single call. If the
	// process is killed before the padding is truncated, the file is still valid JSON.
	blank := bytes.Repeat([]byte("\n"), max(0, longest-len(data)))
	err = write(f, slices.Concat(data, blank), len(data))
	return true, Join(err, f.Close())
}

const maxAttempts = 20

// retry calls try until it is no longer blocked by another process, but at most
// maxAttempts times. It calls wait between attempts.
func retry(try func() error, blocked func(error) bool, wait func()) error {
	err := try()
	for n := 1; n < maxAttempts && err != nil && blocked(err); n++ {
		wait()
		err = try()
	}
	return err
}
