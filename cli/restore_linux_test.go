package cli

import (
	"syscall"
	"testing"
)

// The dashboard leaves the terminal as it found it, whatever ends it.
func TestTheTerminalIsRestored(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(*console)
		code int
	}{
		{"quit", func(c *console) { c.typed("q") }, exitDone},
		{"ctrl+c", func(c *console) { c.typed("\x03") }, exitDone},
		{"quit with the mouse on", func(c *console) { c.typed("m"); c.shows("mouse on"); c.typed("q") }, exitDone},
		{"SIGTERM", func(c *console) { c.signal(syscall.SIGTERM) }, exitDone},
		{"SIGHUP", func(c *console) { c.signal(syscall.SIGHUP) }, exitDone},
		{"SIGINT", func(c *console) { c.signal(syscall.SIGINT) }, exitDone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := sitDown(t)
			c.run("pooltop", nil, "--file", sampleFile(t, "backoff.json"), "--now", pictureAt)
			c.shows("work-oauth", "personal-api-key")
			if look(c, (*picturedTerminal).switched) == "" || c.settings() == c.before {
				t.Error("nothing was switched, so nothing has to be restored")
			}
			tt.end(c)
			equal(t, "the exit code", c.ends(), tt.code)
			c.restored()
		})
	}
}
