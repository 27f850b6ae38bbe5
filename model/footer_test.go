package model

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestFooter_Views checks that the footer of a view shows the keys that act on its target,
// even on a narrow screen.
func TestFooter_Views(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.send(tea.WindowSizeMsg{Width: 50, Height: 15})
	for _, view := range []string{"e", "f", "d"} {
		d.do(view, "r reset", "x hold", "u undo", "? help", "esc q back")
		d.do("q")
	}
}

// TestKeyMap_Move checks that the keys for moving are separated by a space unless they are arrows.
func TestKeyMap_Move(t *testing.T) {
	for want, b := range map[string]KeyBindings{
		"↑↓":       nil,
		"k j":      {"up": {"k"}, "down": {"j"}},
		"↑ j":      {"down": {"j"}},
		"↓":        {"up": nil},
		"ctrl+↑ ↓": {"up": {"ctrl+up"}},
	} {
		equal(t, "keys", newKeyMap(b, false).move().Help().Key, want)
	}
}
