//go:build !unix

package poolstate

import (
	"io/fs"
	"os"
)

// mayWrite checks a file's read-only attribute. On a directory, the attribute does not affect
// writing and is ignored.
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
