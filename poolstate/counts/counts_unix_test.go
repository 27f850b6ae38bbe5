//go:build unix

package counts

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"pooltop/poolstate"
	"pooltop/poolstate/guard"
)

// A pipe or a device in place of a file causes an error. It is not removed, and it is not
// opened, because opening a pipe blocks.
func TestCounter_NotRegular(t *testing.T) {
	observe := func(c *Counter) error {
		_, err := c.Observe(failed(t, 0), guard.Rules{Policy: poolstate.Flat()}, now)
		return err
	}
	start := func(c *Counter) error {
		_, err := c.Guard(Guard{})
		return err
	}
	for extension, use := range map[string]func(*Counter) error{
		".json": observe, ".lock": observe, ".guard": start, ".guard.lock": start,
	} {
		for name, create := range map[string]func(path string) error{
			"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
			"device": func(path string) error { return os.Symlink("/dev/zero", path) },
		} {
			t.Run(name+" "+extension, func(t *testing.T) {
				c := New(t.TempDir(), "/auth.json")
				must(t, os.Mkdir(filepath.Dir(c.path), 0o700))
				must(t, create(c.path+extension))
				if err := use(c); err == nil {
					t.Error("no error")
				}
				if _, running := c.Running(); running {
					t.Error("a guard is running")
				}
				if info, err := os.Lstat(c.path + extension); err != nil || info.Mode().IsRegular() {
					t.Errorf("the file was replaced: %v", err)
				}
			})
		}
	}
}
