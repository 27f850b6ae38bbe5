package poolstate

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"pooltop/poolstate/internal/atomicfile"
)

// ReplacePublic replaces the content of a file that everyone may read, or creates the file.
// Readers see either the old content or the new one. The directory must exist. The content must
// not contain secrets. The warning is a problem that occurred after the content was replaced.
func ReplacePublic(path string, data []byte) (warning, err error) {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		target, err = path, nil
	}
	if err != nil {
		return nil, err
	}
	old, err := atomicfile.Read(publicFS{atomicfile.OS}, target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return atomicfile.Replace(publicFS{atomicfile.OS}, target, data, old, strconv.Itoa(os.Getpid()))
}

// publicFS creates files that everyone may read.
type publicFS struct{ atomicfile.FS }

func (f publicFS) Create(path string) (atomicfile.File, error) { return public(f.FS.Create(path)) }

func (f publicFS) OpenForCopy(path string) (atomicfile.File, error) {
	return public(f.FS.OpenForCopy(path))
}

func public(file atomicfile.File, err error) (atomicfile.File, error) {
	if err != nil {
		return nil, err
	}
	return publicFile{file}, nil
}

type publicFile struct{ atomicfile.File }

func (f publicFile) Chmod(fs.FileMode) error { return f.File.Chmod(0o644) }
