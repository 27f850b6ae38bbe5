package model

import (
	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
)

// mouse is the state of the mouse, which is off at first: a terminal that reports
// clicks does not select text.
type mouse struct {
	on bool
	// opener is the footer key whose click opened the dialog, at line y.
	opener ui.Target
	y      int
}

const wheelLines = 3 // in one notch

func (m *Model) toggleMouse() {
	m.mouse.on = !m.mouse.on
	if m.mouse.on {
		m.setStatus(ui.AnswerDone, "mouse on: click rows, titles, providers and keys; "+word(m.keys.Mouse)+" turns it off")
	} else {
		m.setStatus(ui.AnswerDone, "mouse off: the terminal selects and copies text")
	}
}

func (m *Model) clicked(msg tea.MouseClickMsg) tea.Cmd {
	if !m.mouse.on || msg.Button != tea.MouseLeft { // it may have been switched off meanwhile
		return nil
	}
	if o := m.mouse.opener; m.dialog != nil && msg.Y == m.mouse.y && msg.X >= o.From && msg.X < o.To {
		return nil // the second half of a double click
	}
	m.mouse.opener = ui.Target{}
	target := m.clickable.At(msg.X, msg.Y)
	switch {
	case target.Kind == ui.TargetKey:
		before := m.dialog
		cmd := m.keyPressed(clickedKey(target.Key))
		if m.dialog != nil && m.dialog != before {
			m.mouse.opener, m.mouse.y = target, msg.Y
		}
		return cmd
	case m.dialog != nil:
		return m.dialogClicked(target)
	}
	switch target.Kind {
	case ui.TargetCredential:
		m.selected, m.paneOffset, m.arrangement.anchor = &target.Credential, 0, nil
	case ui.TargetProvider:
		m.toggleFold(target.Provider)
	case ui.TargetTitle:
		a := &m.arrangement
		a.order, a.descending = target.Order, a.order == target.Order && !a.descending
		m.arrange()
	}
	return nil
}

type clickedKey string

func (k clickedKey) String() string { return string(k) }

// dialogClicked answers a confirmation. The first click moves the focus and the
// second one answers, so that no single click confirms.
func (m *Model) dialogClicked(target ui.Target) tea.Cmd {
	k := &dialogKeys
	switch {
	case target.Kind != ui.TargetYes && target.Kind != ui.TargetNo:
		return nil
	case m.dialog.yes == (target.Kind == ui.TargetYes):
		return m.keyPressed(clickedKey(k.Accept.Keys()[0]))
	}
	return m.keyPressed(clickedKey(k.Toggle.Keys()[0]))
}

// wheeled moves the selection, or scrolls the open pane.
func (m *Model) wheeled(msg tea.MouseWheelMsg) {
	by := map[tea.MouseButton]int{tea.MouseWheelUp: -wheelLines, tea.MouseWheelDown: wheelLines}[msg.Button]
	switch {
	case !m.mouse.on || m.dialog != nil || by == 0:
	case m.pane == ui.PaneTable || m.pane == ui.PaneForecast:
		m.arrangement.anchor = nil
		m.selectAt(m.position() + by)
	default:
		m.scrollPane(m.paneOffset + by)
	}
}
