package ui

import (
	"testing"
)

func TestKeyWord(t *testing.T) {
	for name, want := range map[string]string{
		"up": "↑", "right": "→", "pgup": "PgUp", "home": "Home", "end": "End",
		"k": "k", "G": "G", "space": "space", "esc": "esc", "f5": "f5", "?": "?", "ä": "ä",
		"ctrl+r": "ctrl+r", "alt+up": "alt+↑", "ctrl+alt+pgdown": "ctrl+alt+PgDn", "shift+tab": "shift+tab",
		"+": "+", "ctrl++": "ctrl++",
	} {
		equal(t, "the word for "+name, KeyWord(name), want)
	}
	equal(t, "several", KeyWords([]string{"up", "k", "ctrl+p"}), "↑ k ctrl+p")
}
