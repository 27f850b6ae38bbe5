package model

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestHoldForm_PreviewAndSubmit(t *testing.T) {
	inBubble(t, func(t *testing.T) {
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
	})
}

func TestHoldForm_Code(t *testing.T) {
	inBubble(t, func(t *testing.T) {
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
	})
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
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("a", "x")
		d.shows("hold 4 marked credentials", "and 2 more", "dead-key: ")
	})
}
