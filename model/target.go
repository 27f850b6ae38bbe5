package model

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// view returns the pane to draw: the table if the open pane has nothing to show.
func (m *Model) view() ui.Pane {
	switch {
	case !ui.Legible(m.width, m.height),
		m.empty() && m.pane != ui.PaneHelp && m.pane != ui.PaneOutput,
		m.pane == ui.PaneDetail && m.selected == nil:
		return ui.PaneTable
	}
	return m.pane
}

// target returns the credential that keys act on: in the events view, the credential
// of the event at the cursor, and otherwise the selected credential. If there is none, target
// returns the reason.
func (m *Model) target() (c *poolstate.Credential, why string) {
	switch view := m.view(); {
	case view == ui.PaneHelp:
		return nil, "press " + word(m.keys.Back) + " to close the help first"
	case view == ui.PaneOutput:
		return nil, "press " + word(m.keys.Back) + " to close the output first"
	case view == ui.PaneEvents:
		return m.eventTarget()
	case m.selected != nil && m.pool != nil:
		c = m.pool.Find(*m.selected)
	}
	if c == nil {
		return nil, m.whyNoSelection()
	}
	return c, ""
}

// eventTarget returns the credential of the event at the cursor, in its current state.
func (m *Model) eventTarget() (c *poolstate.Credential, why string) {
	r := m.log.current()
	switch {
	case r == nil:
		return nil, "no event is selected"
	case r.Kind.OfFile():
		return nil, "this event is about the file, not a credential"
	case !r.Kind.OfCredential():
		return nil, "this event is not about a credential"
	}
	n := 0
	for is := range m.pool.All() {
		if !is.Repeated && is.Original().Profile == r.Profile && is.Provider == r.Provider && is.ID == r.ID && (r.ID != "" || is.Label == r.Label && is.Source == r.Source) {
			c = is
			n++
		}
	}
	switch name := text.Clean(r.Name(), text.RowLimit); n {
	case 0:
		return nil, name + " is no longer in the pool"
	case 1:
		return c, ""
	default:
		return nil, fmt.Sprintf("%d credentials match this event; select one in the table", n)
	}
}

// targets returns the credentials that a key acts on, or the reason why there are none. In
// the table, a bulk key acts on everything listed or on the listed credentials of the selected
// provider. Any other key acts on the marked credentials that are listed or, if no credential is
// marked, on the selected credential. Other views have one target and no bulk keys.
func (m *Model) targets(pressed fmt.Stringer) (seen []poolstate.Credential, bulk bool, why string) {
	all, provider := key.Matches(pressed, m.keys.ResetAll), key.Matches(pressed, m.keys.ResetProvider)
	bulk = all || provider
	if m.view() != ui.PaneTable {
		c, why := m.target()
		switch {
		case c == nil:
			return nil, bulk, why
		case bulk:
			return nil, bulk, m.onlyInTable()
		}
		return m.originals([]*poolstate.Credential{c}), bulk, ""
	}
	var rows []*poolstate.Credential
	for _, c := range m.listed() {
		switch s := m.selected; {
		case all,
			provider && s != nil && c.Provider == s.Provider,
			!bulk && m.marked[c.Ref],
			!bulk && len(m.marked) == 0 && s != nil && c.Ref == *s:
			rows = append(rows, c)
		}
	}
	if len(rows) == 0 {
		why = m.whyNoSelection()
	}
	return m.originals(rows), bulk, why
}

func (m *Model) onlyInTable() string {
	return "this key works only in the table; press " + word(m.keys.Back) + " to return to it"
}

// shows reports whether a credential, or a row that borrows it, is on the screen. The operator may
// have scrolled past its row in the table or past its name in the detail.
func (m *Model) shows(ref poolstate.Ref) bool {
	switch m.view() {
	case ui.PaneTable:
		s := m.screen()
		return slices.ContainsFunc(m.listed(), func(c *poolstate.Credential) bool { return c.Original() == ref && ui.ShowsRow(s, c.Ref) })
	case ui.PaneDetail:
		return m.paneOffset == 0
	}
	return true
}

// whyNoUndo returns why the planned undo is not possible in the current view, or "". Views
// other than the table undo only an action on their target.
func (m *Model) whyNoUndo(plan *poolstate.Outcome) string {
	if m.view() == ui.PaneTable {
		return ""
	}
	c, why := m.target()
	switch n := len(plan.Changed); {
	case c == nil:
		return why
	case n > 1 && !ui.IsMove(plan):
		return fmt.Sprintf("the last action changed %d credentials; return to the table to undo it", n)
	case n > 0 && plan.Changed[0].Before.Original() != c.Original():
		is := &plan.Changed[0].Before
		return "the last action changed " + rowName(is) + "; select that credential, or return to the table, to undo it"
	}
	return ""
}

// goToTarget goes from the events to the table and selects their target there. If necessary,
// it unfolds the provider or clears the filter.
func (m *Model) goToTarget() tea.Cmd {
	c, why := m.target()
	if c == nil {
		return m.setStatus(ui.AnswerRefused, why)
	}
	m.open(ui.PaneTable)
	a := &m.arrangement
	delete(a.folded, m.groupOf(&c.Ref))
	m.selectInTable(c)
	if !slices.ContainsFunc(m.listed(), func(is *poolstate.Credential) bool { return is.Ref == c.Ref }) {
		m.clearFilter()
		m.selectInTable(c)
		return m.setStatus(ui.AnswerDone, "filter cleared to show "+text.CredentialName(c))
	}
	return nil
}

// selectInTable selects a credential if the table lists it.
func (m *Model) selectInTable(c *poolstate.Credential) {
	ref := c.Ref
	m.selected, m.arrangement.anchor = &ref, nil
	m.arrange()
}

// toggleGroupMarks marks or unmarks all listed credentials of the selected one's group.
func (m *Model) toggleGroupMarks() {
	var refs []poolstate.Ref
	group, listing := m.groupOf(m.selected), m.listing()
	for _, c := range m.listed() {
		if listing.GroupName(c) == group {
			refs = append(refs, c.Ref)
		}
	}
	m.toggleMarks(refs...)
}

// toggleMarks marks the credentials, or unmarks them if all of them are marked.
func (m *Model) toggleMarks(refs ...poolstate.Ref) {
	mark := slices.ContainsFunc(refs, func(r poolstate.Ref) bool { return !m.marked[r] })
	for _, r := range refs {
		if mark {
			m.marked[r] = true
		} else {
			delete(m.marked, r)
		}
	}
}
