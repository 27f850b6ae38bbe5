package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
)

// running is an action that is under way.
type running struct {
	number   int
	verb     poolstate.Verb
	since    time.Time
	cancel   context.CancelFunc
	patience *patience
	work     tea.Cmd
	// waits is true while the lock takes long enough to be worth a word; holder is
	// who has it, if the system says.
	waits  bool
	holder string
	// look waits a while and then tells of the lock, unless the action is done.
	look func() tea.Cmd
}

// slowAfter is how long an action may wait for the lock in silence.
const slowAfter = 200 * time.Millisecond

// actionDone is the outcome of an action.
type actionDone struct {
	verb poolstate.Verb
	done journal.Done
	err  error
}

// actionSlow says that an action is not done yet, and whether it waits for the
// lock.
type actionSlow struct {
	number int
	waits  bool
	holder string
}

// say shows an answer.
func (m *Model) say(kind ui.AnswerKind, text string) {
	m.answer, m.answeredAt = &ui.Answer{Kind: kind, Text: text}, m.cfg.Clock.Now()
}

// refuse answers why a key does nothing now.
func (m *Model) refuse(format string, args ...any) tea.Cmd {
	m.say(ui.AnswerRefused, fmt.Sprintf(format, args...))
	return nil
}

// answerStays is how long an answer is shown. What an agent did to a written
// entry stays until it is read, which esc says.
const answerStays = 30 * time.Second

func (m *Model) forgetAnswer() {
	if m.answer != nil && m.answer.Kind != ui.AnswerNotice && m.cfg.Clock.real(m.now.Sub(m.answeredAt)) > answerStays {
		m.answer = nil
	}
}

// cannotAct returns why nothing can be written now, or an empty string.
func (m *Model) cannotAct() string {
	switch {
	case m.cfg.ReadOnly != "":
		return "read-only: " + m.cfg.ReadOnly
	case m.snapshot.Pool == nil:
		return "there is no pool to act on"
	case m.feed.State == ui.FeedStale:
		return "the file cannot be read now; nothing is written until it can"
	case m.unwritable != "":
		return m.unwritable
	case m.paused.on:
		return "the picture stands still; " + word(m.keys.Pause) + " lets it go on"
	case m.running != nil:
		return "another action is under way; esc cancels it"
	}
	return ""
}

// act starts what an action key asks for.
func (m *Model) act(msg tea.KeyPressMsg) tea.Cmd {
	if why := m.cannotAct(); why != "" {
		return m.refuse("%s", why)
	}
	k := m.keys
	if key.Matches(msg, k.Undo) {
		return m.undo()
	}
	seen, bulk := m.targets(msg)
	if len(seen) == 0 {
		return m.refuse("%s", m.whyNothing())
	}
	switch {
	case key.Matches(msg, k.Exhaust):
		return m.openHold(seen)
	case key.Matches(msg, k.Sync):
		return m.sync(poolstate.Action{Verb: poolstate.VerbSync, ClaudeFile: m.cfg.ClaudeFile}, seen)
	}
	return m.reset(seen, bulk)
}

// targets returns what an action key is about, as the operator sees it: the
// provider, everything, the marked ones, or the selected one. bulk is true when
// no single credential was pointed at.
func (m *Model) targets(msg tea.KeyPressMsg) (seen []poolstate.Credential, bulk bool) {
	k := m.keys
	wanted := func(c *poolstate.Credential) bool { return m.selected != nil && c.Ref == *m.selected }
	switch {
	case key.Matches(msg, k.ResetAll):
		wanted, bulk = func(*poolstate.Credential) bool { return true }, true
	case key.Matches(msg, k.ResetProvider):
		bulk = true
		wanted = func(c *poolstate.Credential) bool { return m.selected != nil && c.Provider == m.selected.Provider }
	case len(m.marked) > 0:
		wanted = func(c *poolstate.Credential) bool { return m.marked[c.Ref] }
	}
	for _, c := range m.listed() {
		if wanted(c) {
			seen = append(seen, *c)
		}
	}
	return seen, bulk
}

