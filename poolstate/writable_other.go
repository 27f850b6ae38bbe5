//go:build !unix

package poolstate

import (
	"io/fs"
	"os"
)

// mayWrite checks the read-only attribute of a file. It ignores that of directories,
// which does not affect writing.
func mayWrite(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o200 == 0 {
		return fs.ErrPermission
	}
	return nil
}
