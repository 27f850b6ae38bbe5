//go:build unix

package calibrate

import (
	"os/exec"
	"syscall"
)

// stopTogether makes a command and the processes that it starts end together.
func stopTogether(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// stopRest ends the processes that a command has left behind.
func stopRest(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // fails if there are none
	}
}
