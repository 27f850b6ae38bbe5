package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// unblock makes a terminal whose output has been stopped continue, and wakes blocked writers.
// If discard is true, it discards what the kernel has queued.
func unblock(f *os.File, discard bool) {
	fd := int(f.Fd())
	if discard {
		_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH)
	}
	_ = unix.IoctlSetInt(fd, unix.TCXONC, unix.TCOOFF)
	_ = unix.IoctlSetInt(fd, unix.TCXONC, unix.TCOON)
}
