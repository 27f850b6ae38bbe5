package model

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// witness is the dashboard in a program; it tells of every picture that it
// shows.
type witness struct {
	Model
	pictures chan<- string
}

func (w witness) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	before, sized := w.snapshot.Pool, w.width > 0
	next, cmd := w.Model.Update(msg)
	w.Model = next.(Model)
	// The first load may come before the size of the terminal does.
	if w.snapshot.Pool != nil && w.width > 0 && (w.snapshot.Pool != before || !sized) {
		w.pictures <- w.View().Content
	}
	return w, cmd
}

// In a program the dashboard reads the file when it starts and whenever it is
// told that the file changed, and ends when it is asked to. The bubble waits
// for everything that the program started, so nothing may stay behind.
func TestInAProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDashboard(t, poolOf("p: first"))
		pictures := make(chan string, 1)
		var out bytes.Buffer
		program := tea.NewProgram(witness{New(d.m.cfg), pictures},
			tea.WithContext(t.Context()), tea.WithInput(new(bytes.Buffer)), tea.WithOutput(&out),
			tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithColorProfile(colorprofile.ASCII),
			tea.WithWindowSize(120, 36), tea.WithoutSignalHandler())
		var last tea.Model
		var err error
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			last, err = program.Run()
		}()

		says(t, <-pictures, "label-first")
		d.write(poolOf("p: second"))
		program.Send(FileChanged{})
		says(t, <-pictures, "label-second")
		program.Send(keyPress(t, "q"))
		<-ended
		<-time.After(time.Second) // the beat that was asked for last, which nobody hears

		if err != nil {
			t.Fatal(err)
		}
		says(t, last.View().Content, "label-second")
		says(t, out.String(), "pooltop", "label-second")
	})
}

func says(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("it does not say %q: %q", w, text)
		}
	}
}
