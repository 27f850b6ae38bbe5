//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A file that is not regular is rejected before it is opened, because opening a pipe blocks.
func TestRead_NotRegular(t *testing.T) {
	for name, create := range map[string]func(path string) error{
		"pipe":      func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"device":    func(path string) error { return os.Symlink(os.DevNull, path) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "auth.json")
			wantErr(t, create(path), nil)
			f, count := fail(nil)
			_, err := Read(f, path)
			wantErr(t, err, ErrNotRegular)
			equal(t, "the error names the file", strings.HasPrefix(err.Error(), path), true)
			equal(t, "opened", count["ReadFile"], 0)
		})
	}
}

// Files larger than MaxSize bytes are rejected.
func TestRead_TooLarge(t *testing.T) {
	for size, want := range map[int64]error{1 << 30: ErrTooLarge, MaxSize + 1: ErrTooLarge, 1 << 10: nil} {
		path := target(t, short)
		if err := os.Truncate(path, size); err != nil {
			t.Skip("no sparse files here: ", err)
		}
		_, err := Read(OS, path)
		wantErr(t, err, want)
	}
}

// Read rejects a file that becomes invalid after the first check and before it is opened.
func TestRead_ChangesBeforeOpen(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(path string) error
		want   error
	}{
		"pipe": {func(path string) error { return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)) }, ErrNotRegular},
		"size": {func(path string) error { return os.Truncate(path, MaxSize+1) }, ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			path := target(t, short)
			_, err := Read(&fakeFS{FS: OS, step: func(step string) error {
				if step == "ReadFile" {
					return tt.change(path)
				}
				return nil
			}}, path)
			wantErr(t, err, tt.want)
		})
	}
}
