package model

import (
	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
	"pooltop/ui/filter"
)

// mouse is what the mouse may do: nothing, until it is switched on.
type mouse struct {
	on bool
	// asked is where the key is whose click opened the dialog.
	asked place
}

// place is a piece of a line of the screen.
type place struct{ y, from, to int }

func (p place) holds(m tea.MouseClickMsg) bool { return m.Y == p.y && m.X >= p.from && m.X < p.to }

// wheelLines is how far a notch of the wheel goes.
const wheelLines = 3

// toggleMouse switches the mouse on or off. Off is the rule, since a terminal
// that reports clicks does not select text by them.
func (m *Model) toggleMouse() {
	m.mouse.on = !m.mouse.on
	off := word(m.keys.Mouse)
	if m.mouse.on {
		m.mention("mouse on: click rows, titles, providers and keys; " + off + " turns it off again")
		return
	}
	m.mention("mouse off: the terminal selects and copies text again")
}

// clicked acts on what stands where the mouse was pressed.
func (m *Model) clicked(msg tea.MouseClickMsg) tea.Cmd {
	if !m.mouse.on || msg.Button != tea.MouseLeft {
		return nil // the mouse may have been switched off meanwhile
	}
	if m.dialog != nil && m.mouse.asked.holds(msg) {
		return nil // the second of a double click is not meant for what stands there now
	}
	m.mouse.asked = place{}
	target := m.clickable.At(msg.X, msg.Y)
	switch {
	case target.Kind == ui.TargetKey:
		return m.keyClicked(target, msg.Y)
	case m.dialog != nil:
		return m.dialogClicked(target)
	}
	switch target.Kind {
	case ui.TargetCredential:
		m.selected, m.paneOffset, m.arrangement.anchor = &target.Credential, 0, nil
	case ui.TargetProvider:
		m.toggleFold(target.Provider)
	case ui.TargetTitle:
		m.sortBy(target.Order)
	}
	return nil
}

// keyClicked presses a key of the footer, and remembers where it is if a dialog
// opens of it, or another one.
func (m *Model) keyClicked(target ui.Target, y int) tea.Cmd {
	form := m.dialog != nil && m.dialog.form != nil
	asking := m.dialog != nil
	cmd := m.keyPressed(pressOf(target.Key))
	if m.dialog != nil && (!asking || form && m.dialog.form == nil) {
		m.mouse.asked = place{y, target.From, target.To}
	}
	return cmd
}

// dialogClicked answers a question. A click moves the focus, and only another
// one on what has it answers: no single click can confirm. Nothing else acts
// through a dialog.
func (m *Model) dialogClicked(target ui.Target) tea.Cmd {
	yes := target.Kind == ui.TargetYes
	switch {
	case !yes && target.Kind != ui.TargetNo:
		return nil
	case m.dialog.yes == yes:
		return m.keyPressed(pressOf(m.dialogKeys.Accept.Keys()[0]))
	}
	return m.keyPressed(pressOf(m.dialogKeys.Toggle.Keys()[0]))
}

// toggleFold folds a provider, or unfolds it.
func (m *Model) toggleFold(provider string) {
	a := &m.arrangement
	next := make(map[string]bool, len(a.folded)+1)
	for name := range a.folded {
		next[name] = true
	}
	if next[provider] {
		delete(next, provider)
	} else {
		next[provider] = true
	}
	a.folded = next
	m.arrange()
}

// sortBy sorts by a column, the second time the other way round.
func (m *Model) sortBy(o filter.Order) {
	a := &m.arrangement
	a.order, a.descending = o, a.order == o && !a.descending
	m.arrange()
}

// wheeled moves the selection, or scrolls the text of the open pane.
func (m *Model) wheeled(msg tea.MouseWheelMsg) {
	by := 0
	switch msg.Button {
	case tea.MouseWheelUp:
		by = -wheelLines
	case tea.MouseWheelDown:
		by = wheelLines
	}
	switch {
	case !m.mouse.on || m.dialog != nil || by == 0:
	case m.pane == ui.PaneTable || m.pane == ui.PaneForecast:
		m.arrangement.anchor = nil
		m.selectAt(m.position() + by)
	default:
		m.paneOffset = min(max(m.paneOffset+by, 0), ui.PaneLines(m.screen()))
	}
}
