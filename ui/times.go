package ui

import (
	"time"

	"pooltop/poolstate"
)

// whenBack writes an instant ahead as the clock shows it or as its distance,
// alone and as part of a sentence: "14:14" and "at 14:14", "12m03s" and "in
// 12m03s".
func whenBack(t, now time.Time, clock bool) (when, phrase string) {
	if !clock {
		when = Countdown(t.Sub(now))
		return when, "in " + when
	}
	when = Moment(t, now)
	if t.Year() > 9999 {
		return when, when
	}
	return when, "at " + when
}

// times are what the columns of times show of a credential, the one that always
// has a place first. What is no time, such as re-auth, is always there.
func (t *table) times(a poolstate.Assessment) (first, second string) {
	first = backIn(a)
	due := a.Availability == poolstate.Due
	if a.Deadline.IsZero() || !due && !a.Availability.Returns() {
		return first, ""
	}
	second = Moment(a.Deadline.At, t.now)
	if alone := t.cols.atEnd == 0; !t.clock || due && alone {
		return first, second // now says more than when it was
	}
	return second, first
}

// stamp writes an instant to the second; the detail as a pane has room for its
// distance too: "13:14:32 (48m ago)", "17:14:32 (in 3h12m05s)".
func (s *Screen) stamp(t time.Time) string {
	text := Stamp(t, s.Now)
	switch d := t.Sub(s.Now); {
	case s.Pane != PaneDetail || t.Year() > 9999:
		return text
	case d > 0:
		return text + " (in " + Countdown(d) + ")"
	case d > -time.Second:
		return text + " (now)"
	default:
		return text + " (" + Span(-d) + " ago)"
	}
}
