package model

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestOpenDialog_SmallTerminal(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("R")
	d.send(tea.WindowSizeMsg{Width: 18, Height: 4})
	d.do("y") // a dialog that cannot be read is not answered
	equal(t, "the file", d.text(), mixedPool)
	d.do("esc x")
	d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	d.shows("✕ the terminal is too small for a dialog")
}

func TestSetSnapshot_EmptyPoolCancelsDialog(t *testing.T) {
	for _, k := range []string{"x", "ctrl+r"} {
		d := dashboardAt(t, "a")
		d.do(k)
		d.change(`{"credential_pool": {}}`, "cancelled, the pool has no credentials; nothing was written")
		d.do("q")
		equal(t, "the message after q", d.last, tea.Msg(tea.QuitMsg{}))
	}
}

func TestHoldForm_PreviewAndSubmit(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("x")
	d.shows("hold cooling-key of p", "code       429", "streak 2 → 3, 4h (×4), until 16:00", "running agents notice at their next reload")
	d.do("4 5 m", "streak 2 → 3, 45m, until 12:45")
	d.do("q enter") // an invalid form is not submitted
	d.shows("▌ duration", `"45mq" is not a duration`)
	d.do("tab shift+tab")
	d.send(tea.KeyPressMsg{Code: tea.KeyBackspace})
	d.do("tab q u o t a enter", "✓ hold cooling-key: cooling, streak 2, until", "→ held, streak 3, until 12:45", "quota")
}

func TestHoldForm_Code(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("x up", "▌ code       429")
	for _, code := range []string{"402", "401", "403", "500", "429"} {
		d.do("down", "▌ code       "+code)
	}
	d.do("up", "▌ code       500")
	d.do("down down down")
	d.shows("streak 2 → 3, 20m (×4), until 12:20") // 401 cools for five minutes
	for range 3 {
		d.send(tea.KeyPressMsg{Code: tea.KeyBackspace})
	}
	d.shows("code: enter a number such as 429")
	d.do("esc", "✕ hold cancelled; nothing was written")
	equal(t, "the file", d.text(), mixedPool)
}

func TestHoldForm_Paste(t *testing.T) {
	d := dashboardAt(t, "a")
	d.press("x")
	d.send(tea.PasteMsg{Content: "45\x1b[2Jm"})
	d.hides("\x1b")
	d.press("esc /")
	d.send(tea.PasteMsg{Content: "held\u202e"})
	d.shows("/ held")
}
