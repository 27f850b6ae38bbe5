package model

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestConfirm_Answers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		keys  []string
		wants []string
	}{
		{"open", []string{"R"}, []string{
			"reset 2 credentials in ~/.hermes/auth.json?", "p/cooling-key  cooling, streak 2, until",
			"p/held-key", "1 unchanged", "1 skipped: dead", "▌no",
		}},
		{"no has the focus", []string{"R", "enter"}, []string{"✕ reset cancelled; nothing was written"}},
		{"n", []string{"R", "tab", "n"}, []string{"✕ reset cancelled"}},
		{"esc", []string{"R", "esc"}, []string{"✕ reset cancelled"}},
		{"same key again", []string{"R", "R"}, []string{"▌no", "press y or n"}},
		{"focus moves", []string{"R", "tab"}, []string{"▌yes"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				d := dashboardAt(t, "b")
				d.do(tt.keys...)
				d.shows(tt.wants...)
				equal(t, "the file", d.text(), mixedPool)
			})
		})
	}
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "b")
		d.do("R", "tab", "enter")
		d.isReady("a", "b", "d")
		d.shows("✓ reset 2 credentials: 1 cooling, 1 held → 2 ready; 1 unchanged")
		d.do("u")
		d.shows("undo 2 credentials in")
		d.do("y")
		d.isCooling("a")
	})
}

func TestConfirm_FileBecameUnreadable(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "b")
		d.do("R", "tab")
		d.change(broken)
		d.do("enter")
		d.shows("✕ the file cannot be read; nothing is written until it can")
		equal(t, "the file", d.text(), broken)
	})
}

func TestConfirm_LastReadyCredential(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "b")
		d.do("x")
		d.shows("! this is the only ready credential of p; the next, held-key, is back in 1h20m00s")
		d.do("enter")
		d.shows("hold 1 credential in ~/.hermes/auth.json?", "▌no", "the only ready credential of p")
		d.do("y")
		d.shows("✓ hold ready-key: ready, streak 0 → held, streak 1")

		d = dashboardAt(t, "e")
		d.do("x")
		d.shows("code       402", "the only ready credential of q")
	})
}

func TestOpenDialog_SmallTerminal(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("R")
		d.send(tea.WindowSizeMsg{Width: 18, Height: 4})
		d.do("y") // a dialog that cannot be read is not answered
		equal(t, "the file", d.text(), mixedPool)
		d.do("esc", "x")
		d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
		d.shows("✕ the terminal is too small for a dialog")
	})
}

func TestSetSnapshot_EmptyPoolCancelsDialog(t *testing.T) {
	for _, k := range []string{"x", "ctrl+r"} {
		inBubble(t, func(t *testing.T) {
			d := dashboardAt(t, "a")
			d.do(k)
			d.change(`{"credential_pool": {}}`)
			d.shows("cancelled, the pool has no credentials; nothing was written")
			d.do("q")
			equal(t, "the message after q", d.last, tea.Msg(tea.QuitMsg{}))
		})
	}
}
