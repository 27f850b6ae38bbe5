//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pooltop/model"
)

// A configuration file keeps its owner. A new one gets the owner of the directory.
func TestViewSaver_Owner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can write files of others")
	}
	const uid = 1234
	old, dir := writeConfig(t, ""), t.TempDir()
	must(t, os.Chown(old, uid, uid))
	must(t, os.Chown(dir, uid, uid))
	for _, path := range []string{old, filepath.Join(dir, "pooltop", "config.toml")} {
		must(t, (&viewSaver{path: path}).save(model.View{Key: "1", Name: "a"}))
		info, err := os.Stat(path)
		must(t, err)
		equal(t, "the owner", info.Sys().(*syscall.Stat_t).Uid, uid)
	}
}

// A pipe that has replaced the configuration file is not read, because that would block.
func TestViewSaver_Pipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	must(t, syscall.Mkfifo(path, 0o600))
	if err := (&viewSaver{path: path}).save(model.View{Key: "1"}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("the error is %v", err)
	}
}
