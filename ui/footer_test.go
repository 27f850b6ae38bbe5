package ui

import (
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"

	"pooltop/ui/theme"
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

func TestFooter_DisabledKeys(t *testing.T) {
	s := screenOf(nil).sizedAt(80, 24)
	s.Short = []key.Binding{binding("r", "reset"), binding("x", "hold"), binding("?", "help")}
	on := s.footer("")
	s.Off = []string{"r"}
	off := s.footer("")
	equal(t, "the text", plain(off), plain(on))
	faint := s.Theme.Line().Write(theme.Faint, "r reset").String()
	equal(t, "dimmed", strings.Contains(off, faint) && !strings.Contains(on, faint), true)
	equal(t, "another key is dimmed", strings.Contains(off, s.Theme.Line().Write(theme.Faint, "x").String()), false)
}

// TestAnswerLine_Canceled checks that a canceled action is not shown as an error.
func TestAnswerLine_Canceled(t *testing.T) {
	s := screenOf(nil).sizedAt(80, 24)
	s.Answer = &Answer{Kind: AnswerCanceled, Text: "hold canceled"}
	equal(t, "the answer", s.answerLine(), s.Theme.Line().To(2).Bold(theme.Secondary, "–").To(4).Write(theme.Secondary, "hold canceled").String())
}
