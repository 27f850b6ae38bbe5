package simulate

import (
	"sync"
	"time"
)

// Clock is a clock that runs faster than real time. It can be stopped, set forward and
// set to another rate. It is safe for concurrent use.
type Clock struct {
	mu      sync.Mutex
	real    func() time.Time
	rate    float64
	stopped bool
	changed chan struct{} // closed when the other fields change

	// since is the real time when the clock showed start.
	since, start time.Time
}

// NewClock returns a clock that shows start and runs at a rate, which must be positive. At
// a rate of 600, ten minutes pass in a second. The function real returns the real time.
func NewClock(start time.Time, rate float64, real func() time.Time) *Clock {
	return &Clock{real: real, rate: rate, since: real(), start: start, changed: make(chan struct{})}
}

// Now returns the time on the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.stopped {
		return c.start
	}
	return c.start.Add(time.Duration(float64(c.real().Sub(c.since)) * c.rate))
}

// Until returns the real time until a running clock shows t, and whether the clock is
// running. The channel is closed when the clock is stopped, started or set.
func (c *Clock) Until(t time.Time) (left time.Duration, running bool, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Duration(float64(t.Sub(c.now())) / c.rate), !c.stopped, c.changed
}

// SetRate sets the rate, which must be positive.
func (c *Clock) SetRate(rate float64) { c.change(func() { c.rate = rate }) }

// Stop stops the clock or, if stop is false, starts it again.
func (c *Clock) Stop(stop bool) { c.change(func() { c.stopped = stop }) }

// Jump sets the clock forward to t.
func (c *Clock) Jump(t time.Time) { c.change(func() { c.start = t }) }

func (c *Clock) change(set func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.start, c.since = c.now(), c.real()
	set()
	close(c.changed)
	c.changed = make(chan struct{})
}
