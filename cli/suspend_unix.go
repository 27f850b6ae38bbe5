//go:build unix

package cli

import (
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
)

// stopTimeout is how long to wait for the process to stop. In an orphaned process group, such as
// that of the first process in a terminal window, it never does.
const stopTimeout = 200 * time.Millisecond

// jobSignals handles job-control signals and SIGQUIT. It restores the terminal for the shell
// and redraws the dashboard when the process continues.
type jobSignals struct {
	out     *output
	keys    *keyboard
	signals chan os.Signal
}

func newJobSignals(out *output, keys *keyboard) *jobSignals {
	return &jobSignals{out, keys, make(chan os.Signal, 3)}
}

// continued is the message sent after SIGCONT. While the program was stopped, the shell
// may have changed the terminal's settings and screen.
type continued struct{}

// filter replaces the messages for suspending and continuing with a tea.Exec, which releases
// the terminal and afterwards sets it up again with a full redraw.
func (j *jobSignals) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	during := func(do func()) tea.Msg {
		return tea.Exec(released(func() { do(); j.out.forget() }), func(error) tea.Msg { return tea.ResumeMsg{} })()
	}
	switch msg.(type) {
	case tea.SuspendMsg:
		return during(j.stop)
	case continued:
		return during(func() {})
	}
	return msg
}

// released is a function that is called while the terminal is released. It implements
// tea.ExecCommand.
type released func()

// Run waits until Bubble Tea's old renderer has ended and then calls the function. The
// old renderer would otherwise stop the ticker of the new one.
func (do released) Run() error {
	time.Sleep(rendererTimeout)
	do()
	return nil
}

func (released) SetStdin(io.Reader)  {}
func (released) SetStdout(io.Writer) {}
func (released) SetStderr(io.Writer) {}

// start handles signals until the returned function is called.
func (j *jobSignals) start(program *tea.Program) (end func()) {
	j.notify()
	go func() {
		for s := range j.signals {
			switch s {
			case syscall.SIGTSTP:
				go program.Send(tea.SuspendMsg{})
			case syscall.SIGCONT:
				go program.Send(continued{})
			case syscall.SIGQUIT:
				j.quit(program)
			}
		}
	}()
	return func() { signal.Stop(j.signals); close(j.signals) }
}

func (j *jobSignals) notify() {
	signals := []os.Signal{syscall.SIGTSTP, syscall.SIGCONT, syscall.SIGQUIT}
	signal.Notify(j.signals, slices.DeleteFunc(signals, signal.Ignored)...)
}

// stop stops the process group until SIGCONT, as ctrl+z does for other programs. It sends
// SIGTTIN, because Go's runtime ignores SIGTSTP once the program has handled it.
func (j *jobSignals) stop() {
	j.out.restoreTitle()
	defer j.out.saveTitle()
	j.out.drain()
	j.keys.settle()
	signal.Stop(j.signals)
	defer j.notify()
	resumed := make(chan os.Signal, 1)
	signal.Notify(resumed, syscall.SIGCONT)
	defer signal.Stop(resumed)
	_ = syscall.Kill(0, syscall.SIGTTIN)
	select {
	case <-resumed:
	case <-time.After(stopTimeout):
	}
}

// quit restores the terminal, even if the program hangs. Then it lets SIGQUIT print the stacks
// and end the process.
func (j *jobSignals) quit(program *tea.Program) {
	done := make(chan struct{})
	go func() { defer close(done); _ = program.ReleaseTerminal() }()
	waitFor(done, shutdownTimeout)
	j.out.restoreTitle()
	j.out.drain()
	signal.Stop(j.signals)
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGQUIT)
}
