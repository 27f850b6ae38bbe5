package model

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"pooltop/ui"
	"pooltop/ui/text"
)

// keyPressed handles a key that was pressed or clicked in the footer.
func (m *Model) keyPressed(pressed fmt.Stringer) tea.Cmd {
	k, is := m.keys, func(bindings ...key.Binding) bool { return key.Matches(pressed, bindings...) }
	m.settled = true
	switch {
	case m.dialog != nil:
		return m.dialogPressed(pressed)
	case m.filterField().typing:
		return m.filterTyped(pressed)
	case is(k.Quit) && m.view() != ui.PaneTable && pressed.String() != quitKey:
		m.open(ui.PaneTable)
	case is(k.Quit):
		return m.quit()
	case is(k.Suspend):
		return tea.Suspend
	case is(k.Times):
		m.clockTimes = !m.clockTimes
	case is(k.Mouse):
		m.toggleMouse()
	case is(k.Theme):
		return m.nextTheme()
	case is(k.Help):
		m.toggle(ui.PaneHelp)
	case is(k.Forecast):
		return m.toggleForecast()
	case is(k.Events):
		m.toggleEvents()
	case is(k.Pause, k.Faster, k.Slower):
		return m.clockPressed(pressed)
	case is(k.ReadOnly):
		return m.toggleReadOnly()
	case is(k.Notify):
		m.toggleNotify()
	case is(k.Copy):
		return m.copyTarget()
	case is(k.Back):
		m.back()
	case is(k.Up, k.Down, k.PageUp, k.PageDown, k.Top, k.Bottom):
		return m.move(pressed)
	case is(k.SaveView):
		return m.saveView()
	case is(k.views...):
		m.viewPressed(pressed)
	case is(k.Commands...):
		return m.commandPressed(pressed)
	case !is(k.all()...): // not a key of the dashboard
	default:
		return m.credentialPressed(pressed)
	}
	return nil
}

// credentialPressed handles a key that acts on credentials or changes how they are listed.
func (m *Model) credentialPressed(pressed fmt.Stringer) tea.Cmd {
	k, is := m.keys, func(bindings ...key.Binding) bool { return key.Matches(pressed, bindings...) }
	switch {
	case is(k.Detail) && m.view() == ui.PaneEvents:
		return m.goToTarget()
	case is(k.Detail) && m.selected != nil:
		m.toggle(ui.PaneDetail)
	case m.pane == ui.PaneHelp && is(k.Filter):
		return m.arrangePressed(pressed)
	case m.pane == ui.PaneHelp, m.pane == ui.PaneOutput:
		_, why := m.target()
		return m.setStatus(ui.AnswerRefused, why)
	case is(k.Reset, k.ResetProvider, k.ResetAll, k.Exhaust, k.Sync, k.Earlier, k.Later, k.Undo):
		return m.act(pressed)
	case m.view() == ui.PaneEvents && !is(k.Filter):
		return m.setStatus(ui.AnswerRefused, m.onlyInTable())
	case m.empty(), m.selected == nil && is(k.Detail, k.Mark, k.MarkProvider, k.Fold):
		return m.setStatus(ui.AnswerRefused, m.whyNoSelection())
	case is(k.Mark):
		m.toggleMarks(*m.selected)
		m.selectAt(m.position() + 1)
	case is(k.MarkProvider):
		m.toggleGroupMarks()
	default:
		return m.arrangePressed(pressed)
	}
	return nil
}

func (m *Model) back() {
	switch {
	case m.running != nil:
		m.running.cancel()
	case m.commandRunning():
		m.command.cancel()
	case m.pane == ui.PaneHelp && m.search.applied != "":
		m.clearFilter()
	case m.pane != ui.PaneTable:
		m.open(ui.PaneTable)
	case m.selected == nil && m.arrangement.applied != "": // as announced by whyNoSelection
		m.status = nil
		m.clearFilter()
	case m.status != nil || len(m.marked) > 0:
		m.status = nil
		clear(m.marked)
	default:
		m.clearFilter()
	}
}

