//go:build !unix

package poolstate

import (
	"io/fs"
	"os"
)

// Directories cannot be synced here; the rename itself is journaled.
func syncDir(string) error { return nil }

// Replacing a file keeps its owner here.
func chownLike(*os.File, fs.FileInfo) error { return nil }

func cannotRename(error) bool { return false }
