package poolstate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
)

// ErrWritten is in the error of a write that took place all the same: the new
// content is there, whole, and something went wrong behind it.
var ErrWritten = errors.New("the change is in place")

// DamagedError is the error of a file that was to be overwritten in place,
// because it cannot be renamed over, and could neither be written nor put back.
type DamagedError struct {
	// Whole is the path of what the file should hold. It is left there, because
	// it may be the only whole copy of somebody's keys.
	Whole string
	// Err is why it could not be written, and why it could not be put back.
	Err error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%v; the file may be damaged; what it should hold is in %s", e.Err, e.Whole)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// replace puts text in the place of target, whole or not at all: a temporary
// file beside it, synced and renamed over it. Where a rename is impossible, on a
// bind-mounted file, it is copied into place. old is what the target holds now
// and like its state; like is nil for a target that does not exist yet.
func (s *Store) replace(target string, text pieces, old []byte, like fs.FileInfo) (err error) {
	s.sweep(target) // before anything is created: the disk may be full of it
	tmp, release := s.temporary(target)
	defer release()
	f, err := s.fs.Create(tmp)
	if err != nil {
		return err // what stands there, if anything, is not ours to remove
	}
	renamed := false
	defer func() {
		var damaged *DamagedError
		if !renamed && !errors.As(err, &damaged) {
			err = s.tidy(tmp, err)
		}
	}()
	if err := fill(f, text, like); err != nil {
		return err
	}
	err = s.fs.Rename(tmp, target)
	if cannotRename(err) {
		return s.copyInto(target, tmp, text.join(), old)
	}
	if err != nil {
		return err
	}
	renamed = true
	if err := s.fs.SyncDir(filepath.Dir(target)); err != nil {
		return fmt.Errorf("%w, but a power cut may undo it: %w", ErrWritten, err)
	}
	return nil
}

// patience is how often something is tried that others stand in the way of.
const patience = 20

// untilFree tries until nobody is in the way any more, and waits in between. In
// the end it gives up with the last error.
func untilFree(try func() error, inTheWay func(error) bool, wait func()) error {
	err := try()
	for range patience - 1 {
		if err == nil || !inTheWay(err) {
			break
		}
		wait()
		err = try()
	}
	return err
}

// tidy removes the temporary file of a write that ended with err, and adds to
// the error when it stays: there are secrets in it.
func (s *Store) tidy(tmp string, err error) error {
	rm := s.fs.Remove(tmp)
	switch {
	case rm == nil, errors.Is(rm, fs.ErrNotExist):
		return err
	case err == nil:
		return fmt.Errorf("%w, but a copy stays in %s: %w", ErrWritten, tmp, rm)
	}
	return fmt.Errorf("%w; and a copy stays in %s: %w", err, tmp, rm)
}

// fill writes a new file whole, down to the disk, and closes it.
func fill(f file, text pieces, like fs.FileInfo) error {
	// The umask may have taken bits away that the agent needs.
	err := f.Chmod(storeMode)
	if err == nil && like != nil {
		err = f.ChownLike(like)
	}
	if err == nil {
		err = text.writeTo(f)
	}
	if err == nil {
		err = end(f, text.size())
	}
	return errors.Join(err, f.Close())
}

// copyInto overwrites a file in place with data, which whole holds too. It
// cannot be atomic; when it fails halfway, what was there is put back.
func (s *Store) copyInto(path, whole string, data, old []byte) error {
	begun, err := s.overwrite(path, data, len(old))
	if err == nil || !begun {
		return err
	}
	if _, back := s.overwrite(path, old, len(data)); back != nil {
		return &DamagedError{whole, fmt.Errorf("%w; and what was there could not be put back: %w", err, back)}
	}
	return err
}

// overwrite writes data over a file that may be as long as longest. begun
// tells, when it fails, whether the file may have changed.
func (s *Store) overwrite(path string, data []byte, longest int) (begun bool, err error) {
	f, err := s.fs.OpenForCopy(path)
	if err != nil {
		return false, err
	}
	if err := f.Chmod(storeMode); err != nil {
		return false, errors.Join(err, f.Close())
	}
	// What is longer is overwritten with empty lines before it is cut off, so that
	// a process that is killed between the two leaves no end of the old content
	// behind the new one. One write does both: it is the least that can be torn.
	blank := bytes.Repeat([]byte("\n"), max(0, longest-len(data)))
	_, err = unshortened{f}.Write(slices.Concat(data, blank))
	if err == nil {
		err = end(f, len(data))
	}
	return true, errors.Join(err, f.Close())
}

// end ends a file at a size and waits until it is on the disk.
func end(f file, size int) error {
	if err := f.Truncate(int64(size)); err != nil {
		return err
	}
	return f.Sync()
}
