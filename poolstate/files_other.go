//go:build !unix && !windows

package poolstate

import (
	"errors"
	"io/fs"
	"os"
)

func openShared(path string) (*os.File, error) { return os.Open(path) }

func rename(from, to string) error { return os.Rename(from, to) }

// alive reports whether a process is there, be it somebody else's.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return errors.Is(err, fs.ErrPermission)
	}
	_ = p.Release()
	return true
}

// Directories cannot be synced here; the rename itself is journaled.
func syncDir(string) error { return nil }

// Replacing a file keeps its owner here.
func chownLike(*os.File, fs.FileInfo) error { return nil }

func cannotRename(error) bool { return false }
