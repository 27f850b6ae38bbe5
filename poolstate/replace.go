package poolstate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// replace puts data in the place of target, whole or not at all: a temporary
// file beside it, synced and renamed over it. Where a rename is impossible, on a
// bind-mounted file, it is copied into place. old is what the target holds now
// and like its state; like is nil for a target that does not exist yet. The
// verdict on data is waited for once the temporary file is on the disk.
func (s *Store) replace(target string, data, old []byte, like fs.FileInfo, verdict <-chan error) (err error) {
	dir := filepath.Dir(target)
	tmp := fmt.Sprintf("%s.tmp.%d.%s", target, os.Getpid(), s.random())
	f, err := s.fs.Create(tmp)
	if err != nil {
		return err // what stands there, if anything, is not ours to remove
	}
	defer func() {
		if rm := s.fs.Remove(tmp); rm != nil && !errors.Is(rm, fs.ErrNotExist) {
			err = errors.Join(err, rm)
		}
	}()
	if err := fill(f, data, like); err != nil {
		return err
	}
	if err := <-verdict; err != nil {
		return fmt.Errorf("the edit would leave it broken (%w); nothing was written", err)
	}
	err = s.fs.Rename(tmp, target)
	if cannotRename(err) {
		return s.copyInto(target, data, old)
	}
	if err != nil {
		return err
	}
	return s.fs.SyncDir(dir)
}

// fill writes a new file whole, down to the disk, and closes it.
func fill(f file, data []byte, like fs.FileInfo) error {
	// The umask may have taken bits away that the agent needs.
	err := f.Chmod(storeMode)
	if err == nil && like != nil {
		err = f.ChownLike(like)
	}
	if err == nil {
		err = writeAll(f, data)
	}
	return errors.Join(err, f.Close())
}

// copyInto overwrites a file in place. It cannot be atomic; when it fails
// halfway, what was there is put back.
func (s *Store) copyInto(path string, data, old []byte) error {
	begun, err := s.overwrite(path, data)
	if err == nil || !begun {
		return err
	}
	if _, back := s.overwrite(path, old); back != nil {
		return fmt.Errorf("%w; and what was there could not be put back: %w", err, back)
	}
	return err
}

// overwrite writes data over a file. begun tells, when it fails, whether the
// file may have changed.
func (s *Store) overwrite(path string, data []byte) (begun bool, err error) {
	f, err := s.fs.OpenForCopy(path)
	if err != nil {
		return false, err
	}
	if err := f.Chmod(storeMode); err != nil {
		return false, errors.Join(err, f.Close())
	}
	return true, errors.Join(writeAll(f, data), f.Close())
}

// writeAll writes data from the start of the file, ends the file there and
// waits until it is on the disk.
func writeAll(f file, data []byte) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Truncate(int64(len(data))); err != nil {
		return err
	}
	return f.Sync()
}
