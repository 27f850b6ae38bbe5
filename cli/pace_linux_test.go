package cli

import (
	"strings"
	"syscall"
	"testing"

	"pooltop/cli/internal/testkit"
)

// TestDashboard_LateReplies checks that the dashboard reads replies that the terminal sends
// after q, so that the shell does not receive them.
func TestDashboard_LateReplies(t *testing.T) {
	t.Parallel()
	c := testkit.Open(t)
	c.Mute.Store(true)
	runDashboardOn(t, c, "pooltop")
	c.Type("q")
	c.Until("restore its modes", func(p *testkit.Emulator) bool { return p.Switched() == "" })
	requests := testkit.Read(c, func(p *testkit.Emulator) int { return p.Requests })
	c.Type("\x1b[?2026;2$y\x1b[?2027;2$y\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?0u" + strings.Repeat(statusReply, requests))
	equal(t, "exit code", c.Wait(), exitDone)
	equal(t, "bytes left for the shell", c.Unread(), 0)
	c.CheckRestored()
}

// TestDashboard_BlockedAtQuit checks that the terminal is restored even if it accepts nothing.
func TestDashboard_BlockedAtQuit(t *testing.T) {
	t.Parallel()
	c := testkit.Open(t)
	runDashboardOn(t, c, "pooltop")
	c.Block()
	c.Type("?jq")
	c.Signal(syscall.SIGTERM)
	equal(t, "exit code", c.Wait(), exitDone)
	c.CheckRestored()
}

// TestCommands_TypedAhead checks that commands leave what is typed ahead to the shell.
func TestCommands_TypedAhead(t *testing.T) {
	t.Parallel()
	file := sampleFile(t, "backoff.json")
	typed := strings.Repeat("echo typed ahead\n", 10)
	for _, args := range [][]string{{"list"}, {"status"}, {"report"}, {"--help"}, {"events", "--since", "2h"}} {
		if args[0] != "--help" {
			args = append(args, "--file", file, "--now", sampleTime)
		}
		c := testkit.Open(t)
		c.Type(typed)
		runOn(t, c, "pooltop", nil, args...)
		if args[0] == "events" {
			c.Shows("openrouter/")
			c.Signal(syscall.SIGTERM)
		}
		c.Wait()
		equal(t, args[0]+": bytes left for the shell", c.Unread(), len(typed))
	}
}
