package testkit

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"pooltop/model"
)

const framesPerSecond = 22

// Dashboard runs the dashboard on an emulator, inside a synctest bubble, which
// makes its screens reproducible.
type Dashboard struct {
	t *testing.T
	// mu guards terminal. It is needed only for the race detector, because synctest.Wait
	// already orders the accesses.
	mu       sync.Mutex
	terminal *Emulator
	program  *tea.Program
	keys     *io.PipeWriter
	ended    chan struct{}
}

// StartDashboard starts the dashboard on a terminal of w columns and h rows.
func StartDashboard(t *testing.T, cfg model.Config, w, h int) *Dashboard {
	t.Helper()
	input, keys := io.Pipe()
	r := &Dashboard{t: t, terminal: NewEmulator(w, h), keys: keys, ended: make(chan struct{})}
	cfg.After = r.after
	r.program = tea.NewProgram(model.New(cfg), tea.WithInput(input), tea.WithOutput(r), tea.WithFPS(framesPerSecond),
		tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithColorProfile(colorprofile.TrueColor),
		tea.WithWindowSize(w, h), tea.WithoutSignalHandler())
	go func() {
		defer close(r.ended)
		last, err := r.program.Run()
		if m, ok := last.(model.Model); ok && err == nil {
			_, err = m.Finish()
		}
		if err != nil {
			t.Error(err)
		}
	}()
	go r.watch(cfg.Stores[0].Operator.Store.Path())
	r.Wait(time.Second / 4)
	return r
}

// Write receives the program's output. The program ends lines with a bare newline because
// it has not put this terminal into raw mode.
func (r *Dashboard) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = r.terminal.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), nil
}

// watch notifies the program of each change to its file. It cannot use file events,
// because they come from outside the bubble.
func (r *Dashboard) watch(path string) {
	var before []byte
	for first := true; ; first = false {
		if now, err := os.ReadFile(path); first || err == nil && !bytes.Equal(now, before) {
			before = now
			r.program.Send(model.FileChanged{})
		}
		select {
		case <-r.ended:
			return
		case <-time.After(time.Second / 25):
		}
	}
}

// after sends a message after a delay, unless the program ends first.
func (r *Dashboard) after(d time.Duration, message func(time.Time) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		select {
		case now := <-time.After(d):
			return message(now)
		case <-r.ended:
			return nil
		}
	}
}

// Type sends key presses to the program.
func (r *Dashboard) Type(keys string) {
	if _, err := io.WriteString(r.keys, keys); err != nil {
		r.t.Error(err)
	}
}

// Wait advances the clock and then waits for all pending work.
func (r *Dashboard) Wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// View is one screen, drawn on a dark and on a light background.
type View struct{ Dark, Light [][]Cell }

// See returns the screen. It fails the test unless the screen contains every given string.
func (r *Dashboard) See(words ...string) View {
	r.t.Helper()
	on := func(background string) [][]Cell {
		// This is the reply to a background color query. A terminal also sends it when
		// its theme changes.
		r.Type("\x1b]11;rgb:" + background + "\x1b\\")
		r.Wait(2 * time.Second / framesPerSecond)
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.terminal.Cells()
	}
	v := View{on("16/17/1f"), on("ff/ff/ff")}
	text := Text(v.Light)
	for _, w := range words {
		if !strings.Contains(text, w) {
			r.t.Fatalf("the dashboard does not show %q:\n%s", w, text)
		}
	}
	return v
}

// Close ends the program and waits until all of its goroutines have ended.
func (r *Dashboard) Close() {
	r.program.Quit()
	<-r.ended
	_ = r.keys.Close()
	synctest.Wait()
}
