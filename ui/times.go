package ui

import (
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// timeForm is how times are written: as the clock shows them or as their
// distance, and to the minute only on a screen that nobody looks at, so that it
// need not be drawn each second.
type timeForm struct{ clock, coarse bool }

func (s *Screen) timeForm() timeForm { return timeForm{s.Clock, s.Coarse} }

// countdown writes the time left.
func (f timeForm) countdown(d time.Duration) string {
	if !f.coarse || d >= text.Day {
		return text.Countdown(d)
	}
	// Rounded up, as the seconds are: nothing is back earlier than it says.
	return text.Span((max(d, 1) + time.Minute - 1).Truncate(time.Minute))
}

// whenBack writes an instant ahead as the clock shows it or as its distance,
// alone and as part of a sentence: "14:14" and "at 14:14", "12m03s" and "in
// 12m03s".
func whenBack(t, now time.Time, form timeForm) (when, phrase string) {
	if !form.clock {
		when = form.countdown(t.Sub(now))
		return when, "in " + when
	}
	when = text.Moment(t, now)
	if t.Year() > 9999 {
		return when, when
	}
	return when, "at " + when
}

// times are what the columns of times show of a credential, the one that always
// has a place first. What is no time, such as re-auth, is always there.
func (t *table) times(a poolstate.Assessment) (first, second string) {
	first = backIn(a, t.form)
	due := a.Availability == poolstate.Due
	if a.Deadline.IsZero() || !due && !a.Availability.Returns() {
		return first, ""
	}
	second = text.Moment(a.Deadline.At, t.now)
	if alone := t.cols.atEnd == 0; !t.form.clock || due && alone {
		return first, second // now says more than when it was
	}
	return second, first
}

// stamp writes an instant to the second; the detail as a pane has room for its
// distance too: "13:14:32 (48m ago)", "17:14:32 (in 3h12m05s)".
func (s *Screen) stamp(t time.Time) string {
	words := text.Stamp(t, s.Now)
	switch d := t.Sub(s.Now); {
	case s.Pane != PaneDetail || t.Year() > 9999:
		return words
	case d > 0:
		return words + " (in " + s.timeForm().countdown(d) + ")"
	case d > -time.Second:
		return words + " (now)"
	default:
		return words + " (" + text.Span(-d) + " ago)"
	}
}
