package testkit

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// waitLimit is the time after which a wait fails the test.
const waitLimit = time.Minute

// Terminal is a pseudo-terminal of 120×36 cells with an emulator on the user's end and
// a program on the other.
type Terminal struct {
	// Attr holds the attributes of the program's process. By default, the process is a
	// session leader.
	Attr *syscall.SysProcAttr
	// Master is the user's end and Slave is the program's. Slave also stays open in the
	// test, so that its settings can be read after the program has ended.
	Master, Slave *os.File
	// Initial holds the settings before the program was started.
	Initial unix.Termios
	Cmd     *exec.Cmd // the program

	// Mute makes the terminal ignore status requests.
	Mute atomic.Bool

	t       testing.TB
	line    atomic.Pointer[Line]
	typed   chan packet
	mu      sync.Mutex
	screen  *Emulator
	changed chan struct{} // closed and replaced when bytes have arrived
	closed  chan struct{} // closed when no more bytes can arrive
	ended   chan struct{} // closed when the program has ended
}

// Open returns a terminal that is closed when the test ends.
func Open(t testing.TB) *Terminal {
	t.Helper()
	master, slave := OpenPTY(t)
	c := &Terminal{
		t: t, Master: master, Slave: slave, screen: NewEmulator(120, 36),
		typed: make(chan packet, inTransit), changed: make(chan struct{}), closed: make(chan struct{}), ended: make(chan struct{}),
		Attr: &syscall.SysProcAttr{Setsid: true, Setctty: true},
	}
	c.Initial = c.Settings()
	c.SetLine(Line{})
	received := make(chan packet, inTransit)
	go c.read(received)
	go func() { carry(received, c.show); close(c.closed) }()
	go carry(c.typed, func(keys []byte) { _, _ = c.Master.Write(keys) })
	t.Cleanup(func() { _ = master.Close(); _ = c.Slave.Close(); <-c.closed; close(c.typed) })
	return c
}

// Settings returns the line settings of the terminal, such as raw mode.
func (c *Terminal) Settings() unix.Termios {
	c.t.Helper()
	var s unix.Termios
	control(c.t, c.Slave, func(fd int) error {
		got, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err == nil {
			s = *got
		}
		return err
	})
	return s
}

// Unread returns the number of typed bytes that no program has read.
func (c *Terminal) Unread() (n int) {
	c.t.Helper()
	was := c.Settings()
	s := was
	s.Lflag &^= unix.ICANON // otherwise, only whole lines count
	c.SetSettings(s)
	defer c.SetSettings(was)
	control(c.t, c.Slave, func(fd int) (err error) {
		n, err = unix.IoctlGetInt(fd, unix.TIOCINQ)
		return err
	})
	return n
}

// SetSettings changes the line settings, as a shell does.
func (c *Terminal) SetSettings(s unix.Termios) {
	c.t.Helper()
	control(c.t, c.Slave, func(fd int) error { return unix.IoctlSetTermios(fd, unix.TCSETS, &s) })
}

// Job returns the foreground process group.
func (c *Terminal) Job() (group int) {
	c.t.Helper()
	control(c.t, c.Master, func(fd int) (err error) {
		group, err = unix.IoctlGetInt(fd, unix.TIOCGPGRP)
		return err
	})
	return group
}

// Start starts cmd on the terminal.
func (c *Terminal) Start(cmd *exec.Cmd) {
	c.t.Helper()
	c.Cmd = cmd
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Slave, c.Slave, c.Slave
	cmd.SysProcAttr = c.Attr
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		defer close(c.ended)
		_ = cmd.Wait() // ProcessState holds the result
	}()
	c.t.Cleanup(func() { _ = cmd.Process.Kill(); <-c.ended })
}

// Type sends key presses to the program.
func (c *Terminal) Type(keys string) {
	c.t.Helper()
	if l := c.line.Load(); l.Delay > 0 {
		c.typed <- packet{[]byte(keys), time.Now().Add(l.Delay)}
		return
	}
	if _, err := c.Master.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// Resize changes the size of the terminal.
func (c *Terminal) Resize(w, h int) {
	c.t.Helper()
	c.mu.Lock()
	c.screen.Resize(w, h)
	c.mu.Unlock()
	control(c.t, c.Master, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(w), Row: uint16(h)})
	})
}

// Signal sends a signal to the program.
func (c *Terminal) Signal(s syscall.Signal) {
	c.t.Helper()
	if err := c.Cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// Block stops the terminal's output, as Ctrl+S does: writers wait until Unblock.
func (c *Terminal) Block() { c.flow(unix.TCOOFF) }

// Unblock resumes the output.
func (c *Terminal) Unblock() { c.flow(unix.TCOON) }

func (c *Terminal) flow(how int) {
	c.t.Helper()
	control(c.t, c.Slave, func(fd int) error { return unix.IoctlSetInt(fd, unix.TCXONC, how) })
}

// Read calls a function with the emulator and returns its result. The emulator does not
// change during the call.
func Read[T any](c *Terminal, read func(*Emulator) T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	return read(c.screen)
}

// Text returns the text on the screen.
func (c *Terminal) Text() string { return Read(c, (*Emulator).String) }

// Until waits until the screen satisfies a condition.
func (c *Terminal) Until(what string, holds func(*Emulator) bool) {
	c.t.Helper()
	late := time.After(waitLimit)
	for {
		c.mu.Lock()
		ok, changed := holds(c.screen), c.changed
		c.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
			continue
		case <-c.closed:
		case <-late:
		}
		c.t.Fatalf("the terminal did not %s:\n%s", what, c.Text())
	}
}

// Shows waits until the screen contains every given string.
func (c *Terminal) Shows(words ...string) {
	c.t.Helper()
	c.Until(fmt.Sprintf("show %q", words), func(p *Emulator) bool {
		text := p.String()
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	})
}

// Wait waits for the program to end and returns its exit code.
func (c *Terminal) Wait() int {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(waitLimit):
		_ = c.Cmd.Process.Signal(syscall.SIGQUIT)
		c.t.Fatalf("the program did not end:\n%s", c.Text())
	}
	return c.Cmd.ProcessState.ExitCode()
}

// CheckRestored checks that the terminal has the settings and modes that it had before
// the program was started. It waits for output that is still in transit.
func (c *Terminal) CheckRestored() {
	c.t.Helper()
	if got := c.Settings(); got != c.Initial {
		c.t.Errorf("the terminal settings are %v, want %v", got, c.Initial)
	}
	c.Until("restore its modes", func(p *Emulator) bool { return p.Switched() == "" })
}
