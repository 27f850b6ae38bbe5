package model

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
)

// listed returns the credentials in the order in which the table lists them.
func (m *Model) listed() []*poolstate.Credential {
	var out []*poolstate.Credential
	for _, g := range m.groups {
		out = append(out, g.Credentials...)
	}
	return out
}

// position returns the index of the selected credential in the table, 0 without
// one.
func (m *Model) position() int {
	return max(slices.IndexFunc(m.listed(), func(c *poolstate.Credential) bool {
		return m.selected != nil && c.Ref == *m.selected
	}), 0)
}

// selectAt selects the credential at an index of the table, or the nearest one.
func (m *Model) selectAt(i int) {
	m.selected = nil
	if all := m.listed(); len(all) > 0 {
		ref := all[min(max(i, 0), len(all)-1)].Ref // a copy, which does not keep an old pool alive
		m.selected = &ref
	}
}

// reselect selects the same credential in a new list. If it is gone, the one that
// is now at its index is selected; if it is only hidden, it is selected again as
// soon as the list shows it.
func (m *Model) reselect(at int) {
	all, a := m.listed(), &m.arrangement
	if i := find(all, a.anchor); i >= 0 {
		m.selectAt(i)
		a.anchor = nil
		return
	}
	if i := find(all, m.selected); i >= 0 {
		m.selectAt(i)
		return
	}
	if a.anchor == nil {
		a.anchor = m.selected
	}
	m.selectAt(at)
}

// find returns the index of the credential that ref names, or -1. Of several with
// the same id, it prefers the one at ref's position.
func find(all []*poolstate.Credential, ref *poolstate.Ref) int {
	found := -1
	for i, c := range all {
		switch {
		case ref == nil || c.Provider != ref.Provider || c.ID != ref.ID:
		case c.Position == ref.Position:
			return i
		case found < 0 && ref.ID != "":
			found = i
		}
	}
	return found
}

func (m *Model) open(p ui.Pane) { m.pane, m.paneOffset = p, 0 }

func (m *Model) toggle(p ui.Pane) {
	if m.pane == p {
		p = ui.PaneTable
	}
	m.open(p)
}

// move moves the selection, or scrolls the open pane.
func (m *Model) move(pressed fmt.Stringer) tea.Cmd {
	k := m.keys
	if m.pane == ui.PaneHelp || m.pane == ui.PaneEvents || m.pane == ui.PaneDetail && key.Matches(pressed, k.PageUp, k.PageDown) {
		m.scrollPane(m.step(pressed, m.paneOffset, max(m.height-4, 1), ui.PaneLines(m.screen())))
		return nil
	}
	if m.selected == nil {
		return m.setStatus(ui.AnswerRefused, m.whyNoSelection())
	}
	m.paneOffset = 0
	m.arrangement.anchor = nil
	m.selectAt(m.step(pressed, m.position(), ui.PageSize(m.screen()), len(m.listed())-1))
	return nil
}

// step returns where a key leads from a position; the result may be out of range.
func (m *Model) step(pressed fmt.Stringer, at, page, last int) int {
	switch k := m.keys; {
	case key.Matches(pressed, k.Up):
		return at - 1
	case key.Matches(pressed, k.Down):
		return at + 1
	case key.Matches(pressed, k.PageUp):
		return at - page
	case key.Matches(pressed, k.PageDown):
		return at + page
	case key.Matches(pressed, k.Bottom):
		return last
	}
	return 0
}

func (m *Model) scrollPane(to int) {
	m.paneOffset = min(max(to, 0), ui.PaneLines(m.screen()))
}

// toggleMark marks the selected credential and selects the next one, or removes
// its mark.
func (m *Model) toggleMark() {
	m.setMarks(!m.marked[*m.selected], *m.selected)
	m.selectAt(m.position() + 1)
}

// toggleProviderMarks marks all listed credentials of the selected provider, or
// removes their marks if all have one.
func (m *Model) toggleProviderMarks() {
	var refs []poolstate.Ref
	for _, c := range m.listed() {
		if c.Provider == m.selected.Provider {
			refs = append(refs, c.Ref)
		}
	}
	m.setMarks(slices.ContainsFunc(refs, func(r poolstate.Ref) bool { return !m.marked[r] }), refs...)
}

func (m *Model) setMarks(on bool, refs ...poolstate.Ref) {
	if m.marked == nil {
		m.marked = map[poolstate.Ref]bool{}
	}
	for _, r := range refs {
		if on {
			m.marked[r] = true
		} else {
			delete(m.marked, r)
		}
	}
}
