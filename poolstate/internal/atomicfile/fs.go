package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// FS contains the file system operations that this package uses. [OS] is the real file
// system. Tests use implementations that fail on purpose.
type FS interface {
	Stat(path string) (fs.FileInfo, error)
	ReadFile(path string) ([]byte, error)  // reads a regular file of at most MaxSize bytes
	Names(path string) ([]string, error)   // lists the names in a directory, in any order
	Create(path string) (File, error)      // creates a new file with mode 0600
	OpenForCopy(path string) (File, error) // opens an existing file to write it in place
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(path string) error
}

// File is a file that is open for writing.
type File interface {
	io.WriteCloser
	Truncate(size int64) error
	Chmod(mode fs.FileMode) error
	ChownLike(info fs.FileInfo) error // sets the owner and group to match another file
	Adopt(dir string) error           // see [Adopt]
	Sync() error
}

// Mode is the mode of every file that is written, because the content is secret.
const Mode fs.FileMode = 0o600

// MaxSize is the maximum size in bytes of a file to read. A file with 10,000
// credentials is about six megabytes long.
const MaxSize = 256 << 20

// ErrNotRegular and ErrTooLarge are returned for files that must not be read because of
// their type or size.
var (
	ErrNotRegular = errors.New("not a regular file")
	ErrTooLarge   = fmt.Errorf("larger than %d MB, too large for a credential pool", MaxSize>>20)
)

// State is the content and metadata of a file.
type State struct {
	Data []byte
	Info fs.FileInfo
}

// Read returns the state of a regular file. It does not open other kinds of files:
// opening a pipe may block, and opening a device may have side effects.
func Read(fsys FS, path string) (*State, error) {
	info, err := fsys.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := checkReadable(path, info); err != nil {
		return nil, err
	}
	data, err := fsys.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return &State{data, info}, nil
}

func checkReadable(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %w", path, ErrNotRegular)
	}
	if info.Size() > MaxSize {
		return fmt.Errorf("%s: %w", path, ErrTooLarge)
	}
	return nil
}

// OS is the file system of the operating system.
var OS FS = osFS{}

type osFS struct{}

func (osFS) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }
func (osFS) Rename(from, to string) error          { return rename(from, to) }
func (osFS) Remove(path string) error              { return os.Remove(path) }
func (osFS) SyncDir(path string) error             { return syncDir(path) }
func (osFS) OpenForCopy(path string) (File, error) { return open(path, os.O_WRONLY) }
func (osFS) Create(path string) (File, error)      { return open(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL) }

// ReadFile checks the file again after opening it, in case the path was replaced. It
// limits the number of bytes that it reads, in case the file grows.
func (osFS) ReadFile(path string) ([]byte, error) {
	f, err := OpenShared(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened read-only
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := checkReadable(path, info); err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	n, err := b.ReadFrom(io.LimitReader(f, MaxSize+1))
	if err == nil && n > MaxSize {
		err = fmt.Errorf("%s: %w", path, ErrTooLarge)
	}
	return b.Bytes(), err
}

func (osFS) Names(path string) ([]string, error) {
	d, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }() // opened read-only
	return d.Readdirnames(-1)
}

// Follow returns the path that a link leads to, which may not exist. It does not clean the path,
// because .. after a link to a directory is the parent of the link's target.
func Follow(path string) string {
	const maxLinks = 40 // as in Linux
	for range maxLinks {
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			dir, _ := filepath.Split(path)
			target = dir + target
		}
		path = target
	}
	return path
}

func open(path string, flags int) (File, error) {
	f, err := os.OpenFile(path, flags, Mode)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

type osFile struct{ *os.File }

func (f osFile) ChownLike(info fs.FileInfo) error { return chownLike(f.File, info) }
func (f osFile) Adopt(dir string) error           { return Adopt(f.File, dir) }

// Adopt sets the owner of f, a new file or directory in dir, to the owner of dir, who
// otherwise could not use what root creates in a home directory. A failure is an error only if
// it would keep that user from using f, and dir is not shared with other users.
func Adopt(f *os.File, dir string) error {
	parent, err := os.Stat(dir)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return adopt(f, info, parent)
}
