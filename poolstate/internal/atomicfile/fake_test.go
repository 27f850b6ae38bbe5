package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

var errFault = errors.New("injected fault")

// midWrite is the step between the two halves of a write.
const midWrite = "Write, second half"

// fakeFS wraps the real file system and calls step before each operation. step may
// return an error to make the operation fail, or panic to simulate a crash. Nothing is
// synced, because syncing is slow.
type fakeFS struct {
	FS
	step func(name string) error
	// room is the number of free bytes on the disk; nil means unlimited. If silent is
	// set, a full disk does not cause an error.
	room   *int
	silent bool
}

// fail returns a file system with the given faults, and a map that counts the calls to each
// step.
func fail(faults map[string]fault) (f *fakeFS, count map[string]int) {
	count = map[string]int{}
	return &fakeFS{FS: OS, step: func(name string) error {
		count[name]++
		if ft, ok := faults[name]; ok && (ft.n == 0 || ft.n == count[name]) {
			return ft.err
		}
		return nil
	}}, count
}

// fault makes the n-th call to a step fail, counted from 1, or every call if n is 0.
type fault struct {
	n   int
	err error
}

// stepThen calls fn unless f.step returns an error.
func stepThen[T any](f *fakeFS, name string, fn func(string) (T, error), path string) (T, error) {
	if err := f.step(name); err != nil {
		var none T
		return none, &fs.PathError{Op: name, Path: path, Err: err}
	}
	return fn(path)
}

func (f *fakeFS) Stat(path string) (fs.FileInfo, error) { return stepThen(f, "Stat", f.FS.Stat, path) }

func (f *fakeFS) ReadFile(path string) ([]byte, error) {
	return stepThen(f, "ReadFile", f.FS.ReadFile, path)
}

func (f *fakeFS) Names(path string) ([]string, error) { return stepThen(f, "Names", f.FS.Names, path) }

func (f *fakeFS) Create(path string) (File, error) {
	file, err := stepThen(f, "Create", f.FS.Create, path)
	return fakeFile{file, f}, err
}

func (f *fakeFS) OpenForCopy(path string) (File, error) {
	file, err := stepThen(f, "OpenForCopy", f.FS.OpenForCopy, path)
	return fakeFile{file, f}, err
}

func (f *fakeFS) Rename(from, to string) error {
	if err := f.step("Rename"); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return f.FS.Rename(from, to)
}

func (f *fakeFS) Remove(path string) error {
	if err := f.step("Remove"); err != nil {
		return err
	}
	return f.FS.Remove(path)
}

func (f *fakeFS) SyncDir(string) error { return f.step("SyncDir") }

type fakeFile struct {
	File
	fs *fakeFS
}

// Write writes p in two halves. If a fault occurs in between, the file contains the
// first half.
func (f fakeFile) Write(p []byte) (int, error) {
	if f.fs.room != nil {
		return f.writeFull(p)
	}
	fault := f.fs.step("Write")
	n, err := f.File.Write(p[:len(p)/2])
	if err := errors.Join(fault, err); err != nil {
		return n, err
	}
	if err := f.fs.step(midWrite); err != nil {
		return n, err
	}
	m, err := f.File.Write(p[n:])
	return n + m, err
}

func (f fakeFile) writeFull(p []byte) (int, error) {
	n := min(len(p), *f.fs.room)
	*f.fs.room -= n
	written, err := f.File.Write(p[:n])
	if err == nil && n < len(p) && !f.fs.silent {
		err = syscall.ENOSPC
	}
	return written, err
}

func (f fakeFile) Truncate(n int64) error {
	return errors.Join(f.fs.step("Truncate"), f.File.Truncate(n))
}

func (f fakeFile) Chmod(mode fs.FileMode) error {
	return errors.Join(f.fs.step("Chmod"), f.File.Chmod(mode))
}

func (f fakeFile) ChownLike(of fs.FileInfo) error {
	return errors.Join(f.fs.step("ChownLike"), f.File.ChownLike(of))
}

func (f fakeFile) Sync() error { return f.fs.step("Sync") }

func (f fakeFile) Close() error { return errors.Join(f.fs.step("Close"), f.File.Close()) }

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("the error is %v, want %v", err, want)
	}
}
