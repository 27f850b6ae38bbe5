package model

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// statusStays is how long a status is shown, in real time. An AnswerNotice stays
// until esc is pressed, since an operator has to read it.
const statusStays = 30 * time.Second

// setStatus shows a line of text above the footer. It returns nil, so that a key
// handler can end with it. AnswerNews replaces nothing but AnswerNews, and
// AnswerDone does not replace an AnswerNotice.
func (m *Model) setStatus(kind ui.AnswerKind, text string) tea.Cmd {
	if m.status != nil {
		switch {
		case kind == ui.AnswerNews && m.status.Kind != ui.AnswerNews,
			kind == ui.AnswerDone && m.status.Kind == ui.AnswerNotice:
			return nil
		}
	}
	m.status, m.statusAt = &ui.Answer{Kind: kind, Text: text}, m.cfg.Clock.Now()
	return nil
}

// expireStatus removes a status that has been shown for long enough.
func (m *Model) expireStatus() {
	if m.status != nil && m.status.Kind != ui.AnswerNotice && m.cfg.Clock.real(m.now.Sub(m.statusAt)) > statusStays {
		m.status = nil
	}
}

// shownStatus returns the status to draw: the wait for the lock, if there is one.
func (m *Model) shownStatus() *ui.Answer {
	r := m.running
	if r == nil || r.holder == "" {
		return m.status
	}
	waited := m.cfg.Clock.real(max(m.cfg.Clock.Now().Sub(r.since), 0))
	return &ui.Answer{Kind: ui.AnswerWaiting, Text: fmt.Sprintf("%s waits for the lock, which %s holds: %s of %s; esc cancels",
		ui.VerbWord(r.verb), r.holder, text.Span(waited), text.Span(poolstate.LockPatience))}
}

// whyNoWrite returns why nothing can be written now, or "".
func (m *Model) whyNoWrite() string {
	switch {
	case m.cfg.ReadOnly != "":
		return "read-only: " + m.cfg.ReadOnly
	case m.snapshot.Pool == nil:
		return "no pool to act on"
	case m.feed.State == ui.FeedStale:
		return "the file cannot be read; nothing is written until it can"
	case m.unwritable != "":
		return m.unwritable
	case m.paused.on:
		return "paused; press " + word(m.keys.Pause) + " to resume"
	case m.running != nil:
		return "another action is running; esc cancels it"
	}
	return ""
}

// whyNoSelection returns why no credential is selected.
func (m *Model) whyNoSelection() string {
	switch {
	case m.snapshot.Pool == nil:
		return "no pool has been read yet"
	case m.snapshot.Pool.Len() == 0:
		return "the pool has no credentials"
	case !m.arrangement.filter.IsZero():
		return "nothing matches the filter; esc clears it"
	case m.keys.Unfold.Enabled():
		return "all providers are folded; " + word(m.keys.Unfold) + " unfolds"
	}
	return "all providers are folded"
}
