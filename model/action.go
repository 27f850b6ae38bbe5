package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
)

// task is an action on credentials of any number of stores. Seen lists the credentials as
// displayed. An undo has jobs instead of Seen.
type task struct {
	journal.Task
	jobs    []job
	refused []poolstate.Effect // targets in stores that cannot be written
	notes   []string           // why an undo is not possible in some files
}

// running is an action whose result has not been shown yet.
type running struct {
	verb    poolstate.Verb
	since   time.Time
	cancel  context.CancelFunc
	perform func() actionDone // runs the action on the first call
	busy    chan string       // receives a description of the process that holds the lock
	holder  string            // the process that holds the lock; "" if the action is not waiting
}

func (m *Model) act(pressed fmt.Stringer) tea.Cmd {
	if why := m.whyNoWrite(); why != "" {
		return m.setStatus(ui.AnswerRefused, why)
	}
	k := m.keys
	if key.Matches(pressed, k.Undo) {
		return m.undo()
	}
	seen, bulk, why := m.targets(pressed)
	if len(seen) == 0 {
		return m.setStatus(ui.AnswerRefused, why)
	}
	t := task{Task: journal.Task{Policy: m.policy}}
	if t.Seen, t.refused = m.writable(seen); len(t.Seen) == 0 {
		return m.setStatus(ui.AnswerRefused, t.refused[0].Reason)
	}
	switch {
	case key.Matches(pressed, k.Earlier):
		return m.moveBy(t, -1)
	case key.Matches(pressed, k.Later):
		return m.moveBy(t, 1)
	case key.Matches(pressed, k.Exhaust):
		t.Verb = poolstate.VerbHold
		return m.openHold(t)
	case key.Matches(pressed, k.Sync):
		t.Verb, t.ClaudeFile = poolstate.VerbSync, m.cfg.ClaudeFile
		return m.sync(t)
	}
	t.Verb, t.SpareDead = poolstate.VerbReset, bulk
	return m.confirm(t, m.plan(&t))
}

// plan returns what a reset or a hold would change.
func (m *Model) plan(t *task) poolstate.Outcome {
	out := t.Plan(t.Seen, m.now)
	out.Unchanged = append(out.Unchanged, t.refused...)
	return out
}

// sync runs a sync. If several credentials may change, or if a credential that may change is
// not on the screen, it first plans the sync, so that confirm can ask for confirmation.
func (m *Model) sync(t task) tea.Cmd {
	syncable, shown := 0, true
	for i := range t.Seen {
		if t.Seen[i].Syncable() {
			syncable++
			shown = shown && m.shows(t.Seen[i].Ref)
		}
	}
	if syncable < 2 && shown {
		return m.run(t)
	}
	jobs := m.jobs(&t)
	return func() tea.Msg {
		plan, failed := planAll(jobs)
		return result(func(m *Model) tea.Cmd {
			switch {
			case m.dialog != nil || m.whyNoWrite() != "":
				return nil // a dialog has opened, or writing has become impossible, in the meantime
			case failed != nil:
				return m.setStatus(ui.AnswerRefused, m.resultWords(&actionDone{verb: t.Verb, files: []fileResult{*failed}}, &plan))
			}
			plan.Unchanged = append(plan.Unchanged, t.refused...)
			return m.confirm(t, plan)
		})
	}
}

// confirm runs a task. It first asks for confirmation if the task
//
//   - changes several credentials or a credential that is not on the screen,
//   - shortens a cooldown or leaves a provider with no credential ready,
//   - undoes an action in only some of its files, or
//   - undoes an action on a credential that is not the target of the view.
func (m *Model) confirm(t task, plan poolstate.Outcome) tea.Cmd {
	switch {
	case len(plan.Changed) == 0:
		return m.setStatus(ui.AnswerRefused, ui.DoneWords(t.Verb, &plan, m.policy, m.now))
	case len(plan.Changed) > 1 && !ui.IsMove(&plan), len(t.notes) > 0, len(m.warnings(plan)) > 0:
		return m.openDialog(&dialog{task: t, plan: plan})
	}
	ref := plan.Changed[0].Before.Original()
	if c, _ := m.target(); !m.shows(ref) || t.Verb == poolstate.VerbUndo && (c == nil || c.Original() != ref) {
		return m.openDialog(&dialog{task: t, plan: plan})
	}
	return m.run(t)
}

