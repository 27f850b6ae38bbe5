//go:build unix

package poolstate

import (
	"errors"

	"golang.org/x/sys/unix"
)

// mayWrite returns ErrReadOnlyDisk, or the system's error such as fs.ErrPermission.
func mayWrite(path string) error {
	err := unix.Access(path, unix.W_OK)
	if errors.Is(err, unix.EROFS) {
		return ErrReadOnlyDisk
	}
	return err
}
