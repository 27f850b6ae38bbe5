package model

import (
	"errors"
	"io/fs"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
)

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// listed returns the credentials in the order in which they stand on screen.
func (m *Model) listed() []*poolstate.Credential {
	var out []*poolstate.Credential
	for _, g := range m.groups {
		out = append(out, g.Credentials...)
	}
	return out
}

// whyNothing says why no credential is selected.
func (m *Model) whyNothing() string {
	switch {
	case m.snapshot.Pool == nil:
		return "no pool was read yet"
	case m.snapshot.Pool.Len() == 0:
		return "the pool has no credentials"
	case !m.arrangement.filter.IsZero():
		return "nothing matches the filter; esc clears it"
	}
	said := "every provider is folded"
	if m.keys.Unfold.Enabled() {
		said += "; " + word(m.keys.Unfold) + " unfolds"
	}
	return said
}

// position is the place of the selection on screen, 0 without one.
func (m *Model) position() int {
	if m.selected == nil {
		return 0
	}
	for i, c := range m.listed() {
		if c.Ref == *m.selected {
			return i
		}
	}
	return 0
}

// selectAt selects the credential at a place, or the nearest one.
func (m *Model) selectAt(i int) {
	all := m.listed()
	if len(all) == 0 {
		m.selected = nil
		return
	}
	ref := all[min(max(i, 0), len(all)-1)].Ref
	m.selected = &ref
}

// reselect keeps the selection on its credential in a new list; it may have
// moved. When it is gone, the one in its place is selected, and one that only
// the filter hides comes back with the list that shows it.
func (m *Model) reselect(at int) {
	all, a := m.listed(), &m.arrangement
	if c := named(all, a.anchor); c != nil {
		ref := c.Ref // a copy, which does not keep an old pool alive
		m.selected, a.anchor = &ref, nil
		return
	}
	if c := named(all, m.selected); c != nil {
		ref := c.Ref
		m.selected = &ref
		return
	}
	if a.anchor == nil {
		a.anchor = m.selected
	}
	m.selectAt(at)
}

// named finds what ref names among credentials. An id that is given twice is the
// one at ref's position, if either is.
func named(all []*poolstate.Credential, ref *poolstate.Ref) *poolstate.Credential {
	var found *poolstate.Credential
	for _, c := range all {
		switch {
		case ref == nil || c.Provider != ref.Provider || c.ID != ref.ID:
		case c.Position == ref.Position:
			return c
		case found == nil && ref.ID != "":
			found = c
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

// move moves the selection. In the detail, pages scroll its text instead.
func (m *Model) move(msg tea.KeyPressMsg) {
	k, at := m.keys, m.position()
	page := ui.PageSize(m.screen())
	switch {
	case m.pane == ui.PaneDetail && key.Matches(msg, k.PageUp, k.PageDown):
		m.scrollPane(msg)
		return
	case key.Matches(msg, k.Up):
		at--
	case key.Matches(msg, k.Down):
		at++
	case key.Matches(msg, k.PageUp):
		at -= page
	case key.Matches(msg, k.PageDown):
		at += page
	case key.Matches(msg, k.Top):
		at = 0
	case key.Matches(msg, k.Bottom):
		at = len(m.listed()) - 1
	default:
		return
	}
	if m.selected == nil {
		m.refuse("%s", m.whyNothing())
		return
	}
	m.paneOffset = 0
	m.arrangement.anchor = nil
	m.selectAt(at)
}

// scrollPane scrolls the text of the open pane.
func (m *Model) scrollPane(msg tea.KeyPressMsg) {
	k, most := m.keys, ui.PaneLines(m.screen())
	page := max(m.height-4, 1)
	switch {
	case key.Matches(msg, k.Up):
		m.paneOffset--
	case key.Matches(msg, k.Down):
		m.paneOffset++
	case key.Matches(msg, k.PageUp):
		m.paneOffset -= page
	case key.Matches(msg, k.PageDown):
		m.paneOffset += page
	case key.Matches(msg, k.Top):
		m.paneOffset = 0
	case key.Matches(msg, k.Bottom):
		m.paneOffset = most
	case key.Matches(msg, slices.Concat(k.full()...)...):
		m.refuse("the help is open; esc closes it")
	}
	m.paneOffset = min(max(m.paneOffset, 0), most)
}
