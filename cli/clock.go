package cli

import "time"

// newClock returns a clock that starts at an instant, or the wall clock for the
// zero instant.
func newClock(start time.Time) func() time.Time {
	if start.IsZero() {
		return time.Now
	}
	started := time.Now()
	return func() time.Time { return start.Add(time.Since(started)).Local() }
}

// instant returns the instant that --now names, or the present one.
func instant(now time.Time) time.Time {
	if now.IsZero() {
		return time.Now()
	}
	return now.Local()
}
