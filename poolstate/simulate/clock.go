package simulate

import "time"

// Clock starts at an instant and runs Rate times as fast as real time: at 600,
// ten minutes pass in a second. Rate must be positive.
type Clock struct {
	Start time.Time
	Rate  float64
}

// At returns the time of the clock after elapsed real time.
func (c Clock) At(elapsed time.Duration) time.Time {
	return c.Start.Add(time.Duration(float64(elapsed) * c.Rate))
}

// Until returns the real time from the start of the clock until it shows t.
func (c Clock) Until(t time.Time) time.Duration {
	return time.Duration(float64(t.Sub(c.Start)) / c.Rate)
}