// toggleForecast shows the forecast of the pool, then the forecast of the selected
// provider, then the table.
func (m *Model) toggleForecast() tea.Cmd {
	switch {
	case m.empty():
		return m.setStatus(ui.AnswerRefused, m.whyNoSelection())
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

// copyTarget copies the id of the view's target to the clipboard. If the target is dead, it copies
// the login command instead. Not all terminals support this.
func (m *Model) copyTarget() tea.Cmd {
	c, why := m.target()
	if c == nil {
		return m.setStatus(ui.AnswerRefused, why)
	}
	command := ui.LoginCommand(m.screen(), c)
	switch {
	case command != "":
		m.setStatus(ui.AnswerDone, "copied: "+command+"; if the terminal supports it")
		return tea.SetClipboard(command)
	case c.ID == "":
		return m.setStatus(ui.AnswerRefused, "the credential has no id")
	}
	id := text.Clean(c.ID, 256)
	m.setStatus(ui.AnswerDone, "copied id "+id+" (if the terminal supports it)")
	return tea.SetClipboard(id)
}

// nextTheme switches to the next theme. It shows the theme's name, because some themes
// look alike.
func (m *Model) nextTheme() tea.Cmd {
	if m.profile <= colorprofile.ASCII {
		return m.setStatus(ui.AnswerRefused, "no colors on this terminal, or NO_COLOR is set; states are shown by symbol and label")
	}
	m.scheme, m.themeChosen = m.scheme.Next(m.background, m.profile), true
	m.retheme()
	next := m.scheme.Next(m.background, m.profile)
	return m.setStatus(ui.AnswerDone, "theme: "+m.scheme.String()+"; "+word(m.keys.Theme)+" switches to "+next.String())
}

// quit ends the program. It cancels an action that is shown as waiting for the lock.
// Finish completes any other action.
func (m *Model) quit() tea.Cmd {
	if m.running != nil && m.running.holder != "" {
		m.running.cancel()
	}
	return tea.Quit
}

// mouse is the state of mouse support. It is off by default because a terminal does not select
// text while it reports clicks to a program.
type mouse struct {
	on     bool
	opener ui.Target // footer key whose click opened the dialog
	y      int       // line of that click
}

func (m *Model) toggleMouse() {
	m.mouse.on = !m.mouse.on
	text := "mouse off: select and copy text with the terminal"
	if m.mouse.on {
		text = "mouse on: click rows, titles, providers and keys; " + word(m.keys.Mouse) + " turns it off"
	}
	m.setStatus(ui.AnswerDone, text)
}

func (m *Model) clicked(msg tea.MouseClickMsg) tea.Cmd {
	if !m.mouse.on || msg.Button != tea.MouseLeft { // a click may arrive after the mouse has been turned off
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
	case ui.TargetEvent:
		m.log.cursor = target.Event
	case ui.TargetHeading:
		if folded := m.arrangement.folded; folded[target.Group] {
			delete(folded, target.Group)
		} else {
			folded[target.Group] = true
		}
		m.arrange()
	case ui.TargetTitle:
		a := &m.arrangement
		a.order, a.descending = target.Order, a.order == target.Order && !a.descending
		m.arrange()
	}
	return nil
}

type clickedKey string

func (k clickedKey) String() string { return string(k) }

// dialogClicked handles a click on an answer to a confirmation. The first click on "yes"
// only moves the focus to it, so that a single click never confirms.
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

func (m *Model) wheeled(msg tea.MouseWheelMsg) {
	by := map[tea.MouseButton]int{tea.MouseWheelUp: -3, tea.MouseWheelDown: 3}[msg.Button]
	switch {
	case !m.mouse.on || m.dialog != nil || by == 0:
	case m.view() == ui.PaneEvents:
		m.log.moveTo(m.log.cursor + by)
	case m.pane == ui.PaneTable || m.pane == ui.PaneForecast:
		m.arrangement.anchor = nil
		m.selectAt(m.position() + by)
	default:
		m.scrollPane(m.paneOffset + by)
	}
}
