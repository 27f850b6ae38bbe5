package model

import (
	"slices"

	"pooltop/poolstate"
	"pooltop/ui"
)

// paused is the state of a frozen display.
type paused struct {
	on     bool
	missed int                // the number of events that are not shown
	next   poolstate.Snapshot // to show afterwards, if there is a newer one
}

// togglePause freezes the display, or resumes with the latest snapshot.
func (m *Model) togglePause() {
	if !m.paused.on {
		m.paused = paused{on: true}
		m.log.shown = slices.Clone(m.log.shown) // later events may be merged in between
		return
	}
	next := m.latest()
	m.paused = paused{}
	m.catchUp()
	m.setSnapshot(next)
}

// latest returns the latest snapshot, also while it is not shown.
func (m *Model) latest() poolstate.Snapshot {
	if m.paused.next.Pool != nil {
		return m.paused.next
	}
	return m.snapshot
}

// clockTicked logs deadlines that have passed and moves the display on.
func (m *Model) clockTicked() {
	events := m.log.observer.Tick(m.cfg.Clock.Now())
	m.logEvents(events)
	m.catchUp()
	if m.paused.on {
		m.paused.missed += len(events)
		return
	}
	m.recordChanges(events, m.snapshot.Pool)
	m.expireStatus()
	if len(events) > 0 && !m.arrangement.isDefault() {
		m.arrange() // filter and order may depend on the state
	}
}

// catchUp sets the time on screen to the present, except during a pause.
func (m *Model) catchUp() {
	if !m.paused.on {
		m.now = m.cfg.Clock.Now()
	}
}

// away is whether the terminal has the focus.
type away struct {
	// since is the number of events, including dropped ones, at the moment when
	// the terminal lost the focus; negative while it has it.
	since int
}

func (m *Model) blurred() { m.away.since = m.log.dropped + len(m.log.records) }

// focused summarizes what happened while the terminal did not have the focus.
func (m *Model) focused() {
	m.catchUp()
	if m.away.since >= 0 {
		missed := m.log.records[max(m.away.since-m.log.dropped, 0):]
		if text := countEvents(missed); text != "" {
			m.setStatus(ui.AnswerNews, "while you were away: "+text)
		}
	}
	m.away.since = -1
}
