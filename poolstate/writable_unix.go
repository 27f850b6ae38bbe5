//go:build unix

package poolstate

import (
	"errors"

	"golang.org/x/sys/unix"
)

// mayWrite returns an error if this process may not write to path: ErrReadOnlyDisk, or
// a system error such as fs.ErrPermission.
func mayWrite(path string) error {
	err := unix.Access(path, unix.W_OK)
	if errors.Is(err, unix.EROFS) {
		return ErrReadOnlyDisk
	}
	return err
}
