package cli

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

// rehearsal is the dashboard on a terminal of ours, at a time that passes when a
// test waits: what it shows at an instant is always the same. It has to be held
// in a bubble of synctest.
type rehearsal struct {
	t *testing.T
	// mutex is for the race detector: it knows of no order between what is read
	// when all is at rest and what is written later.
	mutex    sync.Mutex
	terminal *picturedTerminal
	program  *tea.Program
	keys     *io.PipeWriter
	ended    chan struct{}
}

// rehearse starts the dashboard on a terminal of w×h.
func rehearse(t *testing.T, cfg model.Config, w, h int) *rehearsal {
	t.Helper()
	typed, keys := io.Pipe()
	r := &rehearsal{t: t, terminal: newPicturedTerminal(w, h), keys: keys, ended: make(chan struct{})}
	cfg.Pending, cfg.After = &model.Pending{}, r.after
	t.Cleanup(cfg.Pending.Finish)
	r.program = tea.NewProgram(model.New(cfg), tea.WithInput(typed), tea.WithOutput(r), tea.WithFPS(framesPerSecond),
		tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithColorProfile(colorprofile.TrueColor),
		tea.WithWindowSize(w, h), tea.WithoutSignalHandler())
	go func() {
		defer close(r.ended)
		if _, err := r.program.Run(); err != nil {
			t.Error(err)
		}
	}()
	go r.watch(cfg.Operator.Store.Path())
	r.wait(time.Second / 4)
	return r
}

// Write is the terminal's side of what the program writes. The program takes it
// for one that begins a line anew where one ends, as those do that it did not
// switch itself.
func (r *rehearsal) Write(p []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.terminal.write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), nil
}

// watch tells the program of each change of its file: file events come from
// outside of the bubble, so they cannot.
func (r *rehearsal) watch(path string) {
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

// after is a message of a moment ahead, for which nobody waits when the program
// has ended.
func (r *rehearsal) after(d time.Duration, message func(time.Time) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		select {
		case now := <-time.After(d):
			return message(now)
		case <-r.ended:
			return nil
		}
	}
}

func (r *rehearsal) typed(keys string) {
	if _, err := io.WriteString(r.keys, keys); err != nil {
		r.t.Error(err)
	}
}

// wait lets that much time pass, and then whatever is under way come to rest.
func (r *rehearsal) wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// view is what a terminal shows, on a dark and on a light background.
type view struct{ dark, light [][]cell }

// see returns what the terminal shows, which has to say something.
func (r *rehearsal) see(words ...string) view {
	r.t.Helper()
	on := func(background string) [][]cell {
		// A terminal answers the question for its background, and tells later
		// when somebody gives it another one.
		r.typed("\x1b]11;rgb:" + background + "\x1b\\")
		r.wait(2 * time.Second / framesPerSecond)
		r.mutex.Lock()
		defer r.mutex.Unlock()
		return r.terminal.copied()
	}
	v := view{on("16/17/1f"), on("ff/ff/ff")}
	text := textOf(v.light)
	for _, w := range words {
		if !strings.Contains(text, w) {
			r.t.Fatalf("the dashboard does not show %q:\n%s", w, text)
		}
	}
	return v
}

// close ends the program and waits for all that it started.
func (r *rehearsal) close() {
	r.program.Quit()
	<-r.ended
	_ = r.keys.Close()
	synctest.Wait()
}
