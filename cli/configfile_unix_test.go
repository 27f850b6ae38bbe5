//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe is not waited for, and what may not be read says what to do.
func TestConfigurationsThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe.toml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, pooltop(t, "config", "--config", pipe), exitUsage, pipe+": not a regular file")
	t.Setenv("XDG_CONFIG_HOME", dir)
	usual := filepath.Join(dir, "pooltop", "config.toml")
	if err := os.Mkdir(filepath.Dir(usual), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(usual, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, pooltop(t, "status"), exitUsage, usual+": not a regular file")

	loop := filepath.Join(dir, "loop.toml")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	refused(t, pooltop(t, "config", "--config", loop), exitUsage, loop+": too many levels of symbolic links")
	if os.Geteuid() == 0 {
		return // whom nothing is forbidden
	}
	secret := configIn(t, "theme = 'dark'")
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	refused(t, pooltop(t, "config", "--config", secret), exitUsage, secret+": permission denied; use --config")
}
