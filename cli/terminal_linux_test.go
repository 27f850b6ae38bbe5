package cli

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"pooltop/cli/internal/testkit"
)

// A terminal is asked for its background only where colours depend on it: one
// that does not answer is waited for, and a dumb one shows the question.
func TestATerminalThatIsNotAsked(t *testing.T) {
	program, file, themed := build(t), sampleFile(t, "backoff.json"), configIn(t, "theme = 'light'")
	for _, tt := range []struct {
		name, env string
		args      []string
		code      int
	}{
		{"the exit code of status", "TERM=xterm-256color", []string{"status"}, exitProviderOut},
		{"an error", "TERM=xterm-256color", []string{"list", "no-such-provider"}, exitNoSuch},
		{"an argument too many", "TERM=xterm-256color", []string{"backoff", "1"}, exitUsage},
		{"a wrong flag", "TERM=xterm-256color", []string{"list", "--nonsense"}, exitUsage},
		{"the dashboard on a dumb one", "TERM=dumb", nil, exitUsage},
		{"the list on a dumb one", "TERM=dumb", []string{"list"}, exitDone},
		{"help on a dumb one", "TERM=dumb", []string{"list", "--help"}, exitDone},
		{"an error on a dumb one", "TERM=dumb", []string{"list", "no-such-provider"}, exitNoSuch},
		{"the list without colours", "NO_COLOR=1", []string{"list"}, exitDone},
		{"the list in a theme", "TERM=xterm-256color", []string{"list", "--theme", "light"}, exitDone},
		{"the list in a theme of the configuration", "TERM=xterm-256color", []string{"list", "--config", themed}, exitDone},
		{"the configuration", "TERM=xterm-256color", []string{"config"}, exitDone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.Command(program, append(tt.args, "--file", file, "--now", pictureAt)...)
			cmd.Env = append(os.Environ(), "TERM=xterm-256color", tt.env)
			shown := onTerminal(t, cmd)
			equal(t, "the exit code", cmd.ProcessState.ExitCode(), tt.code)
			if strings.Contains(shown, "\x1b]") || tt.env == "TERM=dumb" && strings.Contains(shown, "\x1b") {
				t.Errorf("the terminal gets sequences: %q", shown)
			}
		})
	}
}

// onTerminal runs a command on a terminal that answers nothing, and returns
// what it shows.
func onTerminal(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	master, terminal := testkit.OpenPTY(t)
	defer func() { _ = master.Close() }()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	err := cmd.Start()
	_ = terminal.Close() // the command has it now
	if err != nil {
		t.Fatal(err)
	}
	shown, err := io.ReadAll(master)
	if err != nil && !errors.Is(err, syscall.EIO) { // which says that the last one hung up
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(shown)
}
