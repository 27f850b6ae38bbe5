package poolstate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// files is what the store asks of the file system. The one that is not the
// operating system is a test's, which lets any step fail.
type files interface {
	Stat(path string) (fs.FileInfo, error)
	// ReadFile reads a regular file that is no larger than maxStoreSize, into the
	// memory if there is one. If it holds what like does, like itself is returned,
	// and no memory is needed.
	ReadFile(path string, like []byte, into *memory) ([]byte, error)
	// Names lists a directory, in any order.
	Names(path string) ([]string, error)
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
func (osFiles) Rename(from, to string) error          { return rename(from, to) }
func (osFiles) Remove(path string) error              { return os.Remove(path) }
func (osFiles) SyncDir(path string) error             { return syncDir(path) }

// ReadFile does not trust what was seen of the path before: the file may be
// another one by now, may grow, and opening a pipe would wait for a writer.
func (osFiles) ReadFile(path string, like []byte, into *memory) ([]byte, error) {
	f, err := openShared(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := readable(path, info); err != nil {
		return nil, err
	}
	data, err := readLike(io.LimitReader(f, maxStoreSize+1), int(info.Size()), like, into)
	if err != nil {
		return nil, err
	}
	if len(data) > maxStoreSize {
		return nil, fmt.Errorf("%s: %w", path, ErrTooLarge)
	}
	return data, nil
}

// chunkSize is how much is read or written at a time.
const chunkSize = 64 << 10

// readLike reads all of r, about size bytes, into the memory if there is one; like
// itself if it holds the same.
func readLike(r io.Reader, size int, like []byte, into *memory) ([]byte, error) {
	chunk := make([]byte, min(size+1, chunkSize))
	for same := 0; ; {
		n, err := io.ReadFull(r, chunk)
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !ended {
			return nil, err
		}
		if bytes.HasPrefix(like[same:], chunk[:n]) {
			same += n
			if !ended {
				continue
			}
			return like[:same:same], nil
		}
		b := bytes.NewBuffer(into.take(max(size, same+n) + bytes.MinRead))
		b.Write(like[:same])
		b.Write(chunk[:n])
		_, err = b.ReadFrom(r)
		into.put(b.Bytes())
		return b.Bytes(), err
	}
}

func (osFiles) Names(path string) ([]string, error) {
	d, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }() // it was only read
	return d.Readdirnames(-1)
}

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
