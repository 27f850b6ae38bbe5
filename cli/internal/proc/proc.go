// Package proc runs external commands with limits on time and output.
package proc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// Command is an external command. It runs without a shell, in a new process group.
type Command struct {
	Args  []string // the program and its arguments
	Stdin []byte
	Env   []string // nil for the environment of this process
	Dir   string   // empty for the working directory of this process
	// Timeout is the maximum duration, 0 for no limit. When it is over, the process group is
	// killed.
	Timeout time.Duration
	// MaxOutput is the number of bytes to keep of each output. The rest is discarded.
	MaxOutput int
	// Out receives both outputs while the command is running, instead of [Output].
	Out io.Writer
	// Grace is how long the process group has to end after SIGTERM before it is killed. If it
	// is 0, it is killed at once.
	Grace time.Duration
	// Contain kills the processes that the command leaves running in its process group.
	Contain bool
}

// Output holds the beginning of what a command has printed.
type Output struct{ Stdout, Stderr []byte }

// outputDelay is how long to wait for the output after the command has ended. A process that
// it has started may keep the output open.
const outputDelay = time.Second

// ErrTimeout is returned if a command has not ended within its Timeout.
var ErrTimeout = errors.New("did not end in time")

// Run runs the command. If ctx is done, it kills the process group and returns the cause of
// ctx.
func (c *Command) Run(ctx context.Context) (Output, error) {
	limited, cancel := context.WithCancel(ctx)
	if c.Timeout > 0 {
		limited, cancel = context.WithTimeout(ctx, c.Timeout)
	}
	defer cancel()
	cmd := exec.CommandContext(limited, c.Args[0], c.Args[1:]...)
	cmd.Env, cmd.Dir = c.Env, c.Dir
	cmd.Stdin, cmd.WaitDelay = bytes.NewReader(c.Stdin), c.Grace+outputDelay
	stdout, stderr := &head{left: c.MaxOutput}, &head{left: c.MaxOutput}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if c.Out != nil {
		cmd.Stdout, cmd.Stderr = c.Out, c.Out
	}
	setGroup(cmd)
	kill, killed, timer := cmd.Cancel, false, (*time.Timer)(nil)
	cmd.Cancel = func() error {
		killed = true
		if c.Grace == 0 {
			return kill()
		}
		timer = time.AfterFunc(c.Grace, func() { _ = kill() })
		return terminateGroup(cmd)
	}
	err := cmd.Run()
	if timer != nil {
		timer.Stop()
	}
	if c.Contain || killed {
		killGroup(cmd)
	}
	switch {
	case errors.Is(err, exec.ErrWaitDelay) && !killed:
		err = nil
	case ctx.Err() != nil && err != nil:
		err = context.Cause(ctx)
	case killed:
		err = fmt.Errorf("%w (%s)", ErrTimeout, c.Timeout)
	}
	return Output{stdout.kept, stderr.kept}, err
}

// head keeps the beginning of what is written to it.
type head struct {
	kept []byte
	left int // how many more bytes to keep
}

// Write keeps at most h.left bytes. It never fails.
func (h *head) Write(p []byte) (int, error) {
	n := min(len(p), h.left)
	h.kept, h.left = append(h.kept, p[:n]...), h.left-n
	return len(p), nil
}
