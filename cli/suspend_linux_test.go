package cli

import (
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"pooltop/cli/internal/testkit"
)

// showsAgain waits until the dashboard has replaced the shell's output and set up the terminal
// again.
func showsAgain(c *testkit.Terminal, running unix.Termios) {
	c.Until("show the dashboard again", func(p *testkit.Emulator) bool {
		text := p.String()
		return c.Settings() == running && p.Switched() != "" && !strings.Contains(text, "job stopped") && !strings.Contains(text, "$ fg") &&
			strings.Contains(text, "● live") && strings.Contains(text, "work-oauth") && strings.Contains(text, footerOfTable)
	})
}

// TestDashboard_SuspendAndResume checks that suspending restores the terminal for the shell,
// and that fg shows the dashboard again.
func TestDashboard_SuspendAndResume(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*testkit.Terminal){
		"ctrl+z":   func(c *testkit.Terminal) { c.Type("\x1a") },
		"SIGTSTP":  func(c *testkit.Terminal) { must(t, syscall.Kill(c.Job(), syscall.SIGTSTP)) },
		"mouse on": func(c *testkit.Terminal) { c.Type("m"); c.Shows("mouse o"); c.Type("\x1a") },
	} {
		t.Run(name, func(t *testing.T) {
			c := testkit.Open(t)
			runDashboardOn(t, c, "shell")
			for range 2 {
				running := c.Settings()
				stop(c)
				c.Shows("job stopped")
				c.CheckRestored()
				c.Type("fg\n")
				showsAgain(c, running)
			}
			c.Type("q")
			equal(t, "exit code", c.Wait(), exitDone)
			c.CheckRestored()
		})
	}
}

// TestDashboard_SIGSTOP checks that after SIGSTOP, which cannot be caught, the dashboard is
// redrawn even if the shell has changed the terminal's settings and screen.
func TestDashboard_SIGSTOP(t *testing.T) {
	t.Parallel()
	c := testkit.Open(t)
	runDashboardOn(t, c, "shell")
	for range 2 {
		running := c.Settings()
		must(t, syscall.Kill(c.Job(), syscall.SIGSTOP))
		c.Shows("job stopped")
		c.SetSettings(c.Initial)
		_, err := c.Slave.WriteString("\x1b[?1049l\x1b[2J\x1b[Hjob stopped here\r\n$ fg")
		must(t, err)
		c.Shows("stopped here")
		c.Type("fg\n")
		showsAgain(c, running)
	}
	c.Type("q")
	equal(t, "exit code", c.Wait(), exitDone)
	c.CheckRestored()
}

// TestDashboard_SuspendWithoutShell checks that the dashboard keeps running if there is
// no shell that could resume it.
func TestDashboard_SuspendWithoutShell(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*testkit.Terminal){
		"ctrl+z":  func(c *testkit.Terminal) { c.Type("\x1a") },
		"SIGTSTP": func(c *testkit.Terminal) { c.Signal(syscall.SIGTSTP) },
		"SIGCONT": func(c *testkit.Terminal) { c.Signal(syscall.SIGCONT) },
	} {
		t.Run(name, func(t *testing.T) {
			c := testkit.Open(t)
			runDashboardOn(t, c, "pooltop")
			running := testkit.Read(c, func(p *testkit.Emulator) int { return len(p.All) })
			stop(c)
			c.Until("leave and enter the alternate screen", func(p *testkit.Emulator) bool {
				_, after, left := strings.Cut(string(p.All[running:]), "\x1b[?1049l")
				return left && strings.Contains(after, "\x1b[?1049h")
			})
			c.Shows("work-oauth", footerOfTable)
			c.Type("q")
			equal(t, "exit code", c.Wait(), exitDone)
			c.CheckRestored()
		})
	}
}

// TestDashboard_SIGQUIT checks that SIGQUIT restores the terminal before it prints the stacks.
func TestDashboard_SIGQUIT(t *testing.T) {
	t.Parallel()
	c := testkit.Open(t)
	runDashboardOn(t, c, "pooltop")
	c.Signal(syscall.SIGQUIT)
	equal(t, "exit code", c.Wait(), 2) // the exit code of the Go runtime
	c.CheckRestored()
	dump := testkit.Read(c, func(p *testkit.Emulator) string { return string(p.All) })
	_, after, _ := strings.Cut(dump, "\x1b[?1049l")
	contains(t, after, "SIGQUIT: quit", "goroutine")
}
