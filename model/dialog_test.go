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
			d := dashboardAt(t, "b")
			d.do(tt.keys...)
			d.shows(tt.wants...)
			equal(t, "the file", d.text(), mixedPool)
		})
	}
	d := dashboardAt(t, "b")
	d.do("R", "tab", "enter")
	d.isReady("a", "b", "d")
	d.shows("✓ reset 2 credentials: 1 cooling, 1 held → 2 ready; 1 unchanged")
	d.do("u")
	d.shows("undo 2 credentials in")
	d.do("y")
	d.isCooling("a")
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
}

func TestOpenDialog_SmallTerminal(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("R")
	d.send(tea.WindowSizeMsg{Width: 18, Height: 4})
	d.do("y") // a dialog that cannot be read is not answered
	equal(t, "the file", d.text(), mixedPool)
	d.do("esc", "x")
	d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	d.shows("✕ the terminal is too small for a dialog")
}

func TestSetSnapshot_EmptyPoolCancelsDialog(t *testing.T) {
	for _, k := range []string{"x", "ctrl+r"} {
		d := dashboardAt(t, "a")
		d.do(k)
		d.change(`{"credential_pool": {}}`)
		d.shows("cancelled, the pool has no credentials; nothing was written")
		d.do("q")
		equal(t, "the message after q", d.last, tea.Msg(tea.QuitMsg{}))
	}
}

func TestHoldForm_PreviewAndSubmit(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("x")
	d.shows("hold cooling-key of p", "code       429", "streak 2 → 3, 4h (×4), until 16:00", "running agents notice at their next reload")
	d.do("4", "5", "m")
	d.shows("streak 2 → 3, 45m, until 12:45")
	d.do("q", "enter") // an invalid form is not submitted
	d.shows("▌ duration", `"45mq" is not a duration`)
	d.do("tab", "shift+tab")
	d.send(tea.KeyPressMsg{Code: tea.KeyBackspace})
	d.do("tab", "q", "u", "o", "t", "a", "enter")
	d.shows("✓ hold cooling-key: cooling, streak 2, until", "→ held, streak 3, until 12:45", "quota")
}

func TestHoldForm_Code(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("x", "up")
	d.shows("▌ code       429")
	for _, code := range []string{"402", "401", "403", "500", "429"} {
		d.do("down")
		d.shows("▌ code       " + code)
	}
	d.do("up")
	d.shows("▌ code       500")
	d.do("down", "down", "down")
	d.shows("streak 2 → 3, 20m (×4), until 12:20") // 401 cools for five minutes
	for range 3 {
		d.send(tea.KeyPressMsg{Code: tea.KeyBackspace})
	}
	d.shows("code: enter a number such as 429")
	d.do("esc")
	d.shows("✕ hold cancelled; nothing was written")
	equal(t, "the file", d.text(), mixedPool)
}

func TestHoldForm_Paste(t *testing.T) {
	d := dashboardAt(t, "a")
	d.press("x")
	d.send(tea.PasteMsg{Content: "45\x1b[2Jm"})
	d.hides("\x1b")
	d.press("esc", "/")
	d.send(tea.PasteMsg{Content: "held\u202e"})
	d.shows("/ held")
}

func TestHoldForm_Several(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("a", "x")
	d.shows("hold 4 marked credentials", "and 2 more", "dead-key: ")
}
