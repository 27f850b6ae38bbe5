package model

import (
	"slices"

	"pooltop/poolstate"
)

// paused is a picture that stands still.
type paused struct {
	on bool
	// missed counts the events that it does not show.
	missed int
	// next is the newest picture that waits behind it, if there is any.
	next poolstate.Snapshot
}

// pause lets the picture stand, or go on with the newest one.
func (m *Model) pause() {
	if !m.paused.on {
		m.paused = paused{on: true}
		m.log.shown = slices.Clone(m.log.shown) // later events may be merged in between
		return
	}
	next := m.latest()
	m.paused = paused{}
	m.now = m.cfg.Clock.Now()
	m.adopt(next)
}

// latest is the newest picture, whether it is shown or waits.
func (m *Model) latest() poolstate.Snapshot {
	if m.paused.next.Pool != nil {
		return m.paused.next
	}
	return m.snapshot
}

// moved is the beat of the clock, which a standing picture does not follow.
func (m *Model) moved() {
	events := m.log.observer.Tick(m.cfg.Clock.Now())
	m.observe(events)
	m.catchUp()
	if m.paused.on {
		m.paused.missed += len(events)
		return
	}
	m.noteChanges(events, m.snapshot.Pool)
	m.forgetAnswer()
	if len(events) > 0 && !m.arrangement.plain() {
		m.arrange() // what a filter or an order goes by has passed
	}
}

// catchUp brings the clock on screen up to date, unless the picture stands.
func (m *Model) catchUp() {
	if !m.paused.on {
		m.now = m.cfg.Clock.Now()
	}
}

// away is what happens while the terminal has no focus.
type away struct {
	// since is the number of events, forgotten ones included, that had been
	// there when it left; negative while it has the focus.
	since int
}

func (m *Model) blurred() {
	m.away.since = m.log.dropped + len(m.log.records)
}

// focused says what happened meanwhile.
func (m *Model) focused() {
	m.catchUp()
	c := &m.log
	if m.away.since >= 0 {
		missed := c.records[max(m.away.since-c.dropped, 0):]
		if said := countEvents(missed); said != "" {
			m.greet("while you were away: " + said)
		}
	}
	m.away.since = -1
}
