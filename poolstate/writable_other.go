//go:build !unix

package poolstate

import (
	"io/fs"
	"os"
)

// Only files carry the read-only attribute here; on directories it means
// something else.
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
