package model

import (
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"pooltop/ui"
)

// nextTheme draws in the next scheme and says which it is, since on some
// terminals two look much alike.
func (m *Model) nextTheme() tea.Cmd {
	if m.profile <= colorprofile.ASCII {
		return m.refuse("there are no colours on this terminal, or NO_COLOR is set; shapes and words tell the states")
	}
	m.scheme, m.themeChosen = m.scheme.Next(), true
	m.retheme()
	m.mention("theme: " + m.scheme.String() + "; " + word(m.keys.Theme) + " goes on to " + m.scheme.Next().String())
	return nil
}

// mention answers a key that only changes what is seen. It does not cover up
// what has to be read.
func (m *Model) mention(text string) {
	if m.answer == nil || m.answer.Kind != ui.AnswerNotice {
		m.say(ui.AnswerDone, text)
	}
}
