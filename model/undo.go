package model

import (
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/text"
)

// undo undoes the last action of this session, after the same confirmation as any other
// change. If this session has no action to undo, it offers the last one in the journal.
func (m *Model) undo() tea.Cmd {
	n := len(m.performed)
	if n == 0 {
		return m.undoRecorded()
	}
	last := &m.performed[n-1]
	undos := last.Undos()
	if undos == nil { // the action before it can still be undone
		m.performed = m.performed[:n-1]
		return m.setStatus(ui.AnswerRefused, fmt.Sprintf("%v; %s undoes the action before it", journal.ErrNotUndoable, word(m.keys.Undo)))
	}
	plan := poolstate.Outcome{At: m.now}
	for _, e := range last.Changed {
		plan.Changed = append(plan.Changed, poolstate.Effect{Before: e.After, After: e.Before})
	}
	if why := m.whyNoUndo(&plan); why != "" {
		return m.setStatus(ui.AnswerRefused, why)
	}
	return m.confirm(undoOf(last.Number, undos, m.policy), plan)
}

func undoOf(number string, undos []poolstate.Undo, policy poolstate.Policy) journal.Task {
	return journal.Task{Action: poolstate.Action{Verb: poolstate.VerbUndo, Undos: undos}, Policy: policy, Undoes: number}
}

// undoRecorded offers to undo the last action in the journal, which an earlier session or
// another pooltop performed. It always asks for confirmation.
func (m *Model) undoRecorded() tea.Cmd {
	operator, policy := m.only().Operator, m.policy
	if operator.Journal.IsZero() {
		return m.setStatus(ui.AnswerRefused, "nothing to undo in this session; without a journal, earlier actions are unknown")
	}
	return func() tea.Msg {
		var plan poolstate.Outcome
		action, undos, err := operator.LastUndo()
		t := undoOf(action.Action, undos, policy)
		if err == nil {
			plan, err = operator.Plan(t)
		}
		return result(func(m *Model) tea.Cmd {
			switch {
			case m.dialog != nil || len(m.performed) > 0 || m.whyNoWrite() != "":
				return nil // the operator has started something else in the meantime
			case errors.Is(err, poolstate.ErrNothingToUndo):
				return m.setStatus(ui.AnswerRefused, err.Error())
			case errors.Is(err, journal.ErrNotUndoable):
				return m.setStatus(ui.AnswerRefused, err.Error())
			case errors.Is(err, journal.ErrUnrecorded):
				return m.setStatus(ui.AnswerRefused, "cannot undo: the last action is not in the journal; earlier ones were left alone")
			case err != nil:
				return m.setStatus(ui.AnswerRefused, m.explainFailure(t.Verb, err))
			case len(plan.Changed) == 0:
				return m.confirm(t, plan)
			}
			if why := m.whyNoUndo(&plan); why != "" {
				return m.setStatus(ui.AnswerRefused, why)
			}
			return m.openDialog(&dialog{task: t, plan: plan, undoes: m.actionWords(&action)})
		})
	}
}

// verbOf returns the on-screen word for the action of an entry.
func verbOf(e *journal.Entry) string {
	if e.Verb == poolstate.VerbHold.String() {
		return ui.VerbWord(poolstate.VerbHold)
	}
	return e.Verb
}

// lastAction describes the last action of this session: "the reset of backup-key".
func (m *Model) lastAction(plan *poolstate.Outcome) string {
	what := text.Plural(len(plan.Changed), "credential", "credentials")
	if len(plan.Changed) == 1 {
		what = text.CredentialName(&plan.Changed[0].Before)
	}
	last := &m.performed[len(m.performed)-1]
	return "the " + verbOf(&last.Entries[0]) + " of " + what
}

// actionWords describes an action in the journal: "the hold of 11:58 by ada@engine".
func (m *Model) actionWords(e *journal.Entry) string {
	words := "the " + verbOf(e) + " of " + text.Moment(e.At, m.now)
	by := e.User
	if e.Host != "" {
		by += "@" + e.Host
	}
	if by != "" {
		words += " by " + by
	}
	return words
}
