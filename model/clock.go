package model

import (
	"math"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
)

// Clock provides the time of the dashboard, either real or simulated.
type Clock struct {
	Now  func() time.Time // returns the current time, in the time zone to display
	Rate float64          // seconds that pass per real second; 0 means 1
}

const minTick = 100 * time.Millisecond // minimum real time between ticks of a fast clock

// untilTick returns the real time until the next full second, when all countdowns change
// together. A fast clock ticks less often.
func (c Clock) untilTick() time.Duration {
	now := c.Now()
	left := c.real(now.Truncate(time.Second).Add(time.Second).Sub(now))
	if c.fast() {
		return max(left, minTick)
	}
	return left
}

func (c Clock) fast() bool { return c.Rate > 0 && c.Rate != 1 }

// real returns how long d on this clock takes in real time. It rounds up, so that a timer
// for a deadline does not fire before the deadline.
func (c Clock) real(d time.Duration) time.Duration {
	if c.Rate <= 0 {
		return d
	}
	return time.Duration(math.Ceil(float64(d) / c.Rate))
}

// since returns the real time that has passed since t. If the clock has been set back since
// then, that is unknown, and since returns the maximum.
func (c Clock) since(t time.Time) time.Duration {
	passed := c.Now().Sub(t)
	if passed < 0 {
		return math.MaxInt64
	}
	return c.real(passed)
}

type ticked struct{}

// tick waits for the next tick or the next deadline, whichever is sooner.
func (m *Model) tick() tea.Cmd {
	wait := m.cfg.Clock.untilTick()
	for _, st := range m.stores {
		for _, next := range []time.Time{st.observer.Next(), st.outages.Next()} {
			if !next.IsZero() {
				left := m.cfg.Clock.real(next.Sub(m.cfg.Clock.Now()))
				wait = max(min(wait, left), 0)
			}
		}
	}
	return m.cfg.After(wait, func(time.Time) tea.Msg { return ticked{} })
}

func (m *Model) clockTicked() {
	var events []poolstate.Event
	for _, st := range m.stores {
		passed := m.eventsOf(st, st.observer.Tick(m.cfg.Clock.Now()))
		if len(passed) > 0 || st.outages.Due(m.cfg.Clock.Now()) {
			m.logEvents(st, passed)
		}
		events = append(events, passed...)
	}
	m.catchUp()
	if m.paused.on {
		m.paused.missed += len(events)
		return
	}
	m.recordChanges(events)
	if s := m.status; s != nil && s.Kind != ui.AnswerNotice && m.cfg.Clock.since(m.statusAt) > statusStays {
		m.status = nil
	}
	if len(events) > 0 && !m.arrangement.isDefault() {
		m.arrange() // the filter and the order may depend on the state
	}
}

// late reports whether a tick is overdue, so that the time on screen is wrong. This
// happens after the machine or the program was suspended or the clock was set.
func (m *Model) late() bool {
	return !m.paused.on && m.cfg.Clock.since(m.now) > time.Second
}

// catchUp sets the time on screen to the current time unless the display is frozen.
func (m *Model) catchUp() {
	if !m.paused.on {
		m.now = m.cfg.Clock.Now()
	}
}

type paused struct {
	on     bool
	missed int // number of events that are not shown
}

// togglePause freezes the display, or resumes with the latest state.
func (m *Model) togglePause() {
	if !m.paused.on {
		m.paused = paused{on: true}
		m.log.frozen = append([]poolstate.Record{}, m.log.records...) // not nil
		m.log.changed = true
		return
	}
	m.paused = paused{}
	m.log.frozen, m.log.changed = nil, true
	m.catchUp()
	m.show()
}

// focused summarizes what happened while the terminal did not have the focus.
func (m *Model) focused() {
	if m.awaySince >= 0 {
		missed := m.log.records[max(m.awaySince-m.log.dropped, 0):]
		if text := countEvents(missed); text != "" {
			m.setStatus(ui.AnswerNews, "while you were away: "+text)
		}
	}
	m.awaySince = -1
}
