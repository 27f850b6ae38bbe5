package cli

import (
	"syscall"
	"testing"

	"pooltop/cli/internal/testkit"
)

// The dashboard leaves the terminal as it found it, whatever ends it.
func TestTheTerminalIsRestored(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(*testkit.Terminal)
		code int
	}{
		{"quit", func(c *testkit.Terminal) { c.Type("q") }, exitDone},
		{"ctrl+c", func(c *testkit.Terminal) { c.Type("\x03") }, exitDone},
		{"quit with the mouse on", func(c *testkit.Terminal) { c.Type("m"); c.Shows("mouse on"); c.Type("q") }, exitDone},
		{"SIGTERM", func(c *testkit.Terminal) { c.Signal(syscall.SIGTERM) }, exitDone},
		{"SIGHUP", func(c *testkit.Terminal) { c.Signal(syscall.SIGHUP) }, exitDone},
		{"SIGINT", func(c *testkit.Terminal) { c.Signal(syscall.SIGINT) }, exitDone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := testkit.Open(t)
			runOn(t, c, "pooltop", nil, "--file", sampleFile(t, "backoff.json"), "--now", pictureAt)
			c.Shows("work-oauth", "personal-api-key")
			if testkit.Read(c, (*testkit.Emulator).Switched) == "" || c.Settings() == c.Initial {
				t.Error("nothing was switched, so nothing has to be restored")
			}
			tt.end(c)
			equal(t, "the exit code", c.Wait(), tt.code)
			c.CheckRestored()
		})
	}
}
