//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestLoad_UnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	pipe, loop, private := filepath.Join(dir, "pipe"), filepath.Join(dir, "loop"), filepath.Join(dir, "private")
	for _, err := range []error{syscall.Mkfifo(pipe, 0o600), os.Symlink(loop, loop), os.WriteFile(private, nil, 0)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		pipe:    "not a regular file", // opening it would block
		loop:    "too many levels of symbolic links",
		private: "permission denied",
	} {
		if path == private && os.Geteuid() == 0 {
			continue // root can read it
		}
		if _, err := load(t, "--config", path); err == nil || !strings.HasPrefix(err.Error(), path+": "+want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}
