package model

import (
	"math"
	"time"
)

// Clock is the time that the dashboard lives in: the real one, or a faster one.
type Clock struct {
	// Now is the present instant, in the zone to show times in.
	Now func() time.Time
	// Rate is how many of its seconds pass in a real one; 0 is 1.
	Rate float64
}

// minBeat is the shortest time between two pictures of a running clock; a fast
// clock is not drawn each of its seconds.
const minBeat = 100 * time.Millisecond

// untilBeat is how long, in real time, until the clock's next full second, or
// minute, by the pace: on it all countdowns move together. A fast clock has a
// pace of its own.
func (c Clock) untilBeat(pace time.Duration) time.Duration {
	now := c.Now()
	if c.fast() {
		left := now.Truncate(time.Second).Add(time.Second).Sub(now)
		return max(c.real(left), minBeat)
	}
	return now.Truncate(pace).Add(pace).Sub(now)
}

// fast reports whether the clock does not go at the pace of ours.
func (c Clock) fast() bool { return c.Rate > 0 && c.Rate != 1 }

// real is how much real time a stretch of the clock's takes, rounded up: who
// waits for a deadline wakes up when it has passed, not just before.
func (c Clock) real(d time.Duration) time.Duration {
	if c.Rate <= 0 {
		return d
	}
	return time.Duration(math.Ceil(float64(d) / c.Rate))
}
