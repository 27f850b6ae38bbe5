package model

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/text"
)

// undo undoes the last action of this session, after the same confirmation as any other
// change. If this session has no action to undo, it offers to undo the last action in the
// journal.
func (m *Model) undo() tea.Cmd {
	n := len(m.performed)
	if n == 0 {
		return m.undoRecorded()
	}
	last := &m.performed[n-1]
	if !last.undoable() { // the previous action can still be undone
		m.performed = m.performed[:n-1]
		return m.setStatus(ui.AnswerRefused, journal.ErrNotUndoable.Error()+m.passOver(last.numbers()...))
	}
	plan, t := poolstate.Outcome{At: m.now}, undoTask()
	for i := range last.files {
		f := &last.files[i]
		if why := m.whyNoWriteTo(f.store); why != "" {
			t.notes = append(t.notes, why)
			continue
		}
		for _, e := range f.done.Changed {
			plan.Changed = append(plan.Changed, poolstate.Effect{Before: e.After, After: e.Before})
		}
		j := m.newJob(f.store, t.Task)
		j.task.Undos, j.task.Undoes = f.done.Undos(), f.done.Number
		t.jobs = append(t.jobs, j)
	}
	if len(t.jobs) == 0 {
		return m.setStatus(ui.AnswerRefused, t.notes[0])
	}
	if why := m.whyNoUndo(&plan); why != "" {
		return m.setStatus(ui.AnswerRefused, why)
	}
	return m.confirm(t, plan)
}

func undoTask() task {
	return task{Task: journal.Task{Action: poolstate.Action{Verb: poolstate.VerbUndo}}}
}

// undoRecorded offers to undo the last action in the journal, which an earlier session or
// another pooltop performed. It always asks for confirmation.
func (m *Model) undoRecorded() tea.Cmd {
	if m.stores[0].Operator.Journal.IsZero() {
		return m.setStatus(ui.AnswerRefused, "nothing to undo in this session; without a journal, earlier actions are unknown")
	}
	find := m.lastRecorded()
	return func() tea.Msg {
		action, t, plan, err := find()
		return result(func(m *Model) tea.Cmd {
			switch {
			case m.dialog != nil || len(m.performed) > 0 || m.whyNoWrite() != "":
				return nil // a dialog has opened, or writing has become impossible, in the meantime
			case errors.Is(err, journal.ErrUnrecorded) && action.Action == "":
				return m.setStatus(ui.AnswerRefused, "cannot undo: the last action is not in this user's journal; earlier actions were left alone")
			case err != nil && action.Action != "":
				return m.setStatus(ui.AnswerRefused, err.Error()+m.passOver(action.Action))
			case err != nil:
				return m.setStatus(ui.AnswerRefused, err.Error())
			case len(plan.Changed) == 0 && len(t.notes) > 0:
				return m.setStatus(ui.AnswerRefused, t.notes[0])
			case len(plan.Changed) == 0:
				return m.setStatus(ui.AnswerRefused, m.noUndoWords(&plan)+m.passOver(action.Action))
			}
			if why := m.whyNoUndo(&plan); why != "" {
				return m.setStatus(ui.AnswerRefused, why)
			}
			return m.openDialog(&dialog{task: t, plan: plan, undoes: m.actionWords(&action)})
		})
	}
}

// lastRecorded returns a function that finds the last action in the journal and plans its undo
// in each file.
func (m *Model) lastRecorded() func() (journal.Entry, task, poolstate.Outcome, error) {
	j, passed := m.stores[0].Operator.Journal, slices.Clone(m.passed)
	jobs, refusals := map[string]job{}, map[string]string{} // by path
	all, borrowed := map[string]*poolstate.Store{}, map[string]bool{}
	var stores []*poolstate.Store
	var root *poolstate.Store // hidden
	for _, st := range m.stores {
		file := st.Operator.Store
		jobs[st.path], refusals[st.path] = m.newJob(st, undoTask().Task), m.whyNoWriteTo(st)
		all[file.Identity()] = file
		switch {
		case st.Hidden:
			root = file
		case st.snapshot.Pool != nil && refusals[st.path] == "" && m.source(st) == st:
			stores = append(stores, file)
		}
	}
	for c := range m.pool.All() {
		borrowed[c.Provider] = borrowed[c.Provider] || c.BorrowedFrom != ""
	}
	return func() (action journal.Entry, t task, plan poolstate.Outcome, err error) {
		j = j.Frozen()
		if root != nil {
			last, _, err := j.LastUndo([]*poolstate.Store{root}, nil, passed...)
			if borrowed[last.Provider] || err != nil && !errors.Is(err, poolstate.ErrNothingToUndo) {
				stores = append(stores, root)
			}
		}
		t = undoTask()
		action, undos, err := j.LastUndo(stores, all, passed...)
		for _, u := range undos {
			part, why := jobs[u.Store.Path()], refusals[u.Store.Path()]
			part.task.Undos, part.task.Undoes = u.Undos, action.Action
			out, failed := poolstate.Outcome{}, u.Err
			if failed == nil && why == "" {
				out, failed = part.plan()
			}
			switch {
			case u.Err != nil && len(undos) == 1:
				return action, t, plan, u.Err
			case failed != nil && len(undos) == 1:
				return journal.Entry{}, t, plan, failed
			case failed != nil:
				why = part.store.Profile + ": " + failed.Error()
			}
			if why != "" {
				t.notes = append(t.notes, why)
				continue
			}
			t.jobs = append(t.jobs, part)
			plan = joined(plan, out)
		}
		return action, t, plan, err
	}
}

// lastAction describes the last action of this session: "the reset of backup-key".
func (m *Model) lastAction(plan *poolstate.Outcome) string {
	what := text.Plural(len(plan.Changed), "credential", "credentials")
	if len(plan.Changed) == 1 || ui.IsMove(plan) {
		what = text.QualifiedName(&plan.Changed[0].Before)
	}
	last := &m.performed[len(m.performed)-1]
	return "the " + ui.VerbWord(last.verb) + " of " + what
}

// actionWords describes an action in the journal: "the hold of 11:58 by ada@engine".
func (m *Model) actionWords(e *journal.Entry) string {
	return ui.ActionWords(e.Verb, e.At, e.User, e.Host, m.now)
}

// noUndoWords describes why an undo has changed nothing: "undo of team-seat: changed since
// the action".
func (m *Model) noUndoWords(out *poolstate.Outcome) string {
	if len(out.Unchanged) == 1 {
		e := &out.Unchanged[0]
		return "undo of " + text.QualifiedName(&e.Before) + ": " + e.Reason
	}
	return ui.DoneWords(poolstate.VerbUndo, out, m.policy, m.now)
}

// passOver makes undo ignore actions that cannot be undone. It returns what undo does next, to be
// appended to a message.
func (m *Model) passOver(actions ...string) string {
	m.passed = append(m.passed, actions...)
	if !m.keys.Undo.Enabled() {
		return ""
	}
	return "; " + word(m.keys.Undo) + " undoes the one before"
}
