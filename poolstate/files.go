package poolstate

import (
	"io/fs"
	"os"
)

// files is what the store asks of the file system. The one that is not the
// operating system is a test's, which lets any step fail.
type files interface {
	Stat(path string) (fs.FileInfo, error)
	ReadFile(path string) ([]byte, error)
	// Create makes a new file, exclusively, with mode 0600.
	Create(path string) (file, error)
	// OpenForCopy opens an existing file to be written in place.
	OpenForCopy(path string) (file, error)
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(path string) error
}

// file is an open file that is being written.
type file interface {
	Write(p []byte) (int, error)
	Truncate(size int64) error
	Chmod(mode fs.FileMode) error
	// ChownLike gives the file the owner of the one that it will replace.
	ChownLike(info fs.FileInfo) error
	Sync() error
	Close() error
}

const storeMode fs.FileMode = 0o600

type osFiles struct{}

func (osFiles) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }
func (osFiles) ReadFile(path string) ([]byte, error)  { return os.ReadFile(path) }
func (osFiles) Rename(from, to string) error          { return os.Rename(from, to) }
func (osFiles) Remove(path string) error              { return os.Remove(path) }
func (osFiles) SyncDir(path string) error             { return syncDir(path) }

func (osFiles) Create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, storeMode)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (osFiles) OpenForCopy(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

type osFile struct{ *os.File }

func (f osFile) ChownLike(info fs.FileInfo) error { return chownLike(f.File, info) }