// reset resets credentials, after asking when it is more than one. A provider
// or everything is reset without the dead, which a reset does not help.
func (m *Model) reset(seen []poolstate.Credential, bulk bool) tea.Cmd {
	a := poolstate.Action{Verb: poolstate.VerbReset, SpareDead: bulk}
	return m.askOrPerform(a, seen)
}

// askOrPerform performs an action that touches one credential and strands no
// provider, and asks first about any other.
func (m *Model) askOrPerform(a poolstate.Action, seen []poolstate.Credential) tea.Cmd {
	plan := a.Plan(seen, m.now)
	if len(plan.Changed) == 0 {
		return m.refuse("%s", ui.DoneWords(a.Verb, &plan, m.policy, m.now))
	}
	return m.askOr(a, seen, &plan)
}

// askOr asks about an action that changes more than one credential or strands a
// provider, and performs any other.
func (m *Model) askOr(a poolstate.Action, seen []poolstate.Credential, plan *poolstate.Outcome) tea.Cmd {
	strands := m.snapshot.Pool.LastReady(*plan, m.policy)
	if len(plan.Changed) > 1 || len(strands) > 0 {
		m.openConfirm(a, seen, plan, strands)
		return nil
	}
	return m.perform(a, seen)
}

// perform runs an action outside of Update.
func (m *Model) perform(a poolstate.Action, seen []poolstate.Credential) tea.Cmd {
	if a.Verb == poolstate.VerbUndo {
		return m.takeBack()
	}
	operator, policy := m.cfg.Operator, m.policy
	return m.run(a.Verb, func(ctx context.Context) (journal.Done, error) {
		return operator.Do(ctx, a, policy, seen)
	})
}

func (m *Model) run(verb poolstate.Verb, do func(context.Context) (journal.Done, error)) tea.Cmd {
	ctx, cancel := context.WithCancel(context.Background())
	patient := &patience{cancel: cancel}
	ctx = poolstate.TraceLock(ctx, patient.told)
	m.actions++
	m.answer = nil
	number, store := m.actions, m.cfg.Operator.Store.Path()
	look := func() tea.Cmd {
		return tea.Tick(slowAfter, func(time.Time) tea.Msg {
			if ctx.Err() != nil {
				return nil
			}
			return actionSlow{number, patient.waits.Load(), poolstate.LockHolder(store)}
		})
	}
	work := m.cfg.Pending.promise(func() tea.Msg {
		defer cancel()
		done, err := do(ctx)
		return actionDone{verb, done, err}
	})
	m.running = &running{
		number: number, verb: verb, since: m.cfg.Clock.Now(),
		cancel: cancel, patience: patient, work: work, look: look,
	}
	return tea.Batch(work, look())
}

func (m *Model) actionSlow(msg actionSlow) tea.Cmd {
	if m.running == nil || m.running.number != msg.number {
		return nil
	}
	m.running.waits, m.running.holder = msg.waits, msg.holder
	return m.running.look()
}

// waiting is the answer while an action waits for the lock.
func (m *Model) waiting() *ui.Answer {
	if m.running == nil || !m.running.waits {
		return nil
	}
	who := cmp.Or(m.running.holder, "a running agent or another pooltop")
	waited := m.cfg.Clock.real(max(m.cfg.Clock.Now().Sub(m.running.since), 0))
	return &ui.Answer{Kind: ui.AnswerWaiting, Text: fmt.Sprintf("%s waits for the lock, which %s holds: %s of %s; esc cancels",
		m.running.verb, who, ui.Span(waited), ui.Span(poolstate.LockPatience))}
}

