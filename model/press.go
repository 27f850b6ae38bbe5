package model

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
)

// keyPressed acts on a key. What a key does is looked up in the key map alone.
func (m *Model) keyPressed(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case m.dialog != nil:
		return m.dialogPressed(msg)
	case m.arrangement.typing:
		return m.typed(msg)
	}
	k := m.keys
	switch {
	case key.Matches(msg, k.Quit):
		return m.quit()
	case key.Matches(msg, k.Suspend):
		return tea.Suspend
	case key.Matches(msg, k.Times):
		m.clockTimes = !m.clockTimes
	case key.Matches(msg, k.Mouse):
		m.toggleMouse()
	case key.Matches(msg, k.Theme):
		return m.nextTheme()
	case key.Matches(msg, k.Help):
		m.toggle(ui.PaneHelp)
	case key.Matches(msg, k.Forecast):
		return m.forecast()
	case key.Matches(msg, k.Events):
		m.toggle(ui.PaneEvents)
	case key.Matches(msg, k.Pause):
		m.pause()
	case key.Matches(msg, k.Notify):
		m.toggleNotify()
	case key.Matches(msg, k.Copy):
		return m.copyID()
	case key.Matches(msg, k.Detail):
		if m.selected == nil {
			return m.refuse("%s", m.whyNothing())
		}
		m.toggle(ui.PaneDetail)
	case key.Matches(msg, k.Back):
		m.back()
	case m.pane == ui.PaneHelp, m.pane == ui.PaneEvents && key.Matches(msg, k.Up, k.Down, k.PageUp, k.PageDown, k.Top, k.Bottom):
		m.scrollPane(msg)
	case key.Matches(msg, k.Mark, k.MarkProvider):
		m.mark(msg)
	case key.Matches(msg, k.Reset, k.ResetProvider, k.ResetAll, k.Exhaust, k.Sync, k.Undo):
		return m.act(msg)
	case m.arrangeKey(msg):
	default:
		m.move(msg)
	}
	return nil
}

// back closes, step by step, what is open: a wait for the lock, a pane, the
// answer and the marks, the filter.
func (m *Model) back() {
	switch {
	case m.running != nil:
		m.running.cancel()
	case m.pane != ui.PaneTable:
		m.open(ui.PaneTable)
	case m.answer != nil || len(m.marked) > 0:
		m.answer, m.marked = nil, nil
	default:
		m.clearFilter()
	}
}

// forecast opens the forecast of all, then that of the selected credential's
// provider, then closes it.
func (m *Model) forecast() tea.Cmd {
	switch {
	case m.snapshot.Pool == nil || m.snapshot.Pool.Len() == 0:
		return m.refuse("there is no pool to forecast")
	case m.pane != ui.PaneForecast:
		m.forecastOf = ""
		m.open(ui.PaneForecast)
	case m.forecastOf == "" && m.selected != nil:
		m.forecastOf = m.selected.Provider
	default:
		m.open(ui.PaneTable)
	}
	return nil
}

// copyID puts the selected credential's id on the clipboard of the terminal.
func (m *Model) copyID() tea.Cmd {
	switch {
	case m.selected == nil:
		return m.refuse("%s", m.whyNothing())
	case m.selected.ID == "":
		return m.refuse("the credential has no id")
	}
	// The id is the file's word; what goes to a terminal is cleaned.
	id := ui.Clean(m.selected.ID, maxIDText)
	m.say(ui.AnswerDone, "id "+id+" copied, if the terminal allows it")
	return tea.SetClipboard(id)
}

// maxIDText bounds what is copied.
const maxIDText = 256

// quit ends the program; what is seen to wait for the lock gives up.
func (m *Model) quit() tea.Cmd {
	if m.running != nil && m.running.waits {
		m.running.cancel()
	}
	return tea.Quit
}