func (m *Model) run(t task) tea.Cmd {
	if why := m.whyNoWrite(); why != "" { // writing may have been disabled while the dialog was open
		return m.setStatus(ui.AnswerRefused, why)
	}
	jobs := m.jobs(&t)
	for _, j := range jobs {
		if why := m.whyNoWriteTo(j.store); why != "" {
			if len(jobs) > 1 {
				why = "nothing was written: " + why
			}
			return m.setStatus(ui.AnswerRefused, why)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	busy := make(chan string, 1)
	perform := sync.OnceValue(func() actionDone {
		defer cancel()
		defer close(busy)
		return actionDone{t.Verb, performAll(ctx, jobs, func(holder string) {
			select {
			case busy <- holder:
			default: // the previous description has not been read yet
			}
		}), t.refused}
	})
	m.status = nil
	m.running = &running{verb: t.Verb, since: m.cfg.Clock.Now(), cancel: cancel, perform: perform, busy: busy}
	return tea.Batch(func() tea.Msg { return perform() }, m.running.nextHolder)
}

func (r *running) nextHolder() tea.Msg {
	holder, ok := <-r.busy
	if !ok {
		return nil
	}
	return result(func(*Model) tea.Cmd {
		r.holder = holder
		return r.nextHolder
	})
}

// actionDone shows the result of an action and keeps it for undo.
func (m *Model) actionDone(msg actionDone) tea.Cmd {
	m.running, m.status = nil, nil
	m.catchUp()
	var done []fileResult
	var loads []tea.Cmd
	var unrecorded error
	for i := range msg.files {
		f := &msg.files[i]
		f.name(m)
		if f.err == nil {
			done = append(done, *f)
			unrecorded = cmp.Or(unrecorded, f.done.JournalErr)
			m.remember(msg.verb, f)
		}
		loads = append(loads, m.startLoad(f.store))
	}
	if len(done) > 0 {
		m.keepForUndo(msg.verb, done)
		m.unmark(&msg)
	}
	m.answer(&msg)
	if out := msg.outcome(); len(out.Changed) > 0 {
		m.journaled("cannot be written", unrecorded)
	}
	return tea.Batch(loads...)
}

// remember logs the changes to a file and starts watching for programs that overwrite them.
func (m *Model) remember(verb poolstate.Verb, f *fileResult) {
	records := make([]poolstate.Record, len(f.done.Entries))
	for i := range records {
		records[i] = f.done.Entries[i].Record
		records[i].Profile = m.profileIn(f.store)
	}
	m.log.merge(records, true)
	if ui.IsMove(&f.done.Outcome) {
		m.watchMove(verb, f)
		return
	}
	for i := range f.done.Changed {
		e := &f.done.Changed[i]
		m.writes[e.Before.Ref] = watchedWrite{verb: verb, before: e.Before, after: e.After, load: f.store.loading.begun}
	}
}

// keepForUndo remembers the parts of an action that succeeded. After an undo, it forgets the
// parts that were undone or can no longer be undone.
func (m *Model) keepForUndo(verb poolstate.Verb, done []fileResult) {
	n := len(m.performed)
	switch {
	case verb == poolstate.VerbUndo && n > 0:
		last := &m.performed[n-1]
		last.files = slices.DeleteFunc(last.files, func(f fileResult) bool {
			i := slices.IndexFunc(done, func(d fileResult) bool { return d.store == f.store })
			if i >= 0 && len(done[i].done.Changed) == 0 {
				m.passOver(f.done.Number)
			}
			return i >= 0
		})
		if len(last.files) == 0 {
			m.performed = m.performed[:n-1]
		}
	case verb != poolstate.VerbUndo:
		done = slices.DeleteFunc(done, func(f fileResult) bool { return len(f.done.Changed) == 0 })
		if len(done) > 0 {
			m.performed = append(m.performed, actionDone{verb: verb, files: done})
		}
	}
}

// unmark removes the marks. If the action failed in some files, their credentials stay marked,
// so that the action can be repeated.
func (m *Model) unmark(msg *actionDone) {
	if len(msg.failed()) == 0 {
		clear(m.marked)
		return
	}
	for ref := range m.marked {
		c := m.pool.Find(ref)
		failed := c != nil && slices.ContainsFunc(msg.files, func(f fileResult) bool { return f.err != nil && f.store == m.owner(c) })
		if !failed {
			delete(m.marked, ref)
		}
	}
}

// answer shows the result of an action on the status line.
func (m *Model) answer(msg *actionDone) {
	out, failed := msg.outcome(), msg.failed()
	words := m.resultWords(msg, &out)
	kind := ui.AnswerDone
	switch {
	case len(out.Changed) == 0 && len(failed) > 0 && errors.Is(failed[0].err, context.Canceled):
		kind = ui.AnswerCanceled
	case len(out.Changed) == 0, len(failed) > 0:
		kind = ui.AnswerRefused
	}
	if len(out.Changed) > 0 {
		file, undo, note := m.fileWords(msg), m.undoWords(msg.verb), "; "+m.reloadNote(msg.verb, &out)
		if ui.IsMove(&out) { // agents restore the old order, so the note is more important
			words += note + undo + file
		} else {
			words += file + undo + note
		}
	}
	if msg.verb == poolstate.VerbUndo && len(out.Changed) == 0 && len(failed) == 0 {
		words = m.noUndoWords(&out) + m.passOver()
	}
	m.setStatus(kind, msg.withWarnings(words))
	if m.status != nil && m.status.Text == words && len(failed) == 0 {
		m.status.Brief = ui.BriefChange(msg.verb, &out, m.policy, m.now)
	}
}

// undoWords says whether the action that has just been performed can be undone.
func (m *Model) undoWords(verb poolstate.Verb) string {
	switch {
	case verb == poolstate.VerbUndo:
		return ""
	case !m.performed[len(m.performed)-1].undoable():
		return "; it cannot be undone"
	case m.keys.Undo.Enabled():
		return "; " + word(m.keys.Undo) + " undoes"
	}
	return ""
}

// reloadNote describes when running agents notice an action.
func (m *Model) reloadNote(verb poolstate.Verb, out *poolstate.Outcome) string {
	if ui.IsMove(out) { // also an undo
		verb = poolstate.VerbOrder
	}
	return ui.ReloadNote(verb, m.policy)
}

// Finish completes a running action, ends a running command and completes pending writes to
// the journal, because Bubble Tea may have dropped their commands. Call it after the program
// has ended. It waits at most a second for the lock. It returns the result of the action in one line, "" if no action
// was running, or an error if the action failed.
func (m Model) Finish() (done string, err error) {
	if m.running != nil {
		defer time.AfterFunc(time.Second, m.running.cancel).Stop()
		msg := m.running.perform()
		for i := range msg.files {
			f := &msg.files[i]
			f.name(&m)
			if errors.Is(f.err, context.Canceled) && m.running.holder == "" { // the timer canceled it, not the operator
				f.err = errInterrupted
			}
		}
		out := msg.outcome()
		if failed := msg.failed(); len(failed) > 0 {
			err = &actionError{m.resultWords(&msg, &out), failed[0].err}
		} else if done = m.resultWords(&msg, &out); len(out.Changed) > 0 {
			done += m.fileWords(&msg) + "; " + m.reloadNote(msg.verb, &out)
		}
	}
	if m.commandRunning() {
		m.command.cancel()
		m.command.perform()
	}
	if m.log.write != nil {
		_ = m.log.write() // an error cannot be shown: the screen is already closed
	}
	if m.log.journal {
		_ = recordSeen(m.log.unwritten) // the action's own events are already recorded
	}
	return done, err
}

type actionError struct {
	text string
	err  error
}

func (e *actionError) Error() string { return e.text }
func (e *actionError) Unwrap() error { return e.err }