// actionDone shows what came of an action, remembers how to take it back, and
// keeps an eye on what it wrote.
func (m *Model) actionDone(msg actionDone) tea.Cmd {
	m.running = nil
	m.catchUp()
	if msg.err != nil {
		m.refuse("%s", m.actionError(msg.verb, msg.err))
		return m.startLoad()
	}
	records := make([]poolstate.Record, len(msg.done.Entries))
	for i := range records {
		records[i] = msg.done.Entries[i].Record
	}
	m.log.merge(records, true)
	out := &msg.done.Outcome
	text := ui.DoneWords(msg.verb, out, m.policy, m.now)
	kind := ui.AnswerDone
	switch {
	case len(out.Changed) == 0:
		kind = ui.AnswerRefused
	case msg.verb != poolstate.VerbUndo:
		undos := msg.done.Undos()
		switch {
		case undos == nil:
			text += "; it cannot be taken back"
		case m.keys.Undo.Enabled():
			text += "; " + word(m.keys.Undo) + " undoes"
		}
		m.undos = append(m.undos, undoable{msg.done.Number, out.Changed, undos})
	}
	if msg.verb == poolstate.VerbUndo && len(m.undos) > 0 {
		m.undos = m.undos[:len(m.undos)-1]
	}
	if msg.done.Warning != nil {
		text += "; " + msg.done.Warning.Error()
	}
	if msg.done.JournalErr != nil {
		text += "; the journal could not be written: " + msg.done.JournalErr.Error()
	}
	m.say(kind, text)
	m.marked = nil
	m.guard(msg.verb, out)
	return m.startLoad()
}

func (m *Model) actionError(verb poolstate.Verb, err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return verb.String() + " cancelled; nothing was written"
	case errors.Is(err, poolstate.ErrLocked):
		return verb.String() + " gave up: " + poolstate.ErrLocked.Error() + " for 15s; nothing was written, try again"
	}
	return verb.String() + " failed: " + m.cfg.ExplainWrite(err)
}

// undoable is an action of this session. A sync has no undos: the tokens before
// it are gone.
type undoable struct {
	number  string
	effects []poolstate.Effect
	undos   []poolstate.Undo
}

// undo takes the last action of this session back, after asking where the
// action itself would have asked.
func (m *Model) undo() tea.Cmd {
	if len(m.undos) == 0 {
		return m.refuse("nothing to undo in this session; pooltop undo takes back earlier actions")
	}
	last := m.undos[len(m.undos)-1]
	if last.undos == nil {
		// The action before it is no less undoable for that.
		m.undos = m.undos[:len(m.undos)-1]
		return m.refuse("%v; %s takes back the action before it", journal.ErrNotUndoable, word(m.keys.Undo))
	}
	plan := poolstate.Outcome{At: m.now}
	for _, e := range last.effects {
		plan.Changed = append(plan.Changed, poolstate.Effect{Before: e.After, After: e.Before})
	}
	return m.askOr(poolstate.Action{Verb: poolstate.VerbUndo}, nil, &plan)
}

// takeBack runs the undo outside of Update.
func (m *Model) takeBack() tea.Cmd {
	last := m.undos[len(m.undos)-1]
	operator, policy := m.cfg.Operator, m.policy
	return m.run(poolstate.VerbUndo, func(ctx context.Context) (journal.Done, error) {
		return operator.Undo(ctx, last.number, policy, last.undos)
	})
}

// mark marks the selected credential, or all of its provider, or takes the
// marks away again.
func (m *Model) mark(msg tea.KeyPressMsg) {
	if m.selected == nil {
		m.refuse("%s", m.whyNothing())
		return
	}
	next := make(map[poolstate.Ref]bool, len(m.marked)+1)
	for ref := range m.marked {
		next[ref] = true
	}
	if key.Matches(msg, m.keys.Mark) {
		if next[*m.selected] {
			delete(next, *m.selected)
		} else {
			next[*m.selected] = true
		}
		m.marked = next
		m.selectAt(m.position() + 1)
		return
	}
	all := true
	for _, c := range m.listed() {
		all = all && (c.Provider != m.selected.Provider || next[c.Ref])
	}
	for _, c := range m.listed() {
		switch {
		case c.Provider != m.selected.Provider:
		case all:
			delete(next, c.Ref)
		default:
			next[c.Ref] = true
		}
	}
	m.marked = next
}
