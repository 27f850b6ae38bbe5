package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary plays the program as well: a process of its own under the eyes
// of the race detector.
func init() {
	for role, play := range map[string]func(){"pooltop": func() { os.Exit(Main(version)) }, "panicking": panicking, "shell": shell} {
		roles[role] = func([]string) int { play(); return 0 }
	}
}

// guard ends a wait for what never comes.
const guard = time.Minute

// console is a terminal with somebody before it, on which a program runs.
type console struct {
	t      *testing.T
	master *os.File
	// slave stays open here as well, so that its settings can be asked for
	// when the program has gone.
	slave  *os.File
	before unix.Termios

	mu      sync.Mutex
	picture *picturedTerminal
	changed chan struct{} // closed and replaced when bytes have come
	deaf    chan struct{} // closed when nothing comes any more

	cmd   *exec.Cmd
	attr  *syscall.SysProcAttr
	ended chan struct{} // closed when the program has ended
}

// sitDown opens a terminal of 120×36.
func sitDown(t *testing.T) *console {
	t.Helper()
	master, slave := openTerminal(t)
	c := &console{
		t: t, master: master, slave: slave, picture: newPicturedTerminal(120, 36),
		changed: make(chan struct{}), deaf: make(chan struct{}), ended: make(chan struct{}),
		attr: &syscall.SysProcAttr{Setsid: true, Setctty: true},
	}
	c.before = c.settings()
	go c.read()
	t.Cleanup(func() { _ = master.Close(); _ = c.slave.Close(); <-c.deaf })
	return c
}

// settings are how the terminal treats what is typed and printed.
func (c *console) settings() unix.Termios {
	c.t.Helper()
	var s unix.Termios
	control(c.t, c.slave, func(fd int) error {
		got, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err == nil {
			s = *got
		}
		return err
	})
	return s
}

func (c *console) read() {
	defer close(c.deaf)
	buf := make([]byte, 1<<16)
	for {
		n, err := c.master.Read(buf)
		if err != nil && !errors.Is(err, syscall.EIO) { // which says that nobody has the terminal open
			return
		}
		if n == 0 {
			return
		}
		c.mu.Lock()
		c.picture.write(buf[:n])
		close(c.changed)
		c.changed = make(chan struct{})
		c.mu.Unlock()
	}
}

// run starts a program on the terminal, as the first of a session of its own:
// the test binary in a role, with what an environment adds.
func (c *console) run(role string, env []string, args ...string) {
	c.t.Helper()
	self, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	home := c.t.TempDir()
	c.cmd = exec.Command(self, args...)
	c.cmd.Env = append(append(os.Environ(), roleEnv+"="+role, "TERM=xterm-256color", "COLORTERM=truecolor", "TZ=UTC",
		"HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, "state")), env...)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = c.slave, c.slave, c.slave
	c.cmd.SysProcAttr = c.attr
	c.start()
}

func (c *console) start() {
	c.t.Helper()
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		defer close(c.ended)
		_ = c.cmd.Wait() // its state says how it went
	}()
	c.t.Cleanup(func() { _ = c.cmd.Process.Kill(); <-c.ended })
}

func (c *console) typed(keys string) {
	c.t.Helper()
	if _, err := c.master.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

func (c *console) signal(s syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// look returns what a function reads off the terminal.
func look[T any](c *console, read func(*picturedTerminal) T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	return read(c.picture)
}

// until waits for the terminal to come into a state.
func (c *console) until(what string, so func(*picturedTerminal) bool) {
	c.t.Helper()
	late := time.After(guard)
	for {
		c.mu.Lock()
		is, changed := so(c.picture), c.changed
		c.mu.Unlock()
		if is {
			return
		}
		select {
		case <-changed:
			continue
		case <-c.deaf:
		case <-late:
		}
		c.t.Fatalf("the terminal never came to %s:\n%s", what, look(c, (*picturedTerminal).String))
	}
}

// shows waits for words to stand on the terminal.
func (c *console) shows(words ...string) {
	c.t.Helper()
	c.until(fmt.Sprintf("show %q", words), func(p *picturedTerminal) bool {
		text := p.String()
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	})
}

// ends waits for the program to end and returns its exit code.
func (c *console) ends() int {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(guard):
		_ = c.cmd.Process.Signal(syscall.SIGQUIT)
		c.t.Fatalf("the program does not end:\n%s", look(c, (*picturedTerminal).String))
	}
	return c.cmd.ProcessState.ExitCode()
}

// restored checks that the terminal is as it was before the program: its
// settings, and what it was switched to by sequences. The last bytes may still
// be on their way.
func (c *console) restored() {
	c.t.Helper()
	equal(c.t, "the settings of the terminal", c.settings(), c.before)
	c.until("be as before", func(p *picturedTerminal) bool { return p.switched() == "" })
}
