package cli

import (
	"path/filepath"
	"syscall"
	"testing"

	"pooltop/cli/internal/testkit"
)

// TestDashboard_TerminalCommand checks that the dashboard returns from a command that uses the
// terminal: after ctrl+z, which does not suspend the command, and after a signal.
func TestDashboard_TerminalCommand(t *testing.T) {
	t.Parallel()
	run := func() *testkit.Terminal {
		path := filepath.Join(t.TempDir(), "config.toml")
		writeFile(t, path, []byte("[[command]]\nkey = 'F'\nname = 'wait'\noutput = 'terminal'\nrun = ['sh', '-c', 'echo running; read line || exit 0']"))
		c := testkit.Open(t)
		runOn(t, c, "pooltop", nil, "--file", sampleFile(t, "backoff.json"), "--now", sampleTime, "--config", path)
		c.Shows("work-oauth")
		c.Type("jF")
		c.Shows("running")
		return c
	}
	c := run()
	c.Type("\x1a\x04") // ctrl+z, and the end of the input
	c.Shows("work-oauth", "exit code 0")
	c.Type("q")
	equal(t, "exit code after q", c.Wait(), exitDone)

	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		c := run()
		c.Signal(s)
		equal(t, "exit code after "+s.String(), c.Wait(), exitDone)
		c.CheckRestored()
	}
}
