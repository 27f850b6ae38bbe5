package userfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"pooltop/poolstate/internal/atomicfile"
)

// Replace replaces the content of a file, or creates the file and its directory. Readers see
// either the old content or the new one.
func Replace(path string, data []byte) error {
	if err := MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	_, err := replace(atomicfile.OS, path, data)
	return err
}

// ReplacePublic is like [Replace] for a file that everyone may read, but the directory must exist.
// The content must not contain secrets. The warning is a problem that occurred after the content
// was replaced.
func ReplacePublic(path string, data []byte) (warning, err error) {
	return replace(publicFS{atomicfile.OS}, path, data)
}

func replace(fsys atomicfile.FS, path string, data []byte) (warning, err error) {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		target, err = path, nil
	}
	if err != nil {
		return nil, err
	}
	old, err := atomicfile.Read(fsys, target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return atomicfile.Replace(fsys, target, data, old, strconv.Itoa(os.Getpid()))
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

// Adopt ignores a failure, because the owner of the directory may read the file anyway.
func (f publicFile) Adopt(dir string) error {
	_ = f.File.Adopt(dir)
	return nil
}
