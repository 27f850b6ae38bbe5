//go:build unix

package cli

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// inForeground makes a command start in the foreground process group of the terminal, so that
// ctrl+c ends the command and not the dashboard. If the command is canceled, the group gets
// SIGHUP, as if the terminal were closed. Call the returned function after the command has ended.
func inForeground(cmd *exec.Cmd) (restore func()) {
	fd := int(os.Stdin.Fd())
	if !term.IsTerminal(fd) {
		return func() {}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Foreground: true, Ctty: fd}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGHUP) }
	return func() {
		signal.Ignore(syscall.SIGTTOU) // sent to background processes that change the foreground group
		defer signal.Reset(syscall.SIGTTOU)
		_ = unix.IoctlSetPointerInt(fd, unix.TIOCSPGRP, unix.Getpgrp()) // fails if the terminal is gone
	}
}
