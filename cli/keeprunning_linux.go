package cli

import (
	"errors"

	"golang.org/x/sys/unix"
)

// keepRunning continues a child process group whenever its leader is stopped, until the leader
// has ended. Otherwise, the dashboard would wait forever after ctrl+z.
func keepRunning(pid int) {
	for {
		switch err := unix.Waitid(unix.P_PID, pid, nil, unix.WSTOPPED, nil); {
		case err == nil:
			_ = unix.Kill(-pid, unix.SIGCONT)
		case !errors.Is(err, unix.EINTR):
			return
		}
	}
}
