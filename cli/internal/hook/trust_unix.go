//go:build unix

package hook

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Untrusted returns an error if other users can change the configuration file at path, and
// with it the commands that pooltop runs. The file, its directory and the directory of a symlink
// to it must belong to this user or root. Only their owner may have write permission, unless the
// directory is sticky.
func Untrusted(path string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	for _, p := range []string{real, filepath.Dir(real), filepath.Dir(path)} {
		info, err := os.Stat(p)
		if err != nil {
			return err
		}
		if err := untrusted(p, info, os.Geteuid()); err != nil {
			return err
		}
	}
	return nil
}

func untrusted(path string, info fs.FileInfo, user int) error {
	stat, known := info.Sys().(*syscall.Stat_t)
	sticky := info.IsDir() && info.Mode()&fs.ModeSticky != 0
	switch {
	case !known || int(stat.Uid) != user && stat.Uid != 0:
		return fmt.Errorf("%s belongs to another user", path)
	case info.Mode().Perm()&0o022 != 0 && !sticky:
		return fmt.Errorf("other users can write %s; run chmod go-w on it", path)
	}
	return nil
}
