package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/cli/config"
	"pooltop/cli/internal/hook"
	"pooltop/cli/internal/proc"
	"pooltop/model"
)

const (
	// commandGrace is how long a command has to end after a signal before it is killed.
	commandGrace = 2 * time.Second
	// rendererTimeout is how long to wait for Bubble Tea's renderer to end.
	rendererTimeout = 20 * time.Millisecond
)

// newCommands returns the configured commands. Those that use the terminal are run by terminal.
// If other users can write the configuration file, none can be run.
func newCommands(cfg *config.Config, terminal func([]string, func(error) tea.Msg) tea.Cmd) model.Commands {
	out := model.Commands{Run: runCommand, Terminal: terminal}
	for _, c := range cfg.Commands {
		out.List = append(out.List, model.Command(c))
	}
	if len(out.List) > 0 {
		if err := hook.Untrusted(cfg.Path); err != nil {
			out.Off = fmt.Sprintf("commands are disabled: %v", err)
		}
	}
	return out
}

func runCommand(ctx context.Context, args []string, out io.Writer) error {
	c := proc.Command{Args: args, Out: out, Grace: commandGrace}
	_, err := c.Run(ctx)
	return exitError(err)
}

// exitError replaces the error of a command that has ended by one with its exit code.
func exitError(err error) error {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		return fmt.Errorf("exit code %d", exit.ExitCode())
	}
	return err
}

// terminalCommand is a command that uses the terminal. It implements tea.ExecCommand, but does
// not use Bubble Tea's input and output, which are not files.
type terminalCommand struct {
	*exec.Cmd
	keys *keyboard
}

// Run waits until Bubble Tea's old renderer has ended, like released, and for late replies of
// the terminal, and runs the command.
func (c terminalCommand) Run() error {
	time.Sleep(rendererTimeout)
	c.keys.settle()
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	defer inForeground(c.Cmd)()
	if err := c.Start(); err != nil {
		return err
	}
	go keepRunning(c.Process.Pid)
	return c.Wait()
}

func (terminalCommand) SetStdin(io.Reader)  {}
func (terminalCommand) SetStdout(io.Writer) {}
func (terminalCommand) SetStderr(io.Writer) {}

// terminalRunner returns a function that runs a command in the terminal. If ctx is done, the
// command is ended.
func (k *keyboard) terminalRunner(ctx context.Context) func([]string, func(error) tea.Msg) tea.Cmd {
	return func(args []string, done func(error) tea.Msg) tea.Cmd {
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.WaitDelay = commandGrace
		return tea.Exec(terminalCommand{cmd, k}, func(err error) tea.Msg { return done(exitError(err)) })
	}
}
