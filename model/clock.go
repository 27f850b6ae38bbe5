package model

import (
	"math"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Clock is the time of the dashboard: the real one, or that of a simulation.
type Clock struct {
	// Now returns the present instant, in the zone to show times in.
	Now func() time.Time
	// Rate is how many seconds of the clock pass in a real second; 0 means 1.
	Rate float64
}

// minTick is the shortest time between two ticks of a fast clock, in real time.
const minTick = 100 * time.Millisecond

// untilTick returns the real time until the next full second, at which all
// countdowns change together. A fast clock ticks less often.
func (c Clock) untilTick() time.Duration {
	now := c.Now()
	left := now.Truncate(time.Second).Add(time.Second).Sub(now)
	if c.fast() {
		return max(c.real(left), minTick)
	}
	return left
}

// fast reports whether the clock has another rate than the real one.
func (c Clock) fast() bool { return c.Rate > 0 && c.Rate != 1 }

// real returns the real time that d takes on this clock, rounded up, so that a
// timer for a deadline does not fire before it.
func (c Clock) real(d time.Duration) time.Duration {
	if c.Rate <= 0 {
		return d
	}
	return time.Duration(math.Ceil(float64(d) / c.Rate))
}

// ticked is a tick of the clock.
type ticked struct{}

// tick waits for the next tick, or for the next deadline if that is sooner.
func (m *Model) tick() tea.Cmd {
	wait := m.cfg.Clock.untilTick()
	if next := m.log.observer.Next(); !next.IsZero() {
		left := m.cfg.Clock.real(next.Sub(m.cfg.Clock.Now()))
		wait = max(min(wait, left), 0)
	}
	return m.cfg.After(wait, func(time.Time) tea.Msg { return ticked{} })
}
