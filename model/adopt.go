package model

import (
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
)

// planned is what an action would do, where that takes a look at files.
type planned struct {
	action poolstate.Action
	seen   []poolstate.Credential
	plan   poolstate.Outcome
	err    error
}

// sync adopts tokens, after asking when it may be those of more than one. What
// there is to adopt lies in files, which are looked at outside of Update.
func (m *Model) sync(a poolstate.Action, seen []poolstate.Credential) tea.Cmd {
	n := 0
	for i := range seen {
		if poolstate.Syncable(&seen[i]) {
			n++
		}
	}
	if n < 2 {
		return m.perform(a, seen)
	}
	store := m.cfg.Operator.Store
	return func() tea.Msg {
		plan, err := store.Plan(a, seen)
		return planned{a, seen, plan, err}
	}
}

// planned asks about what was planned, unless the operator has gone on.
func (m *Model) planned(msg planned) tea.Cmd {
	if m.dialog != nil || m.cannotAct() != "" {
		return nil
	}
	switch verb := msg.action.Verb; {
	case msg.err != nil:
		return m.refuse("%s", m.actionError(verb, msg.err))
	case len(msg.plan.Changed) == 0:
		return m.refuse("%s", ui.DoneWords(verb, &msg.plan, m.policy, m.now))
	}
	return m.askOr(msg.action, msg.seen, &msg.plan)
}
