package model

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/text"
)

// running is an action whose result has not been shown yet.
type running struct {
	verb    poolstate.Verb
	since   time.Time
	cancel  context.CancelFunc
	perform func() actionDone // runs the action on the first call
	busy    chan string       // receives a description of the process that holds the lock
	holder  string            // the process that holds the lock; "" if the action is not waiting
}

type actionDone struct {
	verb poolstate.Verb
	done journal.Done
	err  error
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
	t := journal.Task{Seen: seen, Policy: m.policy}
	switch {
	case key.Matches(pressed, k.Exhaust):
		t.Verb = poolstate.VerbHold
		return m.openHold(t)
	case key.Matches(pressed, k.Sync):
		t.Verb, t.ClaudeFile = poolstate.VerbSync, m.cfg.ClaudeFile
		return m.sync(t)
	}
	t.Verb, t.SpareDead = poolstate.VerbReset, bulk
	return m.confirm(t, t.Plan(seen, m.now))
}

// sync runs a sync. If several credentials may change, or one that is not on the screen,
// it first plans the sync, so that confirm can ask.
func (m *Model) sync(t journal.Task) tea.Cmd {
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
	operator := m.only().Operator
	return func() tea.Msg {
		plan, err := operator.Plan(t)
		return result(func(m *Model) tea.Cmd {
			switch {
			case m.dialog != nil || m.whyNoWrite() != "":
				return nil // the operator has started something else in the meantime
			case err != nil:
				return m.setStatus(ui.AnswerRefused, m.explainFailure(t.Verb, err))
			}
			return m.confirm(t, plan)
		})
	}
}

// confirm runs a task. It first asks for confirmation if the task changes more than one
// credential or one that is not on the screen, shortens a cooldown, leaves a provider with
// no credential ready, or undoes an action on a credential other than the view's target.
func (m *Model) confirm(t journal.Task, plan poolstate.Outcome) tea.Cmd {
	switch {
	case len(plan.Changed) == 0:
		return m.setStatus(ui.AnswerRefused, ui.DoneWords(t.Verb, &plan, m.policy, m.now))
	case len(plan.Changed) > 1, len(m.warnings(plan)) > 0:
		return m.openDialog(&dialog{task: t, plan: plan})
	}
	ref := plan.Changed[0].Before.Ref
	if c, _ := m.target(); !m.shows(ref) || t.Verb == poolstate.VerbUndo && (c == nil || c.Ref != ref) {
		return m.openDialog(&dialog{task: t, plan: plan})
	}
	return m.run(t)
}

func (m *Model) run(t journal.Task) tea.Cmd {
	if why := m.whyNoWrite(); why != "" { // may have become true while the dialog was open
		return m.setStatus(ui.AnswerRefused, why)
	}
	ctx, cancel := context.WithCancel(context.Background())
	operator, busy := m.only().Operator, make(chan string, 1)
	perform := sync.OnceValue(func() actionDone {
		defer cancel()
		defer close(busy)
		done, err := operator.Run(ctx, t, func(holder string) {
			select {
			case busy <- holder:
			default: // the previous description has not been read yet
			}
		})
		return actionDone{t.Verb, done, err}
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
	if msg.err != nil {
		kind := ui.AnswerRefused
		if errors.Is(msg.err, context.Canceled) {
			kind = ui.AnswerCanceled
		}
		m.setStatus(kind, m.explainFailure(msg.verb, msg.err))
		return m.startLoad()
	}
	done := &msg.done
	records := make([]poolstate.Record, len(done.Entries))
	for i := range records {
		records[i] = done.Entries[i].Record
	}
	m.log.merge(records, true)
	kind, text := ui.AnswerDone, ui.ChangeWords(msg.verb, &done.Outcome, m.policy, m.now)
	brief := ui.BriefChange(msg.verb, &done.Outcome, m.policy, m.now)
	switch {
	case msg.verb == poolstate.VerbUndo:
		m.performed = m.performed[:max(len(m.performed)-1, 0)]
	case len(done.Changed) > 0:
		m.performed = append(m.performed, *done)
		if done.Undos() == nil {
			text += "; it cannot be undone"
		} else if m.keys.Undo.Enabled() {
			text += "; " + word(m.keys.Undo) + " undoes"
		}
	}
	if len(done.Changed) == 0 {
		kind = ui.AnswerRefused
	}
	if len(done.Changed) > 0 {
		text += "; " + ui.ReloadNote(msg.verb, m.policy)
	}
	m.setStatus(kind, withWarnings(done, text))
	if m.status != nil && m.status.Text == text {
		m.status.Brief = brief
	}
	clear(m.marked)
	for i := range done.Changed {
		e := &done.Changed[i]
		m.writes[e.Before.Ref] = watchedWrite{msg.verb, e.Before, e.After, m.loading.begun}
	}
	return m.startLoad()
}

// withWarnings puts warnings about an action before its answer, because a narrow screen omits
// later clauses.
func withWarnings(done *journal.Done, text string) string {
	if done.JournalErr != nil {
		text = "warning: could not write the journal: " + done.JournalErr.Error() + "; " + text
	}
	if done.Warning != nil {
		text = "warning: " + done.Warning.Error() + "; " + text
	}
	return text
}

func (m *Model) explainFailure(verb poolstate.Verb, err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return ui.VerbWord(verb) + " canceled; nothing was written"
	case errors.Is(err, poolstate.ErrLocked):
		return fmt.Sprintf("%s failed: another process has held the lock for %s; nothing was written; try again",
			ui.VerbWord(verb), text.Span(poolstate.LockPatience))
	}
	return ui.VerbWord(verb) + " failed: " + m.only().ExplainWrite(err)
}

// Leave finishes a running action and pending writes to the journal, because Bubble Tea
// may have dropped their commands. Call it after the program has ended. It waits at most
// a second for the lock. It returns the result of the action in one line, "" if no action
// was running, or an error if the action failed.
func (m Model) Leave() (done string, err error) {
	if m.running != nil {
		defer time.AfterFunc(time.Second, m.running.cancel).Stop()
		switch msg := m.running.perform(); {
		case msg.err == nil:
			done = ui.DoneWords(msg.verb, &msg.done.Outcome, m.policy, m.now)
		case errors.Is(msg.err, context.Canceled) && m.running.holder == "": // the timer canceled it, not the operator
			err = fmt.Errorf("%s failed: %w; nothing was written; try again", ui.VerbWord(msg.verb), poolstate.ErrLocked)
		default:
			err = &actionError{m.explainFailure(msg.verb, msg.err), msg.err}
		}
	}
	if m.log.write != nil {
		_ = m.log.write() // an error cannot be shown: the screen is already closed
	}
	if m.log.journal {
		_ = m.only().Operator.RecordSeen(m.log.unwritten) // the action's own events are already recorded
	}
	return done, err
}

type actionError struct {
	text string
	err  error
}

func (e *actionError) Error() string { return e.text }
func (e *actionError) Unwrap() error { return e.err }
