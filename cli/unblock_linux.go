package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// unblock restarts the output of a terminal that was stopped with ctrl+s, which wakes blocked
// writers. If discard is true, it first discards the output that the kernel has queued.
func unblock(f *os.File, discard bool) {
	fd := int(f.Fd())
	if discard {
		_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH)
	}
	_ = unix.IoctlSetInt(fd, unix.TCXONC, unix.TCOOFF)
	_ = unix.IoctlSetInt(fd, unix.TCXONC, unix.TCOON)
}
