package model

import (
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/text"
)

// moveBy moves the task's credential by one position, up or down, in the rotation order of its
// provider.
func (m *Model) moveBy(t task, by int) tea.Cmd {
	c, a := t.Seen[0], &m.arrangement
	strategy, name := m.owner(&c).strategies[c.Provider], text.CredentialName(&c)
	t.Seen = m.rotation(&c)
	move := poolstate.Move{Target: c.Ref, To: c.Index + by, Strategy: strategy}
	why := move.Refusal(t.Seen)
	switch {
	case len(m.marked) > 1 && m.view() == ui.PaneTable:
		why = "only one credential can be moved at a time; esc removes the marks"
	case m.view() == ui.PaneTable && (a.order != filter.OrderPool || a.descending):
		why = "moving needs the pool order; the table is sorted by another one"
		if m.keys.Sort.Enabled() {
			why += "; " + word(m.keys.Sort) + " changes it"
		}
	case !m.shows(c.Original()):
		why = name + " is not on the screen"
	case strategy == poolstate.FillFirst && move.To < 1:
		why = name + " is already first"
	case strategy == poolstate.FillFirst && move.To > len(t.Seen):
		why = name + " is already last"
	}
	if why != "" {
		return m.setStatus(ui.AnswerRefused, why)
	}
	t.Verb, t.Move = poolstate.VerbOrder, move
	t.Move.Target.Profile = "" // as in the file
	return m.run(t)
}

// rotation returns the credentials of c's provider that are in the same file, in rotation
// order.
func (m *Model) rotation(c *poolstate.Credential) []poolstate.Credential {
	var rows []*poolstate.Credential
	p := m.pool.Provider(c.Provider)
	for i := range p.Credentials {
		if row := &p.Credentials[i]; row.Original().Profile == c.Original().Profile {
			rows = append(rows, row)
		}
	}
	return m.originals(rows)
}
