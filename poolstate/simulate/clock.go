package simulate

import "time"

// Clock is a time that starts at an instant and runs at a rate: at 600, ten
// minutes pass in a second.
type Clock struct {
	Start time.Time
	Rate  float64
}

// At is what the clock shows after that much real time.
func (c Clock) At(elapsed time.Duration) time.Time {
	return c.Start.Add(time.Duration(float64(elapsed) * c.Rate))
}

// Until is how much real time passes between the clock's start and an instant.
func (c Clock) Until(t time.Time) time.Duration {
	return time.Duration(float64(t.Sub(c.Start)) / c.Rate)
}
