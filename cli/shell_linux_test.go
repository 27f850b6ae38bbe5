package cli

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// runShell acts like a shell with job control: it runs pooltop as a foreground job, takes
// the terminal back when the job stops, and continues the job when a line is typed.
func runShell() {
	signal.Ignore(syscall.SIGTTOU) // sent when a background process takes the terminal
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Env = append(os.Environ(), roleEnv+"=pooltop")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Foreground: true, Ctty: 0}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	for {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil {
			panic(err)
		}
		setForeground(syscall.Getpgrp())
		if !status.Stopped() {
			os.Exit(status.ExitStatus())
		}
		// End any escape sequence within which the program was stopped.
		fmt.Print("\x1b\\\r\njob stopped\r\n")
		// The line may begin with a late reply of the terminal.
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		setForeground(cmd.Process.Pid)
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGCONT); err != nil {
			panic(err)
		}
	}
}

func setForeground(group int) {
	if err := unix.IoctlSetPointerInt(0, unix.TIOCSPGRP, group); err != nil {
		panic(err)
	}
}
